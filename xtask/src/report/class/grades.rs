//! `grades.csv`: a row for each student.

use super::csv::Csv;
use super::model::Status;
use super::table::{NOTHING, Table, shown, told};

/// Spreadsheets take a file without it for one in the code page of their system, and show 粘包 as other letters.
const MARK: &str = "\u{feff}";

/// Renders the table, in UTF-8 with a byte order mark. A judged lesson is `25 of 26`: spreadsheets take `5/12` for a date.
pub fn render(table: &Table) -> String {
    let class = table.class;
    let mut csv = Csv::default();
    let has_roster = class.roster.is_some();
    let mut head = vec!["student"];
    head.extend(has_roster.then_some(["id", "name", "roster"]).into_iter().flatten());
    head.push("found_at");
    head.extend(class.lessons.iter().map(String::as_str));
    head.extend(["passed", "of", "points", "max_points", "manifest_changed", "same_as_solution"]);
    csv.row(head);
    for row in &table.rows {
        let mut cells = vec![row.name().to_string()];
        if has_roster {
            let person = row.person.cloned().unwrap_or_default();
            cells.extend([person.id, person.name, row.remark(class).into()]);
        }
        cells.push(row.student.and_then(|student| student.found_at.clone()).unwrap_or_default());
        for n in 0..class.lessons.len() {
            cells.push(match row.own(n) {
                Some(own) if own.status == Status::Judged => format!("{} of {}", own.passed, own.of),
                Some(own) => own.status.words().into(),
                None => NOTHING.into(),
            });
        }
        let changed = row.all().map(|own| (own.lesson.as_str(), own.manifest_changed.as_deref()));
        let same = row.all().filter(|own| own.same_as_solution).map(|own| own.lesson.as_str());
        cells.extend([
            row.passed().to_string(),
            row.of(class).to_string(),
            shown(row.points(class)),
            shown(table.worth()),
            told(changed),
            same.collect::<Vec<_>>().join(" "),
        ]);
        csv.row(cells);
    }
    MARK.to_string() + &csv.finish()
}
