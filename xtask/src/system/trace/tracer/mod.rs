//! Inside a keeper: traces the program with ptrace(2). Only the thread that started the program may do that.
//!
//! The program stops at the start of each call that the filter names; if the call is of interest, it stops again when the
//! call returns, and else it goes on at once. In between, it runs as always.

mod calls;
mod enter;
mod files;
mod filter;
mod follow;
mod leave;
mod memory;
mod ptrace;
mod sockaddr;
mod start;
mod tell;
mod thread;
mod trial;

pub use follow::Tracer;
pub use start::start;
pub use trial::{tried, try_here};

/// Why calls cannot be seen on this system at all.
pub const WHY_NOT: Option<&str> = None;
