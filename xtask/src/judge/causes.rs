//! What the bench has seen beside the broken promise: a hole, a server that waits for its client, spins or panicked.

use super::case::Case;
use crate::bench::{Bench, Exit, Meanwhile, lock};
use crate::course::Scenario;
use crate::finding::{Cause, Finding, Half, Hindrance, Stop, Symptom, Weight};
use crate::promises::CheckOn;
use crate::promises::pushing::waits_for_client;
use crate::workspace::hole;

/// Returns the stop of a check, corrected by what is certain about its programs.
pub fn reconsidered(case: &Case<'_>, check: CheckOn, bench: &Bench<'_>, stop: Stop) -> Stop {
    let Stop::Broken(mut finding) = stop else { return stop };
    let waits = bench.logs.iter().find_map(|log| lock(log).waits_for_us);
    if let Some(call) = waits
        && check.half != Half::Client
        && case.lesson.scenario == Scenario::Pushing
    {
        return Stop::Unable(Hindrance::OtherProtocol, waits_for_client(call));
    }
    finding.hole = bench.ends.iter().find_map(|(_, stderr, _)| {
        let stderr = String::from_utf8_lossy(&stderr.kept()).into_owned();
        hole::reached(&stderr, case.sources.as_deref()?, &case.shown_dir)
    });
    if let Some(hole) = &finding.hole {
        finding.got = format!("the program reached `todo!` in `{}`", hole.function).into();
        finding.cause =
            format!("`{}` in {}:{} is not written yet", hole.function, hole.file, hole.line).into();
    } else if check.half == Half::Server {
        if let Some(meanwhile) = bench.logs.iter().find_map(|log| lock(log).meanwhile) {
            seen_meanwhile(&mut finding, meanwhile);
        }
        if finding.symptom != Symptom::Panicked && has_panicked(bench) {
            finding.cause =
                "the server panicked, and that ended it for every client: no `unwrap` or `expect` on what a \
                 client sends or does"
                    .into();
        }
    }
    Stop::Broken(finding)
}

/// Adds what the server did while nothing came from it. Where the check knows more about the cause, its cause stays.
fn seen_meanwhile(finding: &mut Finding, meanwhile: Meanwhile) {
    finding.got = format!("{} (the server {meanwhile})", finding.got).into();
    let is_general = finding.cause.weight == Weight::General;
    let cause: Cause = match meanwhile {
        Meanwhile::NotAccepted if is_general => {
            "the connection was never accepted: call `accept` in a loop that waits for nothing else".into()
        }
        Meanwhile::Busy => {
            "the server spins: a call that should wait returns at once, again and again, or the loop makes none"
                .into()
        }
        Meanwhile::ReadsNothing { .. } if is_general => {
            "the server accepted the connection and never called `read` on it: read from the stream that `accept` \
             returned, before the server waits for anything else"
                .into()
        }
        Meanwhile::NotAccepted | Meanwhile::Waits { .. } | Meanwhile::ReadsNothing { .. } => return,
    };
    finding.cause = cause;
}

/// Returns whether the server ended as a Rust program ends that panics.
fn has_panicked(bench: &Bench<'_>) -> bool {
    let panicked = Some(Exit::Code(101));
    bench.ends.iter().any(|(half, _, link)| *half == Half::Server && link.ended_itself() == panicked)
}
