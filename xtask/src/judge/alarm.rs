//! A program that an alarm clock of its own has ended: alarm(2), setitimer(2), without a handler for SIGALRM.

use crate::bench::{Bench, Exit};
use crate::finding::{Cause, Half, Stop};

/// The number of SIGALRM on every Unix of today (signal(7)).
const SIGALRM: i32 = 14;

/// Names the alarm clock as the cause, where it ended the program that is at fault.
pub fn named(mut stop: Stop, half: Half, bench: &Bench<'_>) -> Stop {
    if let Stop::Broken(finding) = &mut stop {
        let at_fault = if half == Half::Pair { finding.at_fault } else { Some(half) };
        let rang = |wanted: Half| {
            let mut ran = bench.ran.iter().filter(|ran| ran.half == wanted);
            ran.any(|ran| ran.link.ended_itself() == Some(Exit::Signal(SIGALRM)))
        };
        if finding.hole.is_none() && at_fault.is_some_and(rang) {
            finding.cause = Cause::certain(
                "SIGALRM ended it: an alarm clock of its own rang (`alarm`, `setitimer`), and by default that ends the \
                 whole program; it is a time limit on the silence of the other side: leave it out",
            );
        }
    }
    stop
}
