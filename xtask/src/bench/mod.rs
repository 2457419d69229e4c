//! What a promise may do: start programs, say and hear bytes, end connections, and ask for facts. Uses `finding`,
//! `wire` and `system`. The promises use the bench, never the operating system.

mod addresses;
#[expect(clippy::module_inception, reason = "the bench itself, among what it hands out")]
mod bench;
mod client;
mod client_output;
mod client_refusal;
mod client_stderr;
mod command;
mod confined;
mod datagrams;
mod default_address;
mod dir;
mod expect;
mod facts;
mod first;
mod fixed_address;
mod given;
mod hash;
mod interpreters;
mod limited;
pub mod nagle;
mod named;
mod own_files;
mod peer;
mod ran;
mod server;
mod spins;
mod stderr;
mod stop;
mod time_limits;
mod unix_paths;
mod wires;

pub use bench::{Bench, Role};
pub use client::Client;
pub use command::{HASH, Programs, Start, With};
pub use datagrams::{Carrier, Datagram, Datagrams, Excuse, LONG, Mailbox, Missing, Saying, is_told};
pub use dir::{Dir, Entries};
pub use expect::{fin_next, same_bytes, same_bytes_after, taken};
pub use facts::ended;
pub use given::Given;
pub use named::Confined;
pub use peer::{Ending, Heard, Host, Meanwhile, Peer, SharedLog, Staying, What, lock};
pub use server::Server;
pub use stderr::CHECKS;
pub use unix_paths::Standing;

// Facts of the system that a promise may name.
pub use crate::system::endpoint::{Endpoint, Ends};
pub use crate::system::family::{FAMILIES, Family};
pub use crate::system::folder::Folder;
pub use crate::system::output::repr;
pub use crate::system::processes::Call;
pub use crate::system::program::Exit;
