//! Which commit of the lab this is: verdicts are told apart by it.
//!
//! Where there is git, git knows. An archive that `pack` made has the file [`FILE`]: the commit, and a digest of the parts
//! that decide verdicts. In a container, which has neither, a variable says it: see [`COMMIT`].

use super::handed_in::Fnv;
use super::shown;
use super::starter::files_below;
use anyhow::Context;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The file in an archive that says from which commit it was made.
pub const FILE: &str = "COMMIT";
/// The parts of the repository that decide verdicts.
const PARTS: [&str; 4] = ["xtask", "solutions", "Cargo.toml", "Cargo.lock"];
/// What stands behind a commit where those parts have been changed since.
const CHANGES: &str = "+changes";

/// The commit of a copy without git, as in a container: who made the copy says it.
const COMMIT: &str = "SOCKET_LAB_COMMIT";

/// Returns the runner's commit, with `+changes` where the parts that decide verdicts have been changed since; with neither
/// git, nor the file of an archive, nor the variable of a container, its version.
pub fn runner(root: &Path) -> String {
    let told = || std::env::var(COMMIT).ok().filter(|commit| !commit.is_empty());
    let known = of_git(root).or_else(|| of_archive(root)).or_else(told);
    known.unwrap_or_else(|| format!("{}, commit unknown", env!("CARGO_PKG_VERSION")))
}

/// Writes the file of an archive into `copy`, whose files are those of the repository at `root`; nothing where the commit is
/// not known.
///
/// # Errors
/// When the copy cannot be read or written.
pub fn write(root: &Path, copy: &Path) -> anyhow::Result<()> {
    let Some(commit) = of_git(root).or_else(|| of_archive(root)) else { return Ok(()) };
    let file = copy.join(FILE);
    fs::write(&file, format!("{commit}\n{}\n", digest(copy)?))
        .with_context(|| format!("write {}", file.display()))
}

fn of_git(root: &Path) -> Option<String> {
    let git = |words: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(words).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
    };
    // A copy without a repository of its own may lie inside another one.
    let top = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != root.canonicalize().ok()? {
        return None;
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changes = git(&[&["status", "--porcelain", "--"][..], &PARTS].concat());
    Some(marked(commit, changes.is_some_and(|changes| changes.is_empty())))
}

fn of_archive(root: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join(FILE)).ok()?;
    let mut lines = text.lines();
    let (commit, made) = (lines.next().filter(|commit| !commit.is_empty())?, lines.next()?);
    Some(marked(commit.into(), digest(root).is_ok_and(|digest| digest == made)))
}

fn marked(commit: String, is_whole: bool) -> String {
    if is_whole || commit.ends_with(CHANGES) { commit } else { commit + CHANGES }
}

/// Returns 32 digits of the names and bytes of the parts that decide verdicts.
fn digest(root: &Path) -> anyhow::Result<String> {
    let mut fnv = Fnv::EMPTY;
    for part in PARTS.map(|part| root.join(part)) {
        let files = if part.is_file() { vec![part.clone()] } else { files_below(&part)? };
        for file in files {
            let path = part.join(&file);
            let bytes = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
            fnv.add_whole(shown(path.strip_prefix(root).unwrap_or(&path)).as_bytes());
            fnv.add_whole(&bytes);
        }
    }
    Ok(fnv.text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;

    #[test]
    fn an_archive_knows_its_commit_and_whether_it_was_changed() {
        let root = crate::workspace::root();
        if of_git(&root).is_none() && of_archive(&root).is_none() {
            eprintln!("NOT CHECKED: the commit of this copy is not known");
            return;
        }
        let copy_of = |name: &str| {
            let copy = scratch(name);
            for part in ["xtask/src/main.rs", "solutions/a.rs", "Cargo.toml", "Cargo.lock", "docs/a.md"] {
                fs::create_dir_all(copy.join(part).parent().unwrap()).unwrap();
                fs::write(copy.join(part), part).unwrap();
            }
            copy
        };
        let copy = copy_of("commit");
        assert!(runner(&copy).ends_with(", commit unknown"), "{}", runner(&copy));
        write(&root, &copy).unwrap();
        let commit = runner(&root);
        assert_eq!(runner(&copy), commit);
        // An archive makes further archives.
        let again = copy_of("commit-again");
        write(&copy, &again).unwrap();
        assert_eq!(runner(&again), commit);
        // What is built, and what decides no verdict, changes nothing.
        fs::create_dir_all(copy.join("xtask/hash/target")).unwrap();
        fs::write(copy.join("xtask/hash/target/built"), "x").unwrap();
        fs::write(copy.join("docs/a.md"), "changed").unwrap();
        assert_eq!(runner(&copy), commit);
        fs::write(copy.join("xtask/src/main.rs"), "changed").unwrap();
        let changed = format!("{}{CHANGES}", commit.trim_end_matches(CHANGES));
        assert_eq!(runner(&copy), changed);
    }
}
