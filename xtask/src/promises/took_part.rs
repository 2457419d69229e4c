//! What a `write` that takes only a part leaves behind, in every scenario.

use crate::bench::{Bench, Server};
use crate::finding::{Cause, Finding, Half, Outcome, Perhaps, Stop, Symptom, because};

/// Why bytes are missing of what a program has sent.
pub const SENT: &str = "use `write_all` (Python: `sendall`), or send again what is left: `write` took only a part here, and \
                        returned how many bytes. It did so because the program was stopped (SIGSTOP) while it waited in \
                        that call, and then went on (SIGCONT), as with Ctrl-Z and `fg`";

/// Why bytes are missing of what a program has printed.
pub const PRINTED: &str = "use `write_all`, or print again what is left: `write` took only a part here, and returned how many \
                           bytes. It did so because the program was stopped (SIGSTOP) while it waited in that call, and \
                           then went on (SIGCONT), as with Ctrl-Z and `fg`";

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
    match bench.aside(|bench| run(bench, false)) {
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
        Cause::from(Perhaps(
            "a call returned early, with EINTR and nothing done, as a call that waits may after a stop: that is \
             no error; make the call again",
        ))
        .kept(),
    )
    .of(Half::Server)
    .broken()
}
