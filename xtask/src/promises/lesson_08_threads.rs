//! Lesson 08: as lesson 02 for many clients at once; none waits for another.

use super::asking::{client, exact, many, pair, server};
use super::lesson_02_uppercase::{self, Uppercase};
use super::{Check, any_client, any_server};

/// All promises of the lesson.
pub const PROMISES: &[&[Check]] = &[
    <Uppercase as pair::Rows>::PAIR,
    lesson_02_uppercase::LETTERS,
    <Uppercase as many::Rows>::MANY,
    <Uppercase as server::Rows>::SERVER,
    any_server::SERVER,
    <Uppercase as client::Rows>::CLIENT,
    <Uppercase as exact::Rows>::EXACT,
    any_client::CLIENT,
];
