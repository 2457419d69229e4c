//! The archive that a hand-in is: the file itself, or the only one in its folder, as Moodle stores it "in folders".

use super::list::{HandIn, file_name, is_archive};
use super::walk::is_clutter;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the archive that is to be unpacked; `None` for a folder with anything else in it.
pub fn archive_of(hand_in: &HandIn) -> Option<PathBuf> {
    match hand_in.path.is_dir() {
        true => alone(&hand_in.path),
        false => Some(hand_in.path.clone()),
    }
}

/// Returns the archive that is all that a folder holds, beside clutter.
fn alone(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut entries = entries.filter(|entry| !is_clutter(&entry.file_name().to_string_lossy()));
    let (only, None) = (entries.next()?, entries.next()) else { return None };
    // A link is none: what it leads to is not the student's.
    let is_file = only.file_type().is_ok_and(|kind| kind.is_file());
    let path = only.path();
    (is_file && is_archive(&file_name(&path))).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;

    #[test]
    fn an_archive_alone_in_a_folder_is_the_hand_in() {
        let dir = scratch("sole");
        for (name, files, archive) in [
            ("moodle", &["homework.zip", ".DS_Store"][..], Some("homework.zip")),
            ("rar", &["work.rar"], Some("work.rar")),
            ("two", &["a.zip", "b.zip"], None),
            ("beside", &["a.zip", "server.rs"], None),
            ("source", &["server.rs"], None),
            ("empty", &[], None),
        ] {
            let path = dir.join(name);
            fs::create_dir(&path).unwrap();
            files.iter().for_each(|file| fs::write(path.join(file), "x").unwrap());
            let found = archive_of(&HandIn { name: name.into(), path: path.clone() });
            assert_eq!(found, archive.map(|file| path.join(file)), "{name}");
        }
        let folder = dir.join("folder");
        fs::create_dir_all(folder.join("a.zip")).unwrap();
        assert_eq!(archive_of(&HandIn { name: "folder".into(), path: folder }), None);
        let file = dir.join("moodle/homework.zip");
        assert_eq!(archive_of(&HandIn { name: "li".into(), path: file.clone() }), Some(file));
    }
}
