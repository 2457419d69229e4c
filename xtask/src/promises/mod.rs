//! What programs promise. `asking` and `pushing` hold the promises of a scenario: written once, generic over a
//! protocol. A `lesson_NN_name` holds a lesson's protocol and its own promises. Uses `bench`, `finding` and `wire`.

mod accept_fails;
mod any_client;
mod any_server;
pub mod asking;
mod check;
mod default_address;
mod empty_buffer;
mod farewell;
mod frames;
mod inputs;
pub mod lesson_01_echo;
pub mod lesson_02_uppercase;
pub mod lesson_03_sticky;
pub mod lesson_04_sleep;
pub mod lesson_05_ack;
pub mod lesson_06_header;
pub mod lesson_07_reuseaddr;
pub mod lesson_08_threads;
pub mod lesson_09_lines;
pub mod lesson_10_command;
pub mod lesson_11_files;
pub mod lesson_12_udp;
pub mod lesson_13_families;
mod limits;
mod output_fails;
pub mod pushing;
mod took_part;
mod trimmed;

pub use check::{Check, CheckOn, Pace};
use check::{check, client, pair, server};
