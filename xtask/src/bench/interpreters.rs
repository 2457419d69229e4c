//! Whether an interpreter starts although it is confined.
//!
//! A shim (of pyenv, asdf, rustup) starts another program, somewhere; what that needs is known only by a trial. The
//! interpreter is one that PATH names, and so ours: it may run free once, for comparison. Only one that runs free and does
//! not run confined is kept from its work by confinement, and then no verdict is about the program.

use crate::system::program::{Ended, Exit, Spec, run_tool};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a trial may take.
const LIMIT: Duration = Duration::from_secs(20);

/// What an interpreter said when it could not start confined; `None` where it starts, or cannot be tried.
type Found = Option<String>;

/// Returns the last line of what this interpreter says when it does not start confined as `spec` is, and does otherwise.
/// Each is tried once in a run.
pub fn does_not_start(interpreter: &Path, spec: &Spec) -> Found {
    static KNOWN: Mutex<Option<HashMap<PathBuf, Found>>> = Mutex::new(None);
    // While one thread tries, the others wait: they want to know the same.
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    known.entry(interpreter.into()).or_insert_with(|| tried(interpreter, spec)).clone()
}

fn tried(interpreter: &Path, spec: &Spec) -> Found {
    let name = interpreter.file_name().unwrap_or_default().to_string_lossy();
    // Python tells its version without its library.
    let words: &[&str] = if name.starts_with("python") { &["-c", ""] } else { &["--version"] };
    let argv = std::iter::once(interpreter.into()).chain(words.iter().map(Into::into)).collect();
    let confined = Spec { argv, full_output: false, ..spec.clone() };
    let (is_well, said) = run(&confined);
    // The order matters: free, it might make what it misses.
    (!is_well && run(&Spec { confine: None, ..confined }).0).then_some(said)
}

/// Runs it to its end; returns whether that went well, and the last line that it wrote.
fn run(spec: &Spec) -> (bool, String) {
    let mut last = String::new();
    let ended = run_tool(spec, Some(LIMIT), true, |_, line| {
        if !line.trim().is_empty() {
            last = line.trim().into();
        }
    });
    match ended {
        Ok(ended) => (ended == Ended::Exit(Exit::Code(0)), last),
        Err(error) => (false, format!("{error:#}")),
    }
}
