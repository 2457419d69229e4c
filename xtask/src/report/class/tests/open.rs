//! What a person must look at: what was not judged, or not whole, and whose it is.

use super::*;

/// Returns lesson 01 of which the runner could judge one check of four: two others were not judged for the reason of the
/// first of them.
fn in_part() -> Value {
    let first = CheckReport {
        got: "its keeper was killed by somebody".into(),
        ..check("first", Half::Server, Verdict::Error)
    };
    let others = ["second", "third"].map(|id| CheckReport {
        waits_for: Some(first.name()),
        got: "its keeper was killed by somebody".into(),
        ..check(id, Half::Server, Verdict::Error)
    });
    let demo = check("shows", Half::Client, Verdict::Demo);
    let report = json::render(&Report {
        seed: 7,
        lessons: vec![LessonReport {
            lesson: "01-echo".into(),
            subject: "lesson".into(),
            half: None,
            problem: None,
            millis: 1,
            checks: [first].into_iter().chain(others).chain([demo]).collect(),
            not_run: Vec::new(),
            handed_in: None,
        }],
        ..Report::default()
    });
    let report: Value = serde_json::from_str(&report).unwrap();
    with(report["lessons"][0].clone(), json!({"status": "judged", "passed": 1, "of": 4}))
}

#[test]
fn a_lesson_that_is_judged_in_part_is_marked() {
    let results = Results::new("part");
    results.student("a", "a", json!([in_part(), lesson("02-uppercase", "judged", 10, 10)]));
    let why = "01-echo: 3 not judged: its keeper was killed by somebody";
    let row = format!("a,lessons,\"1 of 4, 3 not judged\",10 of 10,,10,11,14,11,14,,,{why}");
    assert_eq!(results.grades()[1], row);
    // An import gives no grade for it.
    let moodle = results.made("moodle.csv");
    assert!(moodle.contains(",14,,\"01-echo: 1 of 4 checks passed, 3 not judged; 02"), "{moodle}");
    assert!(moodle.contains(",a,,,,14,") && moodle.ends_with(",,10\n"), "{moodle}");
    let page = results.made("class.html");
    for part in [
        ">!\u{a0}1 of 4, 3 not judged</a>",
        ">1 lesson of 1 student: not judged in part<",
        " 1 of 4, 3 not judged: its keeper was killed by somebody<",
        "class=\"name\">not judged in part</th>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let text = results.made("students/a/feedback.txt");
    for part in [
        "  01-echo       1 of 4 checks passed, 3 not judged\n",
        "      not judged  its keeper was killed by somebody\n",
        "  ! 2 more were not judged, for the same reason\n",
        "  1 check: ◆ broke just as the lesson predicts; counts as passed\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let page = results.made("students/a/feedback.html");
    assert!(page.contains(">! 2 more were not judged, for the same reason<"), "{page}");
    assert!(
        page.contains(">1 check: ◆ broke just as the lesson predicts; counts as passed</summary>"),
        "{page}"
    );
    for made in [text, page] {
        assert!(!made.contains("failed too"), "{made}");
    }
}

#[test]
fn what_cannot_be_repeated_is_handed_in_again() {
    let results = Results::new("next");
    for (key, status, next) in [
        ("a", "not-found", "hand in again: a folder 01-echo "),
        ("b", "refused", "hand in again: the folder 01-echo itself"),
        ("c", "ambiguous", "hand in again: one folder 01-echo, "),
    ] {
        let own = with(lesson("01-echo", status, 0, 4), json!({"why": "because"}));
        results.student(key, key, json!([own, lesson("02-uppercase", "judged", 10, 10)]));
        write(&results.0).unwrap();
        let text = results.made(&format!("students/{key}/feedback.txt"));
        assert!(text.contains(&format!("\n  next        {next}")), "{text}");
        let page = results.made(&format!("students/{key}/feedback.html"));
        assert!(page.contains(&format!(">next: {next}")), "{page}");
        // Nothing can be repeated, so nothing is said of it.
        for made in [text, page] {
            assert!(!made.contains("again: cargo") && !made.contains("cargo xtask run"), "{made}");
            assert!(!made.contains("Each command below"), "{made}");
        }
    }
}

#[test]
fn the_compilers_own_words_are_shown_where_they_are() {
    let results = Results::new("rendered");
    let rendered =
        "error[E0308]: mismatched types\n --> src/bin/server.rs:1:25\n  |\n1 |     let x: u8 = \"text\";\n";
    let own = json!({"why": "lesson-01 does not compile: mismatched types", "rendered": rendered});
    results.student("a", "a", json!([with(lesson("01-echo", "does-not-compile", 0, 4), own)]));
    // The lesson and what it is about stand there once.
    let row = &results.grades()[1];
    assert!(row.contains(",\"01-echo: does not compile: mismatched types; 02-"), "{row}");
    let text = results.made("students/a/feedback.txt");
    assert!(
        text.contains("  error[E0308]: mismatched types\n   --> src/bin/server.rs:1:25\n    |\n"),
        "{text}"
    );
    assert!(text.contains("  again       cargo xtask run 01 --seed 7\n"), "{text}");
    let page = results.made("students/a/feedback.html");
    assert!(page.contains("\n --&gt; src/bin/server.rs:1:25\n"), "{page}");
}

#[test]
fn a_status_of_another_runner_has_its_words() {
    let results = Results::new("unknown");
    let own = with(lesson("01-echo", "wrong-moon-phase", 0, 4), json!({"why": "it is full"}));
    results.student("a", "a", json!([own, lesson("02-uppercase", "judged", 10, 10)]));
    let row = "a,lessons,wrong moon phase,10 of 10,,10,10,14,10,14,,,01-echo: wrong moon phase: it is full";
    assert_eq!(results.grades()[1], row);
    let page = results.made("class.html");
    assert!(page.contains("class=\"name\">wrong moon phase</th>"), "{page}");
}

#[test]
fn where_id_and_name_belong_to_two_students_nobody_gets_the_grade() {
    let results = Results::new("whose");
    let person = |id: &str, name: &str| json!({"id": id, "name": name, "email": ""});
    let roster = || json!([person("1001", "Ann Lee"), person("2002", "Bob Ray")]);
    results.class(json!({"roster": roster()}));
    let whole = || json!([lesson("01-echo", "judged", 4, 4), lesson("02-uppercase", "judged", 10, 10)]);
    results.student("a", "Ann Lee 2002", whole());
    let text = results.grades().join("\n");
    let fits = "id and name fit more than one of the roster: Ann Lee, Bob Ray";
    assert!(text.contains(&format!("\nAnn Lee 2002,,,\"{fits}\",lessons,4 of 4,")), "{text}");
    // Neither gets a nought: one of them handed this in.
    for (id, name) in [("1001", "Ann Lee"), ("2002", "Bob Ray")] {
        let row = format!(
            "\n{name},{id},{name},\"may be handed in: its name fits another student, too\",,may be handed in,"
        );
        assert!(text.contains(&row), "{row}\n{text}");
        assert!(results.made("nbgrader.csv").contains(&format!("\n01-echo,,,{id},{name},,,,0,,4\n")));
    }
    let page = results.made("class.html");
    assert!(page.contains(&format!(">{fits}<")), "{page}");
    assert!(page.contains(">1 student: id and name fit more than one of the roster<"), "{page}");
    // In Moodle's names the number is no id.
    let results = Results::new("whose-moodle");
    results.class(json!({"roster": roster()}));
    results.student("a", "Ann Lee_2002_assignsubmission_file", whole());
    let text = results.grades().join("\n");
    assert!(text.contains("\nAnn Lee_2002_assignsubmission_file,1001,Ann Lee,,lessons,4 of 4,"), "{text}");
    assert!(text.contains("\nBob Ray,2002,Bob Ray,nothing handed in,,"), "{text}");
}

#[test]
fn a_hand_in_that_is_gone_says_so() {
    let results = Results::new("gone");
    let student = |name: &str| results.student(name, name, json!([lesson("01-echo", "judged", 4, 4)]));
    results.class(json!({
        "lessons": ["01-echo"],
        "students": [{"name": "1001 new", "key": "1001 new"}],
        "roster": [{"id": "1001", "name": "Ann Lee", "email": ""}, {"id": "1002", "name": "Bob Ray", "email": ""}],
    }));
    for name in ["1001 new", "1001 old", "1002"] {
        student(name);
    }
    let text = results.grades().join("\n");
    for line in [
        // A hand-in that is gone makes no second one of the other.
        "1001 new,1001,Ann Lee,,lessons,4 of 4,4,4,4,4,4,,,",
        "1001 old,1001,Ann Lee,handed in more than once: choose one,lessons,4 of 4,4,4,4,4,4,,,\
         \"the hand-in is gone, and the report stays\"",
        "1002,1002,Bob Ray,,lessons,4 of 4,4,4,4,4,4,,,\"the hand-in is gone, and the report stays\"",
    ] {
        assert!(text.contains(&format!("\n{line}")), "{line}\n{text}");
    }
    let page = results.made("class.html");
    assert!(page.contains(">2 students: the hand-in is gone, and the report stays<"), "{page}");
    assert_eq!(results.made("moodle.csv").matches(",4,4,,").count(), 2);
}

#[test]
fn two_hand_ins_of_one_participant_are_no_grade() {
    let results = Results::new("participant");
    for end in ["file", "onlinetext"] {
        let name = format!("Ann Lee_5_assignsubmission_{end}");
        results.student(end, &name, json!([lesson("01-echo", "judged", 4, 4)]));
    }
    let note = "handed in more than once: choose one; 02-uppercase: not judged";
    assert_eq!(results.grades().join("\n").matches(note).count(), 2);
    let moodle = results.made("moodle.csv");
    let row = "Participant 5,Ann Lee,,,,14,,\"handed in more than once: choose one; ";
    assert_eq!(moodle.matches(row).count(), 2, "{moodle}");
}

#[test]
fn students_with_equal_sources_are_told() {
    let results = Results::new("equal");
    results.class(json!({"roster": [{"id": "7", "name": "Cy", "email": ""}]}));
    let own = |digest: Value| with(lesson("01-echo", "judged", 4, 4), json!({"sources": digest}));
    for (name, digest) in [
        ("a", json!("0f")),
        ("b", json!("0f")),
        ("c", json!("10")),
        ("d", json!(null)),
        ("e", json!(null)),
        // One student's, twice.
        ("7 x", json!("11")),
        ("7 y", json!("11")),
    ] {
        results.student(name, name, json!([own(digest)]));
    }
    write(&results.0).unwrap();
    let page = results.made("class.html");
    assert!(page.contains(">2 students: the same as each other<"), "{page}");
    let group = "<li>01-echo: <a href=\"students/a/feedback.html\">a</a>, <a href=\"students/b/feedback.html\">b</a></li>";
    assert!(page.contains(group), "{page}");
}

#[test]
fn every_cell_of_a_judged_hand_in_is_a_link() {
    let results = Results::new("links");
    results.class(json!({"points": {"01-echo": 10.0}}));
    results.student(
        "a",
        "a",
        json!([lesson("01-echo", "judged", 4, 4), lesson("02-uppercase", "refused", 0, 10)]),
    );
    write(&results.0).unwrap();
    let page = results.made("class.html");
    let row = page.split("id=\"students\"").nth(1).unwrap().split("</tbody>").next().unwrap();
    let cells: Vec<&str> =
        row.split("<t").filter(|cell| cell.starts_with("d ") || cell.starts_with("h ")).collect();
    assert_eq!(cells.len(), 5, "{row}");
    assert!(cells.iter().all(|cell| cell.contains("<a href=\"students/a/feedback.html")), "{row}");
}

#[test]
fn where_no_lesson_was_found_there_is_no_grade() {
    let results = Results::new("nothing");
    let missing = |name, of| {
        let why = format!("{name} was not found: it holds server.py and client.py");
        with(lesson(name, "not-found", 0, of), json!({"why": why}))
    };
    results.student("a", "a", json!([missing("01-echo", 4), missing("02-uppercase", 10)]));
    // One lesson of the two was not handed in: that is the student's choice.
    results.student("b", "b", json!([lesson("01-echo", "judged", 4, 4), missing("02-uppercase", 10)]));
    let grades = results.grades();
    let why = "no lesson was found: 01-echo was not found: it holds server.py and client.py";
    assert_eq!(grades[1], format!("a,lessons,not found,not found,,,0,14,0,14,,,{why}"));
    assert_eq!(grades[2], "b,lessons,4 of 4,not found,4,0,4,14,4,14,,,");
    let moodle = results.made("moodle.csv");
    assert!(moodle.contains(",a,,,,14,,\"01-echo: not found; 02-uppercase: not found\",,\n"), "{moodle}");
    assert!(moodle.contains(",b,,,4,14,,") && moodle.ends_with(",4,0\n"), "{moodle}");
    let nbgrader = results.made("nbgrader.csv");
    for row in ["01-echo,,,a,,,,,0,,4", "02-uppercase,,,a,,,,,0,,10", "02-uppercase,,,b,,,,0,0,0,10"] {
        assert!(nbgrader.contains(&format!("\n{row}\n")), "{row}\n{nbgrader}");
    }
    let page = results.made("class.html");
    for part in [
        ">1 hand-in: no lesson was found<",
        "</a>: 01-echo was not found: it holds server.py and client.py<",
        ">!\u{a0}not found</a>",
        ">not found</a>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}
