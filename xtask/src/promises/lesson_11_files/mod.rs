//! Lesson 11: files, up and down: streamed, verified, resumed, and whole or not there.

mod big;
mod client;
mod client_get;
mod client_part;
mod client_put;
mod client_wrong;
mod get;
mod many;
mod names;
mod pair;
mod protocol;
mod put;
mod refuse;
mod site;
mod stopped;
mod waits;

pub use pair::without_wire;

use super::Check;

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    pair::PAIR,
    put::SERVER,
    get::SERVER,
    stopped::SERVER,
    names::SERVER,
    refuse::SERVER,
    many::SERVER,
    big::SERVER,
    waits::SERVER,
    client_put::CLIENT,
    stopped::CLIENT,
    client_get::CLIENT,
    client_part::CLIENT,
    client_wrong::CLIENT,
    client::CLIENT,
    big::CLIENT,
    waits::CLIENT,
];
