//! Starters compile without a warning and fail at their holes; solutions pass; a learner's edits are kept.

use lab_tests::{lessons, not_checked, root, run, starters};
use std::fs;
use std::process::Command;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

#[test]
fn solutions_pass_every_check() {
    let ran = run(RUNNER, &["run", "--all", "--solution", "--format", "json"]);
    for (id, verdict, cause) in ran.verdicts() {
        assert!(["pass", "demo"].contains(&verdict.as_str()), "{id}: {verdict}: {cause}\n{}", ran.stderr);
    }
    assert_eq!(ran.status, 0);
}

#[test]
fn starters_fail_at_their_holes_and_say_what_to_write() {
    let dir = starters(RUNNER, TMP, "starters-fail");
    // What only pretends to be begun.
    for lesson in lessons() {
        let server = dir.join(lesson).join("src/bin/server.rs");
        let text = fs::read_to_string(&server).unwrap();
        fs::write(server, text + "\nconst BEGUN: bool = true;\n").unwrap();
    }
    let ran = run(RUNNER, &["run", "--all", "--lessons", &dir.to_string_lossy(), "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(!ran.stderr.contains("warning"), "a starter compiles with a warning: {}", ran.stderr);
    for lesson in ran.json()["lessons"].as_array().unwrap() {
        let name = lesson["lesson"].as_str().unwrap();
        let checks = lesson["checks"].as_array().unwrap();
        let failed: Vec<_> = checks.iter().filter(|check| check["verdict"] == "fail").collect();
        assert!(!failed.is_empty(), "{name} passes as it starts");
        for check in failed {
            let hole = &check["hole"];
            assert!(hole["function"].is_string(), "{name} fails elsewhere than at a hole: {check:#}");
            let file = hole["file"].as_str().unwrap();
            let line = hole["line"].as_u64().unwrap() as usize;
            let text = fs::read_to_string(file).unwrap();
            assert!(text.lines().nth(line - 1).unwrap().contains("todo!"), "{file}:{line} is no hole");
        }
    }
    for lesson in ran.json()["lessons"].as_array().unwrap() {
        // Not because its sources are the starter's: because of what the table of these checks has.
        assert_eq!(
            (&lesson["status"], &lesson["passed"]),
            (&"judged".into(), &0.into()),
            "{}",
            lesson["lesson"]
        );
    }
    for said in ["is not written yet", "next: write `", "cargo xtask hint lesson-01"] {
        assert!(ran.stderr.contains(said), "missing: {said}\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

/// A program that sleeps for ever, and one that ends at once: what they pass wants nothing to happen.
#[cfg(unix)]
#[test]
fn programs_that_do_nothing_earn_nothing() {
    for name in ["worst-never-listens", "worst-exits-at-once"] {
        let dir = lab_tests::empty_dir(TMP, name);
        let command = format!("'{}' {name}", env!("CARGO_BIN_EXE_programs"));
        for lesson in ["01-echo", "02-uppercase"] {
            fs::create_dir(dir.join(lesson)).unwrap();
            let text = format!("server = {command:?}\nclient = {command:?}\n");
            fs::write(dir.join(lesson).join("lab.toml"), text).unwrap();
        }
        let dir = dir.to_string_lossy();
        // A student's programs are confined, and these lie elsewhere. They only wait, so many can at once.
        let words = ["run", "01", "02", "--lessons", &dir, "--allow", env!("CARGO_BIN_EXE_programs")];
        let ran = run(RUNNER, &[&words[..], &["--format", "json", "--jobs", "64"]].concat());
        let report = ran.json();
        for lesson in report["lessons"].as_array().unwrap() {
            let passed: Vec<String> = lesson["checks"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|check| check["verdict"] == "pass")
                .map(|check| format!("{} {}", check["half"], check["id"]))
                .collect();
            assert!(!passed.is_empty(), "{name} passes nothing: this test shows nothing");
            assert_eq!(
                (&lesson["status"], &lesson["passed"]),
                (&"judged".into(), &0.into()),
                "{name}: {passed:?}"
            );
        }
    }
}

/// Compares with what git has: the lessons' folder of a clone may contain a learner's work.
#[test]
fn rendered_starters_are_those_in_the_repository() {
    let dir = starters(RUNNER, TMP, "starters-golden");
    let files = Command::new("git").args(["ls-files", "lessons"]).current_dir(root()).output();
    let Some(files) = files.ok().filter(|files| files.status.success()) else {
        return not_checked("the starters in the repository: git is missing, or this is no clone");
    };
    for path in String::from_utf8(files.stdout).unwrap().lines() {
        let committed =
            Command::new("git").args(["show", &format!(":{path}")]).current_dir(root()).output().unwrap();
        let rendered = fs::read(dir.join(path.strip_prefix("lessons/").unwrap())).unwrap_or_default();
        let same = String::from_utf8_lossy(&committed.stdout) == String::from_utf8_lossy(&rendered);
        assert!(same, "{path} is not what its solution renders to; next: cargo xtask starters");
    }
}

#[test]
fn an_edited_starter_is_never_overwritten() {
    let dir = starters(RUNNER, TMP, "starters-edited");
    let words = ["starters", "--into", &dir.to_string_lossy()];
    let (server, client) = (dir.join("01-echo/src/bin/server.rs"), dir.join("01-echo/src/bin/client.rs"));
    let pristine = fs::read_to_string(&client).unwrap();
    fs::write(&server, "fn main() {} // mine\n").unwrap();
    fs::remove_file(&client).unwrap();
    let ran = run(RUNNER, &words);
    assert!(ran.stdout.contains("01-echo/src/bin/server.rs: it was edited"), "{}", ran.stdout);
    assert_eq!(fs::read_to_string(&server).unwrap(), "fn main() {} // mine\n");
    assert_eq!(fs::read_to_string(&client).unwrap(), pristine);
}

/// Lesson 02 has the client of lesson 01: what its checks of the client show is then caused by the wire.
#[test]
fn copies_between_lessons_stay_equal() {
    let client =
        |dir: &str| fs::read_to_string(root().join("solutions").join(dir).join("src/bin/client.rs")).unwrap();
    let renamed = client("01-echo").replace("solution-01-echo", "solution-02-uppercase");
    let renamed =
        renamed.replace("solution-01", "solution-02").replace("The echo client", "The uppercase client");
    assert_eq!(renamed, client("02-uppercase"));
}
