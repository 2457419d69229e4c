//! `cargo xtask pack`: from its archive a machine without a network has all that it needs, and nothing of the one who
//! packed it.
//!
//! With `LAB_LONG=1`, the runner is also built from the archive, and lessons are run, in a network namespace in which there
//! is only loopback.

#![cfg(target_os = "linux")]

use lab_tests::{Ran, empty_dir, has, not_checked, root, run, runner, solve, starters};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// Lessons that need no crate, crates, an earlier solution, and the package that hashes.
const LESSONS: &str = "01 06 09 11";

/// Packs the repository at `from`, and unpacks the archive below `to`. Returns the unpacked repository.
fn packed(from: &Path, to: &Path) -> PathBuf {
    let archive = to.join("lab.tar.gz");
    let words = ["pack", &archive.to_string_lossy()];
    let mut command = runner(RUNNER, &words);
    command.env("CARGO_MANIFEST_DIR", from.join("xtask")).env("CARGO_NET_OFFLINE", "true");
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("tar -xzf lab.tar.gz"), "{}", ran.stdout);
    let left = fs::read_dir(from.join("target")).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.starts_with("pack-")), "the work stayed behind: {left:?}");
    let unpacked = Command::new("tar").arg("-xzf").arg(&archive).current_dir(to).status().unwrap();
    assert!(unpacked.success());
    // It never replaces an archive.
    let again: Ran = runner(RUNNER, &words).output().unwrap().into();
    assert!(again.status == 2 && again.stderr.contains("is there already"), "{}", again.stderr);
    to.join("socket-lab")
}

/// Returns a command that has nothing of this user's cargo, in this folder.
fn bare(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).env("CARGO_HOME", dir.with_file_name("no-cargo-home"));
    for name in ["CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR", "CARGO_NET_OFFLINE", "SOCKET_LAB_HOME"] {
        command.env_remove(name);
    }
    command
}

/// Returns whether cargo finds all crates from this folder without a network.
fn finds_its_crates(dir: &Path) -> bool {
    let words = ["metadata", "--locked", "--offline", "--format-version", "1"];
    bare(env!("CARGO"), dir).args(words).output().unwrap().status.success()
}

#[test]
fn an_archive_has_all_crates_and_fresh_starters_and_nothing_else() {
    let fetch = ["fetch", "--locked", "--offline", "--quiet"];
    let fetched = Command::new(env!("CARGO")).args(fetch).current_dir(root()).output().unwrap();
    if !fetched.status.success() || !has("tar", "pack") || !has("git", "pack") {
        return not_checked(
            "pack: the crates of all platforms are not here; cargo fetch --locked brings them",
        );
    }
    let first = empty_dir(TMP, "pack-first");
    let own = packed(&root(), &first);
    assert!(finds_its_crates(&own));
    // Otherwise this test would only show that the crates are found elsewhere.
    fs::rename(own.join("vendor"), own.join("away")).unwrap();
    assert!(!finds_its_crates(&own));
    fs::rename(own.join("away"), own.join("vendor")).unwrap();

    // An archive is made from what was unpacked, too: without git, and without what people have left there.
    solve(&own, "01-echo");
    for left in
        ["handed-in/li-na/server.rs", ".lab/progress.json", "target/debug/xtask", "docs/book/index.html"]
    {
        fs::create_dir_all(own.join(left).parent().unwrap()).unwrap();
        fs::write(own.join(left), "left behind").unwrap();
    }
    let second = empty_dir(TMP, "pack-second");
    let own = packed(&own, &second);
    assert!(finds_its_crates(&own));
    let same =
        |fresh: &Path, packed: &Path| Command::new("diff").arg("-r").args([fresh, packed]).output().unwrap();
    let differ = same(&starters(RUNNER, TMP, "pack-starters"), &own.join("lessons"));
    assert!(differ.status.success(), "{}", String::from_utf8_lossy(&differ.stdout));
    for left in ["handed-in", ".lab", "target", "docs/book"] {
        assert!(!own.join(left).exists(), "{left} was packed");
    }
    if std::env::var_os("LAB_LONG").is_some() {
        builds_and_runs_without_a_network(&own);
    }
    for dir in [first, second] {
        fs::remove_dir_all(dir).unwrap();
    }
}

/// Builds the runner and runs lessons where there is only loopback.
fn builds_and_runs_without_a_network(own: &Path) {
    if !has("unshare", "pack with the network off") {
        return;
    }
    let student = own.with_file_name("student");
    let ran = run(RUNNER, &["starters", "--into", &student.join("lessons").to_string_lossy()]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    for lesson in LESSONS.split(' ') {
        let all = lab_tests::lessons();
        solve(&student, all.iter().find(|name| name.starts_with(lesson)).unwrap());
    }
    // A class in the room, too: an archive of a hand-in is opened by a package of its own.
    let class = own.with_file_name("class");
    fs::create_dir_all(&class).unwrap();
    let above = class.with_file_name("");
    let archive = class.join("li na.tar.gz");
    let made =
        Command::new("tar").arg("-czf").arg(archive).arg("student").current_dir(above).status().unwrap();
    assert!(made.success());
    let script = format!(
        "set -e; ip link set lo up; cargo xtask run {LESSONS} --solution --seed 7; \
         cargo xtask run {LESSONS} --lessons '{}' --seed 7; cargo xtask judge '{}' '{}' 01 --seed 7",
        student.display(),
        class.display(),
        class.with_file_name("results").display(),
    );
    let output = bare("unshare", own).args(["-rn", "sh", "-c", &script]).output().unwrap();
    let ran = Ran::from(output);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let grades = fs::read_to_string(class.with_file_name("results").join("grades.csv")).unwrap();
    assert!(grades.contains("li na"), "{grades}");
    lab_tests::loud("with the network off the runner was built, lessons passed, and a class was judged");
}
