//! Lesson 12: datagrams keep their boundaries and promise nothing else: a number, a time limit, five tries.

mod by_default;
mod client;
mod client_gone;
mod client_input;
mod client_lost;
mod client_other;
mod client_print;
mod gone;
mod many;
mod numbers;
mod pair;
mod place;
mod protocol;
mod replies;
mod sizes;
mod steps;

pub use pair::without_wire;

use super::Check;

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    pair::PAIR,
    replies::SERVER,
    sizes::SERVER,
    numbers::SERVER,
    many::SERVER,
    gone::SERVER,
    place::SERVER,
    by_default::SERVER,
    client_input::CLIENT,
    client_print::CLIENT,
    client_lost::CLIENT,
    client_other::CLIENT,
    client_gone::CLIENT,
    by_default::CLIENT,
];
