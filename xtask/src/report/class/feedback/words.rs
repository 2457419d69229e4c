//! What feedback says, whatever its form.

use crate::report::class::model::{Class, Status};
use crate::report::class::student::{Own, Student};
use crate::report::class::table::shown;

/// Returns the place of a lesson in the page.
pub fn anchor(lesson: &str) -> String {
    format!("lesson{}", number(lesson))
}

/// Returns the number of a lesson as the command line takes it.
pub fn number(lesson: &str) -> &str {
    lesson.split('-').next().unwrap_or(lesson)
}

/// Returns what became of a lesson, in a few words.
pub fn outcome(own: &Own) -> String {
    match own.status {
        Status::Judged if own.is_whole() => format!("all {} checks passed", own.of),
        _ => own.sentence(),
    }
}

/// What a student does next about a lesson that is not whole.
pub enum Next {
    /// Types the command that repeats what was judged.
    Again(String),
    /// Hands in something else: nothing that was handed in can be judged again.
    HandIn(String),
}

impl Next {
    /// Returns what that is; nothing where the lesson is whole.
    pub fn of(own: &Own, seed: u64) -> Option<Self> {
        let lesson = &own.lesson;
        Some(match own.status {
            _ if own.is_whole() => return None,
            Status::NotFound => Self::HandIn(format!(
                "hand in again: a folder {lesson} with its Cargo.toml and src, or with a lab.toml"
            )),
            Status::Refused => Self::HandIn(format!(
                "hand in again: the folder {lesson} itself, with your own files in it, or an archive of it that opens"
            )),
            Status::Ambiguous => {
                Self::HandIn(format!("hand in again: one folder {lesson}, and no second one"))
            }
            _ => Self::Again(format!("cargo xtask run {} --seed {seed}", number(lesson))),
        })
    }
}

/// Returns whether a command that repeats something is in the feedback.
pub fn has_command(student: &Student) -> bool {
    let all = student.lessons.iter().filter(|own| !is_quiet(own));
    all.into_iter().any(|own| matches!(Next::of(own, student.seed), Some(Next::Again(_))))
}

/// Returns the words of the compiler, or of cargo, line by line: its first error as it shows it, where the report has that.
pub fn error_of(own: &Own) -> Option<&str> {
    let is_told = matches!(own.status, Status::DoesNotCompile | Status::WrongLabToml);
    let why = is_told.then_some(own.why.as_str());
    own.rendered.as_deref().or(why).filter(|text| !text.is_empty())
}

/// Returns what stands beside the outcome: why there is no other one, and what was changed around it. That a lesson is the
/// reference solution is between the teacher and the student: the class's page has it.
pub fn remarks(own: &Own) -> Vec<String> {
    let mut told = Vec::new();
    told.extend(own.found_at.as_ref().map(|place| format!("found at {place}")));
    let half = own.report.as_ref().and_then(|report| report.half);
    told.extend(half.map(|half| {
        format!("Only the {} was handed in; the checks of the other half count, too.", half.word())
    }));
    match own.status {
        Status::Judged | Status::DoesNotCompile | Status::WrongLabToml => {}
        Status::NotBegun if own.why.is_empty() => told.push("It is the starter, unchanged.".into()),
        Status::NotFound if own.why.is_empty() => {
            told.push(format!("No folder {} is in what was handed in.", own.lesson));
        }
        _ => told.extend((!own.why.is_empty()).then(|| own.why.clone())),
    }
    if let Some(changed) = &own.manifest_changed {
        told.push(format!("The build files were changed: {changed}"));
    }
    told
}

/// Returns what the student's report was made with, and where the lessons were found: pairs of a label and a text.
pub fn facts(class: &Class, student: &Student) -> Vec<(String, String)> {
    let mut facts = vec![("seed".to_string(), student.seed.to_string())];
    let found = student.found_at.as_ref().map(|place| ("found at".to_string(), place.clone()));
    facts.extend(found);
    facts.extend(if student.made_with.is_empty() {
        class.made_with.clone()
    } else {
        student.made_with.clone()
    });
    facts
}

/// Returns how much was reached in all.
pub fn total(class: &Class, student: &Student) -> String {
    let judged = student.lessons.iter().filter(|own| own.status == Status::Judged);
    let passed: u64 = judged.map(|own| own.passed).sum();
    let of: u64 = student.lessons.iter().map(|own| own.of).sum();
    let checks = format!("{passed} of {of} checks passed");
    match &class.points {
        None => checks,
        Some(_) => {
            let points: f64 = student.lessons.iter().map(|own| own.points(class)).sum();
            let worth: f64 = class.lessons.iter().map(|lesson| class.worth(lesson)).sum();
            format!("{checks}; {} of {} points", shown(points), shown(worth))
        }
    }
}

/// What a student can do with the commands.
pub const HOW: &str = "Each command below repeats what was judged, with the same inputs and cuts: type it in your own clone of \
                   the course, with your programs in lessons/. With --format html --output report.html behind it, it also \
                   draws what passed.";

/// Returns whether there is nothing to tell of a lesson but its outcome.
pub fn is_quiet(own: &Own) -> bool {
    let is_said = own.is_whole() || matches!(own.status, Status::NotFound | Status::NotBegun);
    is_said && own.manifest_changed.is_none() && own.why.is_empty()
}
