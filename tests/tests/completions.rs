//! Checks what Tab completes after `cargo xtask …`, in real shells. For PowerShell, only reads the script.

#![cfg(target_os = "linux")]

use lab_tests::run;
use lab_tests::terminal::Terminal;
use std::io::Write;
use std::process::Command;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");

/// Writes the shell's script to a file and returns its path. If the shell is missing, says so and returns `None`.
fn script(shell: &str) -> Option<String> {
    let ran = run(RUNNER, &["completions", shell]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    if Command::new(shell).args(["-c", "exit 0"]).output().is_err() {
        let _ = writeln!(std::io::stderr(), "!! NOT CHECKED: completions of {shell}: it is missing");
        return None;
    }
    let path = format!("{}/completions.{shell}", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, ran.stdout).unwrap();
    Some(path)
}

#[test]
fn bash_completes() {
    let Some(path) = script("bash") else { return };
    let program = format!(
        r#"_before() {{ COMPREPLY=(before); }}; complete -F _before cargo; source {path}
        t() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
               _socket_lab_cargo cargo "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
               echo "${{COMPREPLY[*]}}"; }}
        t cargo xtask comp; t cargo xtask run lesson-02 lesson-0; t cargo xtask run --wire d
        t cargo xtask run 01 --check echo-b; t cargo xtask watch --family u; t cargo build --rel
        t cargo xtask run --sc; t cargo xtask tr; t cargo xtask trace 01 --wire sli; t cargo xtask trace --in"#
    );
    let output = Command::new("bash").args(["--norc", "-c", &program]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<&str> = text.lines().collect();
    let lessons = lines.remove(1);
    assert!(lessons.starts_with("lesson-01 lesson-02 lesson-03"), "{output:?}");
    assert_eq!(
        lines,
        ["compare completions", "dribble", "echo-bytes", "unix", "before", "", "trace", "slice", ""],
        "{output:?}"
    );
}

#[test]
fn fish_completes() {
    let Some(path) = script("fish") else { return };
    let program = format!(
        "source {path}; for line in 'cargo xtask rese' 'cargo xtask run lesson-0' 'cargo xtask run --wire d'; \
         complete -C $line | string replace -r '\\t.*' ''; end"
    );
    let output = Command::new("fish").args(["--no-config", "-c", &program]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let all: Vec<&str> = text.lines().collect();
    assert_eq!(all.first(), Some(&"reset"), "{output:?}");
    assert_eq!(all.last(), Some(&"dribble"), "{output:?}");
    assert!(all.iter().filter(|line| line.starts_with("lesson-0")).count() >= 8, "{output:?}");
}

#[test]
fn zsh_completes() {
    let Some(path) = script("zsh") else { return };
    let mut command = Command::new("zsh");
    command.arg("-f").env("TERM", "dumb").env("ZDOTDIR", env!("CARGO_TARGET_TMPDIR"));
    let mut terminal = Terminal::start(command);
    terminal.press(&format!(
        "autoload -Uz compinit; compinit -u -D; source {path}; PROMPT='now> '; echo rea''dy\n"
    ));
    terminal.see("ready");
    terminal.see("now>");
    terminal.press("cargo xtask run lesson-0\t\t");
    terminal.see("lesson-08");
    terminal.press("\x15: done; cargo xtask doc\t");
    terminal.see("doctor");
}

#[test]
fn powershell_knows_the_lessons() {
    let text = run(RUNNER, &["completions", "powershell"]).stdout;
    assert!(text.contains("Register-ArgumentCompleter -Native -CommandName 'cargo'"));
    let (_, run) = text.split_once("'cargo;xtask;run' {").unwrap();
    assert!(run.trim_start().starts_with("[CompletionResult]::new('lesson-01'"), "{run}");
}
