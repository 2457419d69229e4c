//! The lessons' promises, one file a lesson, and beside them what several lessons promise alike.

pub mod answering;
pub mod asking;
pub mod common;
pub mod diagnosis;
pub mod direct;
pub mod exact;
pub mod frames;
pub mod leaks;
pub mod nagle;
pub mod one_read;
pub mod pair;
pub mod pushing;
pub mod s01_echo;
pub mod s02_uppercase;
pub mod s03_sticky;
pub mod s04_sleep;
pub mod s05_ack;
pub mod s06_header;
pub mod s07_reuseaddr;
pub mod s08_threads;

/// From so many milliseconds a message on, a run says that it is slow, and why. It is no verdict.
pub const SLOW_MILLIS: f64 = 20.0;
