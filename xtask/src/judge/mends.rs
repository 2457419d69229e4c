//! What to write instead, where the kind of the error that ended a server is known.

use super::own_error::{Kind, OwnError};
use crate::bench::{Bench, lock};
use crate::course::Lesson;
use crate::finding::{Finding, Half, Symptom};
use crate::promises::CheckOn;
use crate::promises::asking::unanswered::on_bytes;

/// Returns the cause where this error ended the server, when its kind tells what to write instead. The error of a
/// connection is a client's only where a client has left.
pub fn of_server(
    error: &OwnError,
    finding: &Finding,
    check: CheckOn,
    lesson: &Lesson,
    bench: &Bench<'_>,
) -> Option<String> {
    let has_left = || check.half == Half::Pair || bench.logs.iter().any(|log| lock(log).has_ended());
    let (place, shown) = (error.in_brackets(), error.shown());
    Some(match (&error.kind, error.is_panic) {
        (Kind::NoText, true) if lesson.any_bytes => {
            let mend = on_bytes(true, lesson.in_place);
            format!(
                "the server took bytes for text and panicked, because they are no UTF-8{place}. {mend}. A panic \
                 ends the server for every client"
            )
        }
        (Kind::NoText, false) if lesson.any_bytes => {
            let mend = on_bytes(false, None);
            format!("the server ended with an error of its own: {shown}. It took bytes for text. {mend}")
        }
        (Kind::Gone(what), true) if has_left() => format!(
            "the server panicked{place}, because a client vanished: {what}. A client that vanishes is no reason to end: \
             where a call for one client returns an error, print it and accept the next client (`match`, no `unwrap`)"
        ),
        (Kind::Gone(_), false) if has_left() && finding.symptom == Symptom::EndedForAll => format!(
            "the server ended with an error of its own, because a client vanished: {shown}; what one client does must end \
             its connection only, never the server: handle the error where this client is served, print it, and accept \
             the next client"
        ),
        _ => return None,
    })
}
