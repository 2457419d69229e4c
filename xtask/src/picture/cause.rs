//! Which call caused a segment.
//!
//! A segment with bytes was caused by the call that wrote its first byte. That is looked up by the place in the stream and
//! not by the time: Nagle's algorithm, a full window and a repetition send bytes long after the call that wrote them.

use super::connection::{Passed, Side};
use super::model::{Cause, Link, Made};
use crate::system::segments::Flags;
use crate::system::stamp::Stamp;
use crate::system::trace::call::{self, Detail};

/// Returns what made the sender of a segment send it: a call of `calls`, which are in the order of their starts.
/// `number` is the place of the link.
pub fn of_segment(link: &Link, number: usize, passed: &Passed, at: Stamp, calls: &[Made]) -> Cause {
    let party = link.party(passed.from);
    let own = || {
        let of_link = move |(_, made): &(usize, &Made)| made.party == party && made.link == Some(number);
        calls.iter().enumerate().filter(of_link).filter(move |(_, made)| made.call.start <= at)
    };
    let is_answer =
        passed.bytes.is_empty() && (!ends_or_opens(passed) || passed.flags.has(Flags::SYN | Flags::ACK));
    if is_answer {
        return Cause::Kernel; // No program sends these.
    }
    if !calls.iter().any(|made| made.party == party) {
        return Cause::Unknown;
    }
    let named = |name: &'static str| own().filter(move |(_, made)| made.call.name == name);
    let found = if passed.opens() {
        named("connect").next_back()
    } else if !passed.bytes.is_empty() {
        let mut written = 0;
        own().filter(|(_, made)| made.call.writes()).find(|(_, made)| {
            written += made.call.moved;
            written > passed.bytes.start
        })
    } else {
        ended_by(&own().filter(|(_, made)| ends(&made.call)).collect::<Vec<_>>(), passed)
    };
    found.map_or(Cause::Kernel, |(place, _)| Cause::Call(place))
}

fn ends_or_opens(passed: &Passed) -> bool {
    [Flags::SYN, Flags::FIN, Flags::RST].into_iter().any(|bit| passed.flags.has(bit))
}

/// Returns whether a call ends its sender's direction.
fn ends(call: &call::Call) -> bool {
    let shuts = matches!(call.detail, Detail::Ends(call::Side::Write | call::Side::Both));
    (call.name == "shutdown" && shuts) || call.name == "close"
}

/// Chooses among the calls that can have ended a direction. A FIN goes out with the first `shutdown`, or else with the
/// last `close`: of several descriptors of one socket only the last one counts. RST goes out with the last `close`.
fn ended_by<'a>(calls: &[(usize, &'a Made)], passed: &Passed) -> Option<(usize, &'a Made)> {
    let shut = calls.iter().find(|(_, made)| made.call.name == "shutdown");
    let shut = shut.filter(|_| passed.flags.has(Flags::FIN));
    shut.or(calls.iter().rfind(|(_, made)| made.call.name == "close")).copied()
}

/// Returns the call that sent a datagram: the last of these calls of its sender that wrote as many bytes before it
/// came.
pub fn of_datagram(link: &Link, side: Side, bytes: &[u8], at: Stamp, calls: &[Made]) -> Cause {
    let party = link.party(side);
    if !calls.iter().any(|made| made.party == party) {
        return Cause::Unknown;
    }
    let sent = |made: &&(usize, &Made)| {
        let call = &made.1.call;
        made.1.party == party && call.writes() && call.start <= at && call.bytes == bytes
    };
    let all: Vec<(usize, &Made)> = calls.iter().enumerate().collect();
    all.iter().rfind(sent).map_or(Cause::Kernel, |(place, _)| Cause::Call(*place))
}
