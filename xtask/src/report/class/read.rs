//! Reads a lesson of the JSON report back into the model, as far as the model's forms show it.

use super::value::{bytes, lasting, lines, number, text};
use crate::finding::{Comparison, Half, Hindrance, Hole, Verdict};
use crate::report::{CheckReport, Evidence, LessonReport, Name};
use crate::system::family::FAMILIES;
use crate::wire::{Crossing, Direction, Fate, Kind, Ribbon};
use anyhow::Context;
use serde_json::Value;
use std::time::Duration;

/// Reads a lesson. The commands that repeat its checks are the student's own: those of a clone in which it is the lesson.
///
/// # Errors
/// When a check has a verdict, half, wire or family that this runner does not know.
pub fn lesson(value: &Value, seed: u64) -> anyhow::Result<LessonReport> {
    let all: Vec<&Value> = value["checks"].as_array().into_iter().flatten().collect();
    let names = all.iter().map(|check| name(check)).collect::<anyhow::Result<Vec<Name>>>()?;
    let lesson = text(value, "lesson");
    let mut checks = Vec::new();
    for (n, one) in all.iter().enumerate() {
        let base = one["waits_for"].as_str().map(|id| {
            let is_it = |name: &&Name| name.id == id;
            names.iter().find(is_it).copied().unwrap_or(Name { id: lasting(id), ..names[n] })
        });
        let rerun = rerun(&lesson, names[n], &names, seed);
        let check = check(one, names[n]).with_context(|| format!("{lesson}, {}", names[n].id))?;
        checks.push(CheckReport { waits_for: base, rerun, rank: n, ..check });
    }
    Ok(LessonReport {
        subject: text(value, "subject"),
        half: value["half"].as_str().map(half).transpose()?,
        problem: None,
        millis: value["millis"].as_u64().unwrap_or_default(),
        checks,
        not_run: Vec::new(),
        handed_in: None,
        lesson,
    })
}

/// Returns the command that repeats a check in the student's own clone.
fn rerun(lesson: &str, name: Name, all: &[Name], seed: u64) -> String {
    let number = lesson.split('-').next().unwrap_or_default();
    let mut command = format!("cargo xtask run {number} --check {}", name.id);
    if all.iter().filter(|other| (other.id, other.family) == (name.id, name.family)).count() > 1 {
        command += &format!(" --wire {}", name.wire);
    }
    let is_like = |other: &&Name| (other.id, other.half, other.wire) == (name.id, name.half, name.wire);
    if let Some(family) = name.family.filter(|_| all.iter().filter(is_like).count() > 1) {
        command += &format!(" --family {family}");
    }
    format!("{command} --seed {seed}")
}

fn name(value: &Value) -> anyhow::Result<Name> {
    let family = value["family"].as_str().map(|word| {
        let family = FAMILIES.iter().find(|family| family.word() == word);
        family.copied().with_context(|| format!("no family `{word}` is known"))
    });
    Ok(Name {
        id: lasting(&text(value, "id")),
        half: half(&text(value, "half"))?,
        wire: text(value, "wire").parse::<Kind>().map_err(anyhow::Error::msg)?,
        family: family.transpose()?,
    })
}

fn check(value: &Value, name: Name) -> anyhow::Result<CheckReport> {
    let words = |key: &str| text(value, key).into();
    Ok(CheckReport {
        id: name.id,
        promise: lasting(&text(value, "promise")),
        half: name.half,
        at_fault: value["at_fault"].as_str().map(half).transpose()?,
        rank: 0,
        waits_for: None,
        wire: name.wire,
        family: name.family,
        verdict: verdict(&text(value, "verdict"))?,
        title: lasting(&text(value, "title")),
        expected: words("expected"),
        got: words("got"),
        cause: words("cause"),
        hindrance: Hindrance::Other,
        see: text(value, "see"),
        rerun: String::new(),
        millis: value["millis"].as_u64().unwrap_or_default(),
        hole: value.get("hole").map(hole),
        comparison: value.get("comparison").map(comparison),
        input: bytes(&text(value, "input")),
        waits: number(value, "waits"),
        evidence: Evidence {
            connections: value["connections"].as_array().into_iter().flatten().map(lines).collect(),
            ends: lines(&value["programs"]).iter().map(|line| labelled(line)).collect(),
            notes: lines(&value["notes"]),
            ribbon: value.get("ribbon").map(ribbon),
            datagrams: value["datagrams"].as_array().into_iter().flatten().map(datagram).collect(),
            ..Evidence::default()
        },
    })
}

fn verdict(word: &str) -> anyhow::Result<Verdict> {
    let all = [Verdict::Pass, Verdict::Demo, Verdict::Fail, Verdict::Error, Verdict::Skip];
    all.into_iter().find(|one| one.word() == word).with_context(|| format!("no verdict `{word}` is known"))
}

fn half(word: &str) -> anyhow::Result<Half> {
    let all = [Half::Server, Half::Client, Half::Pair];
    all.into_iter().find(|one| one.word() == word).with_context(|| format!("no half `{word}` is known"))
}

fn hole(value: &Value) -> Hole {
    let line = u32::try_from(number(value, "line")).unwrap_or(u32::MAX);
    Hole { function: text(value, "function"), file: text(value, "file"), line }
}

fn comparison(value: &Value) -> Comparison {
    Comparison {
        offset: number(value, "offset"),
        start: number(value, "start"),
        expected: bytes(&text(value, "expected")),
        got: bytes(&text(value, "got")),
        expected_len: number(value, "expected_len"),
        got_len: number(value, "got_len"),
    }
}

fn ribbon(value: &Value) -> Ribbon {
    let sizes = |key: &str| {
        let sizes = value[key].as_array().into_iter().flatten().filter_map(Value::as_u64);
        sizes.map(|n| usize::try_from(n).unwrap_or(usize::MAX)).collect()
    };
    Ribbon {
        direction: direction(value).arrow(),
        bytes: bytes(&text(value, "bytes")),
        writes: sizes("writes"),
        pieces: sizes("pieces"),
        reads: sizes("reads"),
        wanted: sizes("wanted"),
    }
}

fn datagram(value: &Value) -> Crossing {
    let time = |value: &Value| {
        Duration::try_from_secs_f64(value.as_f64().unwrap_or_default() / 1e3).unwrap_or_default()
    };
    let fate = match value["fate"].as_str() {
        Some("lost") => Fate::Lose,
        Some("doubled") => Fate::Double,
        Some("late") => Fate::Late,
        _ => Fate::Pass,
    };
    Crossing {
        at: time(&value["at"]),
        flow: number(value, "flow"),
        direction: direction(value),
        number: value["number"].as_u64().and_then(|number| u32::try_from(number).ok()),
        len: number(value, "bytes"),
        fate,
        passed: value["passed"].as_array().into_iter().flatten().map(time).collect(),
        taken: value["taken"].as_bool().unwrap_or_default(),
    }
}

fn direction(value: &Value) -> Direction {
    let all = [Direction::ClientToServer, Direction::ServerToClient];
    let named = |one: &Direction| value["direction"].as_str() == Some(one.arrow());
    all.into_iter().find(named).unwrap_or(Direction::ServerToClient)
}

/// Splits `server: it panicked` into its label and its text.
fn labelled(line: &str) -> (String, String) {
    let (label, text) = line.split_once(": ").unwrap_or(("", line));
    (label.into(), text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::family::Family;

    #[test]
    fn a_command_names_what_tells_its_check_from_others() {
        let one =
            |id, wire: &str, family| Name { id, half: Half::Server, wire: wire.parse().unwrap(), family };
        let (v4, v6) = (Some(Family::V4), Some(Family::V6));
        let all = [
            one("echo", "plain", None),
            one("cut", "glue", None),
            one("cut", "slice", None),
            one("spans", "plain", v4),
            one("spans", "plain", v6),
            one("alone", "plain", v6),
        ];
        let commands = all.map(|name| rerun("13-families", name, &all, 7));
        assert_eq!(
            commands,
            [
                "cargo xtask run 13 --check echo --seed 7",
                "cargo xtask run 13 --check cut --wire glue --seed 7",
                "cargo xtask run 13 --check cut --wire slice --seed 7",
                "cargo xtask run 13 --check spans --family ipv4 --seed 7",
                "cargo xtask run 13 --check spans --family ipv6 --seed 7",
                "cargo xtask run 13 --check alone --seed 7",
            ]
        );
    }
}
