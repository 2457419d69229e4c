//! Lesson 06: a length, a JSON header, a body; right on every wire.

mod client;
mod protocol;
mod server;

pub use protocol::Framed;

use super::pushing::pair;
use super::{Check, any_client, any_server, pushing};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Framed as pair::Rows>::PAIR,
    <Framed as pushing::server::Rows>::SERVER,
    <Framed as pushing::writes::Rows>::PUSHES_ALL,
    <Framed as pushing::waits::Rows>::SERVER_WAITS,
    <Framed as pushing::server::FramedRows>::FRAMED_SERVER,
    server::SERVER,
    any_server::SERVER,
    <Framed as pushing::client::Rows>::PRINTER,
    <Framed as pushing::client::FramedRows>::FRAMED_PRINTER,
    client::CLIENT,
    <Framed as pushing::client::Rows>::LISTENER,
    <Framed as pushing::writes::FramedRows>::PRINTS_ALL,
    <Framed as pushing::waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
];
