//! The results of a class of 120 with all lessons: its tables, and its pages in a browser (Debian's chromium, without a
//! window).

#![cfg(unix)]

use lab_tests::browser::seen;
use lab_tests::{Ran, empty_dir, has, lessons, run};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// How many handed in.
const STUDENTS: u64 = 120;
/// How many checks each lesson of the class counts.
const OF: u64 = 26;
/// A name that is awkward for a table, a page and an address.
const AWKWARD: &str = "=1+1, \"李娜\" <b>#%/";

/// What becomes of a lesson, each as often as the others.
const STATUSES: [&str; 12] = [
    "judged",
    "judged",
    "judged",
    "judged",
    "judged",
    "not-begun",
    "not-found",
    "does-not-compile",
    "out-of-time",
    "ambiguous",
    "refused",
    "unable",
];

/// The folder of a class as `judge` leaves it, with its results. One student has all evidence of a wrong program.
static CLASS: LazyLock<PathBuf> = LazyLock::new(|| {
    let dir = empty_dir(TMP, "class");
    let lessons = lessons();
    let server = format!("{PROGRAMS} wrong-01-server-trims");
    let words = ["run", "01", "--server", &server, "--seed", "7", "--format", "json"];
    let judged = run(RUNNER, &words).json()["lessons"][0].clone();
    let roster: Vec<Value> =
        (1..=STUDENTS + 3).map(|n| json!({"id": format!("s{n:03}"), "name": "", "email": ""})).collect();
    let of: Value =
        lessons.iter().map(|lesson| (lesson.clone(), json!(OF))).collect::<serde_json::Map<_, _>>().into();
    let points: Value =
        lessons.iter().map(|lesson| (lesson.clone(), json!(10))).collect::<serde_json::Map<_, _>>().into();
    let made_with = json!({"runner": "3f21703", "platform": "linux-x86_64", "containment": "none"});
    let class = json!({"schema": 1, "seed": 7, "lessons": lessons, "of": of, "points": points, "roster": roster,
                       "shard": null, "runner": "3f21703", "platform": "linux-x86_64", "containment": "none"});
    fs::write(dir.join("class.json"), class.to_string()).unwrap();
    for n in 0..STUDENTS {
        let own = lessons.iter().zip(0u64..).map(|(lesson, m)| {
            let status = STATUSES[((n + 5 * m) % STATUSES.len() as u64) as usize];
            let passed = if n % 3 == 0 { OF } else { (n + m) % OF };
            let passed = if status == "judged" { passed } else { 0 };
            let checks = if n == 0 { judged["checks"].clone() } else { json!([]) };
            json!({"lesson": lesson, "subject": "lesson", "verdict": "fail", "millis": 1, "checks": checks,
                   "status": status, "passed": passed, "of": OF, "why": format!("because it is {status}"),
                   "same_as_solution": n == 9, "manifest_changed": if n == 8 { json!("adds rand") } else { json!(null) }})
        });
        let (key, name) = match n {
            0 => ("a wkward #%粘".to_string(), AWKWARD.to_string()),
            n => (format!("s{n:03}"), format!("s{n:03} with a name of some length")),
        };
        let report = json!({"schema": 1, "seed": 7, "student": name, "found_at": "lessons", "made_with": made_with,
                            "lessons": own.collect::<Vec<_>>()});
        let folder = dir.join("students").join(key);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("report.json"), report.to_string()).unwrap();
    }
    let Ran { status, stdout, stderr } = run(RUNNER, &["__results", &dir.display().to_string()]);
    assert_eq!((status, stdout.as_str(), stderr.as_str()), (0, "", ""));
    dir
});

/// Returns an address of a page as a path.
fn decoded(href: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), href.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'%' => {
                let digits = std::str::from_utf8(&after[..2]).unwrap();
                out.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &after[2..];
            }
            other => {
                out.push(*other);
                rest = after;
            }
        }
    }
    String::from_utf8(out).unwrap()
}

fn hrefs(page: &str) -> BTreeSet<&str> {
    page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_cell_leads_to_a_place_that_is_there() {
    let dir = &*CLASS;
    let page = fs::read_to_string(dir.join("class.html")).unwrap();
    let all = hrefs(&page);
    let lessons = lessons().len();
    // Each student, each cell, and the three tables.
    assert_eq!(all.len(), STUDENTS as usize * (lessons + 1) + 3);
    let (mut read, mut text) = (String::new(), String::new());
    for href in all {
        let (file, place) = href.split_once('#').unwrap_or((href, ""));
        if file != read {
            text =
                fs::read_to_string(dir.join(decoded(file))).unwrap_or_else(|error| panic!("{href}: {error}"));
            read = file.into();
        }
        assert!(place.is_empty() || text.contains(&format!("id=\"{place}\"")), "{href}");
    }
    let grades = fs::read_to_string(dir.join("grades.csv")).unwrap();
    assert_eq!(grades.lines().count() as u64, 1 + STUDENTS + 4);
    assert!(grades.contains("\"'=1+1, \"\"李娜\"\" <b>#%/\""), "{grades}");
}

const END: &str = r##"<script>
addEventListener("load", () => {
  const told = { width: innerWidth, wide: [], folded: [] };
  const measure = () => told.wide.push(document.documentElement.scrollWidth);
  measure();
  const rows = () => [...document.querySelectorAll("#students tr")].filter((row) => !row.hidden);
  const names = () => rows().map((row) => row.cells[0].innerText);
  told.rows = rows().length;
  const heads = [...document.querySelectorAll("#class thead th")];
  told.heads = heads.map((head) => head.innerText.replace(/\s+/g, " "));
  told.even = [...document.querySelectorAll("#class tr")].every((row) => row.cells.length === heads.length);
  const box = document.querySelector(".box");
  box.scrollTop = 1500;
  box.scrollLeft = 300;
  const [head, frame] = [heads[0].getBoundingClientRect(), box.getBoundingClientRect()];
  told.scrolled = box.scrollTop;
  told.sticks = Math.abs(head.top - frame.top) < 4 && Math.abs(head.left - frame.left) < 4;
  told.cut = [...document.querySelectorAll("td, th")]
    .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
    .map((cell) => cell.innerText);
  const press = (n) => heads[n].querySelector("button").click();
  const key = (n) => rows().map((row) => Number(row.cells[n].dataset.n));
  const isDown = (all) => all.every((value, n) => n === 0 || all[n - 1] >= value);
  const last = heads.length - 1;
  press(last);
  told.down = isDown(key(last));
  told.sorted = heads[last].getAttribute("aria-sort");
  press(last);
  told.up = isDown(key(last).reverse());
  press(2);
  told.lesson = isDown(key(2)) && heads[last].getAttribute("aria-sort") === null;
  press(0);
  told.named = names().slice(-1);
  const find = document.querySelector("#tools input");
  find.value = "S007";
  find.dispatchEvent(new Event("input"));
  told.found = names();
  told.count = document.querySelector("#tools [role=status]").innerText;
  find.value = "";
  find.dispatchEvent(new Event("input"));
  told.again = rows().length;
  const texts = (name) => [...new Set([...document.querySelectorAll(`#students td.${name}`)].map((td) => td.innerText))];
  told.words = texts("said");
  told.counts = [...document.querySelectorAll(".counts tr")].map((row) =>
    [...row.cells].map((cell) => cell.innerText));
  for (const one of document.querySelectorAll("details")) {
    told.folded.push(one.querySelector("summary").innerText);
    one.open = true;
  }
  measure();
  const outer = [...document.querySelectorAll("body *")].filter((one) => !one.closest(".box"));
  told.outside = outer.filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.tagName);
  told.errors = lab;
  parent.postMessage(JSON.stringify(told), "*");
});
</script>"##;

const FEEDBACK_END: &str = r##"<script>
addEventListener("load", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  const outer = [...document.querySelectorAll("body *")].filter((one) => !one.closest("svg, pre"));
  const told = {
    width: innerWidth,
    wide: [document.documentElement.scrollWidth],
    outside: outer.filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.tagName),
    heads: [...document.querySelectorAll("h2")].map((head) => head.innerText),
    passed: [...document.querySelectorAll("figcaption")].filter((one) => one.innerText === "what passed").length,
    marked: document.querySelectorAll("mark").length,
    commands: [...document.querySelectorAll(".code")].map((one) => one.innerText),
    errors: lab,
  };
  parent.postMessage(JSON.stringify(told), "*");
});
</script>"##;

fn is_fine(told: &Value) {
    let width = told["width"].as_u64().unwrap();
    assert_eq!(told["errors"], json!([]), "{told}");
    assert_eq!(told["outside"], json!([]), "{width}: {told}");
    assert!(told["wide"].as_array().unwrap().iter().all(|wide| wide.as_u64().unwrap() <= width), "{told}");
}

/// Opens a page of the class in a browser, which works in a folder of this name.
fn pages(name: &str, page: &str, end: &str) -> Vec<Value> {
    seen(&empty_dir(TMP, name), &fs::read_to_string(CLASS.join(page)).unwrap(), end)
}

#[test]
fn the_page_of_a_class_is_whole_sorts_and_finds() {
    if !has("chromium", "the page of a class in a browser") {
        return;
    }
    let lessons = lessons();
    let rows = STUDENTS + 4;
    for told in pages("class-page", "class.html", END) {
        is_fine(&told);
        assert_eq!(told["rows"], rows);
        assert_eq!(told["again"], rows);
        assert_eq!(told["heads"].as_array().unwrap().len(), lessons.len() + 4);
        assert_eq!(told["heads"][2], "01 echo");
        for truth in ["even", "sticks", "down", "up", "lesson"] {
            assert_eq!(told[truth], true, "{truth}: {told}");
        }
        assert!(told["scrolled"].as_f64().unwrap() > 1000.0, "{told}");
        assert_eq!(told["sorted"], "descending");
        assert_eq!(told["cut"], json!([]));
        assert_eq!(told["named"], json!(["s123 nothing handed in"]));
        assert_eq!(told["found"], json!(["s007 with a name of some length"]));
        assert_eq!(told["count"], format!("1 of {rows} shown"));
        let words = told["words"].as_array().unwrap();
        // Seven statuses beside "judged", and nothing handed in; that build files were changed stands behind.
        let plain = words.iter().filter(|text| !text.as_str().unwrap().ends_with(['=', '+']));
        assert_eq!(plain.count(), 8, "{words:?}");
        // Each student is counted once.
        for lesson in 0..lessons.len() {
            let counts = told["counts"].as_array().unwrap().iter();
            let sum: u64 = counts.map(|row| row[lesson + 2].as_str().unwrap().parse::<u64>().unwrap()).sum();
            assert_eq!(sum, rows, "{lesson}");
        }
        let folded = told["folded"].to_string();
        for text in [
            "the same as the reference solution",
            "build files were changed",
            "nothing handed in",
            "not on the roster",
        ] {
            assert!(folded.contains(text), "{text}: {folded}");
        }
    }
}

#[test]
fn the_feedback_of_a_student_is_whole_and_says_each_command() {
    if !has("chromium", "the feedback of a student in a browser") {
        return;
    }
    for told in pages("class-feedback", "students/a wkward #%粘/feedback.html", FEEDBACK_END) {
        is_fine(&told);
        assert_eq!(told["heads"], json!(lessons()));
        assert!(told["passed"].as_u64().unwrap() > 0 && told["marked"].as_u64().unwrap() > 0, "{told}");
        let commands: Vec<&str> =
            told["commands"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(commands.contains(&"cargo xtask run 05 --seed 7"), "{commands:?}");
        let own = commands.iter().filter(|command| command.starts_with("cargo"));
        assert!(
            own.clone().all(|command| !command.contains("--server") && command.ends_with("--seed 7")),
            "{commands:?}"
        );
        assert!(
            own.clone().any(|command| command.starts_with("cargo xtask run 01 --check ")),
            "{commands:?}"
        );
    }
}
