//! Linux: a keeper process between the runner and a program under test, so that nothing is left behind.
//!
//! The keeper is this same executable, started with the hidden verb [`VERB`]. It leads its own session and is a child
//! subreaper (prctl(2)): everything that the program starts, also after `setsid` or a double fork, stays its
//! descendant. When the runner says so, or is gone for any reason (the control socket ends), the keeper kills
//! descendants until none is left.
//!
//! The control socket carries single bytes to the keeper: `t` (SIGTERM to the program), `e` (end everything). It
//! carries lines from the keeper: `started PID`, `refused FILE`, `failed WHY` (the number of the system's error, or words),
//! `exit CODE`, `signal NUMBER`.
//!
//! What the program may do ([`super::confine`]), the keeper applies to it between fork and exec; it is not confined itself.
//! Where the runner collects calls, the keeper also traces the program: see [`crate::system::trace`].

mod fds;
mod handle;
mod orders;
mod process;

pub use handle::Kept;
pub use process::main;

/// The hidden verb: `xtask __keeper [--trace FD] [--confine JSON] RUN PROGRAM ARG…`, where RUN names the run's folders. With
/// a descriptor, the program is traced, and the lines of [`crate::system::trace::event`] go there.
pub const VERB: &str = "__keeper";

/// `xtask __keeper --try`: tries to trace, and prints why it cannot.
pub const TRY: &str = "--try";

/// `xtask __keeper --tried`: what is traced then.
const TRIED: &str = "--tried";

const TRACE: &str = "--trace";
const CONFINE: &str = "--confine";

/// The first words of a line from the keeper: the program runs, containment refused its start, it could not be started.
const STARTED: &str = "started ";
const REFUSED: &str = "refused ";
const FAILED: &str = "failed ";

/// Where the keeper finds its end of the control socket.
const CONTROL_FD: i32 = 3;
