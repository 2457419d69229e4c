//! Tells on standard error how far the class is: done, now, left, time.

use super::class::Named;
use crate::commands::run::progress::Progress;
use crate::course::Lesson;
use crate::report::status::Status;
use crate::report::text::{cut, harmless};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How far the class is.
pub struct Told {
    all: usize,
    done: usize,
    /// Who is being judged, and what of it: by key.
    now: BTreeMap<String, (String, String)>,
    start: Instant,
    /// How many have been judged since then.
    judged: usize,
    progress: Progress,
}

impl Told {
    /// Begins with `all` students, of whom `done` were judged earlier.
    pub fn new(all: usize, done: usize) -> Self {
        let (now, start, progress) = (BTreeMap::new(), Instant::now(), Progress::new());
        Self { all, done, now, start, judged: 0, progress }
    }

    /// Takes what is being judged of a student.
    pub fn now(&mut self, named: &Named, what: &str) {
        self.now.insert(named.key.clone(), (clean(&named.name), what.to_string()));
        self.show();
    }

    /// Tells what became of a student.
    pub fn done(&mut self, named: &Named, what: &str, took: Duration) {
        self.now.remove(&named.key);
        self.done += 1;
        self.judged += 1;
        let (done, all, name) = (self.done, self.all, clean(&named.name));
        self.line(&format!("[{done}/{all}] {name}: {what} ({})", span(took)));
    }

    /// Tells something of a student who is judged no more.
    pub fn failed(&mut self, named: &Named, why: &str) {
        self.now.remove(&named.key);
        let name = clean(&named.name);
        self.line(&format!("{name}: {why}"));
    }

    /// Prints a line.
    pub fn line(&mut self, text: &str) {
        self.progress.clear();
        eprintln!("{text}");
        self.show();
    }

    /// Shows on a terminal how far the class is.
    pub fn show(&mut self) {
        let now: Vec<String> =
            self.now.values().map(|(name, what)| format!("{} {what}", cut(name, 20))).collect();
        let left = self.all - self.done;
        let spent = self.start.elapsed();
        let about = match (u32::try_from(self.judged), u32::try_from(left)) {
            (Ok(judged), Ok(left)) if judged > 0 => format!(", about {} to go", span(spent / judged * left)),
            _ => String::new(),
        };
        let text = format!("{} done, {left} left, {}{about} · {}", self.done, span(spent), now.join(" · "));
        self.progress.show(&text);
    }
}

/// Returns a name in a form that is safe for a terminal, on one line.
pub fn clean(name: &str) -> String {
    safe(name, 60)
}

/// Returns at most so many characters of a text in a form that is safe for a terminal, on one line.
pub fn safe(text: &str, most: usize) -> String {
    cut(&text.chars().flat_map(harmless).collect::<String>(), most)
}

/// Returns a time in words: `14 s`, `3 min`, `1 h 5 min`.
pub fn span(time: Duration) -> String {
    match time.as_secs() {
        s if s < 120 => format!("{s} s"),
        s if s < 7200 => format!("{} min", s / 60),
        s => format!("{} h {} min", s / 3600, s / 60 % 60),
    }
}

/// Returns what became of a student, lesson by lesson: `01 26/26; 02 17/38, 21 not judged; 03 not begun`.
pub fn outcome(lessons: &[&'static Lesson], report: &Value) -> String {
    let of = |(lesson, value): (&&'static Lesson, &Value)| {
        let what = match value["status"].as_str().filter(|status| *status != Status::Judged.key()) {
            None => match not_judged(value) {
                0 => format!("{}/{}", value["passed"], value["of"]),
                n => format!("{}/{}, {n} not judged", value["passed"], value["of"]),
            },
            Some(status) => words(status),
        };
        format!("{} {what}", lesson.number)
    };
    let values = report["lessons"].as_array().into_iter().flatten();
    lessons.iter().zip(values).map(of).collect::<Vec<_>>().join("; ")
}

/// Returns the words for a status of a report, also for one that this runner does not know.
pub fn words(status: &str) -> String {
    Status::of(status).map_or_else(|| status.replace('-', " "), |status| status.words().into())
}

/// Returns how many checks of a lesson the runner could not judge. Of a lesson that is not judged, that is told otherwise.
pub fn not_judged(lesson: &Value) -> usize {
    let checks = lesson["checks"].as_array().into_iter().flatten();
    let unable = checks.filter(|check| check["verdict"] == "error").count();
    if lesson["status"] == Status::Judged.key() { unable } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::LESSONS;
    use serde_json::json;

    #[test]
    fn what_was_not_judged_is_told() {
        let checks = json!([{"verdict": "pass"}, {"verdict": "error"}, {"verdict": "error"}]);
        let report = json!({"lessons": [
            {"status": "judged", "passed": 26, "of": 26, "checks": [{"verdict": "pass"}]},
            {"status": "judged", "passed": 1, "of": 3, "checks": checks},
            {"status": "out-of-time", "passed": 1, "of": 3, "checks": checks},
            {"status": "of-another-runner", "passed": 0, "of": 3, "checks": []},
        ]});
        let lessons: Vec<&Lesson> = LESSONS.iter().take(4).collect();
        let said = "01 26/26; 02 1/3, 2 not judged; 03 out of time; 04 of another runner";
        assert_eq!(outcome(&lessons, &report), said);
    }
}
