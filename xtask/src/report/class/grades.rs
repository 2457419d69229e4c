//! `grades.csv`: a row for each student.

use super::csv::Csv;
use super::note::note;
use super::remark::of_roster;
use super::student::Own;
use super::table::{Table, shown, told};

/// Spreadsheets take a file without it for one in the code page of their system, and show 粘包 as other letters.
const MARK: &str = "\u{feff}";

/// Renders the table, in UTF-8 with a byte order mark. A judged lesson is `25 of 26`: spreadsheets take `5/12` for a date. Its
/// points stand in a column of their own; they are empty where a person must look first. Of somebody whose turn has not
/// come, nothing is counted.
pub fn render(table: &Table) -> String {
    let class = table.class;
    let mut csv = Csv::default();
    let has_roster = class.roster.is_some();
    let mut head: Vec<String> = vec!["student".into()];
    head.extend(has_roster.then_some(["id", "name", "roster"]).into_iter().flatten().map(String::from));
    head.push("found_at".into());
    head.extend(class.lessons.iter().cloned());
    head.extend(class.lessons.iter().map(|lesson| format!("{lesson} points")));
    let last = ["passed", "of", "points", "max_points", "manifest_changed", "same_as_solution", "note"];
    head.extend(last.map(String::from));
    csv.row(head);
    for row in &table.rows {
        let mut cells = vec![row.name().to_string()];
        if has_roster {
            let person = row.person.cloned().unwrap_or_default();
            cells.extend([person.id, person.name, of_roster(row, class)]);
        }
        cells.push(row.student.and_then(|student| student.found_at.clone()).unwrap_or_default());
        let lessons = 0..class.lessons.len();
        cells.extend(lessons.clone().map(|n| row.own(n).map_or(row.absent().into(), Own::outcome)));
        cells.extend(lessons.map(|n| row.score(n, class)));
        let changed = row.all().map(|own| (own.lesson.as_str(), own.manifest_changed.as_deref()));
        let same = row.all().filter(|own| own.same_as_solution).map(|own| own.lesson.as_str());
        let unless_waiting = |text: String| if row.is_waiting() { String::new() } else { text };
        cells.extend([
            unless_waiting(row.passed().to_string()),
            row.of(class).to_string(),
            unless_waiting(shown(row.points(class))),
            shown(table.worth()),
            told(changed),
            same.collect::<Vec<_>>().join(" "),
            note(table, row),
        ]);
        csv.row(cells);
    }
    MARK.to_string() + &csv.finish()
}
