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
    cut(&name.chars().flat_map(harmless).collect::<String>(), 60)
}

/// Returns a time in words: `14 s`, `3 min`, `1 h 5 min`.
pub fn span(time: Duration) -> String {
    match time.as_secs() {
        s if s < 120 => format!("{s} s"),
        s if s < 7200 => format!("{} min", s / 60),
        s => format!("{} h {} min", s / 3600, s / 60 % 60),
    }
}

/// Returns what became of a student, lesson by lesson: `01 26/26, 02 not begun`.
pub fn outcome(lessons: &[&'static Lesson], report: &Value) -> String {
    let of = |(lesson, value): (&&'static Lesson, &Value)| {
        let what = match value["status"].as_str().and_then(Status::of) {
            None | Some(Status::Judged) => format!("{}/{}", value["passed"], value["of"]),
            Some(status) => status.words().into(),
        };
        format!("{} {what}", lesson.number)
    };
    let values = report["lessons"].as_array().into_iter().flatten();
    lessons.iter().zip(values).map(of).collect::<Vec<_>>().join(", ")
}
