//! How much one fault puts on the screen: of each wrong program, how many checks fail, and how many are shown, because no
//! check that they build on failed.

use super::asked::Asked;
use super::median;
use lab_tests::corpus::{Program, Trial, Verdict};

/// The most failures that a program with one fault may show.
const SHOWN: usize = 3;

/// Judges the wrong programs by all checks of their lessons, and prints both numbers of each, and of each lesson.
pub fn measure(asked: &Asked) {
    let judge = asked.judge();
    let mut sums = Vec::new();
    for lesson in &asked.lessons {
        let programs = asked.programs(&judge, lesson);
        let trials: Vec<Trial<'_>> = programs.iter().map(|one| (*one, lesson.as_str(), None)).collect();
        let (mut failed, mut shown) = (Vec::new(), Vec::new());
        for (program, verdicts) in programs.iter().zip(judge.judge(&trials)) {
            let wall = Wall::of(&verdicts);
            println!("{}", wall.line(program));
            failed.push(wall.failed);
            shown.push(wall.shown.len());
        }
        if !programs.is_empty() {
            sums.push(format!(
                "{lesson:<7} {:>8}   {:>6} {:>4}   {:>6} {:>4}",
                programs.len(),
                middle(&failed),
                most(&failed),
                middle(&shown),
                most(&shown)
            ));
        }
    }
    println!("\n                   failed        shown\nlesson  programs   median  max   median  max");
    sums.iter().for_each(|sum| println!("{sum}"));
}

/// What one program's checks say.
struct Wall {
    /// How many of its checks fail.
    failed: usize,
    /// Those of them that wait for no other one.
    shown: Vec<String>,
}

impl Wall {
    fn of(verdicts: &[Verdict]) -> Self {
        let failed: Vec<&Verdict> =
            verdicts.iter().filter(|one| ["fail", "error"].contains(&one.verdict.as_str())).collect();
        let shown = failed.iter().filter(|one| one.waits_for.is_empty());
        Self { shown: shown.map(|one| one.check.clone()).collect(), failed: failed.len() }
    }

    fn line(&self, program: &Program) -> String {
        let bad = if (1..=SHOWN).contains(&self.shown.len()) { "" } else { "  MISSED" };
        let shown = self.shown.join(" ");
        format!("{:<46} {:>2} fail, {} shown: {shown}{bad}", program.file, self.failed, self.shown.len())
    }
}

fn middle(counts: &[usize]) -> f64 {
    median(counts.iter().map(|count| *count as f64).collect())
}

fn most(counts: &[usize]) -> usize {
    counts.iter().copied().max().unwrap_or(0)
}
