//! Checks `cargo xtask watch` as a person uses it: on a terminal, with saves, keys, and every way to leave.

#![cfg(target_os = "linux")]

use lab_tests::terminal::Terminal;
use lab_tests::{clone, has, lessons, processes_with, root, runner_in, wait_for};
use nix::sys::signal::Signal;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
/// The last words on the screen after a run.
const KEYS: &str = "q quit";

fn fresh(name: &str) -> PathBuf {
    clone(RUNNER, env!("CARGO_TARGET_TMPDIR"), name)
}

fn solution(lesson: &str, half: &str) -> String {
    fs::read_to_string(root().join(format!("solutions/{lesson}/src/bin/{half}.rs"))).unwrap()
}

fn save(clone: &Path, lesson: &str, half: &str, text: &str) {
    fs::write(clone.join(format!("lessons/{lesson}/src/bin/{half}.rs")), text).unwrap();
}

fn watch(clone: &Path, editor: &str) -> Terminal {
    let mut command = runner_in(clone, RUNNER, &["watch"]);
    command.env("EDITOR", editor).env_remove("VISUAL").env("TERM", "xterm").env_remove("NO_COLOR");
    Terminal::start(command)
}

fn nothing_is_left_of(clone: &Path) {
    let token = clone.to_string_lossy();
    wait_for("nothing is left", || processes_with(&token, 0).is_empty());
}

#[test]
fn a_lesson_is_failed_mended_and_passed() {
    let clone = fresh("watch-lesson");
    let mut terminal = watch(&clone, "true");
    terminal.see("`serve` is not written yet");
    terminal.see(KEYS);
    assert!(terminal.is_taken());
    // Wrong: the conversation and the first failed check fit on the screen.
    save(&clone, "01-echo", "client", &solution("01-echo", "client"));
    let wrong =
        solution("01-echo", "server").replace("write_all(&buffer[..n])", "write_all(&buffer[..n.min(100)])");
    assert_ne!(wrong, solution("01-echo", "server"));
    save(&clone, "01-echo", "server", &wrong);
    terminal.see("✗ server   returns any bytes unchanged");
    // The first failure came before the end of the run, and the verdict has it, too.
    let screen = terminal.see(KEYS);
    assert!(screen.contains("✗ server   returns any bytes unchanged"), "{screen}");
    assert!(screen.contains("mend the server and save"), "{screen}");
    // It does not compile: cargo says where.
    save(&clone, "01-echo", "server", "fn main() { let x: u8 = \"text\"; }\n");
    terminal.see("mismatched types");
    terminal.see("mend it and save");
    terminal.see(KEYS);
    // Where rustc does not lead to the mend, the last line does.
    let endless = solution("01-echo", "server");
    let (from, to) = (endless.find("    loop {\n").unwrap(), endless.find("\n}\n\n/// Sends back").unwrap());
    let incoming =
        format!("{}    for stream in listener.incoming() {{\n    }}{}", &endless[..from], &endless[to..]);
    save(&clone, "01-echo", "server", &incoming);
    terminal.see("error[E0308]");
    let screen = terminal.see(KEYS);
    assert!(screen.contains("perhaps: for rustc a `for` can end; write `loop`"), "{screen}");
    // Of many errors, the first ones are shown, as many as fit on the screen.
    let line = |n| format!("    let wrong_{n}: u8 = \"text\";\n");
    let many: String = (0..20).map(line).collect();
    save(&clone, "01-echo", "server", &format!("fn main() {{\n{many}}}\n"));
    let screen = terminal.see("errors more");
    let screen = screen + &terminal.see(KEYS);
    assert!(screen.contains("server.rs:2:") && !screen.contains("wrong_19"), "{screen}");
    // Right: what was learned, and the next one.
    save(&clone, "01-echo", "server", &solution("01-echo", "server"));
    terminal.see("server │ (printed) listening on");
    terminal.see(" passed of ");
    terminal.see("learned: a server outlives its clients");
    terminal.see("`n` goes on to lesson-02");
    terminal.see(KEYS);
    // It stays passed when it is broken on purpose: `d` shows the solution at once.
    save(&clone, "01-echo", "server", &wrong);
    terminal.see("mend the server and save");
    terminal.see(KEYS);
    terminal.press("d");
    terminal.see("- is yours, + the solution");
    terminal.see(KEYS);
    terminal.press("n");
    terminal.see("lesson-02 uppercase");
    terminal.see(KEYS);
    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.is_given_back();
    // The next `watch` begins with the lesson at which this one ended.
    let mut terminal = watch(&clone, "true");
    terminal.see("lesson-02 uppercase");
    nothing_else_than_the_end(terminal);
    nothing_is_left_of(&clone);
}

fn nothing_else_than_the_end(mut terminal: Terminal) {
    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.is_given_back();
}

#[test]
fn each_key_does_what_it_says() {
    let clone = fresh("watch-keys");
    // An editor that writes into a file what was typed, and its arguments.
    let editor = clone.join("editor.sh");
    fs::write(&editor, "#!/bin/sh\nread line; echo \"$line $*\" >edited\n").unwrap();
    let mut terminal = watch(&clone, &format!("sh {}", editor.display()));
    terminal.see(KEYS);
    for hint in ["hint 1", "hint 2", "hint 3", "that was the last hint"] {
        terminal.press("h");
        terminal.see(hint);
        terminal.see(KEYS);
    }
    terminal.press("d");
    terminal.see("press d again to see the solution");
    terminal.press("d");
    terminal.see("lessons/01-echo/src/bin/client.rs:");
    terminal.see("- is yours, + the solution");
    terminal.see(KEYS);
    terminal.press("n");
    terminal.see("lesson-02 uppercase");
    terminal.see(KEYS);
    terminal.press("p");
    terminal.see("lesson-01 echo");
    terminal.see(KEYS);
    terminal.press("p");
    terminal.see("that is the first lesson");
    terminal.press("l");
    terminal.see("▸ lesson-01  echo");
    let last = lessons().pop().unwrap();
    terminal.see(&format!("lesson-{}", last.replacen('-', "  ", 1)));
    terminal.see(KEYS);
    terminal.press("z");
    terminal.see("z: this key does nothing");
    terminal.press("\x1b[A"); // An arrow is no key of ours, nor are its letters.
    terminal.press("\n");
    terminal.see("lesson-01 echo");
    terminal.see(KEYS);
    // The editor gets the keys while it runs.
    terminal.press("e");
    wait_for("the editor has the terminal", || !terminal.is_taken());
    terminal.press("quit\n");
    terminal.see(KEYS);
    assert!(terminal.is_taken());
    let edited = fs::read_to_string(clone.join("edited")).unwrap();
    assert!(edited.starts_with("quit ") && edited.contains("lessons/01-echo/src/bin/server.rs"), "{edited}");
    // If the report names no place, `e` opens the half that failed.
    fs::remove_file(clone.join("edited")).unwrap();
    save(&clone, "01-echo", "server", &solution("01-echo", "server"));
    terminal.see("`ask` is not written yet");
    terminal.see(KEYS);
    let wrong = solution("01-echo", "client").replace("ExitCode::FAILURE", "ExitCode::SUCCESS");
    assert_ne!(wrong, solution("01-echo", "client"));
    save(&clone, "01-echo", "client", &wrong);
    terminal.see("mend the client and save");
    terminal.see(KEYS);
    terminal.press("e");
    wait_for("the editor has the terminal", || !terminal.is_taken());
    terminal.press("again\n");
    terminal.see(KEYS);
    let edited = fs::read_to_string(clone.join("edited")).unwrap();
    assert!(edited.contains("lessons/01-echo/src/bin/client.rs"), "{edited}");
    // If it does not compile, `e` opens the line of the first error, in the server before the client.
    save(&clone, "01-echo", "client", "fn main() {\n    wrong();\n}\n");
    terminal.see("lesson-01 does not compile");
    terminal.see(KEYS);
    save(&clone, "01-echo", "server", "fn main() {\n\n    wrong();\n}\n");
    terminal.see("server.rs:3");
    terminal.see(KEYS);
    fs::remove_file(clone.join("edited")).unwrap();
    terminal.press("e");
    wait_for("the editor has the terminal", || !terminal.is_taken());
    terminal.press("line\n");
    terminal.see(KEYS);
    let edited = fs::read_to_string(clone.join("edited")).unwrap();
    assert!(edited.contains("lessons/01-echo/src/bin/server.rs"), "{edited}");
    // A reset asks once, keeps a copy, and says where.
    save(&clone, "01-echo", "server", "my own work\n");
    terminal.see("lesson-01 does not compile");
    terminal.see(KEYS);
    terminal.press("r");
    terminal.see("press r again");
    terminal.press("r");
    terminal.see("your files are kept in .lab/backup/01-echo-1");
    terminal.see("`serve` is not written yet");
    terminal.see(KEYS);
    let kept = fs::read_to_string(clone.join(".lab/backup/01-echo-1/src/bin/server.rs")).unwrap();
    assert_eq!(kept, "my own work\n");
    nothing_else_than_the_end(terminal);
}

#[test]
fn a_program_that_never_ends_blocks_nothing() {
    let clone = fresh("watch-endless");
    save(&clone, "01-echo", "client", &solution("01-echo", "client"));
    save(&clone, "01-echo", "server", "fn main() {\n    loop {}\n}\n");
    let mut terminal = watch(&clone, "true");
    terminal.see("waiting until the server listens");
    terminal.press("h");
    terminal.see("hint 1");
    terminal.see(KEYS);
    save(&clone, "01-echo", "server", &solution("01-echo", "server"));
    terminal.see(" passed of ");
    terminal.see(KEYS);
    save(&clone, "01-echo", "server", "fn main() {\n    loop {}\n}\n// Again.\n");
    terminal.see("waiting until the server listens");
    nothing_else_than_the_end(terminal);
    nothing_is_left_of(&clone);
}

#[test]
fn the_terminal_is_given_back_whatever_ends_it() {
    let clone = fresh("watch-ends");
    save(&clone, "01-echo", "server", "fn main() {\n    loop {}\n}\n");
    for end in ["q", "\x03", "TERM", "HUP", "KILL"] {
        let mut terminal = watch(&clone, "true");
        terminal.see("waiting until the server listens");
        assert!(terminal.is_taken());
        let signal = match end {
            "TERM" => Some(Signal::SIGTERM),
            "HUP" => Some(Signal::SIGHUP),
            "KILL" => Some(Signal::SIGKILL),
            keys => {
                terminal.press(keys);
                None
            }
        };
        signal.iter().for_each(|signal| terminal.signal(*signal));
        let status = terminal.wait();
        match end {
            "q" => assert!(status.success()),
            "KILL" => assert!(status.code().is_none()),
            _ => assert_eq!(status.code(), Some(130), "{end:?}"),
        }
        terminal.is_given_back();
        nothing_is_left_of(&clone);
    }
}

/// Without a terminal, a line has the effect of a key.
#[test]
fn without_a_terminal_a_key_is_a_line() {
    let clone = fresh("watch-lines");
    let mut command = runner_in(&clone, RUNNER, &["watch", "03"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut keys = child.stdin.take().unwrap();
    keys.write_all(b"h\n\nl\nq\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("hint 1") && text.contains("▸ lesson-01"), "{text}");
    assert!(!text.contains('\x1b'), "{text:?}");
}

/// Where a `lab.toml` names the programs, their saves are seen, and `e` opens them.
#[test]
fn programs_in_another_language_are_watched() {
    if !has("python3", "watch with programs in Python") {
        return;
    }
    let clone = fresh("watch-python");
    let lesson = clone.join("lessons/01-echo");
    // An editor that takes the line as nano does.
    let editor = clone.join("nano");
    fs::write(&editor, "#!/bin/sh\necho \"$*\" >edited\n").unwrap();
    fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    fs::write(lesson.join("lab.toml"), "server = 'python3 server.py'\n").unwrap();
    fs::write(lesson.join("server.py"), "import sys\n\nsys.exit(missing)\n").unwrap();
    let mut terminal = watch(&clone, &editor.to_string_lossy());
    terminal.see("mend the server and save");
    terminal.see(KEYS);
    terminal.press("e");
    wait_for("the editor was started", || {
        fs::read_to_string(clone.join("edited")).is_ok_and(|it| !it.is_empty())
    });
    let edited = fs::read_to_string(clone.join("edited")).unwrap();
    assert!(edited.starts_with("+3 ") && edited.contains("lessons/01-echo/server.py"), "{edited}");
    terminal.see(KEYS);
    // During a run, too: here one that never ends by itself.
    fs::remove_file(clone.join("edited")).unwrap();
    fs::write(lesson.join("server.py"), "while True:\n    pass\n").unwrap();
    terminal.see("waiting");
    terminal.press("e");
    wait_for("the editor was started again", || {
        fs::read_to_string(clone.join("edited")).is_ok_and(|it| it.contains("lessons/01-echo/server.py"))
    });
    terminal.see(KEYS);
    fs::copy(root().join("tests/src/bin/programs/right/s01_server_selectors.py"), lesson.join("server.py"))
        .unwrap();
    terminal.see("your server: ");
    terminal.see("`n` goes on to lesson-02");
    terminal.see(KEYS);
    nothing_else_than_the_end(terminal);
    nothing_is_left_of(&clone);
}
