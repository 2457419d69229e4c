//! Hand-ins that attack, between right ones: each with all that contains it, without the box, and with nothing, where it must
//! come through: else the test would prove nothing.
#![cfg(target_os = "linux")]

use lab_tests::hostile::aftermath::Aftermath;
use lab_tests::hostile::world::World;
use lab_tests::hostile::{ATTACKS, Around, Attack, Beside, From, markdown};
use lab_tests::{has, not_checked, root, wait_for};
use std::fs;
use xtask::system::program::boxed;
use xtask::system::program::confine;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// The right students: the first, the last, and one between them, with the language of each.
const RIGHT: [(&str, bool); 3] = [("a-right", false), ("m-right", true), ("z-right", false)];

/// Returns each attack with each place from which it comes.
fn all() -> impl Iterator<Item = (&'static Attack, From)> {
    ATTACKS.iter().flat_map(|attack| attack.from.iter().map(move |from| (attack, *from)))
}

/// Judges these attacks between right students.
fn judged(name: &str, around: Around, attacks: &[(&'static Attack, From)]) -> Aftermath {
    let world = World::new(TMP, name, RUNNER);
    // Where nothing is contained, nobody is judged right: one is enough, to be attacked.
    let right = if around == Around::Nothing { &RIGHT[..1] } else { &RIGHT };
    for (student, is_rust) in right {
        world.right(student, *is_rust);
    }
    for (attack, from) in attacks {
        world.attack(attack, *from);
    }
    let never_ends = attacks.iter().any(|(attack, _)| attack.beside == Beside::NeverEnds);
    world.judge(around, if never_ends { 3 } else { 300 })
}

/// Checks which attacks came through, and that the run has said what stands around students.
fn check(around: Around, after: &Aftermath, attacks: &[(&'static Attack, From)]) {
    let gaps = confine::kernel().but_for();
    let said = match around {
        Around::All => "each student is boxed",
        Around::NoBox => "each student is confined, but for the box (SOCKET_LAB_NO_BOX=1)",
        Around::Nothing => "each student is not confined: --no-confine",
    };
    assert!(after.ran.stderr.contains(said), "{}", after.ran.stderr);
    let mut wrong = Vec::new();
    for (attack, from) in attacks {
        let student = attack.student(*from);
        let contained = !(attack.came_through)(after, &student);
        if contained != attack.is_contained(around, &gaps) {
            let word = if contained { "contained" } else { "not contained" };
            wrong.push(format!("{student} is {word}: {}", tried(after, &student)));
        }
    }
    assert!(wrong.is_empty(), "{around:?}:\n{}\n{}", wrong.join("\n"), after.ran.stderr);
}

/// Returns what an attack said of itself.
fn tried(after: &Aftermath, student: &str) -> String {
    let report = after.report(student).to_string();
    let said = report.split("TRIED ").skip(1).map(|rest| rest.chars().take(100).collect::<String>());
    said.take(6).collect::<Vec<_>>().join(" | ")
}

/// Checks that everybody else was judged as if there were no attack, and that nothing is left.
fn nobody_is_harmed(after: &Aftermath, attacks: &[(&'static Attack, From)]) {
    for (student, _) in RIGHT {
        assert!(
            after.has_passed_all(student),
            "{student}: {:#}\n{}",
            after.report(student),
            after.ran.stderr
        );
    }
    for (attack, from) in attacks {
        let student = attack.student(*from);
        assert_eq!(after.passed(&student), 0, "{student}");
        // The report says what held, in the words of the run.
        let words =
            after.report(&student)["made_with"]["containment"].as_str().unwrap_or("nothing").to_string();
        assert!(after.ran.stderr.contains(&format!("each student is {words}\n")), "{student}: {words}");
        let has_program = attack.name != "link";
        assert!(
            !has_program || !tried(after, &student).is_empty(),
            "{student} has not tried: {:#}",
            after.report(&student)
        );
    }
    wait_for("nothing of the class runs", || after.processes().is_empty());
    assert_eq!(after.built(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn attacks_are_contained_with_all_that_there_is() {
    if let Err(why) = boxed::probe() {
        return not_checked(&format!("attacks in a box: {why}"));
    }
    if !has("python3", "attacks") {
        return;
    }
    let attacks: Vec<_> = all().filter(|(attack, _)| attack.beside != Beside::NeverEnds).collect();
    let after = judged("all", Around::All, &attacks);
    check(Around::All, &after, &attacks);
    nobody_is_harmed(&after, &attacks);
}

#[test]
fn attacks_are_contained_without_the_box_as_far_as_the_kernel_can() {
    if !confine::kernel().confines() {
        return not_checked("attacks without a box: this kernel has no Landlock");
    }
    if !has("python3", "attacks") {
        return;
    }
    let gaps = confine::kernel().but_for();
    // What ends a class where the kernel cannot hold it is tried below.
    let is_safe = |attack: &Attack| match attack.beside {
        Beside::Nothing => true,
        Beside::EndsClass => attack.is_contained(Around::NoBox, &gaps),
        Beside::NeverEnds => false,
    };
    let attacks: Vec<_> = all().filter(|(attack, _)| is_safe(attack)).collect();
    let after = judged("kernel", Around::NoBox, &attacks);
    check(Around::NoBox, &after, &attacks);
    nobody_is_harmed(&after, &attacks);
}

#[test]
fn attacks_come_through_where_nothing_contains_them() {
    if !has("python3", "attacks") {
        return;
    }
    let attacks: Vec<_> = all().filter(|(attack, _)| attack.beside == Beside::Nothing).collect();
    let after = judged("nothing", Around::Nothing, &attacks);
    check(Around::Nothing, &after, &attacks);
    for (attack, from) in all().filter(|(attack, _)| attack.beside != Beside::Nothing) {
        let alone = [(attack, from)];
        check(Around::Nothing, &judged(&attack.student(from), Around::Nothing, &alone), &alone);
    }
}

/// The book prints the table of attacks.
#[test]
fn the_book_has_the_table() {
    const MARKS: [&str; 2] =
        ["<!-- attacks: from tests/src/hostile/table.rs -->\n", "<!-- end of attacks -->"];
    let file = root().join("docs/src/strangers.md");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (before, rest) = text.split_once(MARKS[0]).unwrap_or_else(|| panic!("it needs a line {}", MARKS[0]));
    let (table, after) = rest.split_once(MARKS[1]).unwrap_or_else(|| panic!("it needs a line {}", MARKS[1]));
    if std::env::var_os("LAB_UPDATE").is_some() {
        let text = format!("{before}{}\n{}\n{}{after}", MARKS[0], markdown(), MARKS[1]);
        return fs::write(&file, text).unwrap();
    }
    assert_eq!(table.trim(), markdown().trim(), "LAB_UPDATE=1 renews it");
}
