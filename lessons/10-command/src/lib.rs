//! Commands: run with limits, and answered with a reply that has three parts.

mod cd;
mod reply;
mod run;

pub use cd::cd;
pub use reply::{Header, Reply, ReplyError, read_header, read_reply, write_reply};
pub use run::{LIMITS, Limits, run};
