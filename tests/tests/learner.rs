//! The learner's loop: where one stands, hints that go on, the difference to the solution, and a reset that loses nothing.

use lab_tests::{Ran, as_in, clone, lessons, not_checked, root, runner_in, solve};
use std::fs;
use std::path::{Path, PathBuf};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");

fn fresh(name: &str) -> PathBuf {
    clone(RUNNER, env!("CARGO_TARGET_TMPDIR"), name)
}

fn type_in(clone: &Path, words: &str) -> Ran {
    let words: Vec<&str> = words.split_whitespace().collect();
    Ran::from(runner_in(clone, RUNNER, &words).stdin(std::process::Stdio::null()).output().unwrap())
}

#[test]
fn one_stands_where_one_left_off() {
    let clone = fresh("learner-progress");
    let greeting = type_in(&clone, "");
    assert!(greeting.stdout.contains("next: cargo xtask run lesson-01 --solution"), "{}", greeting.stdout);
    solve(&clone, "01-echo");
    assert_eq!(type_in(&clone, "run").status, 0);
    let list = type_in(&clone, "list").stdout;
    assert!(list.starts_with("✓ lesson-01") && list.contains("▸ lesson-02"), "{list}");
    let stands = format!("passed 1 of {} lessons, and are at lesson-02", lessons().len());
    assert!(type_in(&clone, "").stdout.contains(&stands));
    // Without a lesson, it goes on with the next; any other may be jumped to.
    assert!(type_in(&clone, "run").stdout.starts_with("lesson-02 uppercase"));
    assert_eq!(type_in(&clone, "run 03").status, 1);
    assert!(type_in(&clone, "list").stdout.contains("▸ lesson-03"));
    // Whoever only looks has not moved.
    let _ = type_in(&clone, "run 01 --check echo-bytes");
    assert!(type_in(&clone, "list").stdout.contains("▸ lesson-03"));
    // What has passed has passed, also when it is broken on purpose; a reset takes that back.
    let server = clone.join("lessons/01-echo/src/bin/server.rs");
    let right = fs::read_to_string(&server).unwrap();
    fs::write(&server, right.replace("&buffer[..n]", "&buffer")).unwrap();
    assert_eq!(type_in(&clone, "run 01").status, 1);
    let list = type_in(&clone, "list").stdout;
    assert!(list.starts_with("✓ lesson-01") && list.contains("▸ lesson-03"), "{list}");
    assert_eq!(type_in(&clone, "reset 01").status, 0);
    assert!(!type_in(&clone, "list").stdout.starts_with("✓ lesson-01"));
    // A damaged file is set aside, and said.
    fs::write(clone.join(".lab/progress.json"), "{\"passed\"").unwrap();
    let list = type_in(&clone, "list");
    assert!(list.status == 0 && list.stderr.contains("set aside as"), "{}", list.stderr);
    assert!(list.stdout.starts_with("▸ lesson-01"), "{}", list.stdout);
}

#[test]
fn hints_go_on_by_themselves() {
    let clone = fresh("learner-hints");
    for (words, said) in [
        ("hint 04", "hint 1"),
        ("hint 04", "hint 2"),
        ("hint 04 --step 1", "hint 1"),
        ("hint 04", "hint 2"),
        ("hint 04", "hint 3"),
        ("hint 04", "hint 3"),
        ("hint", "hint 1"),
    ] {
        let ran = type_in(&clone, words);
        assert!(ran.status == 0 && ran.stdout.starts_with(said), "{words}: {}", ran.stdout);
    }
    assert_eq!(type_in(&clone, "hint 05 --all").stdout.matches("\nhint ").count(), 2);
}

#[test]
fn the_difference_is_shown_when_it_was_asked_for() {
    let clone = fresh("learner-diff");
    let refused = type_in(&clone, "diff 01");
    assert!(
        refused.status == 2 && refused.stderr.contains("cargo xtask diff lesson-01 --yes"),
        "{}",
        refused.stderr
    );
    let diff = type_in(&clone, "diff 01 --yes").stdout;
    assert!(diff.contains("-     todo!") && diff.contains("+     let mut buffer"), "{diff}");
    assert!(diff.contains("lessons/01-echo/src/bin/server.rs:"), "{diff}");
    // What stands outside the holes is shown only on demand.
    let server = clone.join("lessons/01-echo/src/bin/server.rs");
    solve(&clone, "01-echo");
    let text = fs::read_to_string(&server).unwrap().replace("listening on", "listening here:");
    fs::write(&server, text).unwrap();
    assert!(!type_in(&clone, "diff 01 --yes").stdout.contains("listening here"));
    assert!(
        type_in(&clone, "diff 01 --yes --whole").stdout.contains("-             println!(\"listening here:")
    );
}

/// Runs the runner where `setup` (shell) has made it hard to write; `None`, which is told, where that is not allowed here.
#[cfg(target_os = "linux")]
fn type_in_trouble(clone: &Path, setup: &str, words: &str) -> Option<Ran> {
    let script = format!("{setup} && exec \"$0\" {words}");
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c"]);
    let can = command.arg("true").output().is_ok_and(|output| output.status.success());
    if !can {
        not_checked(&format!("a reset in trouble ({setup}): unshare(1) is not allowed here"));
        return None;
    }
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", &script, RUNNER]);
    as_in(clone, &mut command);
    Some(Ran::from(command.output().unwrap()))
}

/// Every file below a folder with its bytes, hidden ones too.
#[cfg(target_os = "linux")]
fn all_files(dir: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(all_files(&path)),
            path => drop(files.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    files
}

/// A full disk, a folder that cannot be written, a file that may not grow: the reset says so and touches nothing.
#[test]
#[cfg(target_os = "linux")]
fn a_reset_that_cannot_be_whole_is_refused() {
    let clone = fresh("learner-reset-refused");
    solve(&clone, "02-uppercase");
    fs::write(clone.join("lessons/02-uppercase/notes.txt"), "notes\n".repeat(1000)).unwrap();
    let before = all_files(&clone.join("lessons"));
    fs::create_dir(clone.join(".lab")).unwrap();
    for (setup, said) in [
        ("mount -t tmpfs -o size=4k none .lab", "no copy could be made"),
        ("mount --bind .lab .lab && mount -o remount,ro,bind .lab", "Read-only file system"),
        ("mount --bind lessons lessons && mount -o remount,ro,bind lessons", "the starter cannot be written"),
        ("trap '' XFSZ; ulimit -f 1", "no copy could be made"),
    ] {
        let Some(ran) = type_in_trouble(&clone, setup, "reset 02") else { continue };
        let told = ran.stderr.replace('\n', " ");
        assert!(ran.status == 3 && told.contains(said), "{setup}: {}{}", ran.stdout, ran.stderr);
        assert!(!ran.stdout.contains("is the starter again"), "{setup}: {}", ran.stdout);
        assert_eq!(all_files(&clone.join("lessons")), before, "{setup}");
    }
    assert_eq!(type_in(&clone, "reset 02").status, 0);
    assert_ne!(all_files(&clone.join("lessons")), before);
}

/// Runners beside each other lose nothing of what each has to remember.
#[test]
fn many_runners_remember_all() {
    let clone = fresh("learner-many");
    let all = lessons().len();
    solve(&clone, "01-echo");
    solve(&clone, "02-uppercase");
    std::thread::scope(|scope| {
        for lesson in 1..=all {
            for _ in 0..2 {
                let clone = &clone;
                scope.spawn(move || assert_eq!(type_in(clone, &format!("hint {lesson}")).status, 0));
            }
        }
        for lesson in [1, 2] {
            let clone = &clone;
            scope.spawn(move || {
                let ran = type_in(clone, &format!("run {lesson}"));
                assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
            });
        }
    });
    let progress = fs::read_to_string(clone.join(".lab/progress.json")).unwrap();
    let progress: serde_json::Value = serde_json::from_str(&progress).unwrap();
    assert_eq!(progress["passed"].as_array().unwrap().len(), 2, "{progress}");
    let hints = progress["hints"].as_object().unwrap();
    assert!(hints.len() == all && hints.values().all(|shown| *shown == 1 || *shown == 2), "{progress}");
}

/// In a room without a network, once `cargo fetch` was run in one with.
#[test]
fn all_works_without_a_network() {
    let clone = fresh("learner-offline");
    let offline = |words: &[&str]| {
        let mut command = runner_in(&clone, RUNNER, words);
        Ran::from(command.env("CARGO_NET_OFFLINE", "true").output().unwrap())
    };
    for (words, said) in [
        (&["run", "06", "--solution"][..], "checks\nnext: write it yourself"),
        (&["run", "06"], "is still to be written"),
        (&["run", "06", "--lessons", "lessons"], "is still to be written"),
    ] {
        let ran = offline(words);
        assert!(ran.stdout.contains(said), "{words:?}: {}{}", ran.stdout, ran.stderr);
    }
    // The runner itself, and whatever this repository's packages need.
    let cargo = |words: &[&str]| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut cargo = std::process::Command::new(cargo);
        cargo.current_dir(root()).env_remove("CARGO_MANIFEST_DIR").args(words).arg("--locked");
        cargo.output().unwrap()
    };
    if !cargo(&["fetch"]).status.success() {
        return not_checked("the build without a network: `cargo fetch` cannot be run here");
    }
    for words in [&["build", "--package", "xtask"][..], &["metadata", "--format-version", "1"]] {
        let output = cargo(&[words, &["--offline"]].concat());
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_reset_loses_nothing() {
    let clone = fresh("learner-reset");
    let server = clone.join("lessons/02-uppercase/src/bin/server.rs");
    let starter = fs::read(&server).unwrap();
    assert!(type_in(&clone, "reset 02").stdout.contains("is the starter already"));
    fs::write(&server, b"my work \xff\r\n").unwrap();
    fs::create_dir_all(clone.join("lessons/02-uppercase/notes")).unwrap();
    fs::write(clone.join("lessons/02-uppercase/notes/a.txt"), "notes").unwrap();
    let ran = type_in(&clone, "reset 02");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(fs::read(&server).unwrap(), starter);
    let backup = clone.join(".lab/backup/02-uppercase-1");
    assert_eq!(fs::read(backup.join("src/bin/server.rs")).unwrap(), b"my work \xff\r\n");
    assert_eq!(fs::read(backup.join("notes/a.txt")).unwrap(), b"notes");
    assert!(!clone.join("lessons/02-uppercase/notes/a.txt").exists());
    // The line that it prints brings it back.
    #[cfg(unix)]
    {
        let line = ran.stdout.lines().find_map(|line| line.strip_prefix("to bring it back: ")).unwrap();
        assert!(
            std::process::Command::new("sh")
                .args(["-c", line])
                .current_dir(&clone)
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(fs::read(&server).unwrap(), b"my work \xff\r\n");
    }
    // Where no copy can be made, nothing is touched.
    fs::remove_dir_all(clone.join(".lab")).unwrap();
    fs::write(clone.join(".lab"), "no folder").unwrap();
    let ran = type_in(&clone, "reset --all");
    assert_eq!(ran.status, 3, "{}", ran.stdout);
    #[cfg(unix)]
    assert_eq!(fs::read(&server).unwrap(), b"my work \xff\r\n");
    assert_eq!(type_in(&clone, "reset").status, 2);
}
