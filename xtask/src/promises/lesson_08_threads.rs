//! Lesson 08: as lesson 02 for many clients at once; none waits for another.

use super::asking::{client, exact, many, odd_input, pair, server};
use super::lesson_02_uppercase::{self, Uppercase};
use super::{Check, accept_fails, any_client, any_server, default_address, output_fails};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Uppercase as pair::Rows>::PAIR,
    <Uppercase as many::Rows>::MANY,
    lesson_02_uppercase::LETTERS,
    <Uppercase as server::Rows>::SERVER,
    any_server::SERVER,
    <Uppercase as accept_fails::AskedRows>::ACCEPT,
    default_address::SERVER,
    <Uppercase as exact::Rows>::EXACT,
    <Uppercase as client::Rows>::CLIENT,
    any_client::CLIENT,
    <Uppercase as odd_input::Rows>::ODD_INPUT,
    <Uppercase as output_fails::AskedRows>::OUTPUT,
    default_address::CLIENT,
];
