//! What a check finds: a verdict, and facts and words about a broken promise. Uses nothing.

mod comparison;
mod words;

pub use comparison::Comparison;
pub use words::{Cause, Weight, Words, count, quoted, squeezed};

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
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Half::Server => "server",
            Half::Client => "client",
            Half::Pair => "pair",
        }
    }
}

/// What became of a check.
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
    /// The word that reports use.
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
    /// The lesson predicts just this break.
    Demo(Finding),
    /// The runner cannot judge: what hinders it, and in words, with the mend.
    Unable(Hindrance, Words),
    /// There is nothing to judge here; why.
    Skip(Words),
}

impl Stop {
    /// What the program did, when a promise broke.
    pub fn symptom(&self) -> Symptom {
        match self {
            Stop::Broken(finding) => finding.symptom,
            _ => Symptom::Other,
        }
    }
}

/// What keeps the runner from judging.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hindrance {
    /// Something that the words say.
    #[default]
    Other,
    /// The server waits for its client to speak, in a lesson in which servers push.
    OtherProtocol,
    /// Another program listens at the one address of this one.
    AddressTaken,
    /// A program cannot be started.
    CannotStart,
}

/// What a program did in place of what it promised, as far as a decision hangs on it. Sentences tell the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Symptom {
    /// Something else, which decides nothing.
    #[default]
    Other,
    /// It said nothing at all, and kept the connection open.
    Silent,
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

/// A broken promise, told so that it teaches.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// The half that broke its promise, where that is known.
    pub at_fault: Option<Half>,
    /// What the program did.
    pub symptom: Symptom,
    /// What should have happened.
    pub expected: Words,
    /// What happened.
    pub got: Words,
    /// Why.
    pub cause: Cause,
    /// The bytes side by side, where bytes were compared.
    pub comparison: Option<Comparison>,
    /// A hole of the starter that the program ran into, instead of everything else.
    pub hole: Option<Hole>,
}

/// A function that the learner has still to write.
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
    /// Expected, got, cause.
    pub fn new(expected: impl Into<Words>, got: impl Into<Words>, cause: impl Into<Cause>) -> Self {
        Self { expected: expected.into(), got: got.into(), cause: cause.into(), ..Self::default() }
    }

    /// This finding with what the program did.
    pub fn seen(self, symptom: Symptom) -> Self {
        Self { symptom, ..self }
    }

    /// This finding as a fault of this half.
    pub fn of(self, half: Half) -> Self {
        Self { at_fault: Some(half), ..self }
    }

    /// This finding with the bytes side by side.
    pub fn comparing(self, comparison: Comparison) -> Self {
        Self { comparison: Some(comparison), ..self }
    }

    /// This finding as the stop of a check.
    ///
    /// # Errors
    /// Always.
    pub fn broken<T>(self) -> Outcome<T> {
        Err(Box::new(Stop::Broken(self)))
    }
}

/// The promise broke: expected, got, cause.
///
/// # Errors
/// Always.
pub fn broken<T>(expected: impl Into<Words>, got: impl Into<Words>, cause: impl Into<Cause>) -> Outcome<T> {
    Finding::new(expected, got, cause).broken()
}

/// The runner cannot judge; why.
///
/// # Errors
/// Always.
pub fn unable<T>(why: impl Into<Words>) -> Outcome<T> {
    hindered(Hindrance::Other, why)
}

/// The runner cannot judge: what hinders it, and why.
///
/// # Errors
/// Always.
pub fn hindered<T>(by: Hindrance, why: impl Into<Words>) -> Outcome<T> {
    Err(Box::new(Stop::Unable(by, why.into())))
}

/// There is nothing to judge here; why.
///
/// # Errors
/// Always.
pub fn skip<T>(why: impl Into<Words>) -> Outcome<T> {
    Err(Box::new(Stop::Skip(why.into())))
}

/// Names this cause of a broken promise, in place of any that is not certain.
///
/// # Errors
/// As `outcome`.
pub fn because<T>(outcome: Outcome<T>, cause: impl Into<Cause>) -> Outcome<T> {
    outcome.map_err(|mut stop| {
        if let Stop::Broken(finding) = &mut *stop
            && finding.cause.weight != Weight::Certain
        {
            finding.cause = cause.into();
        }
        stop
    })
}

/// Says whose fault a broken promise is.
pub fn blame(mut stop: Box<Stop>, half: Half) -> Box<Stop> {
    if let Stop::Broken(finding) = &mut *stop {
        finding.at_fault = Some(half);
    }
    stop
}
