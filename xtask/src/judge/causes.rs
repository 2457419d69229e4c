//! What the bench has seen beside the broken promise: a hole, a server that waits for its client or spins, a program
//! that died of an error of its own.

use super::case::Case;
use super::mends;
use super::own_error::{self, Ended, Kind, OwnError};
use crate::bench::{Bench, Exit, Meanwhile, lock};
use crate::course::{Lesson, Scenario};
use crate::finding::{Cause, Finding, Half, Hindrance, Stop, Symptom, Weight};
use crate::promises::CheckOn;
use crate::promises::pushing::waits_for_client;
use crate::workspace::hole;
use std::str;
use std::sync::atomic::Ordering::Relaxed;

/// A stop of a check, corrected by what is certain about its programs.
pub struct Reconsidered {
    /// The stop.
    pub stop: Stop,
    /// The program's own error that the cause quotes.
    pub quoted: Option<OwnError>,
}

impl From<Stop> for Reconsidered {
    fn from(stop: Stop) -> Self {
        Self { stop, quoted: None }
    }
}

/// Corrects the stop of a check by what is certain about its programs.
pub fn reconsidered(case: &Case, check: CheckOn, bench: &Bench<'_>, stop: Stop) -> Reconsidered {
    let Stop::Broken(mut finding) = stop else { return stop.into() };
    let waits = bench.logs.iter().find_map(|log| lock(log).waits_for_us);
    if let Some(call) = waits
        && check.half != Half::Client
        && case.lesson.scenario == Scenario::Pushing
    {
        return Stop::Unable(Hindrance::OtherProtocol, waits_for_client(call)).into();
    }
    finding.hole = bench.ran.iter().find_map(|ran| {
        let stderr = String::from_utf8_lossy(&ran.stderr.kept()).into_owned();
        hole::reached(&stderr, case.sources.as_deref()?, &case.shown_dir)
    });
    if let Some(hole) = &finding.hole {
        finding.got = format!("the program reached `todo!` in `{}`", hole.function).into();
        finding.cause =
            format!("`{}` in {}:{} is not written yet", hole.function, hole.file, hole.line).into();
        return Stop::Broken(finding).into();
    }
    let meanwhile = bench.logs.iter().find_map(|log| lock(log).meanwhile.clone());
    if check.half == Half::Server
        && let Some(meanwhile) = &meanwhile
    {
        seen_meanwhile(&mut finding, meanwhile, bench);
    }
    let mut quoted = None;
    if check.half != Half::Client && finding.symptom != Symptom::Panicked {
        quoted = server_died(&mut finding, check, case.lesson, bench, meanwhile.as_ref());
    }
    if check.half != Half::Client && quoted.is_none() {
        has_closed_its_listener(&mut finding, check, bench);
    }
    let at_fault = if check.half == Half::Pair { finding.at_fault } else { Some(check.half) };
    if at_fault == Some(Half::Client) {
        quoted = client_died(&mut finding, bench).or(quoted);
    }
    Reconsidered { stop: Stop::Broken(finding), quoted }
}

/// Replaces the cause where the server has closed its listening socket and a connection failed, or nothing came from it.
fn has_closed_its_listener(finding: &mut Finding, check: CheckOn, bench: &Bench<'_>) {
    let has_closed = bench.ran.iter().any(|ran| ran.closed_its_listener.load(Relaxed));
    let is_unheard = || bench.logs.last().is_some_and(|log| lock(log).so_far().1.is_empty());
    let is_open = match finding.symptom {
        Symptom::Refused => true,
        Symptom::EndedEarly if is_unheard() => true,
        _ => finding.cause.weight == Weight::General,
    };
    if has_closed && is_open {
        if check.half == Half::Pair {
            finding.at_fault = Some(Half::Server);
        }
        finding.cause = Cause::certain(LISTENER_CLOSED);
    }
}

/// The cause where a server goes on and listens no more.
const LISTENER_CLOSED: &str = "the server goes on, and its listening socket is closed: the kernel then resets (RST) the clients \
                               that wait for `accept`, and refuses those that come later. Keep the listener as long as the \
                               server runs; in Rust, where it is dropped it is closed";

/// Adds what the server did while nothing came from it. Where the check knows more about the cause, its cause stays.
fn seen_meanwhile(finding: &mut Finding, meanwhile: &Meanwhile, bench: &Bench<'_>) {
    finding.got = format!("{} (the server {meanwhile})", finding.got).into();
    let is_general = finding.cause.weight == Weight::General;
    let cause: Cause = match meanwhile {
        Meanwhile::NotAccepted { .. } if is_general => {
            "the connection was never accepted: call `accept` in a loop that waits for nothing else".into()
        }
        Meanwhile::Busy { at_end: true } => {
            "the server spins, and the client has ended its direction (FIN): a `read` at the end of the stream returns \
             0 at once, every time: leave the loop when it does"
                .into()
        }
        Meanwhile::Busy { at_end: false } => {
            let has_left = bench.logs.iter().any(|log| lock(log).has_ended());
            let perhaps = "; perhaps a client has left: a `read` at the end of the stream returns 0 at once, every time, \
                           so leave the loop when it does";
            format!(
                "the server spins: a call that should wait returns at once, again and again, or the loop makes no call \
                 that waits{}",
                if has_left { perhaps } else { "" }
            )
            .into()
        }
        Meanwhile::ReadsNothing { .. } if is_general => {
            "the server accepted the connection and never called `read` on it: read from the stream that `accept` \
             returned, before the server waits for anything else"
                .into()
        }
        Meanwhile::NotAccepted { .. } | Meanwhile::Waits { .. } | Meanwhile::ReadsNothing { .. } => return,
    };
    finding.cause = cause;
}

/// Returns the error of its own with which this half ended, and how; or, where it goes on, that of its first thread
/// that ended so.
pub(super) fn died(bench: &Bench<'_>, half: Half) -> Option<(OwnError, Option<Exit>)> {
    bench.ran.iter().rev().filter(|ran| ran.half == half).find_map(|ran| {
        let errors = own_error::all(&String::from_utf8_lossy(&ran.stderr.kept()));
        match ran.link.ended_itself() {
            Some(Exit::Code(0)) => None,
            Some(exit) => {
                // A panic ends a program with 101, or aborts it; where it ended in another way, a thread has panicked.
                let fits =
                    |error: &OwnError| !error.is_panic || matches!(exit, Exit::Code(101) | Exit::Signal(_));
                let ended = |error: &OwnError| error.is_last || error.ended == Ended::Program;
                let error = errors.into_iter().rev().find(|error| fits(error) && ended(error));
                error.map(|error| (error, Some(exit)))
            }
            None => errors.into_iter().find(|error| error.ended == Ended::Thread).map(|error| (error, None)),
        }
    })
}

/// Replaces the cause where the server, or a thread of it, died of an error of its own. Returns the error that the cause
/// quotes.
fn server_died(
    finding: &mut Finding,
    check: CheckOn,
    lesson: &Lesson,
    bench: &Bench<'_>,
    meanwhile: Option<&Meanwhile>,
) -> Option<OwnError> {
    let Some((error, exit)) = died(bench, Half::Server) else {
        let panicked = Some(Exit::Code(101));
        let servers = || bench.ran.iter().filter(|ran| ran.half == Half::Server);
        if servers().any(|ran| ran.link.ended_itself() == panicked) {
            finding.cause = PANICKED.into();
        }
        return None;
    };
    let shown = error.shown();
    let guess = guess(&error, bench).map_or(String::new(), |guess| format!("; {guess}"));
    if exit.is_some() {
        if check.half == Half::Pair {
            finding.at_fault = Some(Half::Server);
        }
        let ended = format!("the server ended with an error of its own: {shown}{guess}");
        let is_before_it_listened =
            check.half == Half::Server && matches!(finding.symptom, Symptom::Exited(_) | Symptom::Killed);
        let cause = match finding.cause.weight {
            Weight::Kept => format!("{ended}; {}", finding.cause),
            Weight::Likely if is_before_it_listened => format!("{ended}; {}", finding.cause),
            Weight::General if is_before_it_listened => ended,
            _ if error.kind == Kind::OutOfRange => format!("{OUT_OF_RANGE}. It was: {shown}"),
            _ => mends::of_server(&error, finding, check, lesson, bench).unwrap_or_else(|| {
                match finding.symptom {
                    _ if error.is_panic => format!("{PANICKED}{guess}. It was: {shown}"),
                    Symptom::EndedForAll => format!("{ended}; {ITS_CONNECTION_ONLY}"),
                    _ => ended,
                }
            }),
        };
        finding.cause = cause.into();
        return Some(error);
    }
    let is_unanswered = matches!(finding.symptom, Symptom::Silent | Symptom::EndedEarly);
    if !is_unanswered || finding.cause.weight == Weight::Kept {
        return None;
    }
    if check.half == Half::Pair {
        finding.at_fault = Some(Half::Server);
    }
    let is_left = match meanwhile {
        Some(Meanwhile::Waits { call, .. } | Meanwhile::ReadsNothing { call, .. }) => {
            !call.is_some_and(|call| call.reads_connection())
        }
        _ => false,
    };
    let is_only_client = bench.logs.len() == 1;
    let then = match finding.symptom {
        Symptom::Silent if is_left || is_only_client => "; nothing answers this client any more",
        Symptom::EndedEarly if is_only_client => "; that ended its client's connection",
        _ => "; perhaps that is why",
    };
    finding.cause = format!("a thread of the server ended with an error: {shown}{guess}{then}").into();
    Some(error)
}

/// Returns a guess at why an error of the program's own came, where its kind does not say that already.
fn guess(error: &OwnError, bench: &Bench<'_>) -> Option<&'static str> {
    taken_for_text(bench).filter(|_| matches!(error.kind, Kind::Other | Kind::NoText))
}

/// Returns a guess where the runner had sent bytes on the last connection that are no text, or are not in each piece, and
/// had not left it: an error of the program's own may then come from taking them for text.
fn taken_for_text(bench: &Bench<'_>) -> Option<&'static str> {
    let said = lock(bench.logs.last()?).said_and_stayed()?;
    if said.is_ascii() {
        return None;
    }
    Some(match str::from_utf8(&said) {
        Ok(_) => {
            "the runner had sent characters of more than one byte: perhaps a `read` ended inside one, and it was taken \
             for text; work on the bytes"
        }
        Err(_) => {
            "the runner had sent bytes that are no UTF-8: perhaps they were taken for text; work on the bytes"
        }
    })
}

/// The cause where a panic ended the server.
const PANICKED: &str = "the server panicked, and that ended it for every client: no `unwrap` or `expect` on what a \
                        client sends or does";

/// What holds where a client's doing has ended the server.
const ITS_CONNECTION_ONLY: &str = "what one client does must end its connection only, never the server";

/// The cause where a panic of one of Rust's own checks ended the server.
const OUT_OF_RANGE: &str = "the server panicked, and that ended it for every client: a number or an index was out of \
                            range (`checked_sub` and `get` return `None` there)";

/// Adds the error of its own with which the client ended, where that is the fault, and returns it. The check's own cause
/// stays beside it when it is kept, and as a guess when the check has reasons for it.
fn client_died(finding: &mut Finding, bench: &Bench<'_>) -> Option<OwnError> {
    let is_ended = finding.never_began || matches!(finding.symptom, Symptom::Exited(1..) | Symptom::Killed);
    let died = died(bench, Half::Client).filter(|(_, exit)| is_ended && exit.is_some());
    let (error, _) = died?;
    let shown = error.shown();
    let ended = format!("the client ended with an error of its own: {shown}");
    let cause = std::mem::take(&mut finding.cause);
    finding.cause = match cause.weight {
        // Its cause is no guess about the error, but what a client must do.
        Weight::Kept | Weight::Likely if finding.never_began => format!("{ended}; {cause}").into(),
        Weight::Kept => Cause::from(format!("{cause}. It was: {shown}")).kept(),
        Weight::Likely => format!("{ended}; {}", cause.guessed()).into(),
        Weight::General => match guess(&error, bench) {
            Some(guess) => format!("{ended}; {guess}").into(),
            None => ended.into(),
        },
    };
    Some(error)
}
