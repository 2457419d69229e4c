//! `cargo xtask` alone

use super::shared::{self, known, print};
use crate::course::LESSONS;

/// Prints where the learner stands, and the one next command.
pub fn greet() -> anyhow::Result<u8> {
    let state = known();
    let current = shared::current(&state);
    let passed = LESSONS.iter().filter(|lesson| state.passed.contains(&lesson.dir())).count();
    print("Socket Lab: learn socket programming by watching it break and fixing it.\n\n");
    match passed {
        0 if state.current.is_none() => print(&format!(
            "Begin with the chapter, docs/src/{}.md, and watch its programs talk:\n\nnext: cargo xtask run {} --solution\n",
            current.dir(),
            current.id()
        )),
        n if n == LESSONS.len() => {
            print(&format!("You have passed all {n} lessons.\n\nnext: cargo xtask compare --mine\n"));
        }
        n => print(&format!(
            "You have passed {n} of {} lessons, and are at {} {}.\n\nnext: cargo xtask run\n",
            LESSONS.len(),
            current.id(),
            current.name
        )),
    }
    print("      cargo xtask list shows the lessons, cargo xtask --help every command\n");
    Ok(0)
}
