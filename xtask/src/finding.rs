//! What a check finds: a verdict, and facts and words about a broken promise. Uses nothing.

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
    /// The runner cannot judge; why, and the mend.
    Unable(String),
    /// There is nothing to judge here; why.
    Skip(String),
}

impl Stop {
    /// Whether it is a broken promise whose `got` says this.
    pub fn says(&self, text: &str) -> bool {
        matches!(self, Stop::Broken(finding) if finding.got.contains(text))
    }
}

/// A broken promise, told so that it teaches.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// The half whose fault it is, where the check is about the pair.
    pub at_fault: Option<Half>,
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub got: String,
    /// The likely cause, one sentence.
    pub cause: String,
    /// The cause is certain, whatever the check is about: no likelier one takes its place.
    pub is_certain: bool,
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

/// Bytes around the first wrong one.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Offset of the first wrong byte, from 0.
    pub offset: usize,
    /// Offset at which both windows start.
    pub start: usize,
    /// The expected bytes from `start` on, at most [`WINDOW`].
    pub expected: Vec<u8>,
    /// What came from `start` on, at most [`WINDOW`].
    pub got: Vec<u8>,
    /// Length of all that was expected.
    pub expected_len: usize,
    /// Length of all that came.
    pub got_len: usize,
}

/// Bytes shown of each side of a [`Comparison`].
pub const WINDOW: usize = 32;

impl Comparison {
    /// Finds the first difference; `None` when both are the same.
    pub fn of(expected: &[u8], got: &[u8]) -> Option<Self> {
        if expected == got {
            return None;
        }
        let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
        let start = same.saturating_sub(8) / 8 * 8;
        let window = |bytes: &[u8]| bytes[start.min(bytes.len())..bytes.len().min(start + WINDOW)].to_vec();
        Some(Self {
            offset: same,
            start,
            expected: window(expected),
            got: window(got),
            expected_len: expected.len(),
            got_len: got.len(),
        })
    }
}

impl Finding {
    /// Expected, got, cause.
    pub fn new(expected: impl Into<String>, got: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { expected: expected.into(), got: got.into(), cause: cause.into(), ..Self::default() }
    }

    /// The same with the bytes side by side.
    pub fn comparing(self, comparison: Comparison) -> Self {
        Self { comparison: Some(comparison), ..self }
    }

    /// The same as the stop of a check.
    pub fn broken<T>(self) -> Outcome<T> {
        Err(Box::new(Stop::Broken(self)))
    }
}

/// The promise broke: expected, got, cause.
pub fn broken<T>(
    expected: impl Into<String>,
    got: impl Into<String>,
    cause: impl Into<String>,
) -> Outcome<T> {
    Finding::new(expected, got, cause).broken()
}

/// Bytes in quotes, escaped, at most [`WINDOW`] of them.
pub fn quoted(bytes: &[u8]) -> String {
    let shown = bytes[..bytes.len().min(WINDOW)].escape_ascii();
    if bytes.len() > WINDOW {
        format!("\"{shown}\"… ({})", count(bytes.len()))
    } else {
        format!("\"{shown}\"")
    }
}

/// Bytes between quotes as [`quoted`] shows them, but of a byte that comes many times in a row only the first, and how
/// often: what is left of a buffer fills screens.
pub fn squeezed(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for run in bytes.chunk_by(|a, b| a == b) {
        match run.len() {
            8.. => out += &format!("{} ({} times)", run[..1].escape_ascii(), run.len()),
            _ => out += &run.escape_ascii().to_string(),
        }
    }
    out + "\""
}

/// `1 byte`, `12 bytes`.
pub fn count(n: usize) -> String {
    if n == 1 { "1 byte".into() } else { format!("{n} bytes") }
}

/// The same outcome, a broken promise with this cause.
///
/// # Errors
/// As `outcome`.
pub fn because<T>(outcome: Outcome<T>, cause: &str) -> Outcome<T> {
    outcome.map_err(|mut stop| {
        if let Stop::Broken(finding) = &mut *stop
            && !finding.is_certain
        {
            finding.cause = cause.into();
        }
        stop
    })
}

/// The same stop, a broken promise being this half's fault.
pub fn blame(mut stop: Box<Stop>, half: Half) -> Box<Stop> {
    if let Stop::Broken(finding) = &mut *stop {
        finding.at_fault = Some(half);
    }
    stop
}
