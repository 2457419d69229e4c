//! Tests what students' services are told of a report that contains one of everything.

use super::{classroom, every_test, gradescope, sum};
use crate::course::{LESSONS, starter_passes};
use crate::finding::{Half, Hole, Verdict};
use crate::report::fabricated::check;
use crate::report::{CheckReport, HandedIn, LessonReport, Report, json, snapshot};
use serde_json::Value;

#[test]
fn each_check_is_a_point_and_a_lesson_that_does_not_compile_loses_all_of_its_points() {
    let report = snapshot::report();
    let all = every_test(&report);
    let of_lesson = |name: &str| {
        let is_of_it = |test: &&super::Test| test.name.starts_with(name);
        let points =
            |points: fn(&super::Test) -> usize| all.iter().filter(is_of_it).map(points).sum::<usize>();
        (points(|test| test.earned), points(|test| test.of))
    };
    // Seven checks: one passes, one shows its demo, one is skipped.
    assert_eq!(of_lesson("01-echo"), (2, 6));
    assert_eq!(of_lesson("02-uppercase"), (0, LESSONS[1].checks().count()));
    assert_eq!(of_lesson("13-families"), (6, 8));
}

#[test]
fn gradescope_gets_points_numbers_and_what_to_do() {
    let report = snapshot::report();
    let value: Value = serde_json::from_str(&gradescope::render(&report)).unwrap();
    let tests = value["tests"].as_array().unwrap();
    let score = |name: &str| tests.iter().filter_map(|test| test[name].as_u64()).sum::<u64>();
    assert_eq!(value["score"], score("score"));
    assert_eq!(score("score"), 8);
    let find = |number: &str| tests.iter().find(|test| test["number"] == number).unwrap();
    let failed = find("1.2");
    assert_eq!((&failed["status"], &failed["max_score"]), (&"failed".into(), &1.into()));
    let told = failed["output"].as_str().unwrap();
    for part in
        ["expected: 26 bytes", "\ncause: a sentence", "\nagain: cargo xtask run 01 --check fails --seed 7"]
    {
        assert!(told.contains(part), "{told}");
    }
    // What a program printed cannot colour or hide anything.
    assert!(told.contains("server: \\u{1b}[31msomething"), "{told}");
    assert_eq!(find("1.3")["status"], "passed", "a demo is passed");
    let skipped = find("1.7");
    assert!(skipped["status"] == "passed" && skipped.get("max_score").is_none(), "{skipped}");
    assert!(find("2.0")["output"].as_str().unwrap().contains("does not compile"));
    assert!(value["output"].as_str().unwrap().contains("1 could not be judged"), "{}", value["output"]);
}

#[test]
fn with_what_a_hand_in_was_judged_is_told() {
    let own =
        serde_json::json!({"runner": "0123456789ab", "platform": "linux x86_64", "containment": "none"});
    let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    for (made_with, told) in [(own.clone(), Some(&own)), (Value::Null, None)] {
        let report = Report { made_with, ..snapshot::report() };
        assert_eq!(read(gradescope::render(&report))["extra_data"]["socket-lab"].get("made_with"), told);
        assert_eq!(read(json::render(&report)).get("made_with"), told);
    }
}

#[test]
fn an_interrupted_run_is_told_as_such() {
    let report = Report { interrupted: true, ..snapshot::report() };
    let value: Value = serde_json::from_str(&gradescope::render(&report)).unwrap();
    assert!(value["output"].as_str().unwrap().contains("interrupted"), "{}", value["output"]);
}

/// A report of lesson 01 as a student handed it in.
fn handed_in(half: Option<Half>, interrupted: bool, checks: Vec<CheckReport>) -> Report {
    let lesson = LessonReport {
        lesson: "01-echo".into(),
        subject: "lesson".into(),
        half,
        problem: None,
        millis: 345,
        checks,
        not_run: Vec::new(),
        handed_in: Some(HandedIn::default()),
    };
    Report { seed: 7, lessons: vec![lesson], interrupted, ..Report::default() }
}

/// Returns the points that a report earned, and those that it can earn.
fn points_of(report: &Report) -> (usize, usize) {
    let all = every_test(report);
    (sum(&all, |test| test.earned), sum(&all, |test| test.of))
}

#[test]
fn what_is_missing_costs_its_points() {
    let all = LESSONS[0].checks().count();
    let client = LESSONS[0].checks().filter(|check| check.half == Half::Client).count();
    let passed = || check("echo-bytes", Half::Server, Verdict::Pass);
    let half = handed_in(Some(Half::Server), false, vec![passed()]);
    assert_eq!(points_of(&half), (1, 1 + client), "{:#?}", every_test(&half));
    assert!(every_test(&half)[1].told.contains("only the server was handed in"));
    assert_eq!(points_of(&handed_in(None, true, vec![passed()])), (1, all));
    assert_eq!(points_of(&handed_in(Some(Half::Server), true, vec![passed()])), (1, all));
}

#[test]
fn what_the_starter_passes_too_earns_nothing_alone() {
    let is_free = |check: &&crate::promises::CheckOn| starter_passes("01-echo", check.id, check.half);
    let row = LESSONS[0].checks().filter(|check| check.half == Half::Client).find(|check| is_free(&check));
    let free = row.expect("a check that the starter passes").id;
    let passed = || vec![check(free, Half::Client, Verdict::Pass)];
    let hole = Hole { function: "ask".into(), file: "lessons/01-echo/src/bin/client.rs".into(), line: 54 };
    let unwritten =
        CheckReport { hole: Some(hole), ..check("sends-exact-lines", Half::Client, Verdict::Fail) };
    let report = handed_in(None, false, passed().into_iter().chain([unwritten]).collect());
    assert_eq!(points_of(&report), (0, 2));
    assert!(
        every_test(&report)[0].told.contains("a program without your work passes this, too"),
        "{:#?}",
        every_test(&report)
    );
    let written = check("sends-exact-lines", Half::Client, Verdict::Pass);
    assert_eq!(points_of(&handed_in(None, false, passed().into_iter().chain([written]).collect())), (2, 2));
}

/// A report of `lessons` with 200 failed checks each.
fn long(lessons: &[&str]) -> Report {
    let failed = || {
        let mut failed = check("fails", Half::Server, Verdict::Fail);
        failed.cause = "a cause of one sentence, as long as the sentences of causes usually are".into();
        failed
    };
    let lesson = |name: &&str| LessonReport {
        lesson: name.to_string(),
        subject: "lesson".into(),
        half: None,
        problem: None,
        millis: 345,
        checks: (0..200).map(|_| failed()).collect(),
        not_run: Vec::new(),
        handed_in: None,
    };
    Report { seed: 7, lessons: lessons.iter().map(lesson).collect(), ..Report::default() }
}

#[test]
fn classroom_gets_a_test_for_each_check_as_long_as_that_fits_into_a_variable() {
    let few = long(&["01-echo"]);
    let value: Value = serde_json::from_str(&classroom::decided(&few)).unwrap();
    assert_eq!((value["tests"].as_array().unwrap().len(), &value["max_score"]), (200, &200.into()));
    let many = long(&["01-echo", "02-uppercase", "03-sticky"]);
    let value: Value = serde_json::from_str(&classroom::decided(&many)).unwrap();
    assert_eq!((value["tests"].as_array().unwrap().len(), &value["max_score"]), (3, &600.into()));
    assert_eq!(value["tests"][0]["name"], "01-echo: 0 of 200 checks");
    assert!(classroom::render(&many).len() < 131_072 - 100, "Linux takes no longer variable");
}

#[test]
fn classroom_gets_the_same_points() {
    let report = snapshot::report();
    let value: Value = serde_json::from_str(&classroom::decided(&report)).unwrap();
    let all = every_test(&report);
    let scores = value["tests"].as_array().unwrap().iter().filter_map(|test| test["score"].as_u64());
    assert_eq!(scores.sum::<u64>() as usize, sum(&all, |test| test.earned));
    assert_eq!(value["max_score"], sum(&all, |test| test.of));
    assert_eq!(value["status"], "fail");
    let text = classroom::render(&report);
    assert!(text.starts_with(classroom::SIGNATURE) && text.ends_with('\n') && text.lines().count() == 1);
}
