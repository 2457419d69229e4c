//! What programs promise: one folder a scenario, one file a lesson. Uses `bench`, `finding` and the names of wires.

mod check;

pub use check::Check;

pub mod answering;
pub mod asking;
pub mod common;
pub mod diagnosis;
pub mod direct;
pub mod exact;
pub mod frames;
pub mod leaks;
pub mod lesson_01_echo;
pub mod lesson_02_uppercase;
pub mod lesson_03_sticky;
pub mod lesson_04_sleep;
pub mod lesson_05_ack;
pub mod lesson_06_header;
pub mod lesson_07_reuseaddr;
pub mod lesson_08_threads;
pub mod nagle;
pub mod one_read;
pub mod pair;
pub mod pushing;

/// From so many milliseconds a message on, a run says that it is slow, and why. It is no verdict.
pub const SLOW_MILLIS: f64 = 20.0;
