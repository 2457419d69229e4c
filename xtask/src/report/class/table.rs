//! The table of a class: a row for each hand-in, and one for each of the roster who handed in nothing.

use super::model::{Class, Status};
use super::roster::{Person, whose};
use super::student::{Own, Student};

/// The table.
pub struct Table<'a> {
    /// The class.
    pub class: &'a Class,
    /// The rows, by name.
    pub rows: Vec<Row<'a>>,
}

/// One row.
pub struct Row<'a> {
    /// What the student handed in; nothing, where a person of the roster did not.
    pub student: Option<&'a Student>,
    /// Who that is, as far as the roster tells.
    pub person: Option<&'a Person>,
    /// Whether another hand-in is of the same person.
    pub is_twice: bool,
}

/// What the table tells of each row's place in the roster.
pub const NOT_LISTED: &str = "not on the roster";
/// See [`NOT_LISTED`].
pub const TWICE: &str = "handed in more than once";
/// What stands in the place of a lesson of somebody who handed in nothing.
pub const NOTHING: &str = "nothing handed in";

/// How many students are how far with one lesson. Each is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of its checks passed.
    pub whole: usize,
    /// It was begun, and something fails.
    pub begun: usize,
    /// It is the starter.
    pub not_begun: usize,
    /// It is not in the hand-in, or nothing was handed in.
    pub not_found: usize,
    /// The teacher must look: found twice, refused, not judged.
    pub to_look_at: usize,
}

impl<'a> Table<'a> {
    /// Makes the table. Of a part of a class, nobody knows yet who handed in nothing.
    pub fn of(class: &'a Class, students: &'a [Student]) -> Self {
        let roster = class.roster.as_deref().unwrap_or_default();
        let places: Vec<Option<usize>> =
            students.iter().map(|student| whose(roster, &student.name)).collect();
        let times = |at: usize| places.iter().filter(|other| **other == Some(at)).count();
        let own = students.iter().zip(&places).map(|(student, at)| Row {
            student: Some(student),
            person: at.map(|at| &roster[at]),
            is_twice: at.is_some_and(|at| times(at) > 1),
        });
        let absent = roster.iter().enumerate().filter(|(at, _)| class.shard.is_none() && times(*at) == 0);
        let absent = absent.map(|(_, person)| Row { student: None, person: Some(person), is_twice: false });
        let mut rows: Vec<Row> = own.chain(absent).collect();
        rows.sort_by_cached_key(|row| {
            (row.name().to_lowercase(), row.name().to_string(), row.key().to_string())
        });
        Self { class, rows }
    }

    /// Returns how far the class is with the lesson at this place.
    pub fn counts(&self, lesson: usize) -> Counts {
        let mut counts = Counts::default();
        for row in &self.rows {
            let own = row.own(lesson);
            let count = match own.map(|own| own.status) {
                Some(Status::Judged) if own.is_some_and(Own::is_whole) => &mut counts.whole,
                Some(Status::Judged | Status::DoesNotCompile | Status::WrongLabToml | Status::OutOfTime) => {
                    &mut counts.begun
                }
                Some(Status::NotBegun) => &mut counts.not_begun,
                Some(Status::NotFound) | None => &mut counts.not_found,
                Some(Status::Ambiguous | Status::Refused | Status::Unable) => &mut counts.to_look_at,
            };
            *count += 1;
        }
        counts
    }

    /// Returns how many points the whole is worth.
    pub fn worth(&self) -> f64 {
        self.class.lessons.iter().map(|lesson| self.class.worth(lesson)).sum()
    }
}

impl Row<'_> {
    /// Returns the name that the table shows: that of the hand-in, which is what the teacher finds again.
    pub fn name(&self) -> &str {
        match (self.student, self.person) {
            (Some(student), _) => &student.name,
            (None, person) => person.map_or("", Person::shown),
        }
    }

    /// Returns the name of the folder of the report; empty where nothing was handed in.
    pub fn key(&self) -> &str {
        self.student.map_or("", |student| &student.key)
    }

    /// Returns whether there is a report, and so feedback.
    pub fn has_page(&self) -> bool {
        self.student.is_some_and(|student| !student.is_waiting)
    }

    /// Returns the address of its feedback, as seen from `class.html` (RFC 3986: what is no such character is
    /// percent-encoded).
    pub fn page(&self) -> String {
        let byte = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => (byte as char).to_string(),
            byte => format!("%{byte:02X}"),
        };
        let key: String = self.key().bytes().map(byte).collect();
        format!("students/{key}/feedback.html")
    }

    /// Returns what was found of the lesson at this place.
    pub fn own(&self, lesson: usize) -> Option<&Own> {
        self.student.and_then(|student| student.lessons.get(lesson))
    }

    /// Returns what was found of each lesson.
    pub fn all(&self) -> impl Iterator<Item = &Own> {
        self.student.into_iter().flat_map(|student| &student.lessons)
    }

    /// Returns how many checks passed, in all lessons.
    pub fn passed(&self) -> u64 {
        self.all().filter(|own| own.status == Status::Judged).map(|own| own.passed).sum()
    }

    /// Returns how many checks count, in all lessons: what is skipped on the system where it was judged counts for nobody.
    pub fn of(&self, class: &Class) -> u64 {
        let of = |(n, lesson): (usize, &String)| match self.own(n) {
            Some(own) => own.of,
            None => class.of.get(lesson).copied().unwrap_or_default(),
        };
        class.lessons.iter().enumerate().map(of).sum()
    }

    /// Returns how many points they earn.
    pub fn points(&self, class: &Class) -> f64 {
        self.all().map(|own| own.points(class)).sum()
    }

    /// Returns what the roster tells of this row; nothing where all is as it should be.
    pub fn remark(&self, class: &Class) -> &'static str {
        match (class.roster.is_some(), self.person) {
            (true, None) => NOT_LISTED,
            _ if self.is_twice => TWICE,
            _ if self.student.is_none() => NOTHING,
            _ => "",
        }
    }
}

/// Returns points with at most two digits behind the point.
pub fn shown(points: f64) -> String {
    let text = format!("{:.2}", points + 0.0); // The sum of no points is -0.
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// Returns the texts that lessons have, each behind its lesson.
pub fn told<'a>(all: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let told = all.filter_map(|(lesson, text)| Some(format!("{lesson}: {}", text?)));
    told.collect::<Vec<_>>().join("; ")
}
