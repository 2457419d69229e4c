//! The end of a run: who was judged, who was not, and where the results are.

use super::class::{Class, Named, folder_of};
use super::record::{REPORT, Record};
use super::told::clean;
use crate::commands::shared::{UNABLE, print};
use serde_json::Value;
use std::path::Path;

/// What became of a class.
#[derive(Default)]
struct Sum {
    /// Students with a report.
    judged: usize,
    /// Students without one.
    without: Vec<String>,
    /// Whether any lesson of anybody was found.
    found_any: bool,
    /// Who could not be judged, and why.
    unable: Vec<String>,
}

impl Sum {
    fn of(class: &Class, results: &Path) -> Self {
        let mut sum = Self::default();
        for named in &class.students {
            match Record::of(results, &named.key).report() {
                Some(report) => sum.add(named, &report),
                None => sum.without.push(clean(&named.name)),
            }
        }
        sum
    }

    fn add(&mut self, named: &Named, report: &Value) {
        self.judged += 1;
        for lesson in report["lessons"].as_array().into_iter().flatten() {
            let status = lesson["status"].as_str().unwrap_or_default();
            self.found_any |= ["judged", "not-begun", "does-not-compile", "wrong-lab-toml", "out-of-time"]
                .contains(&status);
            if status == "unable" {
                let (lesson, why) = (lesson["lesson"].as_str(), lesson["why"].as_str());
                let (lesson, why) = (lesson.unwrap_or_default(), why.unwrap_or_default());
                self.unable.push(format!("{}, {lesson}: {why}", clean(&named.name)));
            }
        }
    }
}

/// Tells what became of the class; returns the status.
pub fn close(class: &Class, results: &Path) -> u8 {
    let sum = Sum::of(class, results);
    for who in &sum.unable {
        eprintln!("not judged: {who}");
    }
    if !sum.without.is_empty() {
        eprintln!("no report of: {}", sum.without.join(", "));
    }
    let part = class.shard.as_ref().map_or(String::new(), |shard| format!(", part {shard}"));
    let students = if sum.judged == 1 { "1 student".into() } else { format!("{} students", sum.judged) };
    let (lessons, seed, shown) = (class.lessons_in_words(), class.seed, results.display());
    print(&format!("{students}, {lessons}, seed {seed}{part}\n"));
    if sum.judged > 0 {
        print(&format!("table:    {shown}/grades.csv\npage:     {shown}/class.html\n"));
        let one = folder_of(results, "STUDENT").join(REPORT);
        print(&format!("reports:  {}, with feedback.txt and feedback.html beside it\n", one.display()));
    }
    let is_empty_part = class.students.is_empty() && class.shard.is_some();
    match () {
        () if is_empty_part => {
            eprintln!("note: the class has fewer students than parts; this part has none");
            0
        }
        () if !sum.unable.is_empty() || !sum.without.is_empty() => {
            eprintln!(
                "next: the same command tries those again (cargo xtask doctor may know what is missing)"
            );
            UNABLE
        }
        () if !sum.found_any => {
            eprintln!(
                "error: no lesson of anybody was found: each `why` in the reports says where it was looked for\n\
                 next: cargo xtask judge --help"
            );
            UNABLE
        }
        () => 0,
    }
}
