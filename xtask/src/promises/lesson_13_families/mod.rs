//! Lesson 13: as lesson 08 at addresses of three families, by one code: `127.0.0.1:PORT`, `[::1]:PORT` and `unix:PATH`.

mod apart;
mod client;
mod paths;
mod place;
mod restart;
mod taken;

use super::asking::{client as asking_client, exact, many, pair, server, waits, writes};
use super::lesson_02_uppercase::{self, Uppercase};
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Uppercase as pair::Rows>::PAIR,
    lesson_02_uppercase::LETTERS,
    taken::ROWS,
    restart::ROWS,
    taken::DATAGRAMS,
    paths::ROWS,
    apart::ROWS,
    <Uppercase as many::Rows>::MANY,
    <Uppercase as server::Rows>::SERVER,
    <Uppercase as writes::Rows>::REPLIES,
    <Uppercase as waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Uppercase as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Uppercase as asking_client::Rows>::CLIENT,
    <Uppercase as exact::Rows>::EXACT,
    client::ROWS,
    <Uppercase as writes::Rows>::ASKS,
    <Uppercase as writes::Rows>::PRINTS,
    <Uppercase as waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Uppercase as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];
