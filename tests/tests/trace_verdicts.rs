//! No verdict depends on a trace: the solutions and programs of the corpus get the same ones, check by check, traced as
//! untraced.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use lab_tests::corpus::{Corpus, Judge, Program, Verdict};
use lab_tests::traced::{self, VARIABLE};
use lab_tests::{Ran, empty_dir, not_checked, run, runner};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// How many programs are judged at the same time. Most of them only wait.
const SIDE_BY_SIDE: usize = 6;

/// Right programs, each with some checks: those of processes, threads, signals and stops.
const RIGHT: &[(&str, &[&str])] = &[
    ("s01_server_fork.c", &["accept-fails@plain", "stopped-while-replying@plain"]),
    ("s01_client_alarm_again.c", &["waits-for-server@plain", "server-stalls@stall@0"]),
    ("s02_server_asyncio.py", &["rests-after-fin@plain", "accept-fails@plain"]),
    ("s03_server_fork.pl", &["keeps-no-sockets@plain", "stopped-while-pushing@plain"]),
    ("s04_server_poll.c", &["rst-while-pushing@plain", "accept-fails@plain"]),
    ("s05_server_selectors.py", &["stopped-while-pushing@plain"]),
    ("s06_client_waitall.py", &["stopped-while-printing@plain"]),
    ("s07_client_pipes.py", &["stopped-while-asking@plain"]),
    ("s08_server_fork.c", &["beside-many-silent@plain", "comes-to-rest@plain"]),
    ("s08_server_reserve.py", &["accept-fails@plain"]),
    ("s09_server_events.js", &["stopped-while-replying@plain", "accept-fails@plain"]),
    ("s10_server_fork.c", &["no-zombies@plain", "three-streams@plain"]),
    ("s10_server_threads.py", &["both-streams@plain", "beside-a-silent-client@plain"]),
    ("s11_client_thread.rs", &["stopped-while-putting@plain"]),
    ("s12_server_prefork.c", &["at-rest@plain", "many-clients@plain"]),
    ("s12_client_channel.rs", &["one-lost@plain"]),
    ("s13_server_threads.c", &["accept-fails@plain/ipv4", "many-at-once@plain/unix"]),
];

/// Wrong programs, each by the checks that its first lines name.
const WRONG: &[&str] = &[
    "s01_server_writes_once.rs",
    "s01_client_spins_while_waiting.rs",
    "s02_server_peeks_and_rests.py",
    "s02_client_timer.py",
    "s03_server_sends_once.py",
    "s03_client_spins_at_the_end.rs",
    "s04_server_never_closes.rs",
    "s05_server_leaks_without_answer.py",
    "s05_client_spins_in_body.py",
    "s06_client_os_write.py",
    "s07_server_reset_kills.py",
    "s08_server_fork_keeps_socket.c",
    "s08_server_pool_of_four.rs",
    "s09_server_sends_once.py",
    "s10_server_leaves_zombies.py",
    "s10_server_leaks_descriptors.c",
    "s11_client_sends_once.py",
    "s11_server_accept_ends_it.c",
    "s12_client_no_time_limit.py",
    "s13_client_spins_at_the_end.py",
    "s13_server_one_at_a_time_on_unix.py",
];

/// Returns whether this system permits to trace. If not, prints what is not checked.
fn permitted() -> bool {
    let ran = run(RUNNER, &["__probe"]);
    if ran.status != 0 {
        not_checked(&format!("verdicts of traced programs: {}", ran.stdout.trim()));
    }
    ran.status == 0
}

/// What the runner says of one check, in words.
fn told(verdict: &Verdict) -> String {
    format!("{}, {}", verdict.verdict, verdict.cause)
}

/// Compares both runs of some checks; returns how they differ.
fn differences(who: &str, untraced: &[Verdict], traced: &[Verdict]) -> Vec<String> {
    let keyed = |all: &[Verdict]| -> BTreeMap<String, Verdict> {
        all.iter().map(|one| (one.check.clone(), one.clone())).collect()
    };
    let (untraced, traced) = (keyed(untraced), keyed(traced));
    let missing = |all: &BTreeMap<String, Verdict>, check| all.get(check).map_or("not judged".into(), told);
    let checks: BTreeSet<&String> = untraced.keys().chain(traced.keys()).collect();
    let verdict = |all: &BTreeMap<String, Verdict>, check| all.get(check).map(|one| one.verdict.clone());
    checks
        .into_iter()
        .filter(|check| verdict(&untraced, *check) != verdict(&traced, *check))
        .map(|check| {
            format!(
                "{who} {check}:\n  untraced {}\n  traced   {}",
                missing(&untraced, check),
                missing(&traced, check)
            )
        })
        .collect()
}

/// Runs the runner with these words, traced into `report`, and returns its verdicts, lesson by lesson.
fn verdicts(words: &[&str], traced: Option<&Path>) -> Vec<Vec<Verdict>> {
    let mut command = runner(RUNNER, words);
    if let Some(report) = traced {
        command.env(VARIABLE, report);
    }
    let ran: Ran = command.output().unwrap().into();
    let report = ran.json();
    let lessons = report["lessons"].as_array().unwrap().iter();
    lessons.map(|lesson| lesson["checks"].as_array().unwrap().iter().map(Verdict::of).collect()).collect()
}

/// Untraced, each check of a solution passes, or is a demo that fails as it must: other tests check that. So only lessons
/// with demos are run untraced here, too.
#[test]
fn all_solutions_get_the_same_verdicts_traced() {
    if !permitted() {
        return;
    }
    let traced =
        verdicts(&["run", "--all", "--solution", "--seed", "7", "--format", "json"], Some(Path::new("")));
    let names = lab_tests::lessons();
    assert_eq!(traced.len(), names.len());
    let mut wrong = Vec::new();
    for (name, traced) in names.iter().zip(&traced) {
        if traced.iter().any(|one| one.verdict == "demo") {
            let words = ["run", &name[..2], "--solution", "--seed", "7", "--format", "json"];
            wrong.extend(differences(name, &verdicts(&words, None).concat(), traced));
        } else {
            let bad = traced.iter().filter(|one| one.verdict != "pass");
            wrong.extend(bad.map(|one| format!("{name} {}: {}", one.check, told(one))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn programs_of_the_corpus_get_the_same_verdicts_traced() {
    if !permitted() {
        return;
    }
    let dir = empty_dir(TMP, "trace-verdicts");
    let corpus = Corpus::read().unwrap_or_else(|complaints| panic!("{}", complaints.join("\n")));
    let known = |file: &str| {
        corpus
            .programs()
            .find(|one| one.file == file)
            .unwrap_or_else(|| panic!("{file} is not there"))
            .clone()
    };
    let right = RIGHT.iter().flat_map(|(file, checks)| {
        checks.iter().map(|check| (known(file), known(file).lesson, check.to_string()))
    });
    let wrong = WRONG.iter().flat_map(|file| {
        let program = known(file);
        let kills = program.kills().to_vec().into_iter();
        kills.map(move |kill| (program.clone(), kill.lesson.clone(), kill.check()))
    });
    let trials: Vec<(Program, String, String)> = right.chain(wrong).collect();
    let sample = |program: &Program| {
        trials.iter().any(|(one, ..)| one.file == program.file)
            || program.right().is_some_and(|right| right.is_partner)
    };
    let judge =
        Judge::new(corpus.only(sample), Path::new(RUNNER), Path::new(env!("CARGO_BIN_EXE_programs")), &dir);
    let left_out = judge.left_out();
    if !left_out.is_empty() {
        not_checked(&format!("verdicts traced of {}", left_out.join(", ")));
    }
    let (next, wrong) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::SeqCst);
                    let Some((program, lesson, check)) = trials.get(place) else { return };
                    if !judge.can_run(program) {
                        continue;
                    }
                    let words = judge.words(program, lesson, Some(check));
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    let report = dir.join(format!("{place}.json"));
                    let untraced = verdicts(&words, None).concat();
                    let traced = verdicts(&words, Some(&report)).concat();
                    assert!(!untraced.is_empty(), "{}: there is no {check}", program.file);
                    let mut found = differences(&program.file, &untraced, &traced);
                    let seen = traced::read_file(&report);
                    let is_seen = |one: &traced::Told| ["whole", "full"].contains(&one.coverage.as_str());
                    if !seen.iter().all(is_seen) || seen.iter().all(|one| one.calls.is_empty()) {
                        found.push(format!("{}: not all of its calls are known", program.file));
                    }
                    wrong.lock().unwrap().append(&mut found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
