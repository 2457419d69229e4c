//! What a check finds: a verdict, and facts and words about a broken promise. Uses nothing.

mod comparison;
mod words;

pub use comparison::Comparison;
pub use words::{Cause, Perhaps, Weight, Words, count, quoted, squeezed};

/// The side that a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The server alone, against the runner as its client.
    Server,
    /// The client alone, against the runner as its server.
    Client,
    /// Both together, with the wire between them.
    Pair,
}

impl Half {
    /// Returns the word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Half::Server => "server",
            Half::Client => "client",
            Half::Pair => "pair",
        }
    }

    /// Returns the other half of the pair; the server, for the pair itself.
    pub fn other(self) -> Self {
        if self == Half::Server { Half::Client } else { Half::Server }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The promise held.
    Pass,
    /// It broke exactly as the lesson predicts; counts as passed.
    Demo,
    /// The promise did not hold.
    Fail,
    /// It could not be judged.
    Error,
    /// It was not tried, for a reason that the report names.
    Skip,
}

impl Verdict {
    /// Returns the word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Demo => "demo",
            Verdict::Fail => "fail",
            Verdict::Error => "error",
            Verdict::Skip => "skip",
        }
    }
}

/// The result of a check or a step of one.
pub type Outcome<T = ()> = Result<T, Box<Stop>>;

/// Why a check ended early.
#[derive(Debug)]
pub enum Stop {
    /// The promise broke.
    Broken(Finding),
    /// The promise broke exactly as the lesson predicts.
    Demo(Finding),
    /// The runner cannot judge: the reason, and words that say it and what to do.
    Unable(Hindrance, Words),
    /// There is nothing to judge here, and why.
    Skip(Words),
}

impl Stop {
    /// Returns what the program did when a promise broke.
    pub fn symptom(&self) -> Symptom {
        match self {
            Stop::Broken(finding) => finding.symptom,
            _ => Symptom::Other,
        }
    }

    /// Returns whether a promise broke, and the check knows no more of the cause than the symptom.
    pub fn is_vague(&self) -> bool {
        matches!(self, Stop::Broken(finding) if finding.cause.weight == Weight::General)
    }

    /// Returns whether the program never came to its work: no other check of its half can tell more.
    pub fn never_began(&self) -> bool {
        match self {
            Stop::Broken(finding) => finding.never_began,
            Stop::Unable(by, _) => matches!(by, Hindrance::CannotStart | Hindrance::Confined),
            _ => false,
        }
    }
}

/// What keeps the runner from judging.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hindrance {
    /// Something that only the words say.
    #[default]
    Other,
    /// The server waits for its client to speak, in a lesson in which servers push.
    OtherProtocol,
    /// Another program listens at the fixed address of this one.
    AddressTaken,
    /// The runner, or the program, got the processor too late for a time limit of the program.
    TooLate,
    /// A program cannot be started.
    CannotStart,
    /// A program that is confined may not read what it needs to start.
    Confined,
    /// The keeper of a program was killed by somebody.
    KeeperKilled,
}

/// What a program did instead of what it promised, as far as a decision depends on it. Sentences say the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Symptom {
    /// Something else, which decides nothing.
    #[default]
    Other,
    /// It said nothing at all, and kept the connection open.
    Silent,
    /// It ended or reset the connection before all had come.
    EndedEarly,
    /// It is a server that goes on, and a connection to it failed.
    Refused,
    /// It is a server, and ended while it had to serve.
    EndedForAll,
    /// It still runs when it should have ended: it waits in a call.
    StillWaits {
        /// That call reads its standard input.
        on_input: bool,
    },
    /// It still runs when it should have ended, and does not wait.
    StillRuns,
    /// It ended with this status.
    Exited(i32),
    /// A signal ended it.
    Killed,
    /// It panicked, and the check has said what that means.
    Panicked,
}

/// A broken promise, described so that a learner understands it.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// The half that broke its promise, where that is known.
    pub at_fault: Option<Half>,
    /// What the program did.
    pub symptom: Symptom,
    /// Whether the program never came to its work: it did not listen, or did not call.
    pub never_began: bool,
    /// What should have happened.
    pub expected: Words,
    /// What happened.
    pub got: Words,
    /// Why.
    pub cause: Cause,
    /// The bytes side by side, where bytes were compared.
    pub comparison: Option<Comparison>,
    /// The hole of the starter that the program reached; it replaces everything else.
    pub hole: Option<Hole>,
}

/// A function that the learner must still write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Its name.
    pub function: String,
    /// Its file, as the learner would open it.
    pub file: String,
    /// The line of its `todo!`, from 1.
    pub line: u32,
}

impl Finding {
    /// Returns a finding with expected, got and cause.
    pub fn new(expected: impl Into<Words>, got: impl Into<Words>, cause: impl Into<Cause>) -> Self {
        Self { expected: expected.into(), got: got.into(), cause: cause.into(), ..Self::default() }
    }

    /// Returns this finding with what the program did.
    pub fn seen(self, symptom: Symptom) -> Self {
        Self { symptom, ..self }
    }

    /// Returns this finding as that of a program that never came to its work.
    pub fn before_it_began(self) -> Self {
        Self { never_began: true, ..self }
    }

    /// Returns this finding as a fault of this half.
    pub fn of(self, half: Half) -> Self {
        Self { at_fault: Some(half), ..self }
    }

    /// Returns this finding with the bytes side by side.
    pub fn comparing(self, comparison: Comparison) -> Self {
        Self { comparison: Some(comparison), ..self }
    }

    /// Returns this finding as the stop of a check.
    ///
    /// # Errors
    /// Always.
    pub fn broken<T>(self) -> Outcome<T> {
        Err(Box::new(Stop::Broken(self)))
    }
}

/// Returns the stop that the promise broke: expected, got, cause.
///
/// # Errors
/// Always.
pub fn broken<T>(expected: impl Into<Words>, got: impl Into<Words>, cause: impl Into<Cause>) -> Outcome<T> {
    Finding::new(expected, got, cause).broken()
}

/// Returns the stop that the runner cannot judge, and why.
///
/// # Errors
/// Always.
pub fn unable<T>(why: impl Into<Words>) -> Outcome<T> {
    hindered(Hindrance::Other, why)
}

/// Returns the stop that the runner cannot judge: what hinders it, and why.
///
/// # Errors
/// Always.
pub fn hindered<T>(by: Hindrance, why: impl Into<Words>) -> Outcome<T> {
    Err(Box::new(Stop::Unable(by, why.into())))
}

/// Returns the stop that there is nothing to judge here, and why.
///
/// # Errors
/// Always.
pub fn skip<T>(why: impl Into<Words>) -> Outcome<T> {
    Err(Box::new(Stop::Skip(why.into())))
}

/// Gives a broken promise this cause, unless its own cause is kept.
///
/// # Errors
/// Those of `outcome`.
pub fn because<T>(outcome: Outcome<T>, cause: impl Into<Cause>) -> Outcome<T> {
    outcome.map_err(|mut stop| {
        if let Stop::Broken(finding) = &mut *stop
            && finding.cause.weight != Weight::Kept
        {
            finding.cause = cause.into();
        }
        stop
    })
}

/// Sets the half that is at fault for a broken promise.
pub fn blame(mut stop: Box<Stop>, half: Half) -> Box<Stop> {
    if let Stop::Broken(finding) = &mut *stop {
        finding.at_fault = Some(half);
    }
    stop
}
