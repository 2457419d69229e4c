//! What lies in a hand-in in which a lesson was not found, in words.

use super::list::{file_name, is_archive};
use super::walk::{Kind, is_clutter, walk};
use std::fs;
use std::path::Path;

/// The most names that are said.
const NAMES: usize = 3;

/// Returns what the folder `opened` holds, where no lesson `lesson` was found in it: an archive, or what else. `None` when it
/// cannot be read.
pub fn holds(opened: &Path, lesson: &str) -> Option<String> {
    let files = walk(opened).ok()?;
    // A link in the place of a folder hides all that was meant to be in it.
    let link = files.iter().find(|entry| entry.kind == Kind::Other).map(|entry| {
        let shown = crate::workspace::shown(&entry.path);
        format!("; {shown} is a link, which is not followed: hand in the folder itself")
    });
    let files = files.iter().map(|entry| crate::workspace::shown(&entry.path));
    let archives: Vec<String> = files.filter(|file| is_archive(file)).collect();
    if let [archive] = archives.as_slice() {
        return Some(format!("there is an archive in it, {archive}, which was not unpacked"));
    }
    if !archives.is_empty() {
        return Some(format!("there are archives in it, {}, which were not unpacked", listed(&archives)));
    }
    let names = names(opened)?;
    match names.is_empty() {
        true => Some("it is empty".into()),
        false => Some(format!(
            "it holds {}, but no folder {lesson} with a Cargo.toml{}",
            listed(&names),
            link.unwrap_or_default()
        )),
    }
}

/// Returns the names of what lies in a folder, or in the only folder in that, and so on; sorted.
fn names(folder: &Path) -> Option<Vec<String>> {
    let (mut folder, mut before) = (folder.to_path_buf(), String::new());
    loop {
        let entries = fs::read_dir(&folder).ok()?.flatten();
        let mut entries: Vec<_> =
            entries.filter(|entry| !is_clutter(&entry.file_name().to_string_lossy())).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        match entries.as_slice() {
            [only] if only.file_type().is_ok_and(|kind| kind.is_dir()) => {
                before += &format!("{}/", file_name(&only.path()));
                folder = only.path();
            }
            // Only folders around nothing.
            [] if !before.is_empty() => return Some(vec![before]),
            all => {
                let name = |entry: &fs::DirEntry| format!("{before}{}", file_name(&entry.path()));
                return Some(all.iter().map(name).collect());
            }
        }
    }
}

/// Returns the first names as people list them: `a, b and c`, `a, b, c and 4 more`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] if names.len() <= NAMES => format!("{} and {last}", most.join(", ")),
        _ => format!("{} and {} more", names[..NAMES].join(", "), names.len() - NAMES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;

    #[test]
    fn what_lies_there_is_named() {
        for (name, files, said) in [
            (
                "holds-archive",
                &["work/homework.zip", "notes.txt"][..],
                "there is an archive in it, work/homework.zip, which was not unpacked",
            ),
            (
                "holds-archives",
                &["a.zip", "b.RAR"],
                "there are archives in it, a.zip and b.RAR, which were not unpacked",
            ),
            (
                "holds-flat",
                &["client.rs", "server.rs", ".DS_Store"],
                "it holds client.rs and server.rs, but no folder 01-echo with a Cargo.toml",
            ),
            (
                "holds-deep",
                &["work/src/a.rs", "work/src/b.rs", "work/src/c.rs", "work/src/d.rs"],
                "it holds work/src/a.rs, work/src/b.rs, work/src/c.rs and 1 more, but no folder 01-echo with a Cargo.toml",
            ),
            ("holds-nothing", &[], "it is empty"),
        ] {
            let dir = scratch(name);
            for file in files {
                fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap();
                fs::write(dir.join(file), "x").unwrap();
            }
            assert_eq!(holds(&dir, "01-echo").as_deref(), Some(said));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_named() {
        let dir = scratch("holds-link");
        std::os::unix::fs::symlink("/elsewhere", dir.join("lessons")).unwrap();
        let said = "it holds lessons, but no folder 01-echo with a Cargo.toml; lessons is a link, which is not followed: hand \
                    in the folder itself";
        assert_eq!(holds(&dir, "01-echo").as_deref(), Some(said));
    }
}
