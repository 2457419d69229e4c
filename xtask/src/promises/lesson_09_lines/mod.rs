//! Lesson 09: a line in, a line out; `\n` ends a message, and a limit ends the wait for it.

mod client;
mod last_word;
mod protocol;
mod server;

pub use protocol::Lines;

use super::asking::{self, exact, many, odd_input, pair, waits, writes};
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Lines as pair::Rows>::PAIR,
    server::SERVER,
    last_word::SERVER,
    <Lines as many::Rows>::MANY,
    <Lines as asking::server::Rows>::SERVER,
    <Lines as writes::Rows>::REPLIES,
    <Lines as waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Lines as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Lines as asking::client::Rows>::CLIENT,
    client::CLIENT,
    <Lines as exact::Rows>::EXACT,
    <Lines as writes::Rows>::PRINTS,
    <Lines as waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Lines as odd_input::Rows>::ODD_INPUT,
    <Lines as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];
