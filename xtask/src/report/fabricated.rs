//! Reports that tests make up.

use super::{CheckReport, Evidence};
use crate::finding::{Half, Hindrance, Verdict, Words};
use crate::wire::Kind;

/// Returns the report of a check on `plain`, without evidence.
pub fn check(id: &'static str, half: Half, verdict: Verdict) -> CheckReport {
    CheckReport {
        id,
        promise: "asking::server::keeps_its_promise",
        half,
        at_fault: None,
        rank: 0,
        waits_for: None,
        wire: Kind::Plain,
        family: None,
        verdict,
        title: "keeps its promise",
        expected: Words::default(),
        got: Words::default(),
        cause: Words::default(),
        hindrance: Hindrance::Other,
        see: "docs/src/01-echo.md".into(),
        rerun: format!("cargo xtask run 01 --check {id} --seed 7"),
        millis: 12,
        hole: None,
        comparison: None,
        input: b"hello\n".to_vec(),
        waits: 0,
        evidence: Evidence::default(),
    }
}
