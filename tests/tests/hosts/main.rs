//! Reports for Gradescope and GitHub Classroom: they match the published shapes, name no path of this machine, and the
//! scripts in docs/src/hosts make them. The services themselves are not tried.

#![cfg(unix)]

#[cfg(target_os = "linux")]
mod docker;

use lab_tests::{Ran, empty_dir, root, run, solve, starters};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// Checks that a report matches a schema in tests/formats.
fn is_valid(report: &Value, schema: &str) {
    let schema = fs::read_to_string(root().join("tests/formats").join(schema)).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(report).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}\n{report:#}");
}

/// Reads a report for Classroom as its reporter does: base64, then JSON.
fn decoded(text: &str) -> Value {
    assert!(text.ends_with('\n') && text.lines().count() == 1, "{text}");
    let mut base64 = Command::new("base64");
    let mut base64 = base64.arg("-d").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = base64.stdin.take().unwrap();
    let text = text.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = base64.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns runs that give every verdict.
fn runs() -> Vec<Vec<String>> {
    let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<String>>();
    let program = |lesson: &str, check: &str, option: &str, name: &str| {
        let mut words = words(&format!("run {lesson} --seed 7 --check {check} {option}"));
        words.push(format!("{PROGRAMS} {name}"));
        words
    };
    let mut mine = words("run 01 --seed 7 --lessons");
    mine.push(starters(RUNNER, TMP, "hosts-formats").to_string_lossy().into_owned());
    vec![
        words("run 04 05 --solution --seed 7"),
        program("01", "echo-1-mib", "--server", "wrong-01-server-trims"),
        program("02", "only-ascii-letters", "--server", "worst-exits-at-once"),
        words("run 02 --seed 7 --server /no/such/program"),
        mine,
    ]
}

fn in_format(words: &[String], format: &str) -> Ran {
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--format", format]).collect();
    run(RUNNER, &words)
}

/// Returns the points that a JSON report earned and those that it could. Of what a student handed in, it counts itself.
fn points(report: &Value) -> (u64, u64) {
    let lessons = report["lessons"].as_array().unwrap();
    let of_lesson = |lesson: &Value| {
        if let (Some(passed), Some(of)) = (lesson["passed"].as_u64(), lesson["of"].as_u64()) {
            return (passed, of);
        }
        let verdicts =
            lesson["checks"].as_array().unwrap().iter().map(|check| check["verdict"].as_str().unwrap());
        let verdicts: Vec<&str> = verdicts.collect();
        let earned = verdicts.iter().filter(|verdict| ["pass", "demo"].contains(verdict)).count();
        (earned as u64, verdicts.iter().filter(|verdict| **verdict != "skip").count() as u64)
    };
    let all = lessons.iter().map(of_lesson);
    all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

fn total(tests: &Value, field: &str) -> u64 {
    tests.as_array().unwrap().iter().filter_map(|test| test[field].as_u64()).sum()
}

#[test]
fn both_formats_are_as_published_and_have_the_same_points() {
    for words in runs() {
        let json = in_format(&words, "json");
        let report: Value =
            serde_json::from_str(&json.stdout).unwrap_or_else(|_| panic!("{words:?}: {}", json.stderr));
        let (earned, of) = points(&report);

        let ran = in_format(&words, "gradescope");
        let gradescope: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{words:?}: {}", ran.stderr));
        is_valid(&gradescope, "gradescope.schema.json");
        assert_eq!(ran.status, json.status, "{words:?}: {}", ran.stderr);
        assert_eq!(
            (gradescope["score"].as_u64(), total(&gradescope["tests"], "max_score")),
            (Some(earned), of),
            "{words:?}"
        );

        let ran = in_format(&words, "classroom");
        let classroom = decoded(&ran.stdout);
        is_valid(&classroom, "classroom.schema.json");
        assert_eq!(ran.status, json.status, "{words:?}: {}", ran.stderr);
        assert_eq!(
            (total(&classroom["tests"], "score"), classroom["max_score"].as_u64()),
            (earned, Some(of)),
            "{words:?}"
        );
    }
}

#[test]
fn the_schemas_refuse_what_was_not_published() {
    for (schema, wrong) in [
        ("gradescope.schema.json", r#"{"tests":[{"name":"a"}]}"#),
        ("gradescope.schema.json", r#"{"score":1,"tests":[{"status":"pass"}]}"#),
        ("classroom.schema.json", r#"{"version":1,"status":"pass","tests":[]}"#),
    ] {
        let wrong: Value = serde_json::from_str(wrong).unwrap();
        assert!(std::panic::catch_unwind(|| is_valid(&wrong, schema)).is_err(), "{wrong}");
    }
}

#[test]
fn a_report_of_theirs_replaces_an_earlier_one_and_nothing_else() {
    let dir = empty_dir(TMP, "hosts-output");
    for format in ["gradescope", "classroom"] {
        let file = dir.join(format);
        let path = file.to_string_lossy().into_owned();
        let words =
            ["run", "01", "--solution", "--check", "echo-bytes", "--format", format, "--output", &path];
        for _ in 0..2 {
            let ran = run(RUNNER, &words);
            assert_eq!(ran.status, 0, "{}", ran.stderr);
        }
        fs::write(&file, "{\"score\": 1}\n").unwrap();
        let ran = run(RUNNER, &words);
        assert!(ran.status == 2 && ran.stderr.contains("no report of ours"), "{}", ran.stderr);
    }
}

/// Makes what a student hands in: a folder of lessons, with lesson 01 as it is said.
fn handed_in(dir: &Path, how: &str) {
    if how == "nothing" {
        return fs::create_dir_all(dir).unwrap();
    }
    let ran = run(RUNNER, &["starters", "--into", &dir.join("lessons").to_string_lossy()]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    match how {
        "solved" => solve(dir, "01-echo"),
        "half" => {
            let client = dir.join("lessons/01-echo/src/bin/client.rs");
            let starter = fs::read(&client).unwrap();
            solve(dir, "01-echo");
            fs::write(client, starter).unwrap();
        }
        "broken" => fs::write(dir.join("lessons/01-echo/src/bin/server.rs"), "this is no Rust\n").unwrap(),
        _ => assert_eq!(how, "starter"),
    }
}

/// Makes the folder of a clone in which the runner is built: see docs/src/hosts.
fn lab(dir: &Path) -> PathBuf {
    let lab = dir.join("lab");
    fs::create_dir_all(lab.join("target/debug")).unwrap();
    std::os::unix::fs::symlink(RUNNER, lab.join("target/debug/xtask")).unwrap();
    lab
}

/// Gives a script what this test run's own environment has: the tests' place for what a learner has passed, and cargo.
fn script(path: &Path) -> Command {
    let mut command = Command::new("bash");
    command.arg(path).env("SOCKET_LAB_HOME", root().join("target/tests-home"));
    command
}

#[test]
fn gradescopes_script_leaves_results_of_each_submission() {
    let reference = run(RUNNER, &["run", "01", "--solution", "--format", "json"]).json();
    let all = reference["lessons"][0]["checks"].as_array().unwrap().len();
    for how in ["solved", "half", "starter", "broken", "nothing"] {
        let dir = empty_dir(TMP, &format!("hosts-gradescope-{how}"));
        fs::create_dir_all(dir.join("autograder/results")).unwrap();
        handed_in(&dir.join("autograder/submission"), how);
        let ran: Ran = script(&root().join("docs/src/hosts/gradescope/run_autograder"))
            .env("AUTOGRADER", dir.join("autograder"))
            .env("LAB", lab(&dir))
            .output()
            .unwrap()
            .into();
        assert_eq!(ran.status, 0, "{how}: {}{}", ran.stdout, ran.stderr);
        let text = fs::read_to_string(dir.join("autograder/results/results.json")).unwrap();
        let results: Value = serde_json::from_str(&text).unwrap();
        is_valid(&results, "gradescope.schema.json");
        let made_with = &results["extra_data"]["socket-lab"]["made_with"];
        assert!(
            ["runner", "platform", "containment"].iter().all(|name| made_with[name].is_string()),
            "{made_with}"
        );
        let (score, of) = (results["score"].as_u64().unwrap(), total(&results["tests"], "max_score"));
        // A check that is skipped has no points, for instance while another test has port 8888.
        let skipped = results["tests"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|test| test.get("max_score").is_none())
            .count();
        // A lesson that does not compile loses the points of all.
        assert_eq!(of as usize + skipped, all, "{how}");
        assert_eq!(score == of, how == "solved", "{how}: {score} of {of}");
        // Students read it: their own commands, and no path of this machine.
        assert!(!text.contains(TMP) && !text.contains("--lessons"), "{how}: {text}");
        let said: &[&str] = match how {
            "solved" => &["38 of 38 checks passed"],
            "half" => &[
                "again: cargo xtask run 01 --check sends-exact-lines --seed 2026",
                "`ask` is not written yet: lessons/01-echo/src/bin/client.rs:",
            ],
            "starter" => &["0 of 38 checks passed", "its sources are the starter's"],
            "broken" => &["0 of 38 checks passed", "lessons/01-echo/src/bin/server.rs:1:"],
            _ => &["0 of 38 checks passed", "lesson-01 was not found"],
        };
        let missing: Vec<_> =
            said.iter().filter(|said| !text.contains(&said.replace("38", &of.to_string()))).collect();
        assert!(missing.is_empty(), "{how}: {missing:?}\n{text}");
    }
}

#[test]
fn gradescopes_script_fails_when_it_leaves_no_results() {
    let dir = empty_dir(TMP, "hosts-gradescope-fails");
    fs::create_dir_all(dir.join("autograder/results")).unwrap();
    let ran: Ran = script(&root().join("docs/src/hosts/gradescope/run_autograder"))
        .env("AUTOGRADER", dir.join("autograder"))
        .env("LAB", lab(&dir))
        .env("LESSONS", "99")
        .output()
        .unwrap()
        .into();
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(!dir.join("autograder/results/results.json").exists());
}

/// Returns the script of the step with this id in a workflow.
fn step(workflow: &str, id: &str) -> String {
    let (_, step) = workflow.split_once(&format!("        id: {id}\n")).expect("the step");
    let (_, script) = step.split_once("        run: |\n").expect("its script");
    let lines = script.lines().map_while(|line| line.strip_prefix("          "));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn classrooms_step_hands_the_reporter_a_result() {
    let workflow = fs::read_to_string(root().join("docs/src/hosts/classroom.yml")).unwrap();
    for how in ["solved", "starter"] {
        let dir = empty_dir(TMP, &format!("hosts-classroom-{how}"));
        handed_in(&dir.join("student"), how);
        let lab = lab(&dir);
        fs::write(dir.join("step.sh"), step(&workflow, "lab")).unwrap();
        // As GitHub runs a step: bash -e, in the step's folder.
        let ran: Ran = script(Path::new("-e"))
            .arg(dir.join("step.sh"))
            .current_dir(&lab)
            .env("GITHUB_OUTPUT", dir.join("output"))
            .envs([("LESSONS", "01"), ("SEED", "2026")])
            .output()
            .unwrap()
            .into();
        assert_eq!(ran.status, 0, "{how}: {}{}", ran.stdout, ran.stderr);
        let output = fs::read_to_string(dir.join("output")).unwrap();
        let result = decoded(output.strip_prefix("result=").expect("an output of the step"));
        is_valid(&result, "classroom.schema.json");
        assert_eq!(result["status"] == "pass", how == "solved", "{how}: {result:#}");
        assert!(!result.to_string().contains(TMP), "{result:#}");
    }
}
