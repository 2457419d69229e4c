//! The table of a class: a row for each hand-in, and one for each of the roster who handed in nothing.

use super::model::{Class, Status};
use super::moodle_name::moodle_name;
use super::roster::Person;
use super::student::{NOT_YET, Own, Student};
use super::whose::{Whose, whose};

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
    /// Of whom it may be, where its name fits more than one.
    pub fits: Vec<&'a Person>,
    /// Whether another hand-in is of the same person.
    pub is_twice: bool,
    /// Whether a hand-in fits this person and another.
    pub is_perhaps: bool,
}

/// What stands in the place of a lesson of somebody who handed in nothing.
pub const NOTHING: &str = "nothing handed in";
/// The same, where a hand-in fits this student and another.
const PERHAPS: &str = "may be handed in";

/// How far students are with a lesson, in the order in which they are counted; what is not in here comes last. The first
/// are counted also where there are none.
const STAGES: [&str; 14] = [
    WHOLE,
    BEGUN,
    Status::NotBegun.words(),
    Status::NotFound.words(),
    Status::DoesNotCompile.words(),
    Status::WrongLabToml.words(),
    Status::OutOfTime.words(),
    IN_PART,
    Status::Ambiguous.words(),
    Status::Refused.words(),
    Status::Unable.words(),
    NOT_YET,
    NOTHING,
    PERHAPS,
];
/// How many of them that are.
const ALWAYS: usize = 4;
const WHOLE: &str = "passed whole";
const BEGUN: &str = "begun";
const IN_PART: &str = "not judged in part";

impl<'a> Table<'a> {
    /// Makes the table. Of a part of a class, nobody knows yet who handed in nothing.
    pub fn of(class: &'a Class, students: &'a [Student]) -> Self {
        let roster = class.roster.as_deref().unwrap_or_default();
        let places: Vec<Whose> = students.iter().map(|student| whose(roster, &student.name)).collect();
        let times = |at: usize| places.iter().filter(|place| **place == Whose::One(at)).count();
        // By the roster, or by Moodle's number.
        let is_same = |one: (&Student, &Whose), other: (&Student, &Whose)| {
            let (own, another) = (moodle_name(&one.0.name), moodle_name(&other.0.name));
            matches!(one.1, Whose::One(_)) && one.1 == other.1 || own.is_some() && own == another
        };
        // A hand-in that is gone makes no second one of one that is there.
        let is_twice = |student: &Student, place: &Whose| {
            let others = students.iter().zip(&places).filter(|(other, _)| student.is_gone || !other.is_gone);
            others.filter(|other| is_same((student, place), *other)).count() > 1
        };
        let own = students.iter().zip(&places).map(|(student, place)| {
            let (at, fits) = match place {
                Whose::Nobody => (None, Vec::new()),
                Whose::One(at) => (Some(*at), Vec::new()),
                Whose::Several(all) => (None, all.iter().map(|at| &roster[*at]).collect()),
            };
            Row {
                student: Some(student),
                person: at.map(|at| &roster[at]),
                fits,
                is_twice: is_twice(student, place),
                is_perhaps: false,
            }
        });
        let absent = roster.iter().enumerate().filter(|(at, _)| class.shard.is_none() && times(*at) == 0);
        let absent = absent.map(|(at, person)| Row {
            student: None,
            person: Some(person),
            fits: Vec::new(),
            is_twice: false,
            is_perhaps: places.iter().any(|place| matches!(place, Whose::Several(all) if all.contains(&at))),
        });
        let mut rows: Vec<Row> = own.chain(absent).collect();
        rows.sort_by_cached_key(|row| {
            (row.name().to_lowercase(), row.name().to_string(), row.key().to_string())
        });
        Self { class, rows }
    }

    /// Returns how many students are how far with each lesson: for each stage that somebody is at, the numbers in the order
    /// of the lessons. Each student is counted once a lesson.
    pub fn counts(&self) -> Vec<(String, Vec<usize>)> {
        let lessons = self.class.lessons.len();
        let mut counts: Vec<(String, Vec<usize>)> =
            STAGES.iter().map(|stage| (stage.to_string(), vec![0; lessons])).collect();
        for row in &self.rows {
            for n in 0..lessons {
                let stage = row.stage(n);
                let at = counts.iter().position(|(other, _)| other == stage).unwrap_or_else(|| {
                    counts.push((stage.into(), vec![0; lessons]));
                    counts.len() - 1
                });
                counts[at].1[n] += 1;
            }
        }
        let is_shown = |(at, (_, all)): &(usize, (String, Vec<usize>))| {
            *at < ALWAYS || all.iter().any(|count| *count > 0)
        };
        counts.into_iter().enumerate().filter(is_shown).map(|(_, one)| one).collect()
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

    /// Returns how far this student is with the lesson at this place: one of the stages that are counted.
    fn stage(&self, lesson: usize) -> &str {
        match self.own(lesson) {
            None => self.absent(),
            Some(own) if own.is_whole() => WHOLE,
            Some(own) if own.not_judged > 0 => IN_PART,
            Some(own) if own.status == Status::Judged => BEGUN,
            Some(own) => &own.words,
        }
    }

    /// Returns what stands in the place of lessons where there is no hand-in.
    pub fn absent(&self) -> &'static str {
        if self.is_perhaps { PERHAPS } else { NOTHING }
    }

    /// Returns whether the turn of this student has not come: then there is nothing to count.
    pub fn is_waiting(&self) -> bool {
        self.student.is_some_and(|student| student.is_waiting)
    }

    /// Returns whether there is a hand-in, and none of the lessons was found in it.
    pub fn has_nothing(&self) -> bool {
        self.has_page() && self.all().all(|own| own.status == Status::NotFound)
    }

    /// Returns whether a person must decide before there is any grade of this row. Where nothing was found, nobody knows
    /// whether an upload broke, or the work lies where nobody looked.
    pub fn is_open(&self) -> bool {
        self.is_twice || self.is_perhaps || self.is_waiting() || self.has_nothing()
    }

    /// Returns the points of the lesson at this place; nothing where a person must look first.
    pub fn score(&self, lesson: usize, class: &Class) -> String {
        match self.own(lesson) {
            Some(own) if own.is_open() || self.has_nothing() => String::new(),
            None if self.is_perhaps => String::new(),
            own => shown(own.map_or(0.0, |own| own.points(class))),
        }
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
