//! What the parts of the bench share: waits for facts, and findings about whole programs.

use super::stderr::Said;
use crate::finding::{Cause, Finding, Half, Hindrance, Outcome, Perhaps, Symptom, hindered, unable};
use crate::system::endpoint::Endpoint;
use crate::system::family::Family;
use crate::system::patience::Patience;
use crate::system::processes::Activity;
use crate::system::program::boxed::Hidden;
use crate::system::program::{Exit, Program, Refused, Spec};
use crate::wire::Record;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the rest of what a program has printed may take to arrive when it has ended.
const REPORTS: Duration = Duration::from_secs(1);

/// Returns the result, or the stop that names what the runner could not do.
pub fn can<T>(what: &str, result: anyhow::Result<T>) -> Outcome<T> {
    result.or_else(|error| unable(format!("cannot {what}: {error:#}")))
}

/// Returns the program, or the stop that names the one that could not be started.
pub fn starts(which: &str, spec: &Spec, started: anyhow::Result<Program>) -> Outcome<Program> {
    started.or_else(|error| {
        let confined =
            |why: String| hindered(Hindrance::Confined, format!("cannot start the {which}: {why}"));
        if let Some(refused) = error.downcast_ref::<Refused>() {
            let folder = quoted_path(&refused.folder());
            return confined(format!("{refused}; if they may read it, type --allow {folder}"));
        }
        let Some(hidden) = Hidden::of(spec) else {
            return hindered(Hindrance::CannotStart, format!("cannot start the {which}: {error:#}"));
        };
        confined(to_show(&hidden))
    })
}

/// Returns what a box does not show, and what to type.
pub fn to_show(hidden: &Hidden) -> String {
    let folder = hidden.folder().map_or_else(|| "with its folder".into(), quoted_path);
    format!("{hidden}; if this machine has it, and programs may read it, type --allow {folder}")
}

/// Returns a path as a shell takes it.
fn quoted_path(path: &Path) -> String {
    let path = path.to_string_lossy();
    shlex::try_quote(&path).map_or_else(|_| path.to_string(), |quoted| quoted.into_owned())
}

/// Returns the stop that the keeper of this half was killed.
pub fn lost<T>(half: Half) -> Outcome<T> {
    hindered(
        Hindrance::KeeperKilled,
        format!(
            "the {}, or the system for want of memory, killed the runner's process that watches it",
            half.word()
        ),
    )
}

/// Waits until every thread of the program sleeps in a call that waits.
pub fn wait_idle(program: &Program) {
    let patience = Patience::with(&[program.root()]);
    patience.until(|| (program.activity() != Activity::Busy).then_some(()));
}

/// Returns what a program does that should have ended, as a symptom and in words.
pub fn still(program: &Program) -> (Symptom, String) {
    match program.activity() {
        Activity::Asleep(call) => {
            (Symptom::StillWaits { on_input: call.reads_input() }, format!("it still waits, in {call}"))
        }
        Activity::Busy => (Symptom::StillRuns, "it still runs, and is busy".into()),
        _ => (Symptom::StillRuns, "it still runs".into()),
    }
}

/// Returns how a program ended, as a symptom.
pub fn ended(exit: Exit) -> Symptom {
    match exit {
        Exit::Code(code) => Symptom::Exited(code),
        Exit::Signal(_) | Exit::ByRunner => Symptom::Killed,
    }
}

/// Returns why a program that does well at an address of IPv4 perhaps does not at this one; `None` for IPv4.
pub fn of_another_family(addr: Endpoint) -> Option<Perhaps<&'static str>> {
    match addr.family() {
        Family::V4 => None,
        Family::V6 => Some(Perhaps(
            "its socket is of another family: make it of the family of the address that was given (AF_INET6 for \
             [::1]), and split HOST:PORT at the last `:`",
        )),
        Family::Unix => Some(Perhaps(
            "its socket is of another family: make it of the family of the address that was given (AF_UNIX for \
             unix:PATH), and split only HOST:PORT at its last `:`",
        )),
    }
}

/// Returns the finding that the client did not call at `addr`.
pub fn never_called<T>(addr: Endpoint, client: &Program, patience: &Patience) -> Outcome<T> {
    let (symptom, doing) = still(client);
    let got = match client.exit() {
        Some(exit) => format!("it {exit} without connecting"),
        None => format!("it did not connect; {doing}; {patience}"),
    };
    // A program that has ended prints nothing more: only what it started could hold the pipe.
    let reports = || {
        client.stderr.wait_end(Instant::now() + REPORTS);
        !Said(client.stderr.kept()).is_blank()
    };
    let must = "the client must connect to the address in its first argument";
    let states_why = "it ended before it connected: its own message states why";
    let cause: Cause = match (symptom, of_another_family(addr)) {
        (Symptom::StillWaits { on_input: true }, _) => {
            "it reads its standard input before it connects: connect first".into()
        }
        (_, None) if client.exit().is_some() && reports() => Cause::general(format!("{states_why}; {must}")),
        (_, Some(perhaps)) if client.exit().is_some() && reports() => {
            format!("{states_why}; {must}; {perhaps}").into()
        }
        (_, Some(perhaps)) => format!("{must}; {perhaps}").into(),
        (_, None) => must.into(),
    };
    let finding = Finding::new(format!("the client connects to {addr}"), got, cause).before_it_began();
    finding.of(Half::Client).broken()
}

/// Returns the finding that one client ended the whole server.
pub fn ended_for_all<T>(after: &str, exit: Exit) -> Outcome<T> {
    let finding = Finding::new(
        format!("the server goes on after {after}"),
        format!("it {exit}"),
        "what one client does must end its connection only, never the server",
    );
    finding.seen(Symptom::EndedForAll).broken()
}

/// Returns a function that counts the bytes that a wire has carried, both ways together.
pub fn progress(record: &Record) -> impl Fn() -> u64 + Send + 'static {
    let record = record.clone();
    move || record.carried().0 + record.carried().1
}
