//! The one ordered table of lessons.

use crate::finding::Outcome;

use crate::bench::{Answer, Bench};
use crate::promises::Check;
use crate::promises::{
    answering, asking, direct, exact, lesson_01_echo, lesson_02_uppercase, lesson_03_sticky, lesson_04_sleep,
    lesson_05_ack, lesson_06_header, lesson_07_reuseaddr, lesson_08_threads,
};
use crate::report::text::wrap;

/// One row of the course.
pub struct Lesson {
    /// Its number, two digits.
    pub number: &'static str,
    /// Its short name.
    pub name: &'static str,
    /// Its one idea, a line.
    pub idea: &'static str,
    /// What a learner knows who has passed it, a line.
    pub learned: &'static str,
    /// What its server makes of the bytes that it is sent, where it answers at all.
    pub answer: Answer,
    /// The server speaks first: it pushes, and the client listens.
    pub pushes: bool,
    /// What is asked of a pair that leaves no room for a wire.
    pub direct: fn(&mut Bench) -> Outcome,
    /// Its promises.
    pub promises: &'static [&'static [Check]],
}

/// Every lesson, in order. A new one is a row here, a file in `checks/`, a folder in `solutions/`, a chapter in
/// `docs/src/`; `cargo xtask starters` renders its folder in `lessons/`.
pub const LESSONS: &[Lesson] = &[
    Lesson {
        number: "01",
        name: "echo",
        idea: "socket, bind, listen, accept, connect, send, recv, close",
        learned: "a server outlives its clients, and `read` of 0 bytes is the end of the stream, not an empty message",
        answer: <[u8]>::to_vec,
        pushes: false,
        direct: direct::asks,
        promises: &[lesson_01_echo::CHECKS, answering::CHECKS, asking::CHECKS],
    },
    Lesson {
        number: "02",
        name: "uppercase",
        idea: "the request loop; a client that vanishes ends its connection, not the server",
        learned: "FIN and RST end one connection and no server; bytes need not be text; and one `read` is not one reply",
        answer: <[u8]>::to_ascii_uppercase,
        pushes: false,
        direct: direct::asks,
        promises: &[lesson_02_uppercase::CHECKS, answering::CHECKS, asking::CHECKS],
    },
    Lesson {
        number: "03",
        name: "sticky",
        idea: "the stream has no boundaries: many writes, one read; one write, many reads",
        learned: "TCP keeps the order of bytes and nothing else: where a message ends is for the programs to say",
        answer: <[u8]>::to_vec,
        pushes: true,
        direct: direct::reports,
        promises: &[lesson_03_sticky::CHECKS],
    },
    Lesson {
        number: "04",
        name: "sleep",
        idea: "a pause between writes seems to fix it",
        learned: "a pause is no boundary: it costs half a second a message, and breaks where bytes come late",
        answer: <[u8]>::to_vec,
        pushes: true,
        direct: direct::pushes,
        promises: &[lesson_04_sleep::CHECKS],
    },
    Lesson {
        number: "05",
        name: "ack",
        idea: "announce the size, wait for an answer, then send: right until the size itself is cut",
        learned: "waiting costs a round trip a message, and a size without an end of its own can be cut like any message",
        answer: <[u8]>::to_vec,
        pushes: true,
        direct: direct::pushes,
        promises: &[lesson_05_ack::CHECKS],
    },
    Lesson {
        number: "06",
        name: "header",
        idea: "a fixed-size length, a JSON header, exact reads: right on every wire",
        learned: "a length of fixed size and exact reads make messages out of a stream, whatever the wire does",
        answer: <[u8]>::to_vec,
        pushes: true,
        direct: direct::pushes,
        promises: &[lesson_06_header::CHECKS],
    },
    Lesson {
        number: "07",
        name: "reuseaddr",
        idea: "TIME_WAIT, and why a restarted server cannot bind",
        learned: "whoever closes first keeps TIME_WAIT, and SO_REUSEADDR lets a server bind beside it",
        answer: <[u8]>::to_ascii_uppercase,
        pushes: false,
        direct: direct::asks,
        promises: &[lesson_07_reuseaddr::CHECKS, exact::CHECKS, answering::CHECKS, asking::CHECKS],
    },
    Lesson {
        number: "08",
        name: "threads",
        idea: "one thread a connection: a silent client blocks nobody",
        learned: "with a thread for each connection, whoever is slow, silent or gone keeps nobody else waiting",
        answer: <[u8]>::to_ascii_uppercase,
        pushes: false,
        direct: direct::asks,
        promises: &[lesson_08_threads::CHECKS, exact::CHECKS, answering::CHECKS, asking::CHECKS],
    },
];

impl Lesson {
    /// `01-echo`: the name of its folder and chapter.
    pub fn dir(&self) -> String {
        format!("{}-{}", self.number, self.name)
    }

    /// `lesson-01`: how people call it on the command line.
    pub fn id(&self) -> String {
        format!("lesson-{}", self.number)
    }

    /// Its promises, one after the other.
    pub fn checks(&self) -> impl Iterator<Item = &'static Check> + use<> {
        self.promises.iter().flat_map(|promises| promises.iter())
    }

    /// The chapter's file, from the root of the repository.
    pub fn chapter(&self) -> String {
        format!("docs/src/{}.md", self.dir())
    }

    /// The lesson before this one.
    pub fn previous(&self) -> Option<&'static Lesson> {
        let at = LESSONS.iter().position(|lesson| lesson.number == self.number)?;
        LESSONS.get(at.checked_sub(1)?)
    }

    /// The lesson after this one.
    pub fn next(&self) -> Option<&'static Lesson> {
        let at = LESSONS.iter().position(|lesson| lesson.number == self.number)?;
        LESSONS.get(at + 1)
    }
}

/// A lesson in the list, at most 80 columns wide when it begins after `margin` columns.
pub fn row(lesson: &Lesson, margin: usize) -> String {
    let lines = wrap(lesson.idea, 80 - 22 - margin);
    let mut out = format!("{}  {:<10}", lesson.id(), lesson.name);
    for (n, line) in lines.iter().enumerate() {
        let margin = if n == 0 { " ".into() } else { " ".repeat(22 + margin) };
        out += &format!("{margin}{line}\n");
    }
    out
}

/// Finds a lesson by `lesson-04`, `04`, `4`, `04-sleep`, `lesson-04-sleep` or `sleep`.
///
/// # Errors
/// A message with the nearest name and the list.
pub fn find(word: &str) -> Result<&'static Lesson, String> {
    let short = word.strip_prefix("lesson-").unwrap_or(word).to_lowercase();
    let matches = |lesson: &&Lesson| {
        let number = short.parse::<u32>().is_ok_and(|n| lesson.number.parse() == Ok(n));
        number || short == lesson.name || short == lesson.dir()
    };
    if let Some(lesson) = LESSONS.iter().find(matches) {
        return Ok(lesson);
    }
    if short.parse::<u32>().is_ok() {
        let last = LESSONS.last().map_or("", |lesson| lesson.number);
        return Err(format!(
            "there is no lesson {short}; the last one so far is {last}\n\nThe lessons:\n{}",
            LESSONS.iter().map(|lesson| row(lesson, 0)).collect::<String>()
        ));
    }
    let names = LESSONS.iter().flat_map(|lesson| [lesson.id(), lesson.dir(), lesson.name.to_string()]);
    let nearest = names
        .map(|name| (strsim::jaro_winkler(word, &name).max(strsim::jaro_winkler(&short, &name)), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.7)
        .map(|(_, name)| format!("; did you mean `{name}`?"));
    let mut message = format!("there is no lesson `{word}`{}\n\nThe lessons:\n", nearest.unwrap_or_default());
    for lesson in LESSONS {
        message += &row(lesson, 0);
    }
    Err(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_lesson_has_many_names() {
        for word in ["lesson-01", "01", "1", "01-echo", "lesson-01-echo", "echo", "Echo"] {
            assert_eq!(find(word).map(|lesson| lesson.number), Ok("01"), "{word}");
        }
        assert!(find("lesson-1x").is_err_and(|message| message.contains("did you mean `lesson-01`")));
    }

    #[test]
    fn each_lesson_is_whole() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let summary = std::fs::read_to_string(root.join("docs/src/SUMMARY.md")).unwrap();
        for lesson in LESSONS {
            let dir = lesson.dir();
            for file in [
                lesson.chapter(),
                format!("docs/src/hints/{dir}.md"),
                format!("solutions/{dir}/Cargo.toml"),
                format!("lessons/{dir}/Cargo.toml"),
            ] {
                assert!(root.join(&file).is_file(), "lesson {dir} lacks {file}");
            }
            assert!(summary.contains(&format!("({dir}.md)")), "docs/src/SUMMARY.md lacks {dir}.md");
            let ids: HashSet<_> = lesson.checks().map(|check| (check.id, check.wire)).collect();
            assert_eq!(ids.len(), lesson.checks().count(), "a check id of {dir} occurs twice on one wire");
        }
    }
}
