//! `cd` changes the directory of one connection.

use lesson_10_command::{Reply, cd};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of this name with the folders `a b` and `a b/c` and the file `file`, and no links on the way to it.
fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(dir.join("a b").join("c")).unwrap();
    fs::write(dir.join("file"), "").unwrap();
    fs::canonicalize(dir).unwrap()
}

fn entered() -> Reply {
    Reply { status: Ok(0), stdout: Vec::new(), stderr: Vec::new() }
}

#[test]
fn a_directory_is_entered_and_the_process_stays() {
    let (start, here) = (folder("cd-enters"), env::current_dir().unwrap());
    let mut dir = start.clone();
    assert_eq!(cd(&mut dir, "\t a b/ \t"), entered());
    assert!(dir.ends_with("a b"), "{}", dir.display());
    assert_eq!(cd(&mut dir, "c"), entered());
    assert_eq!(cd(&mut dir, "../.."), entered());
    assert_eq!(fs::canonicalize(&dir).unwrap(), start);
    assert_eq!(cd(&mut dir, start.join("a b").to_str().unwrap()), entered());
    assert!(dir.ends_with("a b"), "{}", dir.display());
    assert_eq!(env::current_dir().unwrap(), here);
}

#[test]
fn what_is_no_directory_changes_nothing() {
    let start = folder("cd-refuses");
    for target in ["missing", "file", "~", "$HOME", "a b && ls", "\"a b\"", "-"] {
        let mut dir = start.clone();
        let reply = cd(&mut dir, target);
        assert_eq!((reply.status, reply.stdout.len()), (Ok(1), 0), "{target}");
        assert!(
            reply.stderr.ends_with(b"\n") && reply.stderr.iter().filter(|byte| **byte == b'\n').count() == 1
        );
        assert_eq!(dir, start);
    }
}

#[test]
fn many_steps_do_not_make_the_path_longer() {
    let start = folder("cd-returns");
    let mut dir = start.clone();
    for _ in 0..1000 {
        assert_eq!(cd(&mut dir, "a b/.."), entered());
    }
    assert_eq!(fs::canonicalize(&dir).unwrap(), start);
}

#[test]
#[cfg(unix)]
fn a_link_is_followed_before_what_comes_after_it() {
    let mut dir = folder("cd-links");
    std::os::unix::fs::symlink("a b/c", dir.join("link")).unwrap();
    assert_eq!(cd(&mut dir, "link/.."), entered());
    assert!(dir.ends_with("a b"), "{}", dir.display());
}
