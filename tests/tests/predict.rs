//! Checks that `predict` asks, keeps and shows, and that the book cannot lie: the questions of a chapter are those of the
//! runner, and each folded answer is what an experiment finds.

#![cfg(target_os = "linux")] // Elsewhere some experiments are skipped, and say so.

use lab_tests::{Ran, clone, lessons, root, runner_in};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::thread;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");

/// Runs the runner in `clone` with `input` on its standard input.
fn type_in(clone: &Path, words: &str, input: &[u8]) -> Ran {
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut command = runner_in(clone, RUNNER, &words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("start the runner");
    let mut stdin = child.stdin.take().expect("its input");
    // A runner that stops asking leaves the rest unread.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("its output").into()
}

/// The part of a text between two others.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from:?} in {text}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to:?} behind {from:?}")).0
}

/// Returns the items of the first numbered list of a text, each in one line.
fn items(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let number = format!("{}. ", found.len() + 1);
        match (line.strip_prefix(&number), found.last_mut()) {
            (Some(item), _) => found.push(item.to_string()),
            (None, Some(item)) if line.starts_with("   ") => *item += &format!(" {}", line.trim()),
            (None, Some(_)) => break,
            (None, None) => {}
        }
    }
    found.iter().map(|item| squeezed(item).replace(" - ", " ")).collect()
}

/// Returns a text without brackets: in a chapter, a word that leads to the glossary stands in them.
fn unlinked(text: &str) -> String {
    text.replace(['[', ']'], "")
}

/// Returns a text with one blank where it has blanks or line ends.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns what the answer of a chapter begins with: `b` for `**b)** …`, `15` for `**15** …`.
fn answer_of(item: &str) -> String {
    between(item, "**", "**").trim_end_matches(')').to_string()
}

#[test]
fn a_chapter_asks_what_the_runner_asks_and_answers_what_happens() {
    let clone = clone(RUNNER, env!("CARGO_TARGET_TMPDIR"), "predict-book");
    let all = lessons();
    let one = |lesson: &String| -> Vec<String> {
        let chapter = fs::read_to_string(root().join(format!("docs/src/{lesson}.md"))).expect("the chapter");
        let section = between(&chapter, "## Predict first\n", "\n## ");
        let (questions, folded) = section.split_once("<details>").expect("folded answers");
        assert!(folded.contains("</details>"), "{lesson}: the answers are not folded");
        let number = &lesson[..2];
        assert!(questions.contains(&format!("`cargo xtask predict lesson-{number}`")), "{lesson}");
        let (questions, answers) = (items(questions), items(folded));
        assert_eq!(questions.len(), answers.len(), "{lesson}: {questions:?} and {answers:?}");
        let answers: Vec<String> = answers.iter().map(|answer| answer_of(answer)).collect();
        let ran = type_in(&clone, &format!("predict {number}"), (answers.join("\n") + "\n").as_bytes());
        let mut wrong = Vec::new();
        let asked: Vec<String> = (1..=questions.len())
            .map(|n| squeezed(between(&ran.stdout, &format!("\n{n} of {}\n", questions.len()), "\n> ")))
            .collect();
        if !asked.iter().map(|one| unlinked(one)).eq(questions.iter().map(|one| unlinked(one))) {
            wrong.push(format!("{lesson}: the chapter asks\n{questions:#?}\nand the runner\n{asked:#?}"));
        }
        let all_right = format!("\n{0} of {0} as you predicted\n", questions.len());
        if ran.status != 0 || !ran.stdout.contains(&all_right) {
            let seen = ran.stdout.split_once("What then happened").map_or("", |(_, seen)| seen);
            wrong.push(format!("{lesson}: the chapter answers {answers:?}\n{seen}{}", ran.stderr));
        }
        // The links lead to sections of the chapter.
        let anchors: Vec<String> =
            chapter.lines().filter_map(|line| line.strip_prefix("## ")).map(anchor).collect();
        for link in ran.stdout.lines().filter_map(|line| line.trim().strip_prefix("read ")) {
            let Some((page, section)) = link.split_once('#') else { continue };
            if page != format!("docs/src/{lesson}.md") || !anchors.iter().any(|anchor| anchor == section) {
                wrong.push(format!("{lesson}: {link} leads nowhere"));
            }
        }
        wrong
    };
    let half = all.len().div_ceil(2);
    let wrong: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> = all
            .chunks(half)
            .map(|some| scope.spawn(|| some.iter().flat_map(one).collect::<Vec<_>>()))
            .collect();
        running.into_iter().flat_map(|some| some.join().expect("a lesson")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Returns the name by which a link finds a heading, as mdBook and GitHub make it.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
}

#[test]
fn answers_are_kept_shown_and_changed() {
    let clone = clone(RUNNER, env!("CARGO_TARGET_TMPDIR"), "predict-kept");
    // The second word is no answer, so the question is asked again; then the input ends.
    let ran = type_in(&clone, "predict 03", b"3\nfive\n");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("type a number in digits"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("1 of 3 answers are kept\nnext: cargo xtask predict lesson-03"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("What then happened"), "{}", ran.stdout);
    let progress = fs::read_to_string(clone.join(".lab/progress.json")).unwrap();
    let progress: serde_json::Value = serde_json::from_str(&progress).unwrap();
    assert_eq!(progress["predicted"]["03-sticky"]["glue"], "3", "{progress}");
    // Enter alone keeps the first answer; without an earlier answer it is none. Other line ends and blanks do not matter.
    let ran = type_in(&clone, "predict 03", b"\n\n 15 \r\n5");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("your answer was 3; Enter alone keeps it"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("that is no answer").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("you: 3\n     it was: 1\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("read docs/src/03-sticky.md#"), "{}", ran.stdout);
    assert!(
        ran.stdout.ends_with("2 of 3 as you predicted\nnext: cargo xtask run lesson-03 --solution\n"),
        "{}",
        ran.stdout
    );
    // The answer is changed.
    let ran = type_in(&clone, "predict 03", b"1\n\n\n");
    assert!(ran.stdout.contains("\n3 of 3 as you predicted\n"), "{}", ran.stdout);
    // Of 1024 letters some are shown, with a mark for the others; of five all.
    let words = squeezed(&ran.stdout);
    assert!(words.contains(&format!("`read 1: 1024 bytes: {}…`", "X".repeat(20))), "{words}");
    assert!(
        words.contains("`read 1: 5 bytes: XKZJK`") || words.contains("`read 1: 15 bytes: XKZJKVVVJQKQXQX`"),
        "{words}"
    );
    // A letter that no choice has, capitals, and bytes that are no text.
    let ran = type_in(&clone, "predict 01", b"x\n\xff\xfe\nB\n");
    assert_eq!(ran.stdout.matches("type one of the letters a, b, c").count(), 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("1 of 3 answers are kept"), "{}", ran.stdout);
    assert_eq!(type_in(&clone, "predict 77", b"").status, 2);
    // 80 columns hold all of it.
    let long: Vec<&str> = ran.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert_eq!(long, Vec::<&str>::new());
}

#[test]
fn a_first_run_offers_it_once() {
    let clone = clone(RUNNER, env!("CARGO_TARGET_TMPDIR"), "predict-offer");
    let offers = |words: &str| type_in(&clone, words, b"").stderr.matches("predict first?").count();
    assert_eq!(offers("run 01 --solution --check echo-bytes"), 0);
    assert_eq!(offers("run 01 --check echo-bytes"), 0);
    assert_eq!(offers("run 01 --format json"), 0);
    let first = type_in(&clone, "run 01", b"");
    assert!(first.stderr.contains("predict first? cargo xtask predict lesson-01\n"), "{}", first.stderr);
    assert!(!first.stdout.contains("predict"), "{}", first.stdout);
    assert_eq!(offers("run 01"), 0);
    // Who has answered is not asked.
    let _ = type_in(&clone, "predict 02", b"a\n");
    assert_eq!(offers("run 02"), 0);
}
