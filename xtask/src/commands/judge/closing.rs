//! The end of a run: who was judged, who was not, and where the results are.

use super::class::{Class, folder_of};
use super::record::{REPORT, Record};
use super::told::{clean, not_judged, safe, words};
use crate::commands::shared::{UNABLE, print};
use crate::report::status::Status;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What a person must look at before there is a grade.
const OPEN: [Status; 3] = [Status::Refused, Status::Ambiguous, Status::Unable];
/// What is said of a lesson of which the runner could not judge every check.
const IN_PART: &str = "not judged in part";
/// What is said of a hand-in without any of the lessons: an upload may have broken, or the work lies where nobody looked.
const NOTHING: &str = "no lesson found";
/// How much of a reason is told, in characters.
const MOST: usize = 300;

/// What became of a class.
#[derive(Default)]
struct Sum {
    /// Students with a report.
    judged: usize,
    /// Students without one.
    without: Vec<String>,
    /// Students in whose hand-in no lesson was found.
    found_nothing: usize,
    /// How many students there are to look at, for each word.
    to_look_at: Vec<(String, usize)>,
    /// Who has no grade, or not the whole one, and why: a line for each reason of a student.
    open: Vec<String>,
    /// Whether the same command tries somebody again.
    tries_again: bool,
}

impl Sum {
    fn of(class: &Class, results: &Path) -> Self {
        let mut sum = Self::default();
        for named in &class.students {
            match Record::of(results, &named.key).report() {
                Some(report) => sum.add(&clean(&named.name), &report),
                None => sum.without.push(clean(&named.name)),
            }
        }
        sum
    }

    fn add(&mut self, name: &str, report: &Value) {
        self.judged += 1;
        let lessons: Vec<&Value> = report["lessons"].as_array().into_iter().flatten().collect();
        let is_missing = |lesson: &&Value| lesson["status"] == Status::NotFound.key();
        let found_nothing = lessons.iter().all(is_missing);
        self.found_nothing += usize::from(found_nothing);
        // What is to be looked at, and why: with the lessons.
        let mut open: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
        let mut seen: Vec<String> = Vec::new();
        for lesson in &lessons {
            let status = lesson["status"].as_str().unwrap_or_default();
            let known = Status::of(status);
            let is_open = found_nothing || known.is_none_or(|known| OPEN.contains(&known));
            self.tries_again |= known == Some(Status::Unable);
            let what = match not_judged(lesson) {
                _ if found_nothing => NOTHING.into(),
                0 if is_open || known == Some(Status::OutOfTime) => words(status),
                0 => continue,
                _ => IN_PART.into(),
            };
            if is_open || what == IN_PART {
                let own = lesson["lesson"].as_str().unwrap_or_default();
                open.entry((what.clone(), why(lesson))).or_default().push(own);
            }
            if !seen.contains(&what) {
                seen.push(what);
            }
        }
        for what in seen {
            match self.to_look_at.iter_mut().find(|(other, _)| *other == what) {
                Some((_, n)) => *n += 1,
                None => self.to_look_at.push((what, 1)),
            }
        }
        if found_nothing {
            // The reason names one lesson; it is that of each.
            open = open.into_iter().take(1).map(|(told, _)| (told, Vec::new())).collect();
        }
        for ((what, why), own) in open {
            let all = own.len() == lessons.len() && own.len() > 1;
            let own = if all { "all lessons".to_string() } else { own.join(", ") };
            let own = if own.is_empty() { own } else { format!(", {own}") };
            self.open.push(format!("{what}: {name}{own}: {why}"));
        }
    }

    /// Returns what to do before the grades stand; `None` where they do.
    fn next(&self, results: &Path) -> Option<String> {
        if self.tries_again || !self.without.is_empty() {
            let next =
                "next: the same command tries those again (cargo xtask doctor may know what is missing)";
            return Some(next.into());
        }
        if self.found_nothing == self.judged {
            return Some(
                "error: no lesson of anybody was found: each `why` in the reports says where it was looked for\n\
                 next: cargo xtask judge --help"
                    .into(),
            );
        }
        let page = results.join("class.html");
        (!self.open.is_empty())
            .then(|| format!("next: look at them in {}; who hands in again is judged again", page.display()))
    }

    /// Returns what there is to look at, the most first: `4 refused, 3 out of time, 1 not judged in part`.
    fn in_words(&self) -> String {
        let mut sorted = self.to_look_at.clone();
        sorted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let mut all: Vec<String> = sorted.iter().map(|(what, n)| format!("{n} {what}")).collect();
        all.extend((!self.without.is_empty()).then(|| format!("{} without a report", self.without.len())));
        all.join(", ")
    }
}

/// Returns why a lesson has no grade, or not the whole one, on one line.
fn why(lesson: &Value) -> String {
    let first =
        |text: &Value| safe(text.as_str().unwrap_or_default().lines().next().unwrap_or_default(), MOST);
    let n = not_judged(lesson);
    if n == 0 {
        return first(&lesson["why"]);
    }
    let mut checks = lesson["checks"].as_array().into_iter().flatten();
    let unable = checks.find(|check| check["verdict"] == "error").map(|check| first(&check["got"]));
    format!("{n} checks: {}", unable.unwrap_or_default())
}

/// Tells what became of the class; returns the status. `is_merged`: other folders have the results, too.
pub fn close(class: &Class, results: &Path, is_merged: bool) -> u8 {
    let sum = Sum::of(class, results);
    for who in &sum.open {
        eprintln!("{who}");
    }
    if !sum.without.is_empty() {
        eprintln!("no report of: {}", sum.without.join(", "));
    }
    let part = class.shard.as_ref().map_or(String::new(), |shard| format!(", part {shard}"));
    let students = if sum.judged == 1 { "1 student".into() } else { format!("{} students", sum.judged) };
    let (lessons, seed, shown) = (class.lessons_in_words(), class.seed, results.display());
    print(&format!("{students}, {lessons}, seed {seed}{part}\n"));
    if sum.judged > 0 {
        print(&format!(
            "table:    {shown}/grades.csv; for other tools moodle.csv and nbgrader.csv beside it\n\
             page:     {shown}/class.html\n"
        ));
        let one = folder_of(results, "KEY");
        let report = one.join(REPORT);
        print(&format!("reports:  {}, with feedback.txt and feedback.html beside it\n", report.display()));
        match is_merged {
            true => print(
                "anew:     remove students/KEY here and in its part, judge that part again, and merge\n",
            ),
            false => print(&format!(
                "anew:     remove {}, and the same command judges that student again\n",
                one.display()
            )),
        }
    }
    let to_look_at = sum.in_words();
    if !to_look_at.is_empty() {
        print(&format!("to look at: {to_look_at}\n"));
    }
    if class.students.is_empty() && class.shard.is_some() {
        eprintln!("note: the class has fewer students than parts; this part has none");
        return 0;
    }
    match sum.next(results) {
        Some(next) => {
            eprintln!("{next}");
            UNABLE
        }
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report(statuses: [&str; 2]) -> Value {
        let lesson = |(name, status): (&str, &str)| json!({"lesson": name, "status": status, "why": "it holds x", "checks": []});
        let lessons: Vec<Value> = ["01-echo", "02-uppercase"].into_iter().zip(statuses).map(lesson).collect();
        json!({"lessons": lessons})
    }

    #[test]
    fn a_hand_in_without_any_lesson_is_to_be_looked_at() {
        let mut sum = Sum::default();
        sum.add("whole", &report(["judged", "judged"]));
        // What a student did not hand in is the student's choice.
        sum.add("begun", &report(["judged", "not-found"]));
        assert!(sum.open.is_empty() && sum.next(Path::new("results")).is_none());
        sum.add("python", &report(["not-found", "not-found"]));
        assert_eq!(sum.open, ["no lesson found: python: it holds x"]);
        assert_eq!(sum.in_words(), "1 no lesson found");
        assert!(sum.next(Path::new("results")).unwrap().starts_with("next: look at them in results"));
        let mut sum = Sum::default();
        sum.add("python", &report(["not-found", "not-found"]));
        assert!(sum.next(Path::new("results")).unwrap().starts_with("error: no lesson of anybody was found"));
    }
}
