//! What a student's folder in the results holds: the report, and what it was made from.

use super::class::{Class, folder_of};
use super::verdict::Status;
use crate::workspace::files::write_whole;
use anyhow::Context;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// The report's file.
pub const REPORT: &str = "report.json";
/// What the report was made from.
pub const HAND_IN: &str = "hand-in.json";
/// The start of the names of folders with earlier reports.
const BEFORE: &str = "before-";

/// How a student's results stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is a report of this very hand-in.
    Judged,
    /// There is none yet.
    New,
    /// There is one of another hand-in.
    Changed,
    /// There is one, but the runner could not judge, or has more time now.
    Again,
}

/// The results of one student.
pub struct Record {
    dir: PathBuf,
}

impl Record {
    /// Returns the results of the student of this key; makes nothing yet.
    pub fn of(results: &Path, key: &str) -> Self {
        Self { dir: folder_of(results, key) }
    }

    /// Returns the report, where there is a whole one.
    pub fn report(&self) -> Option<Value> {
        Some(self.both()?.0)
    }

    /// Returns the report and what it was made from; none without the other.
    fn both(&self) -> Option<(Value, Value)> {
        let report = read(&self.dir.join(REPORT))?;
        let is_whole = report["schema"] == 1 && report["lessons"].is_array();
        Some((report, self.hand_in()?)).filter(|_| is_whole)
    }

    fn hand_in(&self) -> Option<Value> {
        read(&self.dir.join(HAND_IN)).filter(|value| value["schema"] == 1)
    }

    /// Returns the digest of the hand-in that the report is of.
    pub fn digest(&self) -> Option<String> {
        Some(self.hand_in()?["digest"].as_str()?.to_string())
    }

    /// Returns how the results stand for a hand-in of this digest.
    pub fn standing(&self, class: &Class, digest: &str) -> Standing {
        let Some((report, hand_in)) = self.both() else { return Standing::New };
        if hand_in["digest"] != digest {
            return Standing::Changed;
        }
        let has = |status: Status| {
            let mut lessons = report["lessons"].as_array().into_iter().flatten();
            lessons.any(|lesson| lesson["status"] == status.key())
        };
        let has_more = |name: &str, now: u64| hand_in["limits"][name].as_u64().is_some_and(|old| now > old);
        let has_more_time = has_more("student", class.limit) || has_more("build", class.build_limit);
        match has(Status::Unable) || (has(Status::OutOfTime) && has_more_time) {
            true => Standing::Again,
            false => Standing::Judged,
        }
    }

    /// Moves the report of an earlier hand-in to a folder beside it; returns the folder's name.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn keep_earlier(&self) -> anyhow::Result<String> {
        let free = (1..).map(|n: u32| format!("{BEFORE}{n}")).find(|name| !self.dir.join(name).exists());
        let name = free.unwrap_or_default();
        let to = self.dir.join(&name);
        fs::create_dir(&to).with_context(|| format!("make {}", to.display()))?;
        // The record last: when this is cut short, the next run still knows that the hand-in has changed.
        for file in [REPORT, HAND_IN] {
            let from = self.dir.join(file);
            fs::rename(&from, to.join(file)).with_context(|| format!("move {}", from.display()))?;
        }
        Ok(name)
    }

    /// Writes the report, and then what it was made from: a report without that does not count.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&self, report: &Value, hand_in: &Value) -> anyhow::Result<()> {
        let _ = fs::remove_file(self.dir.join(HAND_IN));
        write_whole(&self.dir.join(REPORT), format!("{report:#}\n").as_bytes())?;
        write_whole(&self.dir.join(HAND_IN), format!("{hand_in:#}\n").as_bytes())
    }
}

/// Returns the text of `hand-in.json`.
pub fn hand_in(class: &Class, name: &str, files: &[String], digest: &str) -> Value {
    json!({
        "schema": 1,
        "name": name,
        "handed_in": files,
        "digest": digest,
        "limits": {"student": class.limit, "build": class.build_limit},
    })
}

fn read(file: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}
