//! Lesson 10: a command at a distance: its status, its two streams, and the limits of both.

mod beside;
mod cd;
mod client;
mod client_ends;
mod inherits;
mod limits;
mod lines;
mod place;
mod protocol;
mod refusals;
mod reply;
mod run;
mod streams;

pub use protocol::Command;

use super::asking::{exact, many, odd_input, pair, server, waits, writes};
use super::{Check, accept_fails, any_client, any_server, asking, default_address, output_fails};

/// All promises of the lesson. The time limit is waited for once: its check is the first to begin.
pub const PROMISES: &[&[Check]] = &[
    <Command as pair::Rows>::PAIR,
    streams::SERVER,
    lines::SERVER,
    cd::SERVER,
    limits::TIME,
    limits::OUTPUT,
    inherits::SERVER,
    beside::SERVER,
    <Command as many::Rows>::MANY,
    <Command as server::Rows>::SERVER,
    <Command as writes::Rows>::REPLIES,
    <Command as waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Command as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Command as asking::client::Rows>::CLIENT,
    client::CLIENT,
    client_ends::CLIENT,
    refusals::CLIENT,
    <Command as exact::Rows>::EXACT,
    <Command as writes::Rows>::PRINTS,
    <Command as waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Command as odd_input::Rows>::ODD_INPUT,
    <Command as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];
