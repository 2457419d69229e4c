//! Programs that are known right, known wrong, or as bad as possible: `programs NAME [ARG…]` runs one of them.
//!
//! `right/` and `wrong/` also contain programs in Python, C, JavaScript and Perl. The first line of each program says what
//! to expect of it.

#[cfg(target_os = "linux")]
mod known;
mod obeys;
#[cfg(target_os = "linux")]
mod puppet;
mod sha256;
mod worst;
mod worst_crowds;

use std::process::ExitCode;

type Main = fn(&[String]) -> ExitCode;

// The modules `right` and `wrong`, and `CORPUS`, which lists them: `right/s01_server_blocking.rs` is called
// `right-01-server-blocking`. tests/build.rs writes this list from the files in the folders.
include!(concat!(env!("OUT_DIR"), "/programs.rs"));

const WORST: &[(&str, Main)] = &[
    ("worst-never-listens", worst::never_listens),
    ("worst-exits-at-once", worst::exits_at_once),
    ("worst-spins", worst::spins),
    ("worst-never-accepts", worst::never_accepts),
    ("worst-hangs", worst::hangs),
    ("worst-reads-nothing", worst::reads_nothing),
    ("worst-spins-beside-a-client", worst::spins_beside_a_client),
    ("worst-crashes", worst::crashes),
    ("worst-closes-its-output", worst::closes_its_output),
    ("worst-uses-up-descriptors", worst::uses_up_descriptors),
    ("worst-floods", worst::floods),
    ("worst-leaves-a-grandchild", worst::leaves_a_grandchild),
    ("worst-detached", worst::detached),
    ("worst-ignores-sigterm", worst::ignores_sigterm),
    ("worst-prints-control-sequences", worst::prints_control_sequences),
    ("worst-spins-by-children", worst_crowds::spins_by_children),
    ("worst-forks-for-each-client", worst_crowds::forks_for_each_client),
    ("worst-spins-a-moment", worst_crowds::spins_a_moment),
    ("worst-floods-for-ever", worst_crowds::floods_for_ever),
    ("worst-floods-by-children", worst_crowds::floods_by_children),
    ("worst-floods-by-children-that-end", worst_crowds::floods_by_children_that_end),
    ("worst-flood", worst_crowds::floods),
    ("worst-flood-that-ends", worst_crowds::floods_enough),
];

#[cfg(target_os = "linux")]
const KNOWN: &[(&str, Main)] = &[
    ("known-streams", known::streams),
    ("known-messages", known::messages),
    ("known-signals", known::signals),
    ("known-many", known::many),
    ("known-killed", known::killed),
    ("puppet", puppet::main),
    ("known-obeys", obeys::obeys),
];
#[cfg(not(target_os = "linux"))]
const KNOWN: &[(&str, Main)] = &[];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let all = || CORPUS.iter().chain(WORST).chain(KNOWN);
    let found = args.first().and_then(|name| all().find(|(known, _)| known == name));
    match found {
        Some((_, program)) => program(&args[1..]),
        None => {
            all().for_each(|(name, _)| println!("{name}"));
            ExitCode::from(2)
        }
    }
}
