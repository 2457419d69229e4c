//! Checks the structure of the runner: arrows point down in the order of `xtask/src/lib.rs`, and no files form a
//! circle.

use lab_tests::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The runner's files by module path: `["bench", "peer"]` is `bench/peer/mod.rs` or `bench/peer.rs`.
type Files = BTreeMap<Vec<String>, String>;

/// The arrows: `(from, to)` means that the first file uses the second one, by these names.
type Arrows = BTreeMap<(Vec<String>, Vec<String>), BTreeSet<String>>;

#[test]
fn arrows_point_down_and_no_files_form_a_circle() {
    let files = files();
    let order = rooms(&files[&vec![]]);
    let arrows = arrows(&files);
    assert!(arrows.len() > 100, "only {} arrows were read: the test reads imports wrongly", arrows.len());
    let place = |room: &str| order.iter().position(|other| other == room);
    let mut wrong: Vec<String> = Vec::new();
    for ((from, to), names) in &arrows {
        let (Some(above), Some(below)) = (from.first(), to.first()) else { continue };
        if above != below && place(above) > place(below) {
            wrong.push(format!("upward: {} → {} ({names:?})", from.join("/"), to.join("/")));
        }
    }
    // Promises use the bench only. It re-exports what they may name of the system.
    for (file, text) in files.iter().filter(|(file, _)| file.first().is_some_and(|room| room == "promises")) {
        let rooms = ["promises", "bench", "finding", "wire"];
        let past = |path: &Vec<String>| !path.first().is_some_and(|room| rooms.contains(&room.as_str()));
        wrong.extend(
            uses(file, text, false)
                .iter()
                .filter(|path| past(path))
                .map(|path| format!("past the bench: {} → {}", file.join("/"), path.join("/"))),
        );
    }
    for circle in circles(&arrows) {
        let names: Vec<String> = circle.iter().map(|file| file.join("/")).collect();
        let ties = arrows.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
        let ties: Vec<String> = ties
            .map(|((from, to), names)| format!("{} → {} {names:?}", from.join("/"), to.join("/")))
            .collect();
        wrong.push(format!("circle of {}:\n    {}", names.join(", "), ties.join("\n    ")));
    }
    assert!(wrong.is_empty(), "{} edges are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Reads all source files of the runner, without their tests.
fn files() -> Files {
    let source = root().join("xtask/src");
    let mut found = Files::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                let text = text.split("#[cfg(test)]\nmod").next().unwrap_or_default().to_string();
                found.insert(module(&source, &path), text);
            }
        }
    }
    found
}

fn module(source: &Path, path: &Path) -> Vec<String> {
    let inner = path.strip_prefix(source).expect("below the source").with_extension("");
    let mut parts: Vec<String> = inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// Returns the rooms in the order in which `lib.rs` declares them.
fn rooms(lib: &str) -> Vec<String> {
    let declared = |line: &str| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';').map(String::from)
    };
    lib.lines().filter_map(declared).collect()
}

/// Returns every use of another file: by `use`, or by a path that begins with `crate::`. A name that a `mod.rs` only
/// re-exports counts as a use of the file that defines it.
fn arrows(files: &Files) -> Arrows {
    let handed_on: BTreeMap<&Vec<String>, Vec<Vec<String>>> =
        files.iter().map(|(file, text)| (file, uses(file, text, true))).collect();
    let mut arrows = Arrows::new();
    for (file, text) in files {
        if file.is_empty() || *file == ["main"] {
            continue; // The root itself is above all rooms.
        }
        for path in uses(file, text, false) {
            let to = owner(files, &handed_on, path.clone(), 0);
            if to != *file && !to.is_empty() {
                let name = path.last().cloned().unwrap_or_default();
                arrows.entry((file.clone(), to)).or_default().insert(name);
            }
        }
    }
    arrows
}

/// Returns the file that defines the last name of a path.
fn owner(
    files: &Files,
    handed_on: &BTreeMap<&Vec<String>, Vec<Vec<String>>>,
    path: Vec<String>,
    depth: usize,
) -> Vec<String> {
    let longest = (0..=path.len()).rev().find(|n| files.contains_key(&path[..*n])).unwrap_or(0);
    let file = path[..longest].to_vec();
    let Some(name) = path.get(longest) else { return file };
    let from = handed_on[&file].iter().find(|other| other.last() == Some(name));
    match from {
        Some(other) if depth < 8 => {
            let rest = path[longest + 1..].iter().cloned();
            owner(files, handed_on, other.iter().cloned().chain(rest).collect(), depth + 1)
        }
        _ => file,
    }
}

/// Returns the paths that a file uses, from the root of the crate; with `public`, only those that it re-exports.
fn uses(file: &[String], text: &str, public: bool) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = find_use(rest) {
        let (before, after) = rest.split_at(at);
        plain += before;
        let end = after.find(';').unwrap_or(after.len());
        let (statement, next) = after.split_at(end);
        let is_public = before.trim_end().ends_with("pub") || before.trim_end().ends_with(')');
        if is_public == public {
            let tree = statement.trim_start().trim_start_matches("use ");
            found.extend(leaves(tree).into_iter().filter_map(|path| absolute(file, &path)));
        }
        rest = next;
    }
    plain += rest;
    if !public {
        for part in code(&plain).split("crate::").skip(1) {
            let path: String =
                part.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
            let path: Vec<String> =
                path.split("::").map(String::from).filter(|word| !word.is_empty()).collect();
            found.push(path);
        }
        for part in code(&plain).split("super::").skip(1) {
            let path: String =
                part.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
            found.extend(absolute(file, &format!("super::{path}")));
        }
        // What a `mod.rs` re-exports and also uses itself, and the modules that it names in its code.
        let code = code(&plain);
        let words: BTreeSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let own = uses(file, text, true);
        found.extend(
            own.into_iter().filter(|path| path.last().is_some_and(|name| words.contains(name.as_str()))),
        );
        for (at, _) in code.match_indices("::") {
            let name: String =
                code[..at].chars().rev().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let name: String = name.chars().rev().collect();
            let before = &code[..at - name.len()];
            if !name.is_empty() && !before.ends_with("::") {
                found.extend(absolute(file, &format!("self::{name}")).filter(|path| is_file(path)));
            }
        }
    }
    found
}

/// Returns whether a module of this path is a file.
fn is_file(path: &[String]) -> bool {
    let source = root().join("xtask/src").join(path.join("/"));
    source.is_dir() || source.with_extension("rs").is_file()
}

/// Returns the text without comments.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Returns where the next `use` statement begins.
fn find_use(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("use ") {
        let at = from + at;
        let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
        if line.is_empty() || line == "pub " || line == "pub(super) " || line == "pub(crate) " {
            return Some(at);
        }
        from = at + 4;
    }
    None
}

/// Returns the single paths of a tree such as `a::{b, c::{d, e}}`.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree).trim();
        return vec![path.trim_end_matches("::self").into()];
    };
    let (head, body) = (&tree[..open], tree[open + 1..].trim_end().trim_end_matches('}'));
    let (mut parts, mut depth, mut part) = (Vec::new(), 0, String::new());
    for c in body.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts
        .flat_map(|part| leaves(&format!("{head}{}", part.trim())))
        .map(|path| path.replace("::self", ""))
        .collect()
}

/// Returns the path from the root of the crate, or `None` for a path into another crate.
fn absolute(file: &[String], path: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = path.split("::").filter(|word| !word.is_empty()).collect();
    let mut base = file.to_vec();
    let mut rest = words.as_slice();
    match rest.first()? {
        &"crate" => {
            base.clear();
            rest = &rest[1..];
        }
        &"self" => rest = &rest[1..],
        &"super" => {
            while rest.first() == Some(&"super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        // A module declared here, or another crate.
        word => {
            let mut inner = base.clone();
            inner.push((*word).to_string());
            if !is_file(&inner) {
                return None;
            }
        }
    }
    base.extend(rest.iter().map(|word| (*word).to_string()));
    Some(base)
}

/// Returns the groups of files that reach each other.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<Vec<String>>> {
    let reached = |from: &Vec<String>| {
        let mut seen = BTreeSet::new();
        let mut next = vec![from.clone()];
        while let Some(file) = next.pop() {
            for (_, to) in arrows.keys().filter(|(above, _)| *above == file) {
                if seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
        seen
    };
    let all: BTreeSet<&Vec<String>> = arrows.keys().flat_map(|(from, to)| [from, to]).collect();
    let below: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
        all.iter().map(|file| (*file, reached(file))).collect();
    let mut found: Vec<BTreeSet<Vec<String>>> = Vec::new();
    for file in all {
        let circle: BTreeSet<Vec<String>> =
            below[file].iter().filter(|other| below[other].contains(file)).cloned().collect();
        if !circle.is_empty() && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}
