//! Checks that the first use of a word of the glossary in each chapter leads to its entry, and that every link to a
//! section in the book leads to a heading. `LAB_UPDATE=1 cargo test --test glossary` sets the links of the chapters.

use lab_tests::{lessons, root};
use std::collections::BTreeSet;
use std::fs;

/// The words, as chapters write them, and the heading of the entry.
const WORDS: &[(&str, &[&str])] = &[
    (
        "acknowledgement",
        &["acknowledgement", "acknowledgements", "acknowledged", "acknowledge", "acknowledges"],
    ),
    ("at-rest", &["at rest"]),
    ("backlog", &["backlog"]),
    ("demo", &["demo", "demos"]),
    ("descriptor", &["file descriptor", "file descriptors", "descriptor", "descriptors"]),
    ("fin", &["FIN"]),
    ("framing", &["framing", "framings"]),
    ("half-close", &["half-close", "half-closes", "half-closed"]),
    ("hole", &["hole", "holes"]),
    ("kernel-buffer", &["send buffer", "send buffers", "kernel buffer", "kernel buffers"]),
    ("loopback", &["loopback"]),
    ("lossy-text", &["lossy text"]),
    ("nagle", &["Nagle's algorithm", "Nagle"]),
    ("receive-queue", &["receive queue", "receive queues"]),
    ("rst", &["RST"]),
    ("seed", &["seed"]),
    ("segment", &["segment", "segments"]),
    ("time-limit", &["time limit", "time limits"]),
    ("time_wait", &["TIME_WAIT"]),
    ("turn", &["turn", "turns"]),
    ("wire", &["wire", "wires"]),
];

/// `turn` is often a verb or a part of a phrase, and `hole` and `demo` stand in other senses, too: these are linked only
/// where the text means the word of the glossary.
const AMBIGUOUS: &[&str] = &["turn", "hole"];

/// What stands at the end of a chapter, above its links to the glossary.
const MARK: &str = "\n<!-- links to the glossary, set by `LAB_UPDATE=1 cargo test --test glossary` -->\n\n";

/// Returns the text of a chapter without its links to the glossary, also those that a merge has left without their
/// definition.
fn without_links(page: &str) -> String {
    let (body, _) = page.split_once(MARK).unwrap_or((page, ""));
    let mut body = body.to_string();
    for word in WORDS.iter().flat_map(|(_, words)| *words) {
        body = body.replace(&format!("[{word}][]"), word);
        let link = format!("[{word}]");
        let (mut out, mut rest) = (String::new(), body.as_str());
        while let Some((before, after)) = rest.split_once(&link) {
            // A link to somewhere else stays.
            let text = if after.starts_with(['(', '[', ':']) { link.as_str() } else { word };
            out += before;
            out += text;
            rest = after;
        }
        body = out + rest;
    }
    body.trim_end().to_string() + "\n"
}

/// Returns the ranges of a page that are prose: no headings, code, comments, links, or HTML.
fn prose(page: &str) -> Vec<(usize, usize)> {
    let (mut ranges, mut at, mut in_block, mut in_comment) = (Vec::new(), 0, false, false);
    for line in page.split_inclusive('\n') {
        let trimmed = line.trim_start();
        in_comment |= trimmed.starts_with("<!--");
        if trimmed.starts_with("```") {
            in_block = !in_block;
        } else if !in_block && !in_comment && !line.starts_with('#') && !trimmed.starts_with('<') {
            // Code spans and links are left out; a code span or a link that goes over two lines is rare, and its second
            // half then ends at the next backtick.
            let (mut from, mut quoted) = (0, None);
            for (n, c) in line.char_indices() {
                match (c, quoted) {
                    ('`', Some('`')) | (')', Some('(')) => {
                        quoted = None;
                        from = n + 1;
                    }
                    ('`', None) => {
                        ranges.push((at + from, at + n));
                        quoted = Some('`');
                    }
                    ('[', None) => {
                        ranges.push((at + from, at + n));
                        quoted = Some('[');
                    }
                    (']', Some('[')) => {
                        quoted = if line[n + 1..].starts_with('(') { Some('(') } else { None };
                        from = n + 1;
                    }
                    _ => {}
                }
            }
            if quoted.is_none() {
                ranges.push((at + from, at + line.len()));
            }
        }
        in_comment &= !line.contains("-->");
        at += line.len();
    }
    ranges
}

/// Returns where a word first stands in prose, with its spelling there.
fn first_use(page: &str, spellings: &[&'static str]) -> Option<(usize, &'static str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let found = prose(page).into_iter().flat_map(|(from, to)| {
        let text = &page[from..to];
        spellings.iter().filter_map(move |word| {
            text.match_indices(word).find_map(|(at, _)| {
                let before = page[..from + at].chars().next_back();
                let after = page[from + at + word.len()..].chars().next();
                let is_whole = !before.is_some_and(is_part) && !after.is_some_and(is_part);
                is_whole.then_some((from + at, *word))
            })
        })
    });
    found.min_by_key(|(at, word)| (*at, usize::MAX - word.len()))
}

/// Returns a chapter whose first use of each word leads to the glossary.
fn linked(page: &str) -> String {
    let body = without_links(page);
    let words = WORDS.iter().filter(|(entry, _)| !AMBIGUOUS.contains(entry));
    let mut uses: Vec<(usize, &str, &str)> = words
        .filter_map(|(entry, words)| first_use(&body, words).map(|(at, word)| (at, word, *entry)))
        .collect();
    uses.sort();
    let (mut out, mut done, mut definitions) = (String::new(), 0, String::new());
    for (at, word, entry) in uses {
        // In front of `:` or `(`, a link without `[]` would be read as something else.
        let follows = body[at + word.len()..].starts_with([':', '(', '[']);
        out += &format!("{}[{word}]{}", &body[done..at], if follows { "[]" } else { "" });
        done = at + word.len();
        definitions += &format!("[{word}]: glossary.md#{entry}\n");
    }
    format!("{out}{}{MARK}{definitions}", &body[done..])
}

#[test]
fn a_first_use_leads_to_the_glossary() {
    let update = std::env::var_os("LAB_UPDATE").is_some();
    let mut stale = Vec::new();
    for lesson in lessons() {
        let file = root().join(format!("docs/src/{lesson}.md"));
        let page = fs::read_to_string(&file).unwrap();
        let fresh = linked(&page);
        assert_eq!(linked(&fresh), fresh, "{lesson}");
        if update && fresh != page {
            fs::write(&file, fresh).unwrap();
        } else if fresh != page {
            stale.push(lesson);
        }
    }
    assert!(stale.is_empty(), "LAB_UPDATE=1 cargo test --test glossary sets the links of {stale:?}");
}

#[test]
fn links_stand_in_prose_only() {
    let page =
        "# The FIN\n\n`RST` is no word. See [FIN](x.md).\n\n```text\nRST\n```\nRST: a seed, seeds, an RST.\n";
    let fresh = linked(page);
    assert_eq!(
        fresh,
        format!(
            "# The FIN\n\n`RST` is no word. See [FIN](x.md).\n\n```text\nRST\n```\n[RST][]: a [seed], seeds, an RST.\n{MARK}\
             [RST]: glossary.md#rst\n[seed]: glossary.md#seed\n"
        )
    );
    assert_eq!(without_links(&fresh), page);
}

/// Checks that the glossary alone names other words for the receive queue.
#[test]
fn the_receive_queue_has_one_name() {
    let (mut files, mut folders) = (
        vec![root().join("README.md")],
        ["docs/src", "solutions", "xtask/src"].map(|dir| root().join(dir)).to_vec(),
    );
    while let Some(folder) = folders.pop() {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let (below, others): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
        folders.extend(below);
        files.extend(
            others.into_iter().filter(|file| file.extension().is_some_and(|end| end == "md" || end == "rs")),
        );
    }
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| !file.ends_with("glossary.md")) {
        // A name may be broken over two lines.
        let text = fs::read_to_string(file).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        for name in ["receive buffer", "recv buffer", "receiver's buffer", "receiving buffer", "inbox"] {
            if text.contains(name) {
                wrong.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "the word is `receive queue`: {}", wrong.join("\n"));
}

/// Returns the anchors of a page's headings, as mdBook and GitHub make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let (mut anchors, mut in_block) = (BTreeSet::new(), false);
    for line in page.lines() {
        in_block ^= line.trim_start().starts_with("```");
        let heading =
            line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#') && !in_block);
        if let Some(heading) = heading {
            let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
            anchors.insert(kept.collect::<String>().to_lowercase().replace(' ', "-"));
        }
    }
    anchors
}

/// Checks the links of all pages and the README, and the entries of the table above.
#[test]
fn links_to_sections_lead_to_headings() {
    let docs = root().join("docs/src");
    let page = |name: &str| fs::read_to_string(docs.join(name)).unwrap_or_default();
    let entries = anchors(&page("glossary.md"));
    for (entry, _) in WORDS {
        assert!(entries.contains(*entry), "the glossary lacks {entry}");
    }
    let mut wrong = Vec::new();
    let mut files: Vec<_> = fs::read_dir(&docs).unwrap().flatten().map(|entry| entry.path()).collect();
    files.push(root().join("README.md"));
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "md")) {
        let text = fs::read_to_string(file).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            let Some((target, anchor)) = link.split_once('#').filter(|_| !link.starts_with("http")) else {
                continue;
            };
            let target = file.parent().unwrap().join(target);
            let target = if link.starts_with('#') { file.clone() } else { target };
            if !anchors(&fs::read_to_string(&target).unwrap_or_default()).contains(anchor) {
                wrong.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
