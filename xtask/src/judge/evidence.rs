//! What a check has seen, gathered for the report.

use super::causes;
use super::causes::died;
use super::moments;
use super::own_error::{self, OwnError, shortened, without_long_lists};
use crate::bench::{Bench, Exit, lock};
use crate::finding::{Finding, Half, Symptom};
use crate::report::Evidence;
use crate::wire::{Crossing, Direction, Kind, Ribbon, mark_taken};

/// Returns what a passed check shows: notes, and what the pair's wire did.
pub fn worth_seeing(bench: &Bench<'_>, half: Half) -> Evidence {
    let mut notes = bench.notes.clone();
    if let Some((error, None)) = died(bench, Half::Server) {
        notes.push(format!(
            "a thread of the server ended with an error: {}; the server goes on, and its client was left alone",
            error.shown()
        ));
    }
    Evidence {
        notes,
        ribbon: bench.ribbon.clone().filter(|_| half == Half::Pair),
        datagrams: if half == Half::Pair { with_taken(bench) } else { Vec::new() },
        ..Evidence::default()
    }
}

/// Returns everything that a check has seen, without the lines of the error that its cause quotes.
pub fn all(bench: &Bench<'_>, half: Half, finding: &Finding, quoted: Option<&OwnError>) -> Evidence {
    Evidence {
        connections: bench.logs.iter().map(|log| lock(log).summary()).collect(),
        // A program that reached a hole has nothing more to say.
        ends: if finding.hole.is_none() { ends(bench, half, finding, quoted) } else { Vec::new() },
        error_at: error_at(bench, if half == Half::Pair { finding.at_fault } else { Some(half) }),
        notes: bench.notes.clone(),
        ribbon: bench.ribbon.clone().or_else(|| ribbon_of(bench, half)),
        // Which reply a client took that fails is not known.
        datagrams: bench.datagrams.crossings(),
        moments: moments::of(bench),
    }
}

/// Returns where this half ended with an error of its own; of the pair's halves, the server where it did.
fn error_at(bench: &Bench<'_>, half: Option<Half>) -> Option<String> {
    let halves = [Half::Server, Half::Client].into_iter().filter(|one| half.is_none_or(|half| half == *one));
    halves.into_iter().find_map(|half| causes::died(bench, half)).and_then(|(error, _)| error.place)
}

/// Returns the picture of the datagrams of a pair that passed, with the replies that its client took.
fn with_taken(bench: &Bench<'_>) -> Vec<Crossing> {
    let well = Some(Exit::Code(0));
    let mut ran = bench.ran.iter();
    let ended_well = ran.any(|ran| ran.half == Half::Client && ran.link.ended_itself() == well);
    let mut all = bench.datagrams.crossings();
    mark_taken(&mut all, ended_well);
    all
}

/// Returns how the programs ended, where what came does not say it, and the last lines that they printed on standard output
/// and on standard error, without those of the error that is quoted.
fn ends(
    bench: &Bench<'_>,
    half: Half,
    finding: &Finding,
    quoted: Option<&OwnError>,
) -> Vec<(String, String)> {
    let mut ends = Vec::new();
    // What came says already how this half ended.
    let is_said = matches!(
        finding.symptom,
        Symptom::EndedForAll | Symptom::Exited(_) | Symptom::Killed | Symptom::Panicked
    );
    for ran in &bench.ran {
        let is_said = is_said && ran.half == half;
        let half = ran.half.word();
        if let Some(exit) = ran.link.ended_itself().filter(|exit| *exit != Exit::Code(0) && !is_said) {
            ends.push(("ended".to_string(), format!("the {half} {exit}")));
        }
        let [stdout, stderr] = ran.printed();
        // A pair's conversation shows what its programs printed.
        if bench.scene.is_empty() {
            let printed = last_lines(&String::from_utf8_lossy(&stdout), PRINTED);
            ends.extend(printed.into_iter().map(|line| (format!("{half} printed"), line)));
        }
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        for line in last_lines(&quoted.map_or(stderr.clone(), |error| without(&stderr, error)), CHARACTERS) {
            // Programs often begin a line with their own name; it is not shown twice.
            let line = line.strip_prefix(&format!("{half}: ")).unwrap_or(&line).to_string();
            ends.push((format!("{half} reports"), line));
        }
    }
    ends
}

/// Returns a text without the lines of this error.
fn without(text: &str, quoted: &OwnError) -> String {
    let errors = own_error::all(text);
    let is_quoted = |n: &usize| errors.iter().any(|one| one.is_same(quoted) && one.lines.contains(n));
    let left = text.lines().enumerate().filter(|(n, _)| !is_quoted(n));
    left.map(|(_, line)| format!("{line}\n")).collect()
}

/// How many lines of a program's output are shown.
const LINES: usize = 4;
/// The most characters of a line on standard error that are shown.
const CHARACTERS: usize = 200;
/// The most characters of a line on standard output that are shown: one line of a screen.
const PRINTED: usize = 58;

/// Returns the last lines of an output that are not blank, each with at most `most` characters.
fn last_lines(text: &str, most: usize) -> Vec<String> {
    let counts = |line: &&str| !line.trim().is_empty() && !line.starts_with("note: run with");
    let lines: Vec<&str> = text.lines().filter(counts).collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    last.iter().map(|line| shortened(&without_long_lists(line), most)).collect()
}

/// Returns a ribbon for a check that drew none: what the runner wrote, and how its wire cut it.
fn ribbon_of(bench: &Bench<'_>, half: Half) -> Option<Ribbon> {
    let record = bench.records.last().filter(|_| bench.wire != Kind::Plain)?;
    let direction = if half == Half::Server { Direction::ClientToServer } else { Direction::ServerToClient };
    let writes = bench.logs.last().map(|log| lock(log).writes()).unwrap_or_default();
    Some(Ribbon { writes, ..record.ribbon(direction) })
}
