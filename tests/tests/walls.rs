//! Checks that one fault puts a few failures on the screen, and not a wall of them: the others wait for a failed check
//! that they build on.
//!
//! Here, a few wrong programs of each lesson. For all of them: `cargo run --release -p lab-tests --bin bench -- walls`.

use lab_tests::corpus::{Corpus, Judge, Program, Trial};
use lab_tests::empty_dir;
use std::path::Path;

/// The most failures that a program with one fault may show.
const SHOWN: usize = 3;

/// Wrong programs with one fault each, most of which fails many checks.
const SAMPLE: &[&str] = &[
    "s01_server_waits_for_eof.rs",
    "s01_client_error_status0.rs",
    "s02_server_unwraps_utf8.rs",
    "s02_server_keeps_sockets.py",
    "s02_client_sends_q.rs",
    "s03_client_total_is_last.rs",
    "s03_server_address_is_a_message.rs",
    "s04_client_spins_at_the_end.rs",
    "s04_server_second_client_empty.rs",
    "s05_client_answer_line.rs",
    "s05_server_binary_size.rs",
    "s06_client_errors_end_well.rs",
    "s06_server_size_is_text.rs",
    "s07_server_listener_in_loop.rs",
    "s07_client_waits_for_newline.rs",
    "s08_server_pool_of_four.rs",
    "s08_server_asyncio_blocking.py",
    "s09_server_no_limit.rs",
    "s09_client_leaves_after_exit.rs",
    "s10_server_cd_ignored.rs",
    "s10_client_first_size_only.c",
    "s11_server_get_without_hash.c",
    "s11_client_leaves_part.py",
    "s12_server_number_own_count.py",
    "s12_client_upper_by_itself.py",
    "s13_server_peer_is_a_pair.py",
    "s13_server_moves_away.py",
];

#[test]
fn one_fault_shows_few_failures() {
    let corpus = Corpus::read().unwrap_or_else(|complaints| panic!("{}", complaints.join("\n")));
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "walls");
    let runner = Path::new(env!("CARGO_BIN_EXE_runner"));
    let judge = Judge::new(corpus, runner, Path::new(env!("CARGO_BIN_EXE_programs")), &dir);
    let find = |file: &&str| {
        let found = judge.corpus.wrong().find(|program| program.file == **file);
        found.unwrap_or_else(|| panic!("the corpus has no wrong {file}"))
    };
    let programs: Vec<&Program> = SAMPLE.iter().map(find).filter(|one| judge.can_run(one)).collect();
    let trials: Vec<Trial<'_>> =
        programs.iter().map(|program| (*program, program.lesson.as_str(), None)).collect();
    let mut complaints = Vec::new();
    for (program, verdicts) in programs.iter().zip(judge.judge(&trials)) {
        let failed = verdicts.iter().filter(|one| ["fail", "error"].contains(&one.verdict.as_str()));
        let shown: Vec<&str> =
            failed.filter(|one| one.waits_for.is_empty()).map(|one| one.check.as_str()).collect();
        if !(1..=SHOWN).contains(&shown.len()) {
            complaints.push(format!("{} shows {}: {}", program.file, shown.len(), shown.join(", ")));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
