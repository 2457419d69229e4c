//! Lesson 13: as lesson 08 at addresses of three families, by one code: `127.0.0.1:PORT`, `[::1]:PORT` and `unix:PATH`.

mod apart;
mod client;
mod paths;
mod place;
mod restart;
mod taken;

use super::asking::{client as asking_client, exact, many, pair, server};
use super::lesson_02_uppercase::{self, Uppercase};
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Uppercase as pair::Rows>::PAIR,
    taken::ROWS,
    restart::ROWS,
    taken::DATAGRAMS,
    paths::ROWS,
    apart::ROWS,
    <Uppercase as many::Rows>::MANY,
    lesson_02_uppercase::LETTERS,
    <Uppercase as server::Rows>::SERVER,
    any_server::SERVER,
    <Uppercase as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Uppercase as exact::Rows>::EXACT,
    client::ROWS,
    <Uppercase as asking_client::Rows>::CLIENT,
    any_client::CLIENT,
    <Uppercase as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];
