//! Lesson 05: the size of a message, an answer, the message.

mod client;
mod protocol;
mod server;
mod steps;

pub use protocol::Ack;

use super::pushing::pair;
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails, pushing};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Ack as pair::Rows>::PAIR,
    <Ack as pushing::server::Rows>::SERVER,
    <Ack as pushing::writes::Rows>::PUSHES_ALL,
    <Ack as pushing::waits::Rows>::SERVER_WAITS,
    <Ack as pushing::server::FramedRows>::FRAMED_SERVER,
    server::SERVER,
    any_server::SERVER,
    <Ack as accept_fails::PushedRows>::ACCEPT,
    default_address::SERVER,
    <Ack as pushing::client::Rows>::PRINTER,
    <Ack as pushing::client::FramedRows>::FRAMED_PRINTER,
    client::CLIENT,
    <Ack as pushing::client::Rows>::LISTENER,
    <Ack as pushing::writes::FramedRows>::PRINTS_ALL,
    <Ack as pushing::waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Ack as output_fails::PushedRows>::OUTPUT,
    default_address::CLIENT,
];
