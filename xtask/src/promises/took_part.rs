//! What a `write` that takes only a part leaves behind, in every scenario.

use crate::bench::Server;
use crate::finding::{Finding, Half, Outcome};

/// Why bytes are missing of what a program has sent.
pub const SENT: &str = "`write` took only a part, because the program was stopped (SIGSTOP) while it waited in that call \
                        and then went on (SIGCONT), as with Ctrl-Z and `fg`: it returns how many bytes it took, and the \
                        others must be sent after them (`write_all`, `sendall`)";

/// Why bytes are missing of what a program has printed.
pub const PRINTED: &str = "`write` took only a part, because the program was stopped (SIGSTOP) while it waited in that \
                           call and then went on (SIGCONT), as with Ctrl-Z and `fg`: it returns how many bytes it took, \
                           and the others must be printed after them (`write_all`)";

/// Returns whether `got` is what is left of `expected` when parts of it are missing.
pub fn lacks_parts(got: &[u8], expected: &[u8]) -> bool {
    let mut expected_bytes = expected.iter();
    got.len() < expected.len() && got.iter().all(|byte| expected_bytes.any(|other| other == byte))
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
        "a call that waits may return early then, with the error EINTR and nothing done: make it again",
    )
    .of(Half::Server)
    .broken()
}
