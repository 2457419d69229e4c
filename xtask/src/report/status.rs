//! What became of one lesson of one student.

/// What became of one lesson of one student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its checks were tried.
    Judged,
    /// It is the starter.
    NotBegun,
    /// It is not in the hand-in.
    NotFound,
    /// It does not compile.
    DoesNotCompile,
    /// Its `lab.toml` cannot be used.
    WrongLabToml,
    /// It was not judged whole within the limit of time.
    OutOfTime,
    /// It is in the hand-in more than once.
    Ambiguous,
    /// It is something that is not judged: a link, a device, a source from elsewhere.
    Refused,
    /// The runner could not judge it.
    Unable,
}

/// Every status.
const ALL: [Status; 9] = [
    Status::Judged,
    Status::NotBegun,
    Status::NotFound,
    Status::DoesNotCompile,
    Status::WrongLabToml,
    Status::OutOfTime,
    Status::Ambiguous,
    Status::Refused,
    Status::Unable,
];

impl Status {
    /// Returns the word that the report uses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Judged => "judged",
            Self::NotBegun => "not-begun",
            Self::NotFound => "not-found",
            Self::DoesNotCompile => "does-not-compile",
            Self::WrongLabToml => "wrong-lab-toml",
            Self::OutOfTime => "out-of-time",
            Self::Ambiguous => "ambiguous",
            Self::Refused => "refused",
            Self::Unable => "unable",
        }
    }

    /// Returns the words that people read in a table.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Judged => "judged",
            Self::NotBegun => "not begun",
            Self::NotFound => "not found",
            Self::DoesNotCompile => "does not compile",
            Self::WrongLabToml => "lab.toml is wrong",
            Self::OutOfTime => "out of time",
            Self::Ambiguous => "found twice",
            Self::Refused => "refused",
            Self::Unable => "not judged",
        }
    }

    /// Returns the status that the report names so.
    pub fn of(key: &str) -> Option<Self> {
        ALL.into_iter().find(|status| status.key() == key)
    }
}
