//! What was found when one thing was tried.

/// The state of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It works.
    Works,
    /// It does not work; something is less good without it.
    Less,
    /// It does not work; nothing can be judged without it.
    Missing,
}

/// One thing that was tried.
#[derive(Debug)]
pub struct Probe {
    /// What it is.
    pub what: &'static str,
    /// Whether it works.
    pub health: Health,
    /// What was seen.
    pub seen: String,
    /// What does not work without it; empty when it works.
    pub cost: &'static str,
    /// The command that mends it, or what to do; empty when it works.
    pub mend: String,
}

impl Probe {
    /// Something that works.
    pub fn works(what: &'static str, seen: impl Into<String>) -> Self {
        Self { what, health: Health::Works, seen: seen.into(), cost: "", mend: String::new() }
    }

    /// Something that does not work, and makes something less good.
    pub fn less(
        what: &'static str,
        seen: impl Into<String>,
        cost: &'static str,
        mend: impl Into<String>,
    ) -> Self {
        Self { what, health: Health::Less, seen: seen.into(), cost, mend: mend.into() }
    }

    /// Something that does not work, and without which nothing can be judged.
    pub fn missing(
        what: &'static str,
        seen: impl Into<String>,
        cost: &'static str,
        mend: impl Into<String>,
    ) -> Self {
        Self { what, health: Health::Missing, seen: seen.into(), cost, mend: mend.into() }
    }
}
