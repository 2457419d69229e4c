//! The one ordered table of lessons. Uses `promises`.

mod of_errors;
mod of_starters;
mod of_the_idle;

pub use of_errors::perhaps;
pub use of_starters::starter_passes;
pub use of_the_idle::idle_passes;

use crate::bench::{Bench, FAMILIES, Family};
use crate::finding::{Half, Outcome};
use crate::promises::asking::{self, Ask};
use crate::promises::pushing::{self, Push};
use crate::promises::{
    Check, CheckOn, lesson_01_echo, lesson_02_uppercase, lesson_03_sticky, lesson_04_sleep, lesson_05_ack,
    lesson_06_header, lesson_07_reuseaddr, lesson_08_threads, lesson_09_lines, lesson_10_command,
    lesson_11_files, lesson_12_udp, lesson_13_families,
};
use crate::wire::Kind;

/// One row of the course.
pub struct Lesson {
    /// Its number, two digits.
    pub number: &'static str,
    /// Its short name.
    pub name: &'static str,
    /// Its one idea, in one line.
    pub idea: &'static str,
    /// What a learner knows after it, in one line: the last screen of the course shows those of all lessons.
    pub learned: &'static str,
    /// Which side speaks first.
    pub scenario: Scenario,
    /// The check for a pair that leaves no room for a wire.
    pub without_wire: fn(&mut Bench) -> Outcome,
    /// The function of Rust that makes a reply of the bytes of a request in place, if there is one.
    pub in_place: Option<&'static str>,
    /// Whether what a client sends may be any bytes. Else it must be text, and the server says so where it is none.
    pub any_bytes: bool,
    /// Whether its checks hash: then the package `lab-hash` is built, too.
    pub hashes: bool,
    /// The families of addresses on which its checks run.
    pub families: &'static [Family],
    /// Its promises, in the order of the report.
    pub promises: &'static [&'static [Check]],
}

/// Which side speaks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The client asks, the server replies.
    Asking,
    /// The server pushes, the client listens.
    Pushing,
}

/// The one family of most lessons.
const ONE: &[Family] = &[Family::V4];

/// Every lesson, in order. A new one is a row here, a file in `promises/`, a folder in `solutions/`, a chapter in
/// `docs/src/`; `cargo xtask starters` renders its folder in `lessons/`.
pub const LESSONS: &[Lesson] = &[
    Lesson::asks::<lesson_01_echo::Echo>(
        "01",
        "echo",
        "socket, bind, listen, accept, connect, send, recv, close",
        "a server outlives its clients; a `read` of 0 bytes is the end of the stream",
        lesson_01_echo::PROMISES,
    ),
    Lesson::asks::<lesson_02_uppercase::Uppercase>(
        "02",
        "uppercase",
        "the request loop; a client that vanishes ends its connection, not the server",
        "FIN and RST end one connection, and no server; one `read` is not one reply",
        lesson_02_uppercase::PROMISES,
    ),
    Lesson::pushes::<lesson_03_sticky::Bare>(
        "03",
        "sticky",
        "the stream has no boundaries: many writes, one read; one write, many reads",
        "TCP keeps the order of bytes only: programs must state where a message ends",
        lesson_03_sticky::PROMISES,
    )
    .without_wire(lesson_03_sticky::without_wire),
    Lesson::pushes::<lesson_04_sleep::Sleep>(
        "04",
        "sleep",
        "a pause between writes seems to fix it",
        "a pause is no boundary: it costs time, and breaks where bytes come late",
        lesson_04_sleep::PROMISES,
    ),
    Lesson::pushes::<lesson_05_ack::Ack>(
        "05",
        "ack",
        "announce the size, wait for an answer, then send: right until the size itself is cut",
        "waiting costs a round trip a message, and an announced size can be cut, too",
        lesson_05_ack::PROMISES,
    ),
    Lesson::pushes::<lesson_06_header::Framed>(
        "06",
        "header",
        "a fixed-size length, a JSON header, exact reads: right on every wire",
        "a length of fixed size and exact reads make messages, on every wire",
        lesson_06_header::PROMISES,
    ),
    Lesson::asks::<lesson_02_uppercase::Uppercase>(
        "07",
        "reuseaddr",
        "TIME_WAIT, and why a restarted server cannot bind",
        "who closes first keeps TIME_WAIT; SO_REUSEADDR lets a server bind beside it",
        lesson_07_reuseaddr::PROMISES,
    ),
    Lesson::asks::<lesson_02_uppercase::Uppercase>(
        "08",
        "threads",
        "one thread a connection: a silent client blocks nobody",
        "with a thread a connection, a slow or silent client keeps nobody waiting",
        lesson_08_threads::PROMISES,
    ),
    Lesson::asks::<lesson_09_lines::Lines>(
        "09",
        "lines",
        "delimiter framing: `\\n` ends a message, and a limit ends the wait for it",
        "a delimiter makes messages, too: it stands inside none, and needs a limit",
        lesson_09_lines::PROMISES,
    ),
    Lesson::asks::<lesson_10_command::Command>(
        "10",
        "command",
        "run a command at a distance: its status, both streams, the limits of time and output",
        "two pipes are read at once, all has a limit, and half a command is never run",
        lesson_10_command::PROMISES,
    ),
    Lesson {
        number: "11",
        name: "files",
        idea: "upload and download: stream, verify, resume, and let no path escape",
        learned: "a file goes in blocks, is whole by its hash, and gets its name in one step",
        scenario: Scenario::Asking,
        without_wire: lesson_11_files::without_wire,
        in_place: None,
        any_bytes: false,
        hashes: true,
        families: ONE,
        promises: lesson_11_files::PROMISES,
    },
    Lesson {
        number: "12",
        name: "udp",
        idea: "datagrams keep their boundaries and promise nothing else: number, time limit, resend",
        learned: "a datagram comes once, twice, late or never: number it, wait, and try again",
        scenario: Scenario::Asking,
        without_wire: lesson_12_udp::without_wire,
        in_place: None,
        any_bytes: true,
        hashes: false,
        families: ONE,
        promises: lesson_12_udp::PROMISES,
    },
    Lesson::asks::<lesson_02_uppercase::Uppercase>(
        "13",
        "families",
        "IPv6 and Unix domain sockets: one code, and addresses of three families",
        "above `bind` a stream is a stream in each family; names and leftovers differ",
        lesson_13_families::PROMISES,
    )
    .over(FAMILIES),
];

impl Lesson {
    /// Returns a lesson in which the client asks, in the protocol `P`.
    const fn asks<P: Ask>(
        number: &'static str,
        name: &'static str,
        idea: &'static str,
        learned: &'static str,
        promises: &'static [&'static [Check]],
    ) -> Self {
        let (scenario, without_wire) = (Scenario::Asking, asking::pair::without_wire::<P>);
        let in_place = P::IN_PLACE;
        Self {
            number,
            name,
            idea,
            learned,
            scenario,
            without_wire,
            in_place,
            any_bytes: true,
            hashes: false,
            families: ONE,
            promises,
        }
    }

    /// Returns a lesson in which the server pushes, in the framing `P`.
    const fn pushes<P: Push>(
        number: &'static str,
        name: &'static str,
        idea: &'static str,
        learned: &'static str,
        promises: &'static [&'static [Check]],
    ) -> Self {
        let (scenario, without_wire) = (Scenario::Pushing, pushing::pair::without_wire::<P>);
        let in_place = None;
        Self {
            number,
            name,
            idea,
            learned,
            scenario,
            without_wire,
            in_place,
            any_bytes: true,
            hashes: false,
            families: ONE,
            promises,
        }
    }

    /// Returns this lesson over these families of addresses.
    const fn over(self, families: &'static [Family]) -> Self {
        Self { families, ..self }
    }

    /// Returns this lesson with another check for a pair that leaves no room for a wire.
    const fn without_wire(self, without_wire: fn(&mut Bench) -> Outcome) -> Self {
        Self { without_wire, ..self }
    }

    /// Returns the name of its folder and chapter, for instance `01-echo`.
    pub fn dir(&self) -> String {
        format!("{}-{}", self.number, self.name)
    }

    /// Returns its name on the command line, for instance `lesson-01`.
    pub fn id(&self) -> String {
        format!("lesson-{}", self.number)
    }

    /// Returns its checks in order, each one on each of its wires, over each of its families.
    pub fn checks(&self) -> impl Iterator<Item = CheckOn> + use<> {
        let rows = self.promises.iter().flat_map(|promises| promises.iter());
        let rows = rows.flat_map(|check| check.wires.iter().map(move |wire| (check, *wire)));
        let families = self.families;
        rows.flat_map(move |(check, wire)| {
            let wanted = families.iter().filter(|family| check.families.contains(family));
            wanted.map(move |family| CheckOn { check, wire, family: *family })
        })
    }

    /// Returns the checks that this one builds on directly: when one of them failed, this one tells no more.
    ///
    /// Those are the checks that [`Check::after`] names, or the first row of the half; that is also where none of the
    /// named ones is in this lesson over this family. Each is taken on the same wire, where it has that. Besides, a check
    /// builds on itself on its first wire and over its first family, and one of the pair on all checks of both halves.
    pub fn bases(&self, check: CheckOn) -> Vec<CheckOn> {
        let all: Vec<CheckOn> = self.checks().collect();
        let rows = |id: &'static str| all.iter().filter(move |row| row.half == check.half && row.id == id);
        let nearest = |id: &&'static str| {
            let of_family = rows(id).filter(|row| row.family == check.family);
            of_family.min_by_key(|row| row.wire != check.wire).copied()
        };
        let mut bases: Vec<CheckOn> = check.after.unwrap_or_default().iter().filter_map(nearest).collect();
        if bases.is_empty() && check.after.is_none_or(|ids| !ids.is_empty()) {
            let first = all.iter().find(|row| row.half == check.half).map(|row| row.id);
            bases.extend(first.filter(|first| *first != check.id).as_ref().and_then(nearest));
        }
        let first = rows(check.id).next().map(|first| first.family);
        let simplest = rows(check.id).find(|row| row.family == check.family).map(|row| row.wire);
        let on_simplest = simplest.filter(|wire| *wire != check.wire).map(|wire| (wire, check.family));
        let over_first = first.filter(|first| *first != check.family).map(|first| (check.wire, first));
        let simpler = on_simplest.into_iter().chain(over_first);
        bases.extend(simpler.filter_map(|on| rows(check.id).find(|row| (row.wire, row.family) == on)));
        if check.half == Half::Pair {
            bases.extend(all.iter().filter(|other| other.half != Half::Pair));
        }
        bases
    }

    /// Returns whether this is the check whose conversation opens the report: the first one of the pair on `plain`. It is
    /// always run, and at once.
    pub fn opens(&self, check: CheckOn) -> bool {
        let mut pairs = self.checks().filter(|other| other.half == Half::Pair && other.wire == Kind::Plain);
        pairs.next().is_some_and(|first| first.is(&check))
    }

    /// Returns the family where reports name it: where the lesson has several.
    pub fn named(&self, family: Family) -> Option<Family> {
        (self.families.len() > 1).then_some(family)
    }

    /// Returns the path of its chapter, from the root of the repository.
    pub fn chapter(&self) -> String {
        format!("docs/src/{}.md", self.dir())
    }

    /// Returns the lesson before this one.
    pub fn previous(&self) -> Option<&'static Lesson> {
        let at = LESSONS.iter().position(|lesson| lesson.number == self.number)?;
        LESSONS.get(at.checked_sub(1)?)
    }

    /// Returns the lesson after this one.
    pub fn next(&self) -> Option<&'static Lesson> {
        let at = LESSONS.iter().position(|lesson| lesson.number == self.number)?;
        LESSONS.get(at + 1)
    }
}

/// Why no lesson was found.
#[derive(Debug)]
pub enum NotFound {
    /// No lesson has this number; the second field is the number of the last lesson.
    Number(String, &'static str),
    /// No lesson has this name; the second field is a similar name, if there is one.
    Name(String, Option<String>),
}

/// Finds a lesson by `lesson-04`, `04`, `4`, `04-sleep`, `lesson-04-sleep` or `sleep`.
///
/// # Errors
/// States whether `word` is a number or a name, and gives the last number or a similar name.
pub fn find(word: &str) -> Result<&'static Lesson, NotFound> {
    let short = word.strip_prefix("lesson-").unwrap_or(word).to_lowercase();
    let matches = |lesson: &&Lesson| {
        let number = short.parse::<u32>().is_ok_and(|n| lesson.number.parse() == Ok(n));
        number || short == lesson.name || short == lesson.dir()
    };
    if let Some(lesson) = LESSONS.iter().find(matches) {
        return Ok(lesson);
    }
    if short.parse::<u32>().is_ok() {
        return Err(NotFound::Number(short, LESSONS.last().map_or("", |lesson| lesson.number)));
    }
    // Letters that look like digits.
    let digits = short.replace('o', "0").replace(['l', 'i'], "1");
    if let Some(lesson) = LESSONS.iter().find(|lesson| lesson.number == digits) {
        return Err(NotFound::Name(word.to_string(), Some(lesson.id())));
    }
    let names = LESSONS.iter().flat_map(|lesson| [lesson.id(), lesson.dir(), lesson.name.to_string()]);
    let nearest = names
        .map(|name| (strsim::jaro_winkler(word, &name).max(strsim::jaro_winkler(&short, &name)), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.7)
        .map(|(_, name)| name);
    Err(NotFound::Name(word.to_string(), nearest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn a_lesson_has_many_names() {
        for word in ["lesson-01", "01", "1", "01-echo", "lesson-01-echo", "echo", "Echo"] {
            assert_eq!(find(word).map(|lesson| lesson.number).ok(), Some("01"), "{word}");
        }
        assert!(matches!(find("lesson-uppercas"), Err(NotFound::Name(_, Some(near))) if near == "uppercase"));
        assert!(matches!(find("lesson-o1"), Err(NotFound::Name(_, Some(near))) if near == "lesson-01"));
        assert!(matches!(find("77"), Err(NotFound::Number(..))));
    }

    #[test]
    fn a_promise_bears_the_name_of_its_check() {
        for check in LESSONS.iter().flat_map(|lesson| lesson.checks()) {
            let function = check.promise().rsplit("::").next().unwrap_or_default();
            assert_eq!(check.id.replace('-', "_"), function, "the id and the function of a row differ");
        }
    }

    /// The terminal has 80 columns, and a title begins after 13.
    #[test]
    fn a_title_fits_on_a_line() {
        let titles =
            LESSONS.iter().flat_map(|lesson| lesson.checks()).map(|check| check.title_on(check.wire));
        let long: Vec<&str> = titles.filter(|title| 13 + title.chars().count() > 80).collect();
        assert_eq!(long, Vec::<&str>::new());
    }

    #[test]
    fn an_id_is_told_apart_by_its_wire_its_half_and_its_family() {
        for lesson in LESSONS {
            let mut seen = HashSet::new();
            let mut names: HashMap<&str, &str> = HashMap::new();
            for check in lesson.checks() {
                let of = (check.id, check.half.word(), check.wire, check.family);
                assert!(seen.insert(of), "{} has {of:?} twice", lesson.dir());
                for was in check.was {
                    let other = names.insert(was, check.id);
                    assert!(
                        other.is_none_or(|other| other == check.id),
                        "`{was}` was the name of two checks"
                    );
                }
            }
        }
    }

    #[test]
    fn a_promise_has_one_row() {
        let mut rows: HashMap<(&str, usize), &str> = HashMap::new();
        for rows_of in LESSONS.iter().flat_map(|lesson| lesson.promises) {
            for check in *rows_of {
                // A row that several lessons share has one function. A generic function has a row for each protocol.
                let title = rows.entry((check.promise(), check.half as usize)).or_insert(check.id);
                assert_eq!(*title, check.id, "{} has two rows", check.promise());
            }
        }
    }

    /// Returns the places of the checks that each check of this lesson builds on, in the order of the rows.
    fn places(lesson: &Lesson) -> Vec<Vec<usize>> {
        let all: Vec<CheckOn> = lesson.checks().collect();
        let place =
            |base: &CheckOn| all.iter().position(|check| check.is(base)).expect("a row of the lesson");
        all.iter().map(|check| lesson.bases(*check).iter().map(place).collect()).collect()
    }

    #[test]
    fn no_check_builds_on_itself() {
        for lesson in LESSONS {
            let bases = places(lesson);
            let mut known = vec![false; bases.len()];
            for _ in 0..bases.len() {
                for n in 0..bases.len() {
                    known[n] |= bases[n].iter().all(|base| known[*base]);
                }
            }
            let in_circles: Vec<&str> = lesson
                .checks()
                .zip(&known)
                .filter(|(_, known)| !**known)
                .map(|(check, _)| check.id)
                .collect();
            assert_eq!(in_circles, Vec::<&str>::new(), "{}", lesson.dir());
        }
    }

    #[test]
    fn a_check_builds_on_rows_that_are_there() {
        let has =
            |lesson: &&Lesson, id: &str, half| lesson.checks().any(|row| row.id == id && row.half == half);
        for check in LESSONS.iter().flat_map(|lesson| lesson.checks()) {
            for id in check.after.unwrap_or_default() {
                // A row that several lessons share names rows that only some of them have.
                let with_row = LESSONS.iter().filter(|lesson| has(lesson, check.id, check.half));
                let known = with_row.into_iter().any(|lesson| has(&lesson, id, check.half));
                assert!(known, "`{}` builds on `{id}`, which no lesson has beside it", check.id);
            }
        }
    }

    /// Returns the checks that a check of this lesson builds on, as words: id, wire and family.
    fn bases_of(lesson: &str, id: &str, wire: Kind, family: Family) -> Vec<String> {
        let lesson = find(lesson).expect("a lesson");
        let mut checks = lesson.checks();
        let check = checks.find(|check| check.id == id && check.wire == wire && check.family == family);
        let bases = lesson.bases(check.expect("a row of the lesson"));
        bases.iter().map(|base| format!("{} {} {}", base.id, base.wire, base.family)).collect()
    }

    #[test]
    fn other_wires_and_families_build_on_the_simplest_one() {
        for family in [Family::V6, Family::Unix] {
            let bases = bases_of("13", "half-close", Kind::Plain, family);
            assert!(bases.contains(&"half-close plain ipv4".to_string()), "{bases:?}");
        }
        for lesson in LESSONS {
            let first = lesson.checks().find(|row| row.half == Half::Server).expect("checks of a server");
            assert_eq!(bases_of(lesson.number, first.id, first.wire, first.family), Vec::<String>::new());
        }
        let on_both = LESSONS.iter().find_map(|lesson| {
            let mut checks = lesson.checks();
            let sliced = checks.find(|row| {
                row.half != Half::Pair && row.wire != Kind::Plain && row.wires[0] == Kind::Plain
            })?;
            Some((lesson.number, sliced))
        });
        let (number, sliced) = on_both.expect("a promise of one half is checked on two wires");
        let bases = bases_of(number, sliced.id, sliced.wire, sliced.family);
        assert!(bases.contains(&format!("{} plain ipv4", sliced.id)), "{bases:?}");
    }

    /// What fails at the root explains the rest: a second root would be a second wall.
    #[test]
    fn a_half_has_one_root() {
        for lesson in LESSONS {
            for half in [Half::Server, Half::Client] {
                let mut of_half = lesson.checks().filter(|check| check.half == half);
                let first = of_half.next().expect("a check of this half");
                assert!(lesson.bases(first).is_empty(), "{}: {}", lesson.dir(), first.id);
                let roots = of_half.filter(|check| lesson.bases(*check).is_empty());
                let roots: Vec<&str> = roots.map(|check| check.id).collect();
                assert_eq!(roots, Vec::<&str>::new(), "{}", lesson.dir());
            }
        }
    }

    #[test]
    fn the_pair_builds_on_both_halves() {
        for lesson in LESSONS {
            let halves = lesson.checks().filter(|check| check.half != Half::Pair).count();
            for check in lesson.checks().filter(|check| check.half == Half::Pair) {
                let bases = lesson.bases(check);
                assert_eq!(bases.iter().filter(|base| base.half != Half::Pair).count(), halves);
            }
            assert_eq!(lesson.checks().filter(|check| lesson.opens(*check)).count(), 1, "{}", lesson.dir());
        }
    }
}
