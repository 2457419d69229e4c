//! `cd`, which no child process can do: it would change its own directory, and end.

use crate::Reply;
use std::env;
use std::fs;
use std::io;
use std::path::{self, Path, PathBuf};

/// Makes `target` the directory `dir` of one connection, and replies as a command would.
///
/// Spaces and tabs around `target` are dropped, the rest is taken literally, relative to `dir`. When nothing is left,
/// it is `$HOME`, or `/` when that is unset, empty, or cannot be entered. The status is 0, or 1 with a line on
/// `stderr`; then `dir` stays as it was.
pub fn cd(dir: &mut PathBuf, target: &str) -> Reply {
    let target = target.trim_matches([' ', '\t']);
    let entered = if target.is_empty() {
        let home = env::var_os("HOME").filter(|home| !home.is_empty());
        home.and_then(|home| enter(dir, Path::new(&home)).ok()).map_or_else(|| enter(dir, Path::new("/")), Ok)
    } else {
        enter(dir, Path::new(target))
    };
    let (status, stderr) = match entered {
        Ok(entered) => {
            *dir = entered;
            (0, String::new())
        }
        Err(error) => (1, format!("cd: {target}: {error}\n")),
    };
    Reply { status: Ok(status), stdout: Vec::new(), stderr: stderr.into_bytes() }
}

/// Returns the full path of `target`, seen from `dir`, if it is a directory that this process may enter.
///
/// `env::set_current_dir` would do all this in one call, but for the whole process, and so for every connection.
fn enter(dir: &Path, target: &Path) -> io::Result<PathBuf> {
    let joined = dir.join(target);
    // To look at `x/.` the kernel must enter `x`: an error for a file, and where the permission to enter is missing.
    if !fs::metadata(joined.join("."))?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into()); // Windows takes `x/.` for `x`.
    }
    // Without its links and `..`: else each `cd ..` would make the path longer.
    // On Windows `canonicalize` returns paths that begin with `\\?\`, which few programs understand.
    if cfg!(windows) { path::absolute(joined) } else { fs::canonicalize(joined) }
}
