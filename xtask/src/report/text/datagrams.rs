//! The picture of a run: one line a datagram.

use crate::finding::{Verdict, count};
use crate::report::CheckReport;
use crate::wire::{Crossing, Direction, Fate};
use std::time::Duration;

/// The most lines of one picture, and of that of a check which passed: the first ones, and the last ones.
pub const MOST: usize = 25;
pub const MOST_PASSED: usize = 13;

/// Draws the datagrams of a check in at most `most` lines, each in at most 72 columns: when it was sent, which way, its
/// number and size, and what became of it. A check that passed shows only the numbers with which something happened.
/// Where there is no room for two datagrams and a mark, it draws nothing.
pub fn lines(check: &CheckReport, most: usize) -> Vec<String> {
    let all = &check.evidence.datagrams;
    let passed = matches!(check.verdict, Verdict::Pass | Verdict::Skip);
    let shown: Vec<&Crossing> = all.iter().filter(|one| !passed || has_story(one.number, all)).collect();
    let mut lines: Vec<String> = shown.iter().map(|one| line(one)).collect();
    if lines.len() > most {
        if most < 3 {
            return Vec::new();
        }
        // The mark takes the place of one.
        let (kept, head) = (most - 1, most / 2);
        let left_out = lines.len() - kept;
        lines.splice(head..head + left_out, [format!("{:>12}… {left_out} more …", "")]);
    }
    lines
}

/// Returns whether a datagram with this number had another fate than to pass.
fn has_story(number: Option<u32>, all: &[Crossing]) -> bool {
    all.iter().any(|one| one.number == number && one.fate != Fate::Pass)
}

fn line(one: &Crossing) -> String {
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let number = one.number.map_or("–".into(), |number| format!("#{number}"));
    let way = one.direction.arrow();
    let fate = match (one.fate, one.passed.first()) {
        (Fate::Pass, _) => "sent".to_string(),
        (Fate::Lose, _) => "lost".to_string(),
        (Fate::Double, _) => "doubled".to_string(),
        (Fate::Late, None) => "late: never passed on".to_string(),
        (Fate::Late, Some(passed)) => format!("late: +{:.1} ms", millis(passed.saturating_sub(one.at))),
    };
    let taken = match one.direction {
        Direction::ServerToClient if one.taken => ", taken",
        _ => "",
    };
    format!("{:>7.1} ms  {way}  {number:<5} {:>10}  {fate}{taken}", millis(one.at), count(one.len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits() {
        let one = Crossing {
            at: Duration::from_millis(12_345),
            flow: 1,
            direction: Direction::ServerToClient,
            number: Some(300),
            len: 1028,
            fate: Fate::Late,
            passed: vec![Duration::from_millis(12_545)],
            taken: true,
        };
        assert_eq!(line(&one), "12345.0 ms  server → client  #300  1028 bytes  late: +200.0 ms, taken");
        assert!(line(&one).chars().count() <= 72);
    }
}
