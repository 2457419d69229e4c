//! Confined programs get the verdicts that `corpus` wants of them when they are free, in every language; and what
//! confinement keeps from starting is no fault of theirs.
//!
//! Here, all solutions and some programs. For all: `cargo run -p lab-tests --bin confined`.

#![cfg(target_os = "linux")]

use lab_tests::corpus::{Corpus, Judge, SIDE_BY_SIDE};
use lab_tests::expected::Subject;
use lab_tests::{Ran, empty_dir, not_checked, run, runner, side_by_side};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use xtask::system::program::{boxed, confine};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");

/// Right programs of each language and kind, and wrong ones whose fault confinement could hide: they bind another port or
/// address, call another one, write another file, take or leave a path.
const SAMPLE: &[&str] = &[
    "s01_server_fork.c",
    "s03_server_fork.pl",
    "s05_client_readable.js",
    "s07_server_socketserver.py",
    "s08_server_crowd.rs",
    "s10_server_node.js",
    "s11_server_tmpfile.c",
    "s11_client_plain.py",
    "s13_server_fork.pl",
    "s13_server_selectors.py",
    "s01_server_plain.java",
    "s01_client_plain.bash",
    "s01_server_port_plus_100.py",
    "s01_server_binds_everything.rs",
    "s01_client_default_port.rs",
    "s02_server_next_port.rs",
    "s03_client_falls_back.py",
    "s04_server_default_everywhere.py",
    "s07_server_reuseport.rs",
    "s08_server_port_of_the_kernel.py",
    "s10_server_any_interface.py",
    "s11_server_any_dir.py",
    "s11_client_get_any_name.rs",
    "s12_server_taken_other_port.rs",
    "s13_server_any_error_is_stale.py",
    "s13_server_any_v6.py",
    "s13_server_moves_away.py",
];

/// Returns whether this machine confines programs; says so where it does not.
fn confines() -> bool {
    let confines = confine::kernel().confines();
    if !confines {
        not_checked("confined programs: this kernel has no Landlock");
    }
    confines
}

#[test]
fn all_solutions_hold_confined() {
    if !confines() {
        return;
    }
    let ran = run(RUNNER, &["run", "--all", "--solution", "--confine", "--format", "json", "--seed", "7"]);
    let verdicts = ran.verdicts();
    let is_held = |verdict: &str| ["pass", "demo", "skip"].contains(&verdict);
    let broken: Vec<_> = verdicts.iter().filter(|(_, verdict, _)| !is_held(verdict)).collect();
    assert!(verdicts.len() > 800 && broken.is_empty(), "{} checks: {broken:#?}", verdicts.len());
    assert!(ran.stderr.contains("confined"), "{}", ran.stderr);
}

#[test]
fn right_programs_pass_confined_and_wrong_ones_fail_by_the_same_checks() {
    if !confines() {
        return;
    }
    let corpus = Corpus::read().unwrap_or_else(|complaints| panic!("{}", complaints.join("\n")));
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "confined");
    let judge = Judge::new(corpus, Path::new(RUNNER), Path::new(env!("CARGO_BIN_EXE_programs")), &dir);
    let find = |file: &&str| {
        let found = judge.corpus.programs().find(|program| program.file == **file);
        found.unwrap_or_else(|| panic!("the corpus has no {file}"))
    };
    let programs = SAMPLE.iter().map(find).filter(|program| judge.can_run(program));
    let subjects: Vec<Subject> = programs.flat_map(|program| Subject::of(&judge, program)).collect();
    let amiss = |subject: &Subject| {
        Some(format!("{}: {}", subject.name, subject.amiss(&judge.runner, &["--confine"])?))
    };
    let complaints: Vec<String> =
        side_by_side(SIDE_BY_SIDE, &subjects, amiss).into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Makes a hand-in of lesson 01 whose programs this command starts.
fn handed_in(dir: &Path, command: &str) -> PathBuf {
    let lesson = dir.join("handed-in/01-echo");
    fs::create_dir_all(&lesson).unwrap();
    fs::write(lesson.join("lab.toml"), format!("server = \"{command}\"\n")).unwrap();
    fs::write(lesson.join("server.sh"), "exit 5\n").unwrap();
    dir.join("handed-in")
}

/// Writes a program of the shell.
fn write_program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Judges one check of a hand-in, with this folder first in PATH.
fn judge_with(folder: &Path, words: &[&str]) -> Ran {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let words = [&["run", "01", "--check", "echo-bytes", "--format", "json"], words].concat();
    runner(RUNNER, &words).env("PATH", path).output().unwrap().into()
}

fn check_of(ran: &Ran) -> (String, String) {
    let report = ran.json();
    let check = &report["lessons"][0]["checks"][0];
    (check["verdict"].as_str().unwrap().into(), check["got"].as_str().unwrap().into())
}

#[test]
fn a_start_that_is_refused_is_no_fault_of_the_program() {
    if !confines() {
        return;
    }
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "confined-refused");
    // A program that the command names by its path, a script that it names, and a shim whose program lies elsewhere.
    let (tools, elsewhere) = (dir.join("tool/shims"), dir.join("elsewhere"));
    write_program(&elsewhere.join("langs"), "exec /bin/sh \"$@\"");
    // The shell has no `--version`.
    write_program(&elsewhere.join("lang"), "test \"$1\" = --version || exec /bin/sh \"$@\"");
    write_program(&tools.join("lang"), &format!("exec {}/lang \"$@\"", elsewhere.display()));
    let allow = elsewhere.to_str().unwrap();
    fs::write(elsewhere.join("server.sh"), "exit 5\n").unwrap();
    let (by_path, by_word) = (format!("{allow}/langs server.sh"), format!("sh {allow}/server.sh"));
    for command in [by_path.as_str(), by_word.as_str(), "lang server.sh"] {
        let lessons = handed_in(&dir, command);
        let lessons = lessons.to_str().unwrap();
        let (verdict, got) = check_of(&judge_with(&tools, &["--lessons", lessons]));
        assert!(verdict == "error" && got.contains("--allow"), "{command}: {verdict}: {got}");
        // What is granted starts, and the program's own fault is its own.
        for words in [&["--allow", allow][..], &["--no-confine"]] {
            let words = [&["--lessons", lessons], words].concat();
            let (verdict, got) = check_of(&judge_with(&tools, &words));
            assert!(verdict == "fail" && got.contains("status 5"), "{command} {words:?}: {verdict}: {got}");
        }
    }
}

#[test]
fn a_start_that_the_box_hides_is_no_fault_of_the_program() {
    if let Err(why) = boxed::probe() {
        return not_checked(&format!("starts that a box hides: {why}"));
    }
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "confined-hidden");
    let (elsewhere, class) = (dir.join("elsewhere"), dir.join("in"));
    let lang = elsewhere.join("lang");
    write_program(&lang, "exec /bin/sh \"$@\"");
    fs::write(elsewhere.join("server.sh"), "exit 5\n").unwrap();
    let [lang, allow] = [&lang, &elsewhere].map(|path| path.to_str().unwrap());
    for (student, command) in [
        ("path", &*format!("{lang} server.sh")),
        ("script", "./script"),
        ("word", &format!("sh {allow}/server.sh")),
        ("env", "./env"),
        ("by-env", "env A=1 lang server.sh"),
        ("shell", &format!("sh -c 'exec sh {allow}/server.sh {{addr}}'")),
        ("folder", &format!("sh server.sh {allow}")),
        ("name", "lang server.sh"),
        ("missing", "./missing server.sh"),
    ] {
        let lesson = class.join(student).join("01-echo");
        write_program(&lesson.join("script"), "");
        fs::write(lesson.join("script"), format!("#!{lang}\nexit 5\n")).unwrap();
        fs::write(lesson.join("server.sh"), "exit 5\n").unwrap();
        write_program(&lesson.join("env"), "");
        fs::write(lesson.join("env"), "#!/usr/bin/env lang\nexit 5\n").unwrap();
        // Else cargo would build a client.
        let toml = format!("server = \"{command}\"\nclient = \"sh server.sh\"\n");
        fs::write(lesson.join("lab.toml"), toml).unwrap();
    }
    let path = format!("{allow}:{}", std::env::var("PATH").unwrap_or_default());
    let judged = |results: &str, words: &[&str]| {
        let results = dir.join(results);
        let [from, to] = [&class, &results].map(|path| path.to_str().unwrap());
        let words = [&["judge", from, to, "01"], words].concat();
        let ran = Ran::from(runner(RUNNER, &words).env("PATH", &path).output().unwrap());
        move |student: &str| {
            let report = fs::read_to_string(results.join("students").join(student).join("report.json"));
            let report: Value = serde_json::from_str(&report.unwrap_or_default()).unwrap_or_default();
            let checks = report["lessons"][0]["checks"].as_array().cloned().unwrap_or_default();
            let first = checks.iter().find(|check| check["half"] == "server").cloned();
            let first = first.unwrap_or_else(|| panic!("{student}: {report:#}\n{}", ran.stderr));
            (first["verdict"].as_str().unwrap().to_string(), first["got"].as_str().unwrap().to_string())
        }
    };
    let (hidden, granted) = (judged("hidden", &[]), judged("granted", &["--allow", allow]));
    for student in ["path", "script", "word", "env", "by-env", "shell", "folder", "name"] {
        let (verdict, got) = hidden(student);
        let said = match student {
            "folder" => format!("`{allow}`; if this machine has it, and programs may read it, type --allow {allow}"),
            "word" | "shell" => format!("`{allow}/server.sh`; if this machine has it, and programs may read it, type --allow {allow}"),
            "name" | "env" | "by-env" => {
                "no folder of PATH with `lang`; if this machine has it, and programs may read it, type --allow with its folder"
                    .into()
            }
            _ => format!("`{lang}`; if this machine has it, and programs may read it, type --allow {allow}"),
        };
        assert!(verdict == "error" && got.contains(&said), "{student}: {verdict}: {got}");
        let (verdict, got) = granted(student);
        assert!(verdict == "fail" && got.contains("status 5"), "{student}: {verdict}: {got}");
    }
    // What lies in the student's own folder is not hidden.
    let (verdict, got) = hidden("missing");
    assert!(verdict == "error" && !got.contains("--allow"), "{verdict}: {got}");
}

#[test]
fn a_run_says_whether_programs_are_confined_where_that_was_asked_for() {
    if !confines() {
        return;
    }
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "confined-said");
    let lessons = handed_in(&dir, "sh server.sh");
    let lessons = lessons.to_str().unwrap();
    let said = |words: &[&str]| {
        let ran = run(RUNNER, &[&["run", "01", "--check", "echo-bytes"], words].concat());
        ran.stdout.lines().any(|line| line.starts_with("confined without a box"))
    };
    assert!(said(&["--lessons", lessons]) && said(&["--solution", "--confine"]));
    assert!(!said(&["--lessons", lessons, "--no-confine"]) && !said(&["--solution"]));
}
