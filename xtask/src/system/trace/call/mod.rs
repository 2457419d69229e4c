//! The model of a call that a program made: plain data, on every platform.

mod detail;
pub mod json;
mod names;
mod socket;
mod words;

pub use detail::{Change, Detail, Polled, Side};
pub use names::name;
pub use socket::{Address, On, Socket, Transport};

use crate::system::stamp::Stamp;

/// The number of a program's start within the run, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProgramId(pub u32);

/// At most so many bytes of one call are kept.
pub const KEPT: usize = 64 * 1024;

/// One call into the kernel (syscalls(2)) that one thread made.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The program that was started.
    pub program: ProgramId,
    /// The process that made it: the program's own, or one below it.
    pub pid: u32,
    /// The thread that made it; the first thread of a process has its number.
    pub tid: u32,
    /// Its name, as in syscalls(2).
    pub name: &'static str,
    /// The descriptor that it is about; `None` for a call that is about none, or about several.
    pub file: Option<i32>,
    /// What the descriptor stood for, as far as that was known at the end of the call.
    pub on: Option<On>,
    /// Its other arguments.
    pub detail: Detail,
    /// When the program made it. The program went on into the kernel only after this moment.
    pub start: Stamp,
    /// When it returned; `None` while it waits, and for a call that never returned.
    pub end: Option<Stamp>,
    /// What it returned, or the negative number of its error (errno(3)); `None` while `end` is.
    pub result: Option<i64>,
    /// The socket that its result, a descriptor, stands for: of `socket`, `accept`, `dup` and the like.
    pub made: Option<Socket>,
    /// The bytes that it moved, at most [`KEPT`]; fewer than `moved` where they were too many, or cannot be read.
    pub bytes: Vec<u8>,
    /// How many bytes it moved.
    pub moved: u64,
}

/// MSG_PEEK of recv(2), as Linux numbers it.
const PEEK: i32 = 2;

impl Call {
    /// Returns whether it moved bytes out of the program.
    pub fn writes(&self) -> bool {
        ["write", "writev", "sendto", "sendmsg", "sendmmsg", "sendfile"].contains(&self.name)
    }

    /// Returns whether it moved bytes into the program, and took them: not a look with MSG_PEEK.
    pub fn reads(&self) -> bool {
        ["read", "readv", "recvfrom", "recvmsg", "recvmmsg"].contains(&self.name) && !self.peeks()
    }

    /// Returns whether it looks at bytes and leaves them in the queue (MSG_PEEK, recv(2)).
    pub fn peeks(&self) -> bool {
        matches!(self.detail, Detail::Move { flags, .. } if flags & PEEK != 0)
    }

    /// Returns the socket that it is about.
    pub fn socket(&self) -> Option<&Socket> {
        match &self.on {
            Some(On::Socket(socket)) => Some(socket),
            _ => None,
        }
    }

    /// Returns the number of its error, or `None`.
    pub fn error(&self) -> Option<i64> {
        self.result.filter(|result| (-4095..0).contains(result)).map(|result| -result)
    }
}

/// What a process did beside its calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When it was seen.
    pub at: Stamp,
    /// The process.
    pub pid: u32,
    /// What happened.
    pub what: What,
}

/// See [`Happening`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It runs this program from now on (execve(2)): its first word.
    Started(String),
    /// It made this child process.
    Forked(u32),
    /// It exited with this status.
    Exited(i32),
    /// The signal of this number ended it.
    Killed(i32),
}
