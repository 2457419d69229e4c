//! Where programs listen and what they say, in every family of addresses: one [`Endpoint`], [`Stream`] and
//! [`Listener`] for IPv4, IPv6 and Unix sockets, with the questions to the kernel as their methods.

mod ends;
mod kernel;
#[cfg(target_os = "linux")]
mod last_byte;
mod listener;
mod listening;
mod name;
#[cfg(target_os = "linux")]
mod reader;
mod stream;

pub use ends::{Ends, Side};
pub use listener::Listener;
pub use listening::listening_at;
pub use name::Endpoint;
pub use stream::Stream;
