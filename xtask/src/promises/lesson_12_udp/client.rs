//! A conversation with a client under test: the runner is the server, and decides which datagrams are lost.

use super::protocol::{cause_of_request, datagram, is_same};
use crate::bench::{Bench, Client, Datagram, Excuse, Exit, Mailbox, Missing, Saying, is_told};
use crate::finding::{
    Cause, Finding, Half, Hindrance, Outcome, Perhaps, Stop, Symptom, because, count, hindered, quoted,
};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Two sends of one number are at least this far apart.
pub const SOONEST: Duration = Duration::from_millis(150);
/// Two sends of one number are at most this far apart.
pub const LATEST: Duration = Duration::from_secs(1);
/// The interval of what the runner says meanwhile: far below 200 ms, so that a runner that gets the processor late still
/// says something in each wait.
const BESIDE: Duration = Duration::from_millis(50);
/// How many times a request is sent at most.
pub const TRIES: usize = 5;

/// What a client that gives up prints on standard error, by the protocol.
const NO_REPLY: &str = "no reply";

/// One request that has come, and how many times.
struct Request {
    number: u32,
    bytes: Vec<u8>,
    /// When its last send came.
    last: Datagram,
    sends: usize,
    /// How many sends had come when the runner first replied, and when that reply had left.
    replied: Option<(usize, Duration)>,
    /// How many sends left the client when that reply lay in its queue.
    sends_after: usize,
    /// How often each text that the runner had said lay in the client's output when the request came.
    printed_before: Vec<usize>,
}

impl Request {
    /// Notes that it came once more. Returns its send before.
    fn comes_again(&mut self, got: &Datagram) -> Datagram {
        self.sends += 1;
        self.sends_after += usize::from(self.replied.is_some_and(|(_, left)| got.at > left));
        std::mem::replace(&mut self.last, got.clone())
    }
}

/// Why a resend is due. It says what it most likely means when none comes.
#[derive(Clone, Copy)]
pub enum Due<'a> {
    /// Nothing came, because of this rule the client sends again.
    Nothing(&'a str),
    /// Something came that is not the reply, and by this rule the client ignores it.
    Ignored(&'a str),
    /// What is not the reply comes all the time.
    Beside,
}

const WAIT_FIRST: &str = "after each send wait 200 ms for the reply before you send again";

/// What must not change the times of a client.
const TIMES: &str = "what is not the reply must not change the wait: it goes on for what is left of 200 ms, neither \
                         from the start nor to its end";

/// What a client has missed that sends nothing at all.
pub const SEND_LINES: &str = "each line of its standard input is a request: send it, to the address in the first argument, as \
                              soon as it is read";

/// What a client that ends after its first send has missed.
pub const NO_FAILURE: &str = "the end of a wait is no failure: send the same datagram again, five times in all; perhaps the \
                              error of `recv` (`WouldBlock`, errno 11) was taken for one, and it only means \"no reply yet\"";

/// What a client has missed that sends a request once more with another number.
pub const SAME_NUMBER: &str = "a resend bears the number of its request: it is the same datagram once more";

/// A conversation.
pub struct Asked {
    /// The client.
    pub client: Client,
    /// The runner's socket, to which the client sends.
    pub mailbox: Mailbox,
    /// What the client must print.
    wanted: Vec<Vec<u8>>,
    /// The requests that came, in order.
    requests: Vec<Request>,
    /// The texts that the runner has said, each with how often it was the reply to a request.
    said: Vec<(Vec<u8>, usize)>,
}

impl Asked {
    /// Starts the client. `wanted` are the replies that it will get, in this order.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(bench: &mut Bench, wanted: &[Vec<u8>]) -> Outcome<Self> {
        let mailbox = bench.mailbox_for_client()?;
        let client = bench.client(mailbox.addr, wanted)?;
        Ok(Self { client, mailbox, wanted: wanted.to_vec(), requests: Vec::new(), said: Vec::new() })
    }

    /// Starts the client, whose replies are these texts.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn with_texts<T: AsRef<[u8]>>(bench: &mut Bench, texts: &[T]) -> Outcome<Self> {
        let wanted: Vec<Vec<u8>> = texts.iter().map(|text| text.as_ref().to_vec()).collect();
        Self::start(bench, &wanted)
    }

    /// Returns where the client sent from last.
    pub fn from(&self) -> SocketAddr {
        self.requests.last().map_or(self.mailbox.addr, |request| request.last.from)
    }

    /// Returns the number of the request that came last.
    pub fn number(&self) -> u32 {
        self.requests.last().map_or(0, |request| request.number)
    }

    /// Returns when the last send came, on the clock of the check.
    pub fn last_send(&self) -> Duration {
        self.requests.last().map_or(Duration::ZERO, |request| request.last.at)
    }

    /// Types `line`, and hears its request, which must have the next number.
    ///
    /// # Errors
    /// As [`Asked::hears`].
    pub fn types(&mut self, line: &str) -> Outcome {
        self.client.line(line);
        self.hears(line.as_bytes())
    }

    /// Hears the first send of the next request.
    ///
    /// # Errors
    /// The finding that something else came, or nothing.
    pub fn hears(&mut self, line: &[u8]) -> Outcome {
        self.hears_number(self.number() + 1, line)
    }

    /// Hears the first send of the request with this number.
    ///
    /// # Errors
    /// As [`Asked::hears`].
    pub fn hears_number(&mut self, number: u32, line: &[u8]) -> Outcome {
        let expected = datagram(number, line);
        let what = format!("request {number}");
        let got = loop {
            let heard = match self.requests.is_empty() {
                true => self.mailbox.hear_first(&self.client),
                false => self.mailbox.hear(&self.client),
            };
            let got = match heard {
                Ok(got) => got,
                Err(missing) => return self.sends_nothing(&what, missing),
            };
            // The request before may come again: whether it may is judged by the check for that.
            if got.bytes == expected || !self.is_repeated(&got)? {
                break got;
            }
        };
        is_same(Half::Client, &what, &expected, &got, cause_of_request(&expected, &got.bytes))?;
        let printed_before = self.printed_of_said();
        self.requests.push(Request {
            number,
            bytes: expected,
            last: got,
            sends: 1,
            replied: None,
            sends_after: 0,
            printed_before,
        });
        Ok(())
    }

    /// Returns whether this is a request that came before. Checks that it does not come too soon.
    ///
    /// # Errors
    /// The finding that it does.
    pub fn is_repeated(&mut self, got: &Datagram) -> Outcome<bool> {
        let Some(request) = self.requests.iter_mut().find(|request| request.bytes == got.bytes) else {
            return Ok(false);
        };
        let before = request.comes_again(got);
        let number = request.number;
        self.not_too_soon(number, &before, got, WAIT_FIRST)?;
        Ok(true)
    }

    /// Returns why a client ended that had sent nothing to the runner.
    fn ended_at_once(&mut self, exit: Exit) -> Cause {
        self.client.end();
        let said = self.client.said();
        // Both tell that it sent something: without that nothing is waited for, and nothing is refused.
        if said.text().to_lowercase().contains(NO_REPLY) {
            return "it reports `no reply`, and nothing came to the address in its first argument: perhaps it sent elsewhere"
                .into();
        }
        if said.names_connection_refused() {
            return "it reports that it was refused, and nothing came to the address in its first argument: perhaps it sent \
                    elsewhere, or it makes a connection (SOCK_STREAM in place of SOCK_DGRAM)"
                .into();
        }
        match exit {
            Exit::Code(0) => SEND_LINES.into(),
            _ if said.is_blank() => Cause::general(SEND_LINES),
            _ => Cause::general(
                "it ended, and nothing came to the address in its first argument: its own message states why it ended",
            ),
        }
    }

    fn sends_nothing(&mut self, what: &str, missing: Missing) -> Outcome {
        let expected = format!("the client sends {what}");
        let cause: Cause = match (&missing, self.requests.len()) {
            (Missing::Ended(exit), 0) => self.ended_at_once(*exit),
            (Missing::Silent(_), 0) => SEND_LINES.into(),
            (Missing::Ended(Exit::Code(0)), _) => {
                Perhaps("a line, or a reply, was taken for the end: only `q` and the end of the input end the client")
                    .into()
            }
            (Missing::Ended(_), _) => {
                "it gave up although the reply had come: a reply counts by its number and its address, whatever its text is"
                    .into()
            }
            (Missing::Silent(_), _) => {
                "it did not go on after a reply: the reply is whole, whatever its size; print it, and read the next line"
                    .into()
            }
        };
        let symptom = match &missing {
            Missing::Ended(exit) => ended(*exit),
            Missing::Silent(_) => Symptom::Silent,
        };
        Finding::new(expected, missing.to_string(), cause).seen(symptom).of(Half::Client).broken()
    }

    /// Acts as if the last send had been lost.
    pub fn loses(&self) {
        if let Some(request) = self.requests.last() {
            self.mailbox.lose(&request.last);
        }
    }

    /// Hears the current request once more: the same bytes, not too soon and not too late.
    ///
    /// # Errors
    /// The finding that it is another one, that nothing came, or at another time.
    pub fn hears_again(&mut self, when: &str, due: Due<'_>) -> Outcome {
        let heard = self.mailbox.hear_for(&self.client, LATEST);
        self.is_again(heard, when, due)
    }

    /// Hears the current request once more, while the runner says something every 50 ms.
    ///
    /// # Errors
    /// As [`Asked::hears_again`].
    pub fn hears_again_while(
        &mut self,
        say: &mut dyn FnMut(&mut Mailbox),
        when: &str,
        due: Due<'_>,
    ) -> Outcome {
        let saying = Saying { every: BESIDE, say };
        let heard = self.mailbox.hear_while_saying(&self.client, LATEST, saying);
        self.is_again(heard, when, due)
    }

    /// Checks that this is the current request once more, as [`Asked::hears_again`] does.
    ///
    /// # Errors
    /// As [`Asked::hears_again`].
    pub fn is_again(&mut self, heard: Result<Datagram, Missing>, when: &str, due: Due<'_>) -> Outcome {
        let number = self.number();
        let expected =
            format!("the client sends request {number} again {when}, at most 1 s after the send before");
        let got = match heard {
            Ok(got) => got,
            Err(missing) => return self.sends_not_again(expected, &missing, due),
        };
        let Some(request) = self.requests.last_mut() else { return Ok(()) };
        if request.bytes != got.bytes {
            let next = got.bytes.starts_with(&(number + 1).to_be_bytes());
            let cause = match (next, got.bytes.get(4..) == request.bytes.get(4..), due) {
                (true, true, _) => SAME_NUMBER,
                (true, false, Due::Nothing(_)) => {
                    "one line at a time: the next one is sent only when the reply to this one has come"
                }
                (true, false, Due::Ignored(rule)) => rule,
                (true, false, Due::Beside) => TIMES,
                _ => cause_of_request(&request.bytes, &got.bytes),
            };
            let came = format!("a datagram of {}: {}", count(got.bytes.len()), quoted(&got.bytes));
            return Finding::new(expected, came, cause).of(Half::Client).broken();
        }
        let before = request.comes_again(&got);
        let cause = match due {
            Due::Nothing(_) => WAIT_FIRST,
            Due::Ignored(_) | Due::Beside => TIMES,
        };
        self.not_too_soon(number, &before, &got, cause)
    }

    /// Checks that two sends of one number are far enough apart, by the kernel's time stamps.
    fn not_too_soon(&self, number: u32, before: &Datagram, now: &Datagram, cause: &str) -> Outcome {
        let apart = now.at.saturating_sub(before.at);
        if !before.is_stamped || !now.is_stamped || apart >= SOONEST {
            return Ok(());
        }
        self.mailbox.unless_starved(before.at, apart, SOONEST)?;
        Finding::new(
            format!("two sends of request {number} are at least 150 ms apart"),
            format!("two sends of request {number} were {:.1} ms apart", apart.as_secs_f64() * 1e3),
            Cause::certain(cause),
        )
        .of(Half::Client)
        .broken()
    }

    /// Returns the finding that the current request did not come once more.
    fn sends_not_again(&self, expected: String, missing: &Missing, due: Due<'_>) -> Outcome {
        let (symptom, has_failed) = match missing {
            Missing::Ended(exit) => (ended(*exit), matches!(exit, Exit::Code(code) if *code != 0)),
            Missing::Silent(_) => (Symptom::Silent, false),
        };
        let sends = self.requests.last().map_or(0, |request| request.sends);
        let never_again = self.requests.iter().all(|request| request.sends == 1);
        let got = match sends {
            1 => format!("after 1 send {missing}"),
            n => format!("after {n} sends {missing}"),
        };
        let (got, cause): (_, Cause) = match (due, self.printed_another()) {
            (Due::Nothing(_), _) if has_failed && never_again => (got, NO_FAILURE.into()),
            (Due::Nothing(rule), _) => (got, rule.into()),
            (Due::Beside, _) => (got, TIMES.into()),
            (Due::Ignored(rule), Some(printed)) => (format!("{printed}; {got}"), rule.into()),
            // Its output may lie in a buffer of its own.
            (Due::Ignored(rule), None) if symptom == Symptom::Silent => {
                (got, Perhaps(format!("it took something else for the reply: {rule}")).into())
            }
            (Due::Ignored(rule), None) => (got, rule.into()),
        };
        Finding::new(expected, got, cause).seen(symptom).of(Half::Client).broken()
    }

    /// Remembers a text that the client must not print for the current request, or not once more.
    pub fn has_said(&mut self, text: &[u8]) {
        if !self.said.iter().any(|(said, _)| said == text) {
            self.said.push((text.to_vec(), 0));
        }
    }

    /// Returns how often the client has printed each text that the runner has said.
    fn printed_of_said(&self) -> Vec<usize> {
        let printed = self.client.printed();
        self.said.iter().map(|(text, _)| occurrences(&printed, text)).collect()
    }

    /// Returns what the client has printed, since the current request came, of what is not its reply.
    fn printed_another(&self) -> Option<String> {
        let request = self.requests.last()?;
        let now = self.printed_of_said();
        let (_, (text, rightly)) = self.said.iter().enumerate().find(|(at, (text, rightly))| {
            let before = request.printed_before.get(*at).copied().unwrap_or(0);
            text.len() >= TELLING && now[*at] > before.max(*rightly)
        })?;
        let kind = if *rightly > 0 { "an old reply" } else { "a wrong reply" };
        Some(format!("the client printed {kind} for request {}, {}", request.number, quoted(text)))
    }

    /// Replies to the current request, to where it came from last. Returns when the reply had left.
    ///
    /// # Errors
    /// When the kernel does not take it.
    pub fn reply(&mut self, text: &[u8]) -> Outcome<Duration> {
        let left = self.say(self.number(), text)?;
        let Some(request) = self.requests.last_mut() else { return Ok(left) };
        if request.replied.is_none() {
            request.replied = Some((request.sends, left));
            if let Some((_, rightly)) = self.said.iter_mut().find(|(said, _)| said == text) {
                *rightly += 1;
            }
        }
        Ok(left)
    }

    /// Sends a reply with this number and text, to where the client sent from last.
    ///
    /// # Errors
    /// When the kernel does not take it.
    pub fn say(&mut self, number: u32, text: &[u8]) -> Outcome<Duration> {
        let to = self.from();
        self.has_said(text);
        self.mailbox.say(to, &datagram(number, text))
    }

    /// Types `line`, hears its request, and replies `text`.
    ///
    /// # Errors
    /// As [`Asked::hears`].
    pub fn exchange(&mut self, line: &str, text: &[u8]) -> Outcome {
        self.types(line)?;
        self.reply(text).map(|_| ())
    }

    /// Types `q`, and checks that the client ends well, has sent no other request, and has printed every reply.
    ///
    /// # Errors
    /// The finding that names what is wrong.
    pub fn ends(mut self) -> Outcome {
        self.client.line("q");
        self.ends_well("after `q`")
    }

    /// Checks that the client ends well, has sent no other request, and has printed every reply.
    ///
    /// # Errors
    /// The finding that names what is wrong.
    pub fn ends_well(mut self, after: &str) -> Outcome {
        let exited = self.client.exits_well(after);
        for got in self.mailbox.pending() {
            if self.is_repeated(&got)? {
                continue;
            }
            let cause = match got.bytes.get(4..) {
                Some(b"q") => "`q` is not sent: it ends the client",
                Some(b"") => "for an empty line there is nothing to send",
                _ => "each line is one request, and nothing else is sent",
            };
            let came = format!("one more datagram, {}: {}", count(got.bytes.len()), quoted(&got.bytes));
            let expected = format!("the client sends nothing more {after}");
            return Finding::new(expected, came, cause).of(Half::Client).broken();
        }
        if let Err(stop) = exited {
            return self.took_no_reply(&stop).unwrap_or(Err(stop));
        }
        let wanted = std::mem::take(&mut self.wanted);
        self.printed_whole(&wanted)?;
        self.client.printed_all(&wanted, cause_of_printed)
    }

    /// Returns the finding that a client that gave up had a reply which it did not take, where that is so.
    fn took_no_reply(&mut self, stop: &Stop) -> Option<Outcome> {
        let Symptom::Exited(code) = stop.symptom() else { return None };
        self.client.end();
        let is_printed = self.client.found() >= self.wanted.len();
        let request = self.requests.last().filter(|_| code != 0 && !is_printed)?;
        let (number, (replied_after, _)) = (request.number, request.replied?);
        let (got, cause) = if request.sends_after > 0 {
            (
                format!(
                    "it sent request {number} again when its reply had come, and exited with status {code}"
                ),
                "the reply came, and the client did not take it: a reply counts by its number and its address, \
                 whatever its text is, up to 1028 bytes",
            )
        } else if replied_after == TRIES {
            (
                format!("the reply to its fifth send came, and it exited with status {code}"),
                "the client did not take the reply to its fifth send: perhaps it does not wait after that send; it is a \
                 send like each other",
            )
        } else {
            return None;
        };
        let expected = format!("the client takes the reply to request {number}");
        Some(Finding::new(expected, got, cause).seen(stop.symptom()).of(Half::Client).broken())
    }

    /// Checks that the client did not print the beginning of a long reply alone.
    fn printed_whole(&mut self, wanted: &[Vec<u8>]) -> Outcome {
        self.client.end();
        let missing = wanted.get(self.client.found()).filter(|missing| missing.len() >= LONG_TEXT);
        let Some(missing) = missing else { return Ok(()) };
        let printed = self.client.printed();
        let Some(at) = memchr::memmem::find(&printed, &missing[..LONG_TEXT / 2]) else { return Ok(()) };
        let same = missing.iter().zip(&printed[at..]).take_while(|(a, b)| a == b).count();
        if same == missing.len() {
            return Ok(());
        }
        Finding::new(
            format!("the client prints {}", quoted(missing)),
            format!("the client printed the first {same} of {}", count(missing.len())),
            Perhaps("the client's buffer is too small: the kernel drops what does not fit into it"),
        )
        .of(Half::Client)
        .broken()
    }

    /// Returns whether the client sent the request with this number again when its reply had lain in its queue for 50 ms
    /// or more, in which it did not wait for a processor.
    pub fn left_its_reply(&self, number: u32) -> bool {
        let request = self.requests.iter().find(|request| request.number == number);
        let Some((_, left)) = request.and_then(|request| request.replied) else { return false };
        let last = request.map_or(left, |request| request.last.at);
        let lay = last.saturating_sub(left);
        lay >= ENOUGH
            && (!is_told() || self.mailbox.starved(left, last).is_some_and(|starved| starved < ENOUGH))
    }

    /// Returns how many times the request with this number has come.
    pub fn sends_of(&self, number: u32) -> usize {
        self.requests.iter().find(|request| request.number == number).map_or(0, |request| request.sends)
    }
}

/// A text with so many bytes comes by chance in no output of a client.
const TELLING: usize = 5;
/// A client that gets the processor takes its reply in this time.
const ENOUGH: Duration = Duration::from_millis(50);
/// A reply with at least this many bytes is a long one.
const LONG_TEXT: usize = 256;

fn occurrences(printed: &[u8], text: &[u8]) -> usize {
    if text.is_empty() { 0 } else { memchr::memmem::find_iter(printed, text).count() }
}

/// How many times a check of a client is tried at most.
const ATTEMPTS: usize = 12;
/// After this time no further attempt is made.
const ATTEMPTS_END: Duration = Duration::from_secs(60);

/// Tries a promise of a client, and again when the attempt shows nothing.
///
/// A machine under load may keep the runner, or the client itself, from the processor until five waits of 200 ms are over:
/// then the client rightly gives up. Whether that was so is a fact, see [`Excuse`]. When no attempt shows anything, the
/// runner cannot judge.
pub fn again_if_it_gave_up(bench: &mut Bench, promise: impl Fn(&mut Bench) -> Outcome) -> Outcome {
    let start = Instant::now();
    for attempt in 1.. {
        let outcome = promise(bench);
        let Err(stop) = &outcome else { return outcome };
        let why = match &**stop {
            Stop::Unable(Hindrance::TooLate, words) => words.to_string(),
            stop if stop.symptom() == Symptom::Exited(1) => match bench.datagrams.excuse(TRIES, SOONEST) {
                None => return outcome,
                Some(Excuse::LateReply(late)) => {
                    format!("the reply left {} ms after the client's last send", late.as_millis())
                }
                Some(Excuse::Starved) => {
                    "the client waited for a processor while the reply lay in its queue".into()
                }
                Some(Excuse::Unknown) if is_told() => {
                    "the runner got the processor too late to see whether the client could take the reply"
                        .into()
                }
                // Where nothing tells, a client that goes wrong in each attempt is wrong.
                Some(Excuse::Unknown) if attempt == ATTEMPTS => return outcome,
                Some(Excuse::Unknown) => String::new(),
            },
            _ => return outcome,
        };
        let time = start.elapsed();
        if attempt == ATTEMPTS || time >= ATTEMPTS_END {
            return hindered(
                Hindrance::TooLate,
                format!(
                    "gave up after {:.0} s: none of {attempt} attempts shows anything about the client, because this machine \
                     is busy; in the last one {why}",
                    time.as_secs_f32()
                ),
            );
        }
        bench.begin_again();
    }
    unreachable!("the last attempt returns")
}

/// Returns how a program ended, as a symptom.
pub fn ended(exit: Exit) -> Symptom {
    match exit {
        Exit::Code(code) => Symptom::Exited(code),
        Exit::Signal(_) | Exit::ByRunner => Symptom::Killed,
    }
}

/// Sets the cause of a broken promise where the program ended, with another status than 0, in place of what was due.
///
/// # Errors
/// Those of `outcome`.
pub fn because_it_ended<T>(outcome: Outcome<T>, cause: impl Into<Cause>) -> Outcome<T> {
    match &outcome {
        Err(stop) if matches!(stop.symptom(), Symptom::Exited(1..) | Symptom::Killed) => {
            because(outcome, cause)
        }
        _ => outcome,
    }
}

/// Returns the likely cause when a client printed something other than the replies.
pub fn cause_of_printed(printed: &str) -> Cause {
    match printed.trim() {
        "" => "print the text of every reply on a line of its own",
        _ => "print the text of every reply as it came: the bytes after its number, no more and no less",
    }
    .into()
}
