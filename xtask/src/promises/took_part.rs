//! What a `write` that takes only a part leaves behind, in every scenario.

use crate::bench::{Bench, Server};
use crate::finding::{Cause, Finding, Half, Outcome, Stop, Symptom, because};

/// Why bytes are missing of what a program has sent.
pub const SENT: &str = "`write` took only a part, because the program was stopped (SIGSTOP) while it waited in that call \
                        and then went on (SIGCONT), as with Ctrl-Z and `fg`: it returns how many bytes it took, and the \
                        others must be sent after them (`write_all`, `sendall`)";

/// Why bytes are missing of what a program has printed.
pub const PRINTED: &str = "`write` took only a part, because the program was stopped (SIGSTOP) while it waited in that \
                           call and then went on (SIGCONT), as with Ctrl-Z and `fg`: it returns how many bytes it took, \
                           and the others must be printed after them (`write_all`)";

/// Runs a check with what makes `write` take only a part, which `run` gets as `true`. Where that breaks the promise and
/// `run` without it does not, `cause` is the cause.
///
/// # Errors
/// Those of `run` with it.
pub fn only_then(bench: &mut Bench, cause: &str, run: impl Fn(&mut Bench, bool) -> Outcome) -> Outcome {
    let Err(stop) = run(bench, true) else { return Ok(()) };
    // A program that has sent nothing at all has not sent a part either.
    if !matches!(*stop, Stop::Broken(_)) || stop.symptom() == Symptom::Silent {
        return Err(stop);
    }
    let (logs, ran) = (bench.logs.len(), bench.ran.len());
    let without = run(bench, false);
    // The evidence is that of the run that broke the promise.
    bench.logs.truncate(logs);
    bench.ran.truncate(ran);
    match without {
        Ok(()) => because(Err(stop), Cause::certain(cause)),
        Err(_) => Err(stop),
    }
}

/// Checks that a server which was stopped and went on still runs.
///
/// # Errors
/// The finding that it ended.
pub fn goes_on(server: &Server) -> Outcome {
    let Some(exit) = server.exit() else { return Ok(()) };
    Finding::new(
        "the server goes on after it was stopped (SIGSTOP) and continued (SIGCONT)",
        format!("it {exit}"),
        Cause::certain(
            "perhaps a call returned early, with EINTR and nothing done, as a call that waits may after a stop: that is \
             no error; make the call again",
        ),
    )
    .of(Half::Server)
    .broken()
}
