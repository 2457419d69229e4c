//! The results of a made-up class.

mod open;

use super::write;
use crate::finding::{Comparison, Half, Hole, Verdict};
use crate::report::fabricated::check;
use crate::report::html::reading::read;
use crate::report::{CheckReport, Evidence, LessonReport, Report, json};
use crate::wire::{Kind, Ribbon};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of results that is removed with this value.
struct Results(PathBuf);

impl Drop for Results {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Results {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("socket-lab-class-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        let own = Self(dir);
        own.class(json!({}));
        own
    }

    /// Writes `class.json` with these fields in place of the usual ones.
    fn class(&self, more: Value) {
        let mut class = json!({
            "schema": 1, "seed": 7, "lessons": ["01-echo", "02-uppercase"], "of": {"01-echo": 4, "02-uppercase": 10},
            "points": null, "shard": null, "runner": "3f21703+changes", "platform": "linux-x86_64",
            "containment": "none", "limits": {"student": 300, "build": 120},
        });
        for (key, value) in more.as_object().unwrap() {
            class[key] = value.clone();
        }
        fs::write(self.0.join("class.json"), class.to_string()).unwrap();
    }

    /// Writes the report of a student with these lessons.
    fn student(&self, key: &str, name: &str, lessons: Value) {
        let report = json!({
            "schema": 1, "seed": 7, "student": name, "found_at": "lessons", "lessons": lessons,
            "made_with": {"runner": "3f21703+changes", "platform": "linux-x86_64", "containment": "none"},
        });
        let folder = self.0.join("students").join(key);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("report.json"), report.to_string()).unwrap();
    }

    fn made(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Makes the results, and returns the rows of `grades.csv`.
    fn grades(&self) -> Vec<String> {
        write(&self.0).unwrap();
        let text = self.made("grades.csv");
        text.strip_prefix('\u{feff}').expect("a mark").lines().map(String::from).collect()
    }
}

fn lesson(name: &str, status: &str, passed: u64, of: u64) -> Value {
    json!({"lesson": name, "subject": "lesson", "verdict": "fail", "millis": 1, "checks": [],
           "status": status, "passed": passed, "of": of})
}

fn with(mut lesson: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        lesson[key] = value.clone();
    }
    lesson
}

/// Returns lesson 01 as the runner reports it: a failure with all its evidence, one that builds on it, a hole, a demo.
fn judged(results: &Results) -> Value {
    let folder = results.0.canonicalize().unwrap();
    let failed = CheckReport {
        wire: Kind::Dribble,
        expected: "the reply".into(),
        got: format!("it panicked at {}/lessons/01-echo/src/bin/server.rs:3", folder.display()).into(),
        cause: "a byte was changed".into(),
        comparison: Comparison::of(b"hello", b"hex\xffo"),
        rerun: "cargo xtask run 01 --lessons /home/teacher/in/x --check fails --seed 7".into(),
        evidence: Evidence {
            connections: vec![vec!["    0.1 ms  runner sent 5 bytes \"hello\"".into()]],
            ends: vec![("server".into(), "it panicked".into())],
            ribbon: Some(Ribbon {
                direction: "client → server",
                bytes: b"hello".to_vec(),
                writes: vec![5],
                pieces: vec![1; 5],
                reads: vec![],
                wanted: vec![],
            }),
            ..Evidence::default()
        },
        ..check("fails", Half::Server, Verdict::Fail)
    };
    let waits =
        CheckReport { waits_for: Some(failed.name()), ..check("builds-on", Half::Pair, Verdict::Fail) };
    let hole = Hole { function: "serve".into(), file: "lessons/01-echo/src/bin/server.rs".into(), line: 32 };
    let hole = CheckReport { hole: Some(hole), ..check("to-write", Half::Server, Verdict::Fail) };
    let passed = check("holds", Half::Client, Verdict::Pass);
    let lesson = LessonReport {
        lesson: "01-echo".into(),
        subject: "lesson".into(),
        half: None,
        problem: None,
        millis: 1,
        checks: vec![failed, waits, hole, passed],
        not_run: Vec::new(),
        handed_in: None,
    };
    let report = json::render(&Report { seed: 7, lessons: vec![lesson], ..Report::default() });
    let report: Value = serde_json::from_str(&report).unwrap();
    with(report["lessons"][0].clone(), json!({"status": "judged", "passed": 1, "of": 4}))
}

/// Why a lesson is not judged that the report has not.
const UNNAMED: &str = "01-echo: not judged: its report does not name this lesson: judge it again";

#[test]
fn each_student_has_a_row_and_each_status_its_words() {
    let results = Results::new("rows");
    let second = |status: &str| lesson("02-uppercase", status, 0, 10);
    results.student("a", "a", json!([judged(&results), lesson("02-uppercase", "judged", 10, 10)]));
    for (key, status) in [
        ("b", "not-begun"),
        ("c", "not-found"),
        ("d", "does-not-compile"),
        ("e", "out-of-time"),
        ("f", "ambiguous"),
        ("g", "refused"),
        ("h", "unable"),
    ] {
        results.student(key, key, json!([second(status)]));
    }
    let changed = json!({"manifest_changed": "adds rand", "same_as_solution": true});
    let whole = with(lesson("01-echo", "judged", 4, 4), changed);
    results.student("i", "=cmd|' /C calc'!A0", json!([whole, lesson("02-uppercase", "judged", 5, 10)]));
    let folder = results.0.join("students/j");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("report.json"), "{\"schema\": 1,").unwrap();
    let mut grades = results.grades();
    let last = grades.pop().unwrap();
    assert_eq!(
        grades,
        [
            "student,found_at,01-echo,02-uppercase,01-echo points,02-uppercase points,passed,of,points,max_points,\
             manifest_changed,same_as_solution,note",
            "'=cmd|' /C calc'!A0,lessons,4 of 4,5 of 10,4,5,9,14,9,14,01-echo: adds rand,01-echo,",
            "a,lessons,1 of 4,10 of 10,1,10,11,14,11,14,,,",
            &format!("b,lessons,not judged,not begun,,0,0,14,0,14,,,{UNNAMED}"),
            &format!("c,lessons,not judged,not found,,0,0,14,0,14,,,{UNNAMED}"),
            &format!(
                "d,lessons,not judged,does not compile,,0,0,14,0,14,,,\"{UNNAMED}; 02-uppercase: does not compile\""
            ),
            &format!(
                "e,lessons,not judged,out of time,,0,0,14,0,14,,,\"{UNNAMED}; 02-uppercase: out of time\""
            ),
            &format!(
                "f,lessons,not judged,found twice,,,0,14,0,14,,,\"{UNNAMED}; 02-uppercase: found twice\""
            ),
            &format!("g,lessons,not judged,refused,,,0,14,0,14,,,\"{UNNAMED}; 02-uppercase: refused\""),
            &format!("h,lessons,not judged,not judged,,,0,14,0,14,,,\"{UNNAMED}; 02-uppercase: not judged\""),
        ]
    );
    assert!(
        last.starts_with("j,,not judged,not judged,,,0,14,0,14,,,not judged: its report.json is no JSON"),
        "{last}"
    );
    let feedback = results.made("students/j/feedback.txt");
    assert!(feedback.contains("its report.json is no JSON"), "{feedback}");
}

#[test]
fn points_weigh_lessons_and_other_tools_get_them() {
    let results = Results::new("points");
    results.class(json!({
        "points": {"01-echo": 10.0, "02-uppercase": 2.5},
        "roster": [{"id": "4711", "name": "Li, \"Na\"", "email": "li@x.org"}, {"id": "4712", "name": "李娜", "email": ""},
                   {"id": "4713", "name": "Jo\nHn", "email": ""}],
    }));
    let half = || json!([lesson("01-echo", "judged", 1, 4), lesson("02-uppercase", "judged", 10, 10)]);
    results.student("k1", "Li Na_99_assignsubmission_file", half());
    results.student("k2", "4712", half());
    results.student("k3", "4712-late", half());
    results.student("k4", "Somebody", json!([lesson("01-echo", "does-not-compile", 0, 4)]));
    let text = results.grades().join("\n");
    for line in [
        "4712,4712,李娜,handed in more than once: choose one,lessons,1 of 4,10 of 10,2.5,2.5,11,14,5,12.5,,,",
        "4712-late,4712,李娜,handed in more than once: choose one,lessons,1 of 4,10 of 10,2.5,2.5,11,14,5,12.5,,,",
        "\"Jo\nHn\",4713,\"Jo\nHn\",nothing handed in,,nothing handed in,nothing handed in,0,0,0,14,0,12.5,,,",
        "Li Na_99_assignsubmission_file,4711,\"Li, \"\"Na\"\"\",,lessons,1 of 4,10 of 10,2.5,2.5,11,14,5,12.5,,,",
        "Somebody,,,not on the roster,lessons,does not compile,not judged,0,,0,14,0,12.5,,,",
    ] {
        assert!(text.contains(&format!("\n{line}")), "{line}\n{text}");
    }
    let moodle = results.made("moodle.csv");
    assert!(moodle.starts_with(
        "Identifier,Full name,Email address,ID number,Grade,Maximum grade,Last modified (grade),Feedback comments,\
         01-echo,02-uppercase\n"
    ));
    let row = "Participant 99,\"Li, \"\"Na\"\"\",li@x.org,4711,5,12.5,,\"01-echo: 1 of 4 checks passed; 02-uppercase: 10 of \
               10 checks passed\",2.5,2.5\n";
    assert!(moodle.contains(row), "{moodle}");
    // Of two hand-ins, the teacher chooses one: an import gives no grade.
    let twice = ",李娜,,4712,,12.5,,\"handed in more than once: choose one; 01-echo: 1 of 4 checks passed; \
                 02-uppercase: 10 of 10 checks passed\",,\n";
    assert_eq!(moodle.matches(twice).count(), 2, "{moodle}");
    let page = results.made("class.html");
    assert!(page.contains(
        ">4712</a> <span class=\"remark\">李娜</span> <span class=\"remark\">handed in more than once: choose one<"
    ));
    // Lesson 02 of Somebody was not judged: an import gives no grade.
    let open = ",Somebody,,,,12.5,,\"01-echo: does not compile; 02-uppercase: not judged\",0,\n";
    assert!(moodle.contains(open), "{moodle}");
    let nbgrader = results.made("nbgrader.csv");
    assert!(nbgrader.contains("\n02-uppercase,,,Somebody,,,,,0,,2.5\n"), "{nbgrader}");
    assert_eq!(nbgrader.matches("01-echo,,,4712,李娜,,,,0,,10\n").count(), 2, "{nbgrader}");
    assert!(nbgrader.contains("\n01-echo,,,4711,\"Li, \"\"Na\"\"\",,li@x.org,2.5,0,2.5,10\n"), "{nbgrader}");
    assert!(nbgrader.contains("\n02-uppercase,,,4713,\"Jo\nHn\",,,0,0,0,2.5\n"), "{nbgrader}");
    // Of a part of a class, nobody knows yet who handed in nothing.
    results.class(json!({"shard": "1/2", "roster": [{"id": "4713", "name": "John", "email": ""}]}));
    assert!(!results.grades().join("\n").contains("nothing handed in"));
}

#[test]
fn feedback_has_the_students_own_commands_and_no_path_of_the_teacher() {
    let results = Results::new("feedback");
    let own = results.0.canonicalize().unwrap();
    let broken =
        json!({"why": format!("error: expected `;`\n  --> {}/x/src/bin/server.rs:3", own.display())});
    let broken = with(lesson("02-uppercase", "does-not-compile", 0, 10), broken);
    results.student("li", "Li Na", json!([judged(&results), broken]));
    write(&results.0).unwrap();
    let text = results.made("students/li/feedback.txt");
    for part in [
        "student       Li Na\n",
        "runner        3f21703+changes\nplatform      linux-x86_64\ncontainment   none\n",
        "  01-echo       1 of 4 checks passed\n  02-uppercase  does not compile\n  in all        1 of 14 checks passed\n",
        "  ✗ server   keeps its promise  on dribble\n",
        "it panicked at lessons/01-echo/src/bin/server.rs:3\n",
        " ^ byte 2 is the first wrong one\n",
        "      bytes   h e l l o\n",
        "      what passed     0.1 ms  runner sent 5 bytes \"hello\"\n",
        "      server      it panicked\n",
        "      again       cargo xtask run 01 --check fails --seed 7\n",
        "  failed too, and built on one that failed:\n  ✗ the pair keeps its promise\n",
        "  … `serve` is not written yet; 1 check waits for it\n      lessons/01-echo/src/bin/server.rs:32\n",
        "  again       cargo xtask run 01 --seed 7\n",
        "  error: expected `;`\n    --> x/src/bin/server.rs:3\n",
        "  again       cargo xtask run 02 --seed 7\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let page = results.made("students/li/feedback.html");
    for part in [
        ">Li Na: report<",
        ">1 of 14 checks passed<",
        "<a href=\"#lesson01\">01-echo</a>: 1 of 4 checks passed<",
        "<h2 id=\"lesson02\">02-uppercase</h2>",
        ">cargo xtask run 01 --check fails --seed 7<",
        ">cargo xtask run 02 --seed 7<",
        ">byte 2 is the first wrong one (from 0; 5 expected, 5 came)<",
        ">client → server: 5 bytes<",
        "runner sent 5 bytes &quot;hello&quot;",
        ">1 check failed too, and built on one that failed<",
        "serve is not written yet (lessons/01-echo/src/bin/server.rs:32)",
        "  --&gt; x/src/bin/server.rs:3",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let tags = read(&page, super::feedback::SIGNATURE);
    crate::report::html::reading::leads_somewhere(&tags);
    for made in [&text, &page] {
        assert!(!made.contains("teacher") && !made.contains(&own.display().to_string()));
    }
}

#[test]
fn the_page_counts_each_student_once_and_each_cell_leads_to_its_report() {
    let results = Results::new("page");
    let evil = "</th><script>alert(1)</script>\u{202e}";
    let whole = || with(lesson("01-echo", "judged", 4, 4), json!({"same_as_solution": true}));
    results.student("a b%粘", evil, json!([whole(), lesson("02-uppercase", "judged", 5, 10)]));
    let twice = json!({"why": "lessons/01-echo and old/01-echo"});
    let twice = with(lesson("01-echo", "ambiguous", 0, 4), twice);
    results.student("c", "c", json!([twice, lesson("02-uppercase", "not-found", 0, 10)]));
    let changed = json!({"manifest_changed": "adds rand"});
    let second = with(lesson("02-uppercase", "does-not-compile", 0, 10), changed);
    results.student("d", "d", json!([lesson("01-echo", "not-begun", 0, 4), second]));
    write(&results.0).unwrap();
    let page = results.made("class.html");
    let tags = read(&page, super::page::SIGNATURE);
    assert_eq!(tags.iter().filter(|tag| tag.name == "script").count(), 1);
    assert!(!page.contains('\u{202e}') && !page.contains("://"));
    let links: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("href")).collect();
    for link in [
        "students/a%20b%25%E7%B2%98/feedback.html#lesson01",
        "students/c/feedback.html#lesson02",
        "students/d/feedback.html",
        "grades.csv",
    ] {
        assert!(links.contains(&link), "{link}: {links:?}");
    }
    for part in [
        ">Class: 3 hand-ins, 2 lessons<",
        ">seed</dt><dd>7<",
        ">limits</dt><dd>build 120 s, student 300 s<",
        ">✓ 4/4<sup title=\"the same as the reference solution\">=</sup></a><",
        ">5/10<",
        ">!\u{a0}found twice<",
        ">not begun<",
        ">does not compile<sup title=\"build files were changed: adds rand\">+</sup></a><",
        ">1 lesson of 1 student: found twice, refused or not judged<",
        "found twice: lessons/01-echo and old/01-echo<",
        ">1 lesson of 1 student: the same as the reference solution<",
        ">1 lesson of 1 student: build files were changed<",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let counts = |label: &str| -> Vec<u64> {
        let row = page.split(&format!("class=\"name\">{label}</th>")).nth(1).expect(label);
        let row = row.split("</tr>").next().unwrap();
        let cells = row.split("</td>").filter_map(|cell| cell.rsplit('>').next());
        cells.filter_map(|cell| cell.parse().ok()).collect()
    };
    for (label, expected) in [
        ("passed whole", [1, 0]),
        ("begun", [0, 1]),
        ("not begun", [1, 0]),
        ("not found", [0, 1]),
        ("does not compile", [0, 1]),
        ("found twice", [1, 0]),
    ] {
        assert_eq!(counts(label), expected, "{label}");
    }
    // Nobody is there.
    assert!(!page.contains("class=\"name\">refused</th>"));
}

#[test]
fn half_a_lesson_is_not_the_whole_of_it() {
    let results = Results::new("half");
    let server = with(lesson("01-echo", "judged", 3, 3), json!({"half": "server"}));
    // On another system, a check is skipped: it counts for nobody.
    results.student("a", "a", json!([server, lesson("02-uppercase", "judged", 9, 9)]));
    let row = &results.grades()[1];
    assert!(row.starts_with("a,lessons,3 of 4,9 of 9,") && row.ends_with(",12,13,13,14,,,"), "{row}");
    let feedback = results.made("students/a/feedback.txt");
    assert!(feedback.contains("Only the server was handed in"), "{feedback}");
}

#[test]
fn whose_turn_has_not_come_stands_there() {
    let results = Results::new("waiting");
    results.class(json!({"students": [{"name": "A", "key": "a"}, {"name": "B", "key": "b"}]}));
    results.student("a", "A", json!([lesson("01-echo", "judged", 4, 4)]));
    let grades = results.grades();
    assert_eq!(grades[2], "B,,not judged yet,not judged yet,,,,14,,14,,,");
    assert!(results.made("moodle.csv").contains(",B,,,,14,,not judged yet,,\n"));
    assert!(results.made("nbgrader.csv").contains("\n01-echo,,,B,,,,,0,,4\n"));
    let page = results.made("class.html");
    assert!(page.contains(">1 student: not judged yet; the same command goes on<"), "{page}");
    assert!(page.contains("students/a/feedback.html") && !page.contains("students/b/"));
    assert!(page.contains(">not judged yet</td>") && !page.contains(">0/14<"), "{page}");
}

#[test]
fn what_was_changed_by_hand_is_kept() {
    let results = Results::new("kept");
    let student = |n| results.student("a", "a", json!([lesson("01-echo", "judged", n, 4)]));
    student(1);
    let files = |dir: &Path| {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    write(&results.0).unwrap();
    // Made anew, with other content: no copy.
    student(2);
    write(&results.0).unwrap();
    let made =
        [".made.json", "class.html", "class.json", "grades.csv", "moodle.csv", "nbgrader.csv", "students"];
    assert_eq!(files(&results.0), made);
    fs::write(results.0.join("grades.csv"), "mine").unwrap();
    fs::write(results.0.join("students/a/feedback.txt"), b"mine\xff").unwrap();
    write(&results.0).unwrap();
    assert_eq!(results.made("grades.1.csv"), "mine");
    assert_eq!(fs::read(results.0.join("students/a/feedback.1.txt")).unwrap(), b"mine\xff");
    assert!(results.made("grades.csv").contains("\na,lessons,2 of 4,"));
    write(&results.0).unwrap();
    assert!(!results.0.join("grades.2.csv").exists());
    // Copied from elsewhere, without the note of what was made, and the same: no copy.
    fs::remove_file(results.0.join(".made.json")).unwrap();
    write(&results.0).unwrap();
    assert!(!results.0.join("class.1.html").exists());
}

#[test]
fn what_is_no_class_is_an_error() {
    let results = Results::new("errors");
    results.class(json!({"schema": 2}));
    assert!(format!("{:#}", write(&results.0).unwrap_err()).contains("its schema is 2"));
    fs::write(results.0.join("class.json"), "no").unwrap();
    assert!(format!("{:#}", write(&results.0).unwrap_err()).contains("it is no JSON"));
    fs::remove_file(results.0.join("class.json")).unwrap();
    assert!(format!("{:#}", write(&results.0).unwrap_err()).contains("class.json"));
}
