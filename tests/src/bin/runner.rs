//! The runner, built beside the tests that drive it: the same `main` as `cargo xtask`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main()
}
