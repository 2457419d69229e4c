//! Checks that every transcript in the book and the README is what the programs print today.
//!
//! Runs each block that begins with `$ cargo xtask …`, and compares it after masking what differs from run to run:
//! addresses and times. `LAB_UPDATE=1 cargo test --test book` writes the new output into the pages. The figures are
//! renewed with `--test figures`.

#![cfg(target_os = "linux")] // Elsewhere some checks are skipped, and say so.

use lab_tests::typist::Typist;
use lab_tests::{Ran, clone, empty_dir, root, runner_in, solve, words_of};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::system::address::free;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

fn pages(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => pages(&path, found),
            path if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
            _ => {}
        }
    }
}

/// Returns the text of a page, all of whose code blocks are closed: to renew a block, a test must know where it ends.
fn text_of(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap();
    if let Err(why) = fences(&text) {
        panic!("{}:{why}", page.display());
    }
    text
}

/// Checks that each fence that opens a code block names a language, and that a closing fence follows before the next
/// block is opened. Else returns the number of the line and what is wrong there.
fn fences(text: &str) -> Result<(), String> {
    let mut open = None;
    for (at, line) in (1..).zip(text.lines()) {
        match (line.trim_start().strip_prefix("```"), open) {
            (Some(""), Some(_)) => open = None,
            (Some(_), Some(opened)) => {
                return Err(format!(
                    "{at}: a code block opens, but that of line {opened} has no closing fence"
                ));
            }
            (Some(""), None) => {
                return Err(format!("{at}: a closing fence without a block, or one without language"));
            }
            (Some(_), None) => open = Some(at),
            (None, _) => {}
        }
    }
    open.map_or(Ok(()), |opened| Err(format!("{opened}: a code block without a closing fence")))
}

/// Divides `text`, which begins with the opening fence of a block, into the language, the lines of the block, and what
/// follows the closing fence. A block without lines counts, too: the renewal fills it.
fn block_of(text: &str) -> Option<(&str, &str, &str)> {
    let rest = text.strip_prefix("```")?;
    let (language, rest) = rest.split_at(rest.find('\n')?);
    let (lines, after) = rest.split_once("\n```")?;
    Some((language, lines.strip_prefix('\n').unwrap_or(""), after))
}

#[test]
fn a_block_ends_at_its_own_fence() {
    assert_eq!(block_of("```rust\na\nb\n```\nText."), Some(("rust", "a\nb", "\nText.")));
    let empty_one = "```rust\n```\nText.\n\n```text\na\n```";
    assert_eq!(block_of(empty_one), Some(("rust", "", "\nText.\n\n```text\na\n```")));
    assert_eq!(block_of("Text.\n\n```rust\na\n```"), None);

    assert_eq!(fences(empty_one), Ok(()));
    assert_eq!(fences("- In a list:\n\n  ```text\n  a\n  ```\n"), Ok(()));
    let says = |text: &str, expected: &str| {
        let why = fences(text).unwrap_err();
        assert!(why.starts_with(expected), "{why}");
    };
    says("```rust\na\n```text\nb\n```\n", "3: a code block opens, but that of line 1 ");
    says("Text.\n\n```rust\na\n", "3: a code block without");
    says("Text.\n```\n", "2: a closing fence without");
}

/// Runs the command of a transcript in the repository at `clone`, and returns what it prints.
fn printed(command: &str, clone: &Path) -> String {
    let words = words_of(command.strip_prefix("cargo xtask").expect("a command of ours"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = runner_in(clone, RUNNER, &words).output().expect("start the runner");
    Ran::from(output).stdout.trim_end().to_string()
}

/// Replaces addresses, times and the blanks around them. Leaves out what is luck: notes and their number, the pieces of a wire that
/// neither cuts nor joins, and a datagram that a client sends again because the machine is busy.
fn masked(text: &str) -> String {
    let (mut out, mut datagrams) = (String::new(), HashSet::new());
    let (mut in_note, mut is_luck) = (false, false);
    for line in text.lines() {
        if line.starts_with("  ") && !line.starts_with("   ") {
            is_luck = !["glue", "dribble", "slice"].iter().any(|wire| line.contains(&format!("  on {wire}")));
        }
        if is_luck && line.starts_with("      wire  ") {
            continue;
        }
        // What a program that the runner ended had printed by then is luck, too.
        let begins = ["note ", "server printed", "client printed"];
        let is_luck_here = begins.iter().any(|word| line.trim_start().starts_with(word));
        in_note = is_luck_here || (in_note && line.starts_with(&" ".repeat(18)));
        if in_note {
            continue;
        }
        let line = match line.split_once(" checks; ") {
            Some((counts, notes)) if notes.ends_with("note") || notes.ends_with("notes") => {
                format!("{counts} checks")
            }
            _ => line.to_string(),
        };
        let line = line.as_str();
        let words = line.split_whitespace().map(|word| {
            let number = word.trim_end_matches([',', ';', ':']);
            let fraction = number.contains('.') && number.parse::<f64>().is_ok();
            // With the blank: `9` is no time in `177.9 ms  …  9 bytes`.
            let millis = number.parse::<u32>().is_ok() && line.contains(&format!(" {number} ms"));
            match word {
                _ if word.starts_with("127.") && !fraction => "ADDRESS",
                // `k/n`: in k of n runs there was luck.
                _ if word
                    .split_once('/')
                    .is_some_and(|(k, n)| k.parse::<u8>().is_ok() && n.parse::<u8>().is_ok()) =>
                {
                    "LUCK"
                }
                _ if fraction || millis => "TIME",
                word => word,
            }
        });
        let line = words.collect::<Vec<_>>().join(" ");
        let is_again =
            line.starts_with("TIME ms ") && line.contains(" → ") && !datagrams.insert(line.clone());
        if !is_again {
            out += &line;
            out.push('\n');
        }
    }
    out.trim_end().to_string()
}

/// The line in place of lines that are left out.
const LEFT_OUT: &str = "…";

/// Returns whether both have the same lines. Their order may differ, because two programs print at the same time.
fn alike(shown: &str, now: &str) -> bool {
    if shown.lines().any(|line| line == LEFT_OUT) {
        let mut now: Vec<String> = masked(now).lines().map(str::to_string).collect();
        return masked(shown).lines().filter(|line| *line != LEFT_OUT && !line.is_empty()).all(|line| {
            let at = now.iter().position(|other| other == line);
            at.map(|at| now.swap_remove(at)).is_some()
        });
    }
    let sorted = |text: &str| {
        let mut lines: Vec<String> = masked(text).lines().map(str::to_string).collect();
        lines.sort();
        lines
    };
    sorted(shown) == sorted(now)
}

#[test]
fn transcripts_are_what_the_programs_print() {
    let update = std::env::var_os("LAB_UPDATE").is_some();
    let clone = clone(RUNNER, env!("CARGO_TARGET_TMPDIR"), "book");
    // Pages start the known-wrong programs from the place where a build puts them.
    fs::create_dir_all(clone.join("target/debug")).unwrap();
    std::os::unix::fs::symlink(PROGRAMS, clone.join("target/debug/programs")).unwrap();
    let mut files = vec![root().join("README.md")];
    pages(&root().join("docs/src"), &mut files);
    let (mut transcripts, mut differ) = (0, Vec::new());
    for file in files {
        let text = text_of(&file);
        let mut fresh = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("```console\n$ cargo xtask") {
            let (before, block) = rest.split_at(at + "```console\n$ ".len());
            if let Some((_, lesson)) = before.rsplit_once("<!-- solved: ") {
                solve(&clone, lesson.split_once(" -->").expect("the mark's end").0);
            }
            let (block, after) = block.split_once("\n```").expect("the block's end");
            let (command, shown) = block.split_once('\n').unwrap_or((block, ""));
            if command.starts_with("cargo xtask talk ") {
                // It needs a second terminal: see below.
                fresh += &format!("{before}{block}\n```");
                rest = after;
                continue;
            }
            let mut now = printed(command, &clone);
            // What the run measures (a cost, the order of a conversation) may differ on a busy machine: try again.
            // That verdicts never differ is shown by `repeat`, not by this test.
            for _ in 0..4 {
                if !update && !alike(shown, &now) {
                    now = printed(command, &clone);
                }
            }
            let kept = shown.lines().any(|line| line == LEFT_OUT) && alike(shown, &now);
            if kept {
                now = shown.to_string(); // Lines that the author left out stay out.
            }
            if !update && !alike(shown, &now) {
                differ.push(format!(
                    "{}: `{command}` printed\n{}\nand the page says\n{}\n",
                    file.display(),
                    masked(&now),
                    masked(shown)
                ));
            }
            fresh += &format!("{before}{command}\n{now}\n```");
            rest = after;
            transcripts += 1;
        }
        fresh += rest;
        // The next page begins with a fresh repository.
        if text.contains("<!-- solved: ") {
            let reset = runner_in(&clone, RUNNER, &["reset", "--all"]).output().expect("start the runner");
            assert!(reset.status.success(), "{reset:?}");
            fs::remove_dir_all(clone.join(".lab")).expect("what was kept");
        }
        if update && fresh != text {
            fs::write(&file, fresh).unwrap();
        }
    }
    assert!(transcripts >= 3, "only {transcripts} transcripts were found");
    all_alike(&differ);
}

/// The address that pages name. A test calls at a free one in its place, and renames it in what is printed.
const ADDRESS: &str = "127.0.0.1:8888";

/// Starts a command of a page as it is typed: `cargo xtask talk …`, or `target/line`, the program of docs/src/line.rs.
fn typed(command: &str, address: &str) -> Command {
    let command = command.replace(ADDRESS, address);
    let words = match command.strip_prefix("cargo xtask ") {
        Some(words) => [vec![RUNNER.to_string()], words_of(words)].concat(),
        None => {
            assert_eq!(command, "target/line", "a command that a page may type");
            let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "book-line");
            let source = fs::read_to_string(root().join("docs/src/line.rs")).unwrap();
            fs::write(dir.join("line.rs"), source.replace(ADDRESS, address)).unwrap();
            let words = ["--edition", "2024", "line.rs"];
            let built = Command::new("rustc").current_dir(&dir).args(words).output().expect("rustc");
            assert!(built.status.success(), "{built:?}");
            vec![dir.join("line").to_string_lossy().into_owned()]
        }
    };
    // What is reported on standard error stands on the screen, too.
    let mut started = Command::new("sh");
    started.current_dir(root()).args(["-c", "exec \"$0\" \"$@\" 2>&1"]).args(words);
    started
}

/// Plays what people at several terminals do, as the script says, and returns what stands on each screen at the end.
///
/// Each line of a script begins with the number of a terminal: `1 $ COMMAND` starts a program there, `1 > TEXT` waits for
/// a line that contains TEXT, `1 < LINE` types a line, `1 ^D` ends the input, and `1 ^C` interrupts.
fn played(script: &str) -> Vec<String> {
    let address = free().unwrap().to_string();
    let mut screens: Vec<(Typist, Vec<String>)> = Vec::new();
    for line in script.lines().filter(|line| !line.trim().is_empty()) {
        let (number, rest) = line.split_once(' ').expect("the number of a terminal");
        let at = number.parse::<usize>().expect("a number") - 1;
        let (what, text) = rest.split_once(' ').unwrap_or((rest, ""));
        if what == "$" {
            assert_eq!(at, screens.len(), "terminals are numbered in the order in which they are used");
            screens.push((Typist::start(typed(text, &address)), vec![format!("$ {text}")]));
            continue;
        }
        let (typist, screen) = &mut screens[at];
        match what {
            ">" => screen.extend(typist.until(&[text])),
            "<" => {
                screen.push(text.to_string());
                typist.types(&format!("{text}\n"));
            }
            "^D" => {
                screen.push("^D".into());
                typist.ends();
            }
            "^C" => {
                screen.push("^C".into());
                kill(Pid::from_raw(typist.child.id() as i32), Signal::SIGINT).unwrap();
            }
            other => panic!("`{other}` in the script of a page"),
        }
    }
    let screen = |(typist, mut screen): (Typist, Vec<String>)| {
        screen.extend(typist.rest());
        screen.join("\n").replace(&address, ADDRESS)
    };
    screens.into_iter().map(screen).collect()
}

/// Checks that what pages show of several terminals is what happens there. `<!-- terminals: SCRIPT -->` stands before the
/// blocks, one for each terminal: see [`played`]. `LAB_UPDATE=1` renews them.
#[test]
fn terminals_show_what_pages_show() {
    let update = std::env::var_os("LAB_UPDATE").is_some();
    let mut files = vec![root().join("README.md")];
    pages(&root().join("docs/src"), &mut files);
    let (mut scripts, mut differ) = (0, Vec::new());
    for file in files {
        let text = text_of(&file);
        let (mut fresh, mut rest) = (String::new(), text.as_str());
        while let Some(at) = rest.find("<!-- terminals:\n") {
            let (before, after) = rest.split_at(at + "<!-- terminals:\n".len());
            let (script, after) = after.split_once("-->").expect("the script's end");
            fresh += &format!("{before}{script}-->");
            rest = after;
            for now in played(script) {
                let at = rest.find("```console\n$ ").expect("a block for each terminal");
                let (before, block) = rest.split_at(at);
                let (_, shown, after) = block_of(block).expect("a block");
                if !update && !alike(shown, &now) {
                    differ.push(format!("{}:\n{now}\nand the page says\n{shown}\n", file.display()));
                }
                fresh += &format!("{before}```console\n{now}\n```");
                rest = after;
            }
            scripts += 1;
        }
        fresh += rest;
        if update && fresh != text {
            fs::write(&file, fresh).unwrap();
        }
    }
    assert!(scripts >= 3, "only {scripts} scripts were found");
    all_alike(&differ);
}

/// Fails with everything that differs, so that one run names all pages that a change touches.
fn all_alike(differ: &[String]) {
    let all = differ.join("\n");
    assert!(differ.is_empty(), "{} differ; LAB_UPDATE=1 renews them\n\n{all}", differ.len());
}

/// Checks that code in chapters is the code of the solutions. Pages contain a copy, so that a page reads the same in
/// the book and as a file. `<!-- code: FILE:MARK -->` before a block says where it is from: the part of the file
/// between `// ANCHOR: MARK` and `// ANCHOR_END: MARK`, or without `:MARK` the whole file. `LAB_UPDATE=1` renews the
/// copies.
#[test]
fn code_in_chapters_is_that_of_the_solutions() {
    let update = std::env::var_os("LAB_UPDATE").is_some();
    let mut files = Vec::new();
    pages(&root().join("docs/src"), &mut files);
    let (mut blocks, mut differ) = (0, Vec::new());
    for file in files {
        let text = text_of(&file);
        assert!(!text.contains("{{#include"), "{}: write the code out, see this test", file.display());
        let mut fresh = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("<!-- code: ") {
            let (before, after) = rest.split_at(at + "<!-- code: ".len());
            let (place, after) = after.split_once(" -->").expect("the mark's end");
            let Some((language, shown, after)) = after.strip_prefix("\n\n").and_then(block_of) else {
                panic!(
                    "{}: one empty line and a code block must follow `<!-- code: {place} -->`",
                    file.display()
                );
            };
            let (path, mark) = place.split_once(':').unwrap_or((place, ""));
            let source = file.parent().unwrap().join(path);
            let source =
                fs::read_to_string(&source).unwrap_or_else(|_| panic!("{}: {place}", file.display()));
            let code = match mark {
                "" => source.as_str(),
                mark => {
                    let from = source.split_once(&format!("// ANCHOR: {mark}\n")).map(|(_, code)| code);
                    let code = from.and_then(|code| code.split_once(&format!("// ANCHOR_END: {mark}\n")));
                    code.unwrap_or_else(|| panic!("{}: {path} has no `{mark}`", file.display())).0
                }
            };
            let code = code.trim_end();
            if !update && shown != code {
                differ.push(format!("{}: {place} is\n{code}\nnow\n", file.display()));
            }
            fresh += &format!("{before}{place} -->\n\n```{language}\n{code}\n```");
            rest = after;
            blocks += 1;
        }
        fresh += rest;
        if update && fresh != text {
            fs::write(&file, fresh).unwrap();
        }
    }
    assert!(blocks >= 3, "only {blocks} blocks were found");
    all_alike(&differ);
}
