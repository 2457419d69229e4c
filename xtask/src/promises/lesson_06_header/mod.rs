//! Lesson 06: a length, a JSON header, a body; right on every wire.

mod client;
mod protocol;
mod server;

pub use protocol::Framed;

use super::pushing::pair;
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails, pushing};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Framed as pair::Rows>::PAIR,
    <Framed as pushing::server::Rows>::SERVER,
    <Framed as pushing::writes::Rows>::PUSHES_ALL,
    <Framed as pushing::waits::Rows>::SERVER_WAITS,
    <Framed as pushing::server::FramedRows>::FRAMED_SERVER,
    server::SERVER,
    any_server::SERVER,
    <Framed as accept_fails::PushedRows>::ACCEPT,
    default_address::SERVER,
    <Framed as pushing::client::Rows>::PRINTER,
    <Framed as pushing::client::FramedRows>::FRAMED_PRINTER,
    client::CLIENT,
    <Framed as pushing::client::Rows>::LISTENER,
    <Framed as pushing::writes::FramedRows>::PRINTS_ALL,
    <Framed as pushing::waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Framed as output_fails::PushedRows>::OUTPUT,
    default_address::CLIENT,
];
