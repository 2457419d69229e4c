//! The section of the chapter that explains a promise: what the line `read` of a failed check names.

use crate::course::Lesson;

/// A section, and the promises that it explains.
struct Section {
    /// The lesson's number.
    lesson: &'static str,
    /// The anchor of its heading.
    anchor: &'static str,
    /// The checks, by their ids.
    checks: &'static [&'static str],
}

/// The section for all other promises. Each chapter has it.
const IDEA: &str = "the-idea";

const fn section(lesson: &'static str, anchor: &'static str, checks: &'static [&'static str]) -> Section {
    Section { lesson, anchor, checks }
}

/// The checks that a section other than [`IDEA`] explains. A test checks that each anchor is a heading of the chapter, and
/// each id a check of the lesson.
const SECTIONS: &[Section] = &[
    section(
        "01",
        "why",
        &[
            "echo-bytes",
            "echo-in-order",
            "half-close",
            "fin-ends-connection",
            "silent-client",
            "one-after-the-other",
            "rst-while-reading",
            "rst-while-writing",
            "gone-before-accept",
            "rests-after-fin",
            "keeps-no-sockets",
            "server-ends",
            "server-resets",
            "reset-between-lines",
            "stopped-while-replying",
            "stopped-while-asking",
        ],
    ),
    section("01", "your-tasks", &["accept-fails"]),
    section(
        "02",
        "why",
        &[
            "half-close",
            "fin-ends-connection",
            "silent-client",
            "one-after-the-other",
            "rst-while-reading",
            "rst-while-writing",
            "gone-before-accept",
            "accept-fails",
            "rests-after-fin",
            "keeps-no-sockets",
            "half-characters",
            "stopped-while-replying",
            "stopped-while-asking",
        ],
    ),
    section("02", "you-saw-it-pass-now-look", &["whole-replies"]),
    section("03", "why-it-happens", &["pair-reads", "reports-reads", "large-write", "pushes-any-pieces"]),
    section("04", "why", &["pair-messages"]),
    section("07", "why", &["restarts-at-once", "restarts-again", "second-is-refused"]),
    section("09", "sending-the-last-word", &["farewell", "last-word-arrives", "end-inside-farewell"]),
    section("10", "what-a-command-gets", &["default-signals", "reads-nothing", "first-directory"]),
    section(
        "10",
        "ending-all-of-it",
        &["time-limit", "output-limit", "killed", "leaves-in-the-middle", "no-zombies"],
    ),
    section(
        "11",
        "block-by-block",
        &["stores-a-long-file", "serves-a-long-file", "puts-a-long-file", "gets-a-long-file"],
    ),
    section("11", "why-a-hash-when-tcp-loses-nothing", &["wrong-hash", "get-wrong-hash"]),
    section(
        "11",
        "whole-or-not-at-all",
        &[
            "put-is-cut",
            "put-under-way",
            "two-puts",
            "get-beside-put",
            "get-is-cut",
            "opens-late",
            "goes-on-from-part",
        ],
    ),
    section(
        "11",
        "nobody-leaves-the-folder",
        &[
            "bad-names",
            "good-names",
            "only-good-names",
            "follows-no-link",
            "folders-are-no-files",
            "refuses-bad-names",
        ],
    ),
    section(
        "12",
        "what-does-not-fit-is-gone",
        &["one-too-long", "much-too-long", "long-then-short", "longest-reply"],
    ),
    section("12", "the-number", &["same-numbers", "big-numbers", "other-number", "counts-to-300"]),
    section(
        "12",
        "the-wait",
        &[
            "one-lost",
            "two-lost",
            "four-lost",
            "all-lost",
            "waits-out",
            "last-wait",
            "keeps-its-times",
            "keeps-its-tries",
        ],
    ),
    section("12", "the-lost-reply", &["repeated-requests", "doubled-reply", "late-reply", "nothing-stale"]),
    section("12", "connection-refused", &["nobody-there"]),
    section(
        "13",
        "the-file-that-stays",
        &[
            "replaces-a-stale-socket",
            "leaves-a-file",
            "leaves-a-folder",
            "leaves-a-link",
            "leaves-a-datagram-socket",
        ],
    ),
    section("13", "one-port-two-families", &["leaves-ipv4-alone", "shares-a-port"]),
];

/// The section about what all programs do, whatever the lesson, and the checks that it explains.
const EVERYWHERE: (&str, &[&str]) = (
    "docs/src/working.md#what-every-program-does",
    &["listens-by-default", "calls-by-default", "calls-nobody-else", "accept-fails", "output-fails"],
);

/// Returns the page and the section to read when this check failed: `docs/src/01-echo.md#the-idea`.
pub fn to_read(lesson: &Lesson, id: &str) -> String {
    let explains = |section: &&Section| section.lesson == lesson.number && section.checks.contains(&id);
    let anchor = SECTIONS.iter().find(explains).map(|section| section.anchor);
    if anchor.is_none() && EVERYWHERE.1.contains(&id) {
        return EVERYWHERE.0.into();
    }
    format!("{}#{}", lesson.chapter(), anchor.unwrap_or(IDEA))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::LESSONS;
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    /// Returns the anchors of a page's headings, as mdBook and GitHub make them.
    fn anchors(page: &str) -> BTreeSet<String> {
        let headings = page.lines().filter_map(|line| {
            line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))
        });
        let anchor = |heading: &str| {
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        };
        headings.map(anchor).collect()
    }

    #[test]
    fn each_section_is_a_heading_of_its_chapter() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (mut wrong, mut known): (Vec<String>, BTreeSet<(&str, &str)>) = (Vec::new(), BTreeSet::new());
        let mut pages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for lesson in LESSONS {
            for check in lesson.checks() {
                known.insert((lesson.number, check.id));
                let read = to_read(lesson, check.id);
                let (page, anchor) = read.split_once('#').unwrap();
                let page = pages
                    .entry(page.to_string())
                    .or_insert_with_key(|page| anchors(&fs::read_to_string(root.join(page)).unwrap()));
                if !page.contains(anchor) {
                    wrong.push(format!("{} of lesson {}: {read} is no heading", check.id, lesson.number));
                }
            }
        }
        let is_known = |id: &&&str| known.iter().any(|(_, known)| known == *id);
        wrong.extend(
            EVERYWHERE.1.iter().filter(|id| !is_known(id)).map(|id| format!("no lesson has a check {id}")),
        );
        for section in SECTIONS {
            let ids = section.checks.iter().filter(|id| !known.contains(&(section.lesson, id)));
            wrong.extend(ids.map(|id| format!("lesson {} has no check {id}", section.lesson)));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
