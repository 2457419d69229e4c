//! Reports for machines: JSON matches its schema, a well-known reader reads the JUnit XML; the page has each check; and all
//! are whole when the run is interrupted.

#![cfg(unix)]

use lab_tests::{Ran, lessons, root, run, runner, starters};
use serde_json::Value;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

/// Checks that a report matches docs/src/report.schema.json.
fn is_valid(report: &Value) {
    let schema = std::fs::read_to_string(root().join("docs/src/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(report).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}\n{report:#}");
}

/// Returns runs that give every verdict: passes and demos, failures with bytes, failures at holes, and errors.
fn runs() -> Vec<Vec<String>> {
    let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<String>>();
    let programs = |lesson: &str, check: &str, server: &str, client: &str| {
        let mut words = words(&format!("run {lesson} --seed 7{check} --server"));
        words.push(format!("{PROGRAMS} {server}"));
        words.push("--client".into());
        words.push(format!("{PROGRAMS} {client}"));
        words
    };
    let dir = starters(RUNNER, env!("CARGO_TARGET_TMPDIR"), "reports");
    let mut mine = words("run 01 --lessons");
    mine.push(dir.to_string_lossy().into_owned());
    vec![
        words("run 04 05 --solution --seed 7"),
        programs("01", " --check echo-1-mib", "wrong-01-server-trims", "worst-prints-control-sequences"),
        programs(
            "04",
            " --check pushes-defaults",
            "wrong-04-server-waits-for-hello",
            "right-04-client-plain",
        ),
        programs("02", "", "worst-exits-at-once", "/no/such/program"),
        mine,
    ]
}

#[test]
fn json_is_as_its_schema_says() {
    for mut words in runs() {
        words.extend(["--format".into(), "json".into()]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        is_valid(&run(RUNNER, &words).json());
    }
}

#[test]
fn of_all_lessons_only_those_are_judged_that_have_the_check() {
    let words = ["run", "--all", "--solution", "--check", "whole-frames", "--format", "json"];
    let report = run(RUNNER, &words).json();
    let judged = report["lessons"].as_array().unwrap();
    assert!(judged.iter().any(|lesson| lesson["lesson"] == "06-header"), "{report:#}");
    assert!(judged.len() < lessons().len(), "{report:#}");
    for lesson in judged {
        let checks = lesson["checks"].as_array().unwrap();
        assert!(!checks.is_empty() && checks.iter().all(|check| check["id"] == "whole-frames"), "{report:#}");
    }
}

#[test]
fn junit_is_read_by_a_well_known_reader_and_says_the_same() {
    for mut words in runs() {
        let mut as_json = words.clone();
        words.extend(["--format".into(), "junit".into()]);
        as_json.extend(["--format".into(), "json".into()]);
        let ran = run(RUNNER, &words.iter().map(String::as_str).collect::<Vec<_>>());
        let report = quick_junit::Report::deserialize_from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}", ran.stdout));
        let json = run(RUNNER, &as_json.iter().map(String::as_str).collect::<Vec<_>>()).json();
        let lessons = json["lessons"].as_array().unwrap();
        assert_eq!(report.test_suites.len(), lessons.len());
        for (suite, lesson) in report.test_suites.iter().zip(lessons) {
            let checks = lesson["checks"].as_array().unwrap();
            let of = |verdict: &str| checks.iter().filter(|check| check["verdict"] == verdict).count();
            assert_eq!(suite.tests, checks.len(), "{}", ran.stdout);
            assert_eq!((suite.failures, suite.errors), (of("fail"), of("error")), "{}", ran.stdout);
        }
    }
}

#[test]
fn the_page_has_each_check_and_the_same_status() {
    for mut words in runs() {
        let mut as_json = words.clone();
        words.extend(["--format".into(), "html".into()]);
        as_json.extend(["--format".into(), "json".into()]);
        let ran = run(RUNNER, &words.iter().map(String::as_str).collect::<Vec<_>>());
        let json = run(RUNNER, &as_json.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.status, json.status, "{}", ran.stderr);
        // Standard output has the page, and nothing else.
        assert!(ran.stdout.starts_with("<!DOCTYPE html>\n") && ran.stdout.ends_with("</html>\n"));
        assert!(!ran.stderr.is_empty());
        for lesson in json.json()["lessons"].as_array().unwrap() {
            for check in lesson["checks"].as_array().unwrap() {
                let is_hole = check.get("hole").is_some();
                let title = check["title"].as_str().unwrap().replace('\'', "&#39;").replace('"', "&quot;");
                assert!(is_hole || ran.stdout.contains(&title), "{title}: {}", ran.stdout);
            }
        }
    }
}

#[test]
fn a_page_replaces_a_report_and_nothing_else() {
    let dir = lab_tests::empty_dir(env!("CARGO_TARGET_TMPDIR"), "report-page");
    let file = dir.join("report.html");
    let path = file.to_string_lossy().into_owned();
    let words =
        ["run", "01", "--solution", "--check", "echo-bytes", "--format", "html", "--output", path.as_str()];
    for _ in 0..2 {
        let ran = run(RUNNER, &words);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(!ran.stdout.contains("<html"), "{}", ran.stdout);
        assert!(
            std::fs::read_to_string(&file).unwrap().starts_with("<!DOCTYPE html>\n<!-- Socket Lab report")
        );
    }
    std::fs::write(&file, "<!DOCTYPE html>\n<p>my own page</p>\n").unwrap();
    let ran = run(RUNNER, &words);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("no report of ours"), "{}", ran.stderr);
}

#[test]
fn all_are_whole_when_the_run_is_interrupted() {
    for format in ["json", "junit", "html"] {
        // A run that was over before the signal came shows nothing: the test starts another.
        let interrupted = (0..5).map(|_| interrupted(format)).find(|(ran, _)| ran.status == 130);
        let (ran, said) =
            interrupted.unwrap_or_else(|| panic!("no run with --format {format} ended with 130"));
        assert!(said.contains("interrupted"), "{said}");
        if format == "json" {
            let report = ran.json();
            is_valid(&report);
            assert_eq!(report["interrupted"], true);
            assert!(!report["lessons"][0]["checks"].as_array().unwrap().is_empty());
        } else if format == "html" {
            assert!(ran.stdout.contains("The run was interrupted") && ran.stdout.ends_with("</html>\n"));
        } else {
            quick_junit::Report::deserialize_from_str(&ran.stdout).expect("whole XML");
        }
    }
}

/// Interrupts a run after it printed its first check. Returns the run, and what it printed for people.
fn interrupted(format: &str) -> (Ran, String) {
    // The client never ends, so the run lasts long enough to interrupt it.
    let server = format!("{PROGRAMS} right-01-server-blocking");
    let client = format!("{PROGRAMS} worst-never-listens");
    let words = ["run", "01", "--server", &server, "--client", &client, "--format", format, "--jobs", "1"];
    let mut child = runner(RUNNER, &words)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The text for people goes to standard error: this line shows that the first check is printed.
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("✓ server") {
        assert_ne!(std::io::BufRead::read_line(&mut stderr, &mut said).unwrap(), 0, "{said}");
    }
    interrupt(&child);
    std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
    (Ran::from(child.wait_with_output().unwrap()), said)
}

/// Sends SIGINT, as Ctrl-C does.
fn interrupt(child: &std::process::Child) {
    #[cfg(unix)]
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGINT)
        .unwrap();
    #[cfg(not(unix))]
    let _ = child;
}
