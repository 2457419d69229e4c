//! Whether a client that gave up had its time: a busy machine may keep the runner from the processor until the client's
//! last wait is over, or the client itself while the reply lies in its queue. Then its end shows nothing.

use crate::system::datagrams;
use std::time::Duration;

/// Returns whether this platform tells for how long a program waits for a processor.
pub fn is_told() -> bool {
    datagrams::known()
}

/// How far apart two looks at a client are at least.
const APART: Duration = Duration::from_millis(20);
/// The most looks that are kept.
const MOST: usize = 20_000;
/// A client that waits so much shorter for a processor takes a reply within the rest of its wait: right ones wait for
/// 200 ms, and none may wait for less than 150 ms.
const SPARE: Duration = Duration::from_millis(50);

/// Why an attempt shows nothing about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// The reply left the runner, or its wire, so long after the last send.
    LateReply(Duration),
    /// The client waited for a processor while the reply lay in its queue, in each of its waits.
    Starved,
    /// It is not known whether it did: the platform does not tell, or the runner itself came too late to look.
    Unknown,
}

/// A request: when each of its sends came, and when the first reply to it had left; in the order of time.
pub(super) struct Request {
    pub sends: Vec<Duration>,
    pub replied: Option<Duration>,
}

/// For how long the client had waited for a processor, at several moments.
#[derive(Default)]
pub(super) struct Samples {
    /// The moment, and the time so far.
    all: Vec<(Duration, Duration)>,
    looked: Option<Duration>,
    /// When it was seen to have ended.
    ended: Option<Duration>,
}

impl Samples {
    /// Returns whether it is time for another look.
    pub fn is_due(&self, now: Duration) -> bool {
        self.all.len() < MOST && self.looked.is_none_or(|last| now.saturating_sub(last) >= APART)
    }

    /// Adds what one look has found.
    pub fn add(&mut self, at: Duration, waited: Option<Duration>) {
        self.looked = Some(at);
        self.all.extend(waited.map(|waited| (at, waited)));
    }

    /// Notes that the client was seen to have ended; the first time counts.
    pub fn end(&mut self, at: Duration) {
        self.ended = self.ended.or(Some(at));
    }

    /// Returns for how long it waited for a processor between the last look before `from` and the first one after `to`.
    /// Where the runner came late to a look, perhaps the whole machine stood still. After the last look of all the client
    /// may have waited all the time.
    pub fn between(&self, from: Duration, to: Duration) -> Option<Duration> {
        let first = self.all.iter().rposition(|(at, _)| *at <= from)?;
        let last = self.all.iter().position(|(at, _)| *at >= to).unwrap_or(self.all.len() - 1);
        let of_pair = |pair: &[(Duration, Duration)]| {
            let stood = pair[1].0.saturating_sub(pair[0].0).saturating_sub(2 * APART);
            pair[1].1.saturating_sub(pair[0].1).max(stood)
        };
        let waited: Duration = self.all.get(first..=last)?.windows(2).map(of_pair).sum();
        Some(waited + to.saturating_sub(self.all[last].0))
    }
}

impl Request {
    /// Returns why the client's end does not show that it did not take the reply; `None` when nothing excuses it.
    pub fn excuse(&self, samples: &Samples, tries: usize, wait: Duration, now: Duration) -> Option<Excuse> {
        let (replied, last) = (self.replied?, *self.sends.last()?);
        let ended = samples.ended.unwrap_or(now);
        let waited = ended.saturating_sub(last);
        if samples.between(last, ended).is_some_and(|starved| waited + starved < wait) {
            return None; // It did not wait after its last send.
        }
        if replied > last + wait {
            return Some(Excuse::LateReply(replied - last));
        }
        if self.sends.len() < tries {
            return None; // It did not end because its waits were over.
        }
        let mut points = vec![replied];
        points.extend(self.sends.iter().filter(|at| **at > replied));
        points.push(ended);
        let mut excuse = Excuse::Starved;
        for wait in points.windows(2).filter(|wait| wait[1].saturating_sub(wait[0]) >= SPARE) {
            match samples.between(wait[0], wait[1]) {
                None => excuse = Excuse::Unknown,
                // In this wait it could take the reply.
                Some(waited) if waited < SPARE => return None,
                Some(_) => {}
            }
        }
        Some(excuse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIES: usize = 5;
    const WAIT: Duration = Duration::from_millis(150);

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// A client that sends every 200 ms from 0 on, `sends` times, and is seen to have ended 200 ms after the last; the
    /// reply left at `replied`. Every 20 ms it had waited for a processor for as long as `starved` tells.
    fn asked(sends: u64, replied: Option<u64>, starved: impl Fn(u64) -> u64) -> Option<Excuse> {
        let mut samples = Samples::default();
        (0..sends * 10).for_each(|n| samples.add(ms(n * 20), Some(ms(starved(n * 20)))));
        samples.end(ms(sends * 200));
        let request = Request { sends: (0..sends).map(|n| ms(n * 200)).collect(), replied: replied.map(ms) };
        request.excuse(&samples, TRIES, WAIT, ms(2000))
    }

    #[test]
    fn a_client_with_its_reply_in_time_has_no_excuse() {
        for replied in [1, 150, 210, 700, 830, 940] {
            assert_eq!(asked(5, Some(replied), |_| 0), None, "{replied}");
        }
    }

    #[test]
    fn a_client_that_does_not_wait_after_its_last_send_has_no_excuse() {
        let mut samples = Samples::default();
        (0..=41).for_each(|n| samples.add(ms(n * 20), Some(ms(n))));
        samples.end(ms(825));
        let sends = (0..5).map(|n| ms(n * 200)).collect();
        let request = Request { sends, replied: Some(ms(830)) };
        assert_eq!(request.excuse(&samples, TRIES, WAIT, ms(2000)), None);
    }

    #[test]
    fn a_reply_after_the_last_wait_is_too_late() {
        assert_eq!(asked(5, Some(1000), |_| 0), Some(Excuse::LateReply(ms(200))));
        // Also when the client waits only three times: that is shown by another check.
        assert_eq!(asked(3, Some(700), |_| 0), Some(Excuse::LateReply(ms(300))));
    }

    #[test]
    fn a_client_that_never_got_a_reply_or_gave_up_early_has_no_excuse() {
        assert_eq!(asked(5, None, |at| at), None);
        assert_eq!(asked(2, Some(10), |at| at), None);
    }

    #[test]
    fn a_client_without_a_processor_in_each_wait_is_excused() {
        assert_eq!(asked(5, Some(10), |at| at), Some(Excuse::Starved));
        // In one wait it had the processor, and did not take what lay there.
        assert_eq!(asked(5, Some(10), |at| at.min(500)), None);
    }

    #[test]
    fn a_machine_that_stood_still_excuses_it() {
        let mut samples = Samples::default();
        (0..5).for_each(|n| samples.add(ms(n * 200), Some(ms(0))));
        samples.end(ms(1000));
        let request = Request { sends: (0..5).map(|n| ms(n * 200)).collect(), replied: Some(ms(10)) };
        assert_eq!(request.excuse(&samples, TRIES, WAIT, ms(1000)), Some(Excuse::Starved));
    }

    #[test]
    fn what_nobody_has_seen_is_not_known() {
        let request = Request { sends: (0..5).map(|n| ms(n * 200)).collect(), replied: Some(ms(10)) };
        assert_eq!(request.excuse(&Samples::default(), TRIES, WAIT, ms(1000)), Some(Excuse::Unknown));
    }
}
