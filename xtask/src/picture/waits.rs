//! Which calls wait. Such a call is drawn from its start to its return; all others are drawn in one row.

use super::model::{Made, Sent};
use crate::system::trace::call::On;

/// A call that can wait, and takes so long, waits: in nanoseconds. It decides only how the call is drawn.
const LONG: u64 = 1_000_000;
/// So does any other call that takes so long: a `write` into a full queue, for instance.
const VERY_LONG: u64 = 10_000_000;

/// Calls that wait when nothing is there for them.
const WAITING: &[&str] = &[
    "accept",
    "accept4",
    "clock_nanosleep",
    "connect",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "nanosleep",
    "poll",
    "ppoll",
    "pselect6",
    "select",
];

/// Returns whether a call waits: something came for it while it was made, or it took long.
pub fn waits(made: &Made, segments: &[Sent]) -> bool {
    let call = &made.call;
    let Some(end) = call.end else { return true };
    let took = end.0.saturating_sub(call.start.0);
    if !call.reads() && !call.peeks() && !WAITING.contains(&call.name) {
        return took >= VERY_LONG;
    }
    // What comes for another socket of the program is nothing to it.
    let is_for_it = |one: &Sent| match made.link {
        Some(link) => one.link == link,
        None => !matches!(call.on, Some(On::Input | On::Output | On::Error)),
    };
    let came = |one: &Sent| {
        one.to == made.party && is_for_it(one) && call.start < one.segment.at && one.segment.at < end
    };
    took >= LONG || segments.iter().any(came)
}
