//! The runner, built beside the tests that drive it: the same `main` as `cargo xtask`.
//!
//! Tests have ways of their own. Where the variable SOCKET_LAB_TRACED names a file, the runner
//! traces each program, and writes to that file what it knows of them at the end. `runner __calls PROGRAM ARG…` starts one
//! traced program, gives it its own standard input, and prints what the program prints on standard error, and that report
//! on standard output. `runner __figure NAME PROGRAMS`, in a network of its own, plays the scene of a figure of the book
//! with the puppets of that executable, and prints what is stored of it. `runner __steps DIR PROGRAMS [strace]` runs two
//! programs in lockstep: see [`steps`]. `runner __confined HOW PROGRAM ARG…` runs one program confined: see [`confined`].

use lab_tests::{confined, steps, traced};
use std::process::ExitCode;
use xtask::system::program::keeper;
use xtask::system::trace;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    match words.first().and_then(|word| word.to_str()) {
        Some(keeper::VERB) => xtask::main(),
        Some(confined::VERB) => confined::main(&words[1..]),
        Some("__calls") => traced::one(&words[1..]),
        #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
        Some("__figure") => lab_tests::figures::stage::main(&words[1..]),
        Some("__steps") => steps::run(&words[1..]),
        Some("__probe") => match trace::probe() {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => {
                println!("{why}");
                ExitCode::FAILURE
            }
        },
        _ => traced::all(xtask::main),
    }
}
