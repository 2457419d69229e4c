//! The result, as a page for a reader.

use super::judge::{Ending, Judged};
use super::known::Known;
use std::fmt::Write;

/// How many of the killed ones show their first cause.
const CAUSES: usize = 60;

/// Renders the table, what survived, and the first causes of some that were killed.
pub fn render(seed: u64, all: &[Judged]) -> String {
    let mut out = format!("# {} changes of the solutions, seed {seed}\n\n", all.len());
    out += "| lesson | changes | not compiling | killed | equivalent | minor | note | escaped | not read yet | not judged |\n";
    out += "|---|---|---|---|---|---|---|---|---|---|\n";
    let lessons: std::collections::BTreeSet<&str> = all.iter().map(|one| &*one.change.lesson).collect();
    for lesson in lessons.into_iter().map(Some).chain([None]) {
        let of: Vec<&Judged> =
            all.iter().filter(|one| lesson.is_none_or(|lesson| one.change.lesson == lesson)).collect();
        let count = |ending| of.iter().filter(|one| one.ending == ending).count();
        let survived = |word: Option<&str>| {
            let is = |one: &&&Judged| {
                one.ending == Ending::Survived && one.known.as_ref().map(Known::word) == word
            };
            of.iter().filter(is).count()
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            lesson.unwrap_or("all"),
            of.len(),
            count(Ending::NotCompiling),
            count(Ending::Killed),
            survived(Some("equivalent")),
            survived(Some("minor")),
            survived(Some("note")),
            survived(Some("escape")),
            survived(None),
            count(Ending::NotJudged)
        );
    }
    out += "\n## Survived\n\n";
    for one in all.iter().filter(|one| one.ending == Ending::Survived) {
        let found = one.known.as_ref().map_or("NOT READ YET", |known| &known.found);
        let change = &one.change;
        let _ = writeln!(out, "{}\t{found}", change.row());
        one.notes.iter().for_each(|note| {
            let _ = writeln!(out, "# line {}, the runner's note: {note}", change.line);
        });
    }
    out += "\n## Not judged\n\n";
    for one in all.iter().filter(|one| one.ending == Ending::NotJudged) {
        let _ = writeln!(out, "- {}: {}", one.change.place(), one.screen);
    }
    out += "\n## First causes\n\n";
    let mut killed: Vec<&Judged> = all.iter().filter(|one| one.ending == Ending::Killed).collect();
    fastrand::Rng::with_seed(seed).shuffle(&mut killed);
    for one in killed.into_iter().take(CAUSES) {
        let _ = writeln!(out, "- {}\n{}", one.change.place(), one.screen);
    }
    out
}
