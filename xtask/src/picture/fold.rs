//! Leaves out what repeats: a learner sees how it begins and how it ends, and how much of it there is.

use std::ops::Range;

/// The most rows of one round of what repeats.
const ROUND: usize = 8;
/// A round is folded when it comes at least so often.
const OFTEN: usize = 5;

/// A part of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// This row.
    Row(usize),
    /// These rows repeat the ones above; so many rounds.
    More {
        /// The rows that are left out.
        rows: Range<usize>,
        /// How often what is above comes again in them.
        rounds: usize,
    },
}

/// Folds rows, of each of which only its shape is known. Of what repeats, the first two rounds and the last one stay.
pub fn fold<S: PartialEq>(shapes: &[S]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < shapes.len() {
        let longest = (1..=ROUND).map(|round| (round, rounds(&shapes[at..], round)));
        // Of several, the one that takes in the most rows, in its shortest form.
        let best =
            longest.filter(|(_, often)| *often >= OFTEN).rev().max_by_key(|(round, often)| round * often);
        match best {
            Some((round, often)) => {
                let (from, to) = (at + 2 * round, at + (often - 1) * round);
                parts.extend((at..from).map(Part::Row));
                parts.push(Part::More { rows: from..to, rounds: often - 3 });
                parts.extend((to..to + round).map(Part::Row));
                at = to + round;
            }
            None => {
                parts.push(Part::Row(at));
                at += 1;
            }
        }
    }
    parts
}

/// Returns how often the first `round` shapes come one after the other.
fn rounds<S: PartialEq>(shapes: &[S], round: usize) -> usize {
    let (Some(first), mut rest) = (shapes.get(..round), shapes) else { return 0 };
    let mut often = 0;
    while rest.starts_with(first) {
        rest = &rest[round..];
        often += 1;
    }
    often
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(shapes: &str) -> String {
        let shapes: Vec<char> = shapes.chars().collect();
        let one = |part| match part {
            Part::Row(at) => shapes[at].to_string(),
            Part::More { rows, rounds } => format!("[{}: {rounds}]", rows.len()),
        };
        fold(&shapes).into_iter().map(one).collect()
    }

    #[test]
    fn what_repeats_is_folded() {
        for (shapes, folded) in [
            ("", ""),
            ("abcabc", "abcabc"),
            ("aaaa", "aaaa"),
            ("aaaaa", "aa[2: 2]a"),
            ("xabababababy", "xabab[4: 2]aby"),
            ("xabababababay", "xabab[4: 2]abay"),
            ("abcabcabcabcabcabcz", "abcabc[9: 3]abcz"),
        ] {
            assert_eq!(told(shapes), folded, "{shapes}");
        }
    }
}
