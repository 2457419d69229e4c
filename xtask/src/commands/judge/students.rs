//! Who handed in what: the students of a folder of hand-ins.

use super::class::Named;
use super::key::key;
use super::told::clean;
use crate::workspace::handed_in::{self, HandIn};
use std::ffi::OsString;
use std::path::Path;

/// One student of the class.
pub struct Student {
    /// Name and key.
    pub named: Named,
    /// What was handed in under this name: more than one where it was handed in twice.
    pub hand_ins: Vec<HandIn>,
}

/// Returns the students in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn students(handed_in: &Path) -> anyhow::Result<Vec<Student>> {
    let mut students: Vec<(OsString, Student)> = Vec::new();
    for hand_in in handed_in::list(handed_in)? {
        let own = own_name(&hand_in);
        match students.iter_mut().find(|(name, _)| *name == own) {
            Some((_, student)) => student.hand_ins.push(hand_in),
            None => {
                let name = own.to_str().map_or(hand_in.name.clone(), String::from);
                let named = Named { name, key: key(&own) };
                students.push((own, Student { named, hand_ins: vec![hand_in] }));
            }
        }
    }
    students.sort_by(|(_, a), (_, b)| a.named.cmp(&b.named));
    Ok(students.into_iter().map(|(_, student)| student).collect())
}

/// Returns the name by which hand-ins belong together: `li-na` for the archive `li-na.zip` beside a folder `li-na`. One
/// that is no UTF-8 keeps its bytes: as people read it, many others may look the same.
fn own_name(hand_in: &HandIn) -> OsString {
    let file = hand_in.path.file_name().unwrap_or_default();
    if file.to_str().is_none() {
        return file.to_os_string();
    }
    let name = hand_in.name.as_str();
    let archive = [".tar.gz", ".tgz", ".tar", ".zip"].iter().find_map(|end| name.strip_suffix(end));
    OsString::from(archive.filter(|_| hand_in.path.is_file()).unwrap_or(name))
}

/// Returns what to tell of files among the hand-ins that are none.
///
/// # Errors
/// When the folder cannot be read.
pub fn strangers(handed_in: &Path) -> anyhow::Result<Option<String>> {
    const MOST: usize = 3;
    let others = handed_in::others(handed_in)?;
    let named: Vec<String> = others.iter().take(MOST).map(|name| clean(name)).collect();
    let more = match others.len().saturating_sub(MOST) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    Ok((!others.is_empty())
        .then(|| format!("neither folder nor archive, so not judged: {}{more}", named.join(", "))))
}
