//! What a teacher is told of a row beside its lessons: where it stands in the roster, and whether the hand-in is still there.

use super::model::Class;
use super::roster::Person;
use super::table::Row;

/// What is told of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// There is a report, and no hand-in any more.
    Gone,
    /// The roster does not name this student.
    NotListed,
    /// The name of the hand-in fits more than one of the roster.
    Fits,
    /// Another hand-in is of the same student.
    Twice,
    /// The student handed in nothing.
    Nothing,
    /// Perhaps one whose name fits this student and another.
    Perhaps,
}

impl Remark {
    /// Every remark, in the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::Gone, Self::NotListed, Self::Fits, Self::Twice, Self::Nothing, Self::Perhaps];

    /// Returns the words for all rows of which it is told.
    pub fn words(self) -> &'static str {
        match self {
            Self::Gone => "the hand-in is gone, and the report stays",
            Self::NotListed => "not on the roster",
            Self::Fits => "id and name fit more than one of the roster",
            Self::Twice => "handed in more than once: choose one",
            Self::Nothing => "nothing handed in",
            Self::Perhaps => "may be handed in: its name fits another student, too",
        }
    }

    /// Returns the words for this row.
    pub fn told(self, row: &Row) -> String {
        match self {
            Self::Fits => {
                let names: Vec<&str> = row.fits.iter().map(|person| Person::shown(person)).collect();
                format!("{}: {}", self.words(), names.join(", "))
            }
            _ => self.words().into(),
        }
    }

    /// Returns all that is told of this row.
    pub fn of(row: &Row, class: &Class) -> Vec<Self> {
        let is = |remark: &Self| match remark {
            Self::Gone => row.student.is_some_and(|student| student.is_gone),
            Self::NotListed => class.roster.is_some() && row.person.is_none() && row.fits.is_empty(),
            Self::Fits => !row.fits.is_empty(),
            Self::Twice => row.is_twice,
            Self::Nothing => row.student.is_none() && !row.is_perhaps,
            Self::Perhaps => row.student.is_none() && row.is_perhaps,
        };
        Self::ALL.into_iter().filter(is).collect()
    }
}

/// Returns what the roster tells of this row, for its column; whether the hand-in is gone stands elsewhere.
pub fn of_roster(row: &Row, class: &Class) -> String {
    let all = Remark::of(row, class).into_iter().filter(|remark| *remark != Remark::Gone);
    all.map(|remark| remark.told(row)).collect::<Vec<_>>().join("; ")
}
