//! Lesson 08: as lesson 02 for many clients at once; none waits for another.

use super::asking::{client, exact, many, odd_input, pair, server, waits, writes};
use super::lesson_02_uppercase::{self, Uppercase};
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Uppercase as pair::Rows>::PAIR,
    lesson_02_uppercase::LETTERS,
    <Uppercase as many::Rows>::MANY,
    <Uppercase as server::Rows>::SERVER,
    <Uppercase as writes::Rows>::REPLIES,
    <Uppercase as waits::Rows>::SERVER_WAITS,
    any_server::SERVER,
    <Uppercase as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Uppercase as client::Rows>::CLIENT,
    <Uppercase as exact::Rows>::EXACT,
    <Uppercase as writes::Rows>::ASKS,
    <Uppercase as writes::Rows>::PRINTS,
    <Uppercase as waits::Rows>::CLIENT_WAITS,
    any_client::CLIENT,
    <Uppercase as odd_input::Rows>::ODD_INPUT,
    <Uppercase as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];
