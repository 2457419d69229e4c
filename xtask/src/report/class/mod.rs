//! The results of a class: what `judge` found of each student, as tables, as a page, and as feedback.
//!
//! All is made anew from `class.json` and the students' `report.json`, so it can be made again at any time.

mod csv;
mod feedback;
mod grades;
mod kept;
mod model;
mod moodle_name;
mod note;
mod other;
mod page;
mod paths;
mod points;
mod read;
mod remark;
mod roster;
mod student;
mod table;
#[cfg(test)]
mod tests;
mod value;
mod whose;

pub use points::{read as points_of, unnamed as without_points};
pub use roster::read as roster_of;

use crate::workspace;
use anyhow::Context;
use kept::Kept;
use model::Class;
use std::fs;
use std::path::{Path, PathBuf};
use student::Student;
use table::Table;

/// Makes `grades.csv`, `moodle.csv`, `nbgrader.csv` and `class.html` in the folder `results`, and `feedback.txt` and
/// `feedback.html` beside each student's report. A file that somebody has changed since it was made is kept under another
/// name, which is told on standard error.
///
/// # Errors
/// When `class.json` is missing or no class, or when a file cannot be written. A student's report that cannot be read is
/// no error: the student is then "not judged".
pub fn write(results: &Path) -> anyhow::Result<()> {
    let file = results.join("class.json");
    let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    let class = Class::read(&text).with_context(|| file.display().to_string())?;
    let hidden = hidden(results);
    let folders: Vec<&Path> = hidden.iter().map(PathBuf::as_path).collect();
    let folder = results.join("students");
    let mut students = Vec::new();
    for key in keys(&folder)? {
        let own = folder.join(&key);
        let student = Student::read(&class, &key, &own, &folders);
        let mut kept = Kept::of(&own);
        kept.put("feedback.txt", &feedback::text(&class, &student))?;
        kept.put("feedback.html", &feedback::page(&class, &student))?;
        kept.close()?;
        // The evidence of a whole class would fill the memory.
        students.push(student.without_evidence());
    }
    let waits = |key: &str| students.iter().all(|student| student.key != key);
    let waiting: Vec<Student> = (class.students.iter())
        .filter(|(key, _)| waits(key))
        .map(|(key, name)| Student::waiting(&class, key, name))
        .collect();
    students.extend(waiting);
    let table = Table::of(&class, &students);
    let mut kept = Kept::of(results);
    kept.put("grades.csv", &grades::render(&table))?;
    kept.put("moodle.csv", &other::moodle(&table))?;
    kept.put("nbgrader.csv", &other::nbgrader(&table))?;
    kept.put("class.html", &page::render(&table))?;
    kept.close()
}

/// Returns the names of the students' folders that hold a report.
fn keys(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("read {}", folder.display())),
    };
    let mut keys: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("report.json").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    keys.sort_unstable();
    Ok(keys)
}

/// Returns the teacher's folders, which no student needs to see.
fn hidden(results: &Path) -> Vec<PathBuf> {
    let absolute = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let home = std::env::home_dir().filter(|home| home.parent().is_some());
    [absolute(results), absolute(&workspace::root())].into_iter().chain(home).collect()
}
