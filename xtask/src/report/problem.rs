//! Why a lesson has no verdicts.

use crate::finding::Verdict;

/// Why a lesson has no verdicts.
#[derive(Clone, Debug)]
pub enum Problem {
    /// The program does not compile.
    DoesNotCompile(Broken),
    /// Its `lab.toml` cannot be used: the line, and what is wrong there.
    WrongLabToml(String),
    /// The runner cannot judge: why, and how to mend that.
    Unable(String),
    /// In a run of all lessons, the folder of this one is missing, and others are there.
    NotThere(String),
    /// It was not found in what a student handed in.
    NotFound(String),
    /// It was found at several places.
    Ambiguous(String),
    /// It wants what no hand-in may, for instance sources from outside of its folder.
    Refused(String),
    /// Its build took longer than its limit.
    OutOfTime(String),
    /// Its sources are the starter's.
    NotBegun(String),
}

/// A program that does not compile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// Where, or what to do about it.
    pub why: String,
    /// rustc's first error as rustc prints it, without colour, where that is known.
    pub rendered: Option<String>,
    /// What perhaps mends it, where the lesson knows more than rustc says.
    pub perhaps: Option<&'static str>,
}

impl From<String> for Broken {
    fn from(why: String) -> Self {
        Self { why, ..Self::default() }
    }
}

impl Problem {
    /// Returns why, in words.
    pub fn why(&self) -> &str {
        match self {
            Self::DoesNotCompile(broken) => &broken.why,
            Self::WrongLabToml(why)
            | Self::Unable(why)
            | Self::NotThere(why)
            | Self::NotFound(why)
            | Self::Ambiguous(why)
            | Self::Refused(why)
            | Self::OutOfTime(why)
            | Self::NotBegun(why) => why,
        }
    }

    /// Returns rustc's first error, where it is that.
    pub fn rendered(&self) -> Option<&str> {
        match self {
            Self::DoesNotCompile(broken) => broken.rendered.as_deref(),
            _ => None,
        }
    }

    /// Returns the verdict on a lesson that has it.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::DoesNotCompile(_) | Self::WrongLabToml(_) | Self::Refused(_) | Self::NotBegun(_) => {
                Verdict::Fail
            }
            Self::Unable(_) | Self::NotFound(_) | Self::Ambiguous(_) | Self::OutOfTime(_) => Verdict::Error,
            Self::NotThere(_) => Verdict::Skip,
        }
    }
}
