//! What a check has seen, gathered for the report.

use crate::bench::{Bench, Exit, lock};
use crate::finding::{Finding, Half};
use crate::report::Evidence;
use crate::wire::{Crossing, Direction, Kind, Ribbon, mark_taken};

/// Returns what a passed check shows: notes, and what the pair's wire did.
pub fn worth_seeing(bench: &Bench<'_>, half: Half) -> Evidence {
    Evidence {
        notes: bench.notes.clone(),
        ribbon: bench.ribbon.clone().filter(|_| half == Half::Pair),
        datagrams: if half == Half::Pair { with_taken(bench) } else { Vec::new() },
        ..Evidence::default()
    }
}

/// Returns everything that a check has seen.
pub fn all(bench: &Bench<'_>, half: Half, finding: &Finding) -> Evidence {
    Evidence {
        connections: bench.logs.iter().map(|log| lock(log).summary()).collect(),
        // A program that reached a hole has nothing more to say.
        ends: if finding.hole.is_none() { ends(bench) } else { Vec::new() },
        notes: bench.notes.clone(),
        ribbon: bench.ribbon.clone().or_else(|| ribbon_of(bench, half)),
        // Which reply a client took that fails is not known.
        datagrams: bench.datagrams.crossings(),
    }
}

/// Returns the picture of the datagrams of a pair that passed, with the replies that its client took.
fn with_taken(bench: &Bench<'_>) -> Vec<Crossing> {
    let well = Some(Exit::Code(0));
    let mut ends = bench.ends.iter();
    let ended_well = ends.any(|(half, _, link)| *half == Half::Client && link.ended_itself() == well);
    let mut all = bench.datagrams.crossings();
    mark_taken(&mut all, ended_well);
    all
}

/// Returns how the programs ended, and the last lines that they said on standard error.
fn ends(bench: &Bench<'_>) -> Vec<(String, String)> {
    let mut ends = Vec::new();
    for (half, output, link) in &bench.ends {
        if let Some(exit) = link.ended_itself().filter(|exit| *exit != Exit::Code(0)) {
            ends.push(("ended".to_string(), format!("the {} {exit}", half.word())));
        }
        let kept = output.kept();
        let text = String::from_utf8_lossy(&kept);
        let said = |line: &&str| !line.trim().is_empty() && !line.starts_with("note: run with");
        let lines: Vec<&str> = text.lines().filter(said).collect();
        for line in &lines[lines.len().saturating_sub(4)..] {
            // Programs often begin a line with their own name; it is not shown twice.
            let line = line.strip_prefix(&format!("{}: ", half.word())).unwrap_or(line);
            ends.push((format!("{} says", half.word()), line.chars().take(200).collect()));
        }
    }
    ends
}

/// Returns a ribbon for a check that drew none: what the runner wrote, and how its wire cut it.
fn ribbon_of(bench: &Bench<'_>, half: Half) -> Option<Ribbon> {
    let record = bench.records.last().filter(|_| bench.wire != Kind::Plain)?;
    let direction = if half == Half::Server { Direction::ClientToServer } else { Direction::ServerToClient };
    let writes = bench.logs.last().map(|log| lock(log).writes()).unwrap_or_default();
    Some(Ribbon { writes, ..record.ribbon(direction) })
}
