//! One student's report.

use super::model::{Class, Status, made_with};
use super::{paths, read};
use crate::finding::Verdict;
use crate::report::LessonReport;
use anyhow::Context;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What stands in the place of a lesson of a student whose turn has not come.
pub const NOT_YET: &str = "not judged yet";

/// What was found of one student.
#[derive(Debug)]
pub struct Student {
    /// The name of the folder of the student's report.
    pub key: String,
    /// The name of the hand-in.
    pub name: String,
    /// Where in the hand-in the lessons were found.
    pub found_at: Option<String>,
    /// What it was judged with: pairs of a label and a text.
    pub made_with: Vec<(String, String)>,
    /// The seed of inputs and cuts.
    pub seed: u64,
    /// The lessons of the class, in its order.
    pub lessons: Vec<Own>,
    /// Whether the student's turn has not come: then there is no report.
    pub is_waiting: bool,
    /// Whether there is a report, and no hand-in any more.
    pub is_gone: bool,
}

/// What was found of one lesson of a student.
#[derive(Debug)]
pub struct Own {
    /// `01-echo`.
    pub lesson: String,
    /// What became of it.
    pub status: Status,
    /// The same in words, also where this runner does not know the status.
    pub words: String,
    /// How many checks passed.
    pub passed: u64,
    /// How many checks count.
    pub of: u64,
    /// How many checks of a judged lesson the runner could not judge.
    pub not_judged: u64,
    /// Why it is not judged, or not all of it.
    pub why: String,
    /// The compiler's first error as it shows it, where it does not compile.
    pub rendered: Option<String>,
    /// Where in the hand-in it was found.
    pub found_at: Option<String>,
    /// What the student's manifest has that the lab's has not, and a `build.rs`.
    pub manifest_changed: Option<String>,
    /// Whether it is the reference solution but for names, comments and white space.
    pub same_as_solution: bool,
    /// A digest of its sources without comments and white space; none of a starter or a solution.
    pub sources: Option<String>,
    /// Its checks.
    pub report: Option<LessonReport>,
}

impl Student {
    /// Reads the report in the student's folder. `folders` are the teacher's own, and are taken out of it. Of a student whose
    /// report cannot be read, no lesson is judged.
    pub fn read(class: &Class, key: &str, folder: &Path, folders: &[&Path]) -> Self {
        let text = fs::read_to_string(folder.join("report.json")).context("its report.json cannot be read");
        let value = text.and_then(|text| serde_json::from_str(&text).context("its report.json is no JSON"));
        let (mut value, why): (Value, String) = match value {
            Ok(value) => (value, "its report does not name this lesson: judge it again".into()),
            Err(error) => (Value::Null, format!("{error:#}")),
        };
        paths::without(&mut value, folders);
        let seed = value["seed"].as_u64().unwrap_or(class.seed);
        let all: Vec<&Value> = value["lessons"].as_array().into_iter().flatten().collect();
        let own = |name: &String| match all.iter().find(|lesson| lesson["lesson"] == name.as_str()) {
            Some(lesson) => Own::read(class, name, lesson, seed),
            None => Own::unable(class, name, why.clone()),
        };
        Self {
            key: key.into(),
            name: value["student"].as_str().unwrap_or(key).into(),
            found_at: value["found_at"].as_str().map(String::from),
            made_with: made_with(&value["made_with"]),
            seed,
            lessons: class.lessons.iter().map(own).collect(),
            is_waiting: false,
            // A class that was made before this runner named nobody.
            is_gone: !class.students.is_empty() && class.students.iter().all(|(other, _)| other != key),
        }
    }

    /// Returns a student whose turn has not come.
    pub fn waiting(class: &Class, key: &str, name: &str) -> Self {
        let own = |lesson: &String| Own {
            words: NOT_YET.into(),
            ..Own::unable(class, lesson, "its turn has not come: the same command goes on".into())
        };
        Self {
            key: key.into(),
            name: name.into(),
            found_at: None,
            made_with: Vec::new(),
            seed: class.seed,
            lessons: class.lessons.iter().map(own).collect(),
            is_waiting: true,
            is_gone: false,
        }
    }

    /// Returns what a table of the class needs.
    pub fn without_evidence(mut self) -> Self {
        self.lessons.iter_mut().for_each(|own| own.report = None);
        self
    }
}

impl Own {
    fn read(class: &Class, name: &str, value: &Value, seed: u64) -> Self {
        let report = match read::lesson(value, seed) {
            Ok(report) => report,
            Err(error) => {
                return Self::unable(class, name, format!("its report is of another runner: {error:#}"));
            }
        };
        let text = |key: &str| value[key].as_str().map(String::from);
        let key = text("status");
        let known = key.as_deref().and_then(Status::of);
        let status = known.unwrap_or(match key.is_none() && !report.checks.is_empty() {
            true => Status::Judged,
            false => Status::Unable,
        });
        let words = match (known, &key) {
            // Of a later runner.
            (None, Some(key)) => key.replace('-', " "),
            _ => status.words().into(),
        };
        let of_verdict = |wanted: &[Verdict]| {
            report.checks.iter().filter(|check| wanted.contains(&check.verdict)).count() as u64
        };
        let passed = of_verdict(&[Verdict::Pass, Verdict::Demo]);
        let is_judged = status == Status::Judged;
        let not_judged = if is_judged { of_verdict(&[Verdict::Error]) } else { 0 };
        let unable = report.checks.iter().find(|check| is_judged && check.verdict == Verdict::Error);
        let all = class.of.get(name).copied().unwrap_or(report.checks.len() as u64);
        let of = value["of"].as_u64().unwrap_or(all);
        // The checks of a half that was not handed in count, too.
        let of = if report.half.is_some() { of.max(all) } else { of };
        Self {
            lesson: name.into(),
            status,
            words,
            passed: value["passed"].as_u64().unwrap_or(passed),
            of,
            not_judged,
            why: text("why")
                .or(text("problem"))
                .or(unable.map(|check| check.got.to_string()))
                .unwrap_or_default(),
            rendered: text("rendered"),
            found_at: text("found_at"),
            manifest_changed: text("manifest_changed"),
            same_as_solution: value["same_as_solution"] == true,
            sources: text("sources"),
            report: Some(report),
        }
    }

    fn unable(class: &Class, name: &str, why: String) -> Self {
        Self {
            lesson: name.into(),
            status: Status::Unable,
            words: Status::Unable.words().into(),
            passed: 0,
            of: class.of.get(name).copied().unwrap_or_default(),
            not_judged: 0,
            why,
            rendered: None,
            found_at: None,
            manifest_changed: None,
            same_as_solution: false,
            sources: None,
            report: None,
        }
    }

    /// Returns whether all of it holds.
    pub fn is_whole(&self) -> bool {
        self.status == Status::Judged && self.of > 0 && self.passed >= self.of
    }

    /// Returns what became of it as a table shows it: `25 of 26`, `17 of 38, 21 not judged`, or its words.
    pub fn outcome(&self) -> String {
        self.told("")
    }

    /// Returns the same as a sentence: `25 of 26 checks passed`.
    pub fn sentence(&self) -> String {
        self.told(" checks passed")
    }

    fn told(&self, unit: &str) -> String {
        match (self.status, self.not_judged) {
            (Status::Judged, 0) => format!("{} of {}{unit}", self.passed, self.of),
            (Status::Judged, n) => format!("{} of {}{unit}, {n} not judged", self.passed, self.of),
            _ => self.words.clone(),
        }
    }

    /// Returns whether a person must look at it before there is a grade.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Unable | Status::Ambiguous | Status::Refused) || self.not_judged > 0
    }

    /// Returns how many points it earns: the lesson's, as far as its checks passed. What is not judged earns none.
    pub fn points(&self, class: &Class) -> f64 {
        match self.status {
            Status::Judged if self.of > 0 => {
                class.worth(&self.lesson) * self.passed.min(self.of) as f64 / self.of as f64
            }
            _ => 0.0,
        }
    }
}
