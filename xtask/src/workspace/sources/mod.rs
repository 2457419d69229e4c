//! The sources of a student's lesson: from where a build took them, and whether they are the starter's or the solution's.

mod shape;
mod tokens;

use crate::workspace::handed_in::{Fnv, walk};
use crate::workspace::mirror::Mirror;
use crate::workspace::{shown as slashed, starter};
use anyhow::Context;
use shape::shapes;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Returns the first source outside of the lesson's folder that a build has read for this program, as a student would name
/// it: by `#[path]`, by `include!`, or through a package. `root` is the lab.
///
/// cargo writes beside each program the files of which it was made (the dep-info of the build cache, in the form of
/// make(1)).
///
/// # Errors
/// When that list cannot be read.
pub fn from_outside(root: &Path, mirror: &Mirror, program: &Path) -> anyhow::Result<Option<String>> {
    let list = program.with_extension("d");
    let text = fs::read_to_string(&list).with_context(|| format!("read {}", list.display()))?;
    let inside =
        [mirror.lesson.clone(), mirror.root.join("solutions"), mirror.target.clone()].map(|dir| real(&dir));
    let outside = |file: &PathBuf| !inside.iter().any(|dir| file.starts_with(dir));
    let found = files(&text).into_iter().map(|file| real(&mirror.root.join(file))).find(outside);
    Ok(found.map(|file| shown(root, &file)))
}

/// Returns the files that a list of dependencies names after the colon of its first line.
fn files(text: &str) -> Vec<PathBuf> {
    let line = text.lines().next().unwrap_or_default();
    // A drive of Windows has a colon, too.
    let Some((_, rest)) = line.split_once(": ") else { return Vec::new() };
    let mut files = vec![String::new()];
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&' ') => files.last_mut().expect("one").extend(letters.next()),
            ' ' => files.push(String::new()),
            other => files.last_mut().expect("one").push(other),
        }
    }
    files.into_iter().filter(|file| !file.is_empty()).map(PathBuf::from).collect()
}

/// Returns a path without links and `..`; for a file that is gone, only without `..`.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let mut real = PathBuf::new();
        for part in path.components() {
            match part {
                Component::ParentDir => _ = real.pop(),
                other => real.push(other),
            }
        }
        real
    })
}

/// Returns the path from the root of the lab; of a file elsewhere only its name, because the rest is the teacher's.
fn shown(root: &Path, file: &Path) -> String {
    match file.strip_prefix(real(root)) {
        Ok(inner) => inner.display().to_string().replace('\\', "/"),
        Err(_) => format!("…/{}", file.file_name().unwrap_or_default().to_string_lossy()),
    }
}

/// What the sources of a lesson are, when nobody has written them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The student's own.
    Own,
    /// Those of the starter: nothing is begun.
    Starter,
    /// Those of the reference solution.
    Solution,
}

/// Returns whose the sources in the folder `dir` of a lesson (`01-echo`) are, whatever comments, white space and the author's
/// names in them. `root` is the lab.
///
/// # Errors
/// When the lab's own solution cannot be read.
pub fn origin(root: &Path, dir: &Path, lesson: &str) -> anyhow::Result<Origin> {
    let solution = root.join("solutions").join(lesson);
    let number = lesson.split('-').next().unwrap_or_default();
    let Ok(theirs) = sources(dir) else { return Ok(Origin::Own) };
    let (mut starter, mut solved) = (BTreeMap::new(), BTreeMap::new());
    for (file, text) in sources(&solution)? {
        let rendered = starter::render(&text, number).map_err(|why| anyhow::anyhow!("{file}: {why}"))?;
        starter.insert(file.clone(), rendered);
        solved.insert(file, starter::solved(&text, number).0);
    }
    // A student may have copied the file with the names that it has in `solutions/`.
    let theirs = shapes(&as_lesson(theirs, number));
    Ok(match () {
        () if theirs == shapes(&starter) => Origin::Starter,
        () if theirs == shapes(&solved) => Origin::Solution,
        () => Origin::Own,
    })
}

/// Returns files with the crates' names of the lesson of this number.
fn as_lesson(files: BTreeMap<String, String>, number: &str) -> BTreeMap<String, String> {
    files.into_iter().map(|(file, text)| (file, starter::solved(&text, number).0)).collect()
}

/// Returns 32 digits that two lessons share when they have the same programs: for Rust, in the same files, whatever comments,
/// white space and the author's names in them; otherwise all files of the folder, but for white space. `number` is the
/// lesson's, `07`. `None` where there is nothing, or it cannot be read.
pub fn digest(dir: &Path, number: &str, is_rust: bool) -> Option<String> {
    let texts: BTreeMap<String, String> = match is_rust {
        true => shapes(&as_lesson(sources(dir).ok()?, number)),
        false => {
            let read =
                |file: &Path| Some(String::from_utf8_lossy(&fs::read(dir.join(file)).ok()?).into_owned());
            let bare = |text: String| text.split_whitespace().collect::<String>();
            let files = walk(dir).ok()?.into_iter().map(|entry| entry.path);
            files.filter_map(|file| Some((slashed(&file), bare(read(&file)?)))).collect()
        }
    };
    let mut fnv = Fnv::EMPTY;
    for (file, text) in &texts {
        fnv.add_whole(file.as_bytes());
        fnv.add_whole(text.as_bytes());
    }
    (!texts.is_empty()).then(|| fnv.text())
}

/// Returns the Rust files below `src` of a package, by their path there, with `/`.
fn sources(package: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let src = package.join("src");
    let files = starter::files_below(&src)?;
    let rust = files.into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs"));
    let read = |file: PathBuf| {
        let path = src.join(&file);
        let bytes = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let name = file.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        Ok((name, String::from_utf8_lossy(&bytes).into_owned()))
    };
    rust.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{root, scratch};

    #[test]
    fn the_files_of_a_list_are_read() {
        let text = "/t/debug/a: /w/src/a\\ b.rs /w/src/../x.rs\n\n/w/src/a\\ b.rs:\n";
        assert_eq!(files(text), [Path::new("/w/src/a b.rs"), Path::new("/w/src/../x.rs")]);
        let windows = "C:\\t\\a.exe: C:\\w\\src\\a\\ b.rs\n";
        assert_eq!(files(windows), [Path::new("C:\\w\\src\\a b.rs")]);
    }

    #[test]
    fn the_starter_and_the_solution_are_known_again() {
        let dir = scratch("origin");
        for lesson in ["01-echo", "10-command"] {
            let number = &lesson[..2];
            let solution = root().join("solutions").join(lesson);
            let of = |name: &str, change: &dyn Fn(&str) -> String| {
                let package = dir.join(format!("{lesson}-{name}"));
                for (file, text) in sources(&solution).unwrap() {
                    let path = package.join("src").join(file);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, change(&text)).unwrap();
                }
                origin(&root(), &package, lesson).unwrap()
            };
            let starter = |text: &str| starter::render(text, number).unwrap();
            assert_eq!(of("starter", &starter), Origin::Starter);
            let touched = |text: &str| format!("// Li Na\r\n{}\n", starter(text).replace('\n', "\r\n"));
            assert_eq!(of("touched", &touched), Origin::Starter);
            assert_eq!(of("copied", &|text: &str| text.to_string()), Origin::Solution);
            let renamed = |text: &str| starter::solved(text, number).0.replace("    ", "\t");
            assert_eq!(of("renamed", &renamed), Origin::Solution);
            let names = |text: &str| text.replace("buffer", "my_bytes").replace("stream", "tcp");
            assert_eq!(of("names", &|text: &str| names(text)), Origin::Solution);
            // In one of two files alone.
            let server = |text: &str| match text.contains("listener") {
                true => names(text),
                false => text.to_string(),
            };
            assert_eq!(of("server", &server), Origin::Solution);
            let calls = |text: &str| text.replace(".write_all(", ".write(");
            assert_eq!(of("calls", &|text: &str| calls(text)), Origin::Own);
            let begun = |text: &str| starter(text).replace("todo!(", "panic!(");
            assert_eq!(of("begun", &begun), Origin::Own);
        }
        assert_eq!(origin(&root(), &dir, "01-echo").unwrap(), Origin::Own);
    }

    #[test]
    fn equal_programs_have_equal_digests() {
        let dir = scratch("sources-digest");
        let of = |name: &str, file: &str, text: &str| {
            let path = dir.join(name).join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
            digest(&dir.join(name), "01", file.ends_with(".rs"))
        };
        let server = "src/bin/server.rs";
        let li = of("li", server, "fn main() { go(1); }\n");
        assert!(li.as_ref().is_some_and(|digits| digits.len() == 32));
        assert_eq!(li, of("wang", server, "// mine\nfn main()\n{\n\tgo(1);\n}\n"));
        assert_ne!(li, of("zoe", server, "fn main() { go(2); }\n"));
        assert_ne!(li, of("amy", "src/bin/client.rs", "fn main() { go(1); }\n"));
        let python = of("python", "server.py", "go(1)\n");
        assert_eq!(python, of("copied", "server.py", "go( 1 )\n\n"));
        assert_ne!(python, of("other", "server.py", "go(2)\n"));
        fs::create_dir(dir.join("nothing")).unwrap();
        assert_eq!(digest(&dir.join("nothing"), "01", true), None);
    }
}
