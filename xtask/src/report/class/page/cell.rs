//! One cell of the table, with a link to the report.

use crate::report::class::feedback::anchor;
use crate::report::class::model::Status;
use crate::report::class::student::Own;
use crate::report::class::table::Row;
use crate::report::html::writer::Html;

/// Writes what became of one lesson, with a link to its report.
pub fn write(html: &mut Html, row: &Row, own: Option<&Own>) {
    let Some(own) = own else {
        html.element("td", &[("class", &"said"), ("data-n", &-9)], row.absent());
        return;
    };
    let (class, text) = match own.status {
        _ if own.not_judged > 0 => ("said look", format!("!\u{a0}{}", own.outcome())),
        Status::Judged if own.is_whole() => ("whole", format!("✓ {}/{}", own.passed, own.of)),
        Status::Judged => ("part", format!("{}/{}", own.passed, own.of)),
        Status::NotFound if row.has_nothing() => ("said look", format!("!\u{a0}{}", own.words)),
        Status::NotBegun | Status::NotFound => ("said", own.words.clone()),
        _ if row.is_waiting() => ("said", own.words.clone()),
        _ if own.is_open() => ("said look", format!("!\u{a0}{}", own.words)),
        _ => ("said stopped", own.words.clone()),
    };
    let percent = percent(own.passed.min(own.of), own.of);
    let part = format!("--part:{}%", if own.status == Status::Judged { percent } else { 0 });
    let order = match own.status {
        Status::Judged => percent as i64,
        Status::OutOfTime => -1,
        Status::DoesNotCompile | Status::WrongLabToml => -2,
        Status::NotBegun => -3,
        Status::Unable => -4,
        Status::Ambiguous => -5,
        Status::NotFound => -8,
        // What is refused, and whatever else a report may have.
        _ => -6,
    };
    html.open("td", &[("class", &class), ("style", &part), ("data-n", &order)]);
    let href = format!("{}#{}", row.page(), anchor(&own.lesson));
    if row.has_page() {
        html.open("a", &[("href", &href)]);
    }
    html.text(&text);
    if own.same_as_solution {
        html.element("sup", &[("title", &"the same as the reference solution")], "=");
    }
    if let Some(changed) = &own.manifest_changed {
        html.element("sup", &[("title", &format!("build files were changed: {changed}"))], "+");
    }
    if row.has_page() {
        html.close();
    }
    html.close();
}

/// Writes a sum over all lessons, with a link to the student's report; `key` is what the column is sorted by.
pub fn sum(html: &mut Html, row: &Row, text: &str, key: &str) {
    html.open("td", &[("class", &"sum"), ("data-n", &key)]);
    match row.has_page() {
        true => html.element("a", &[("href", &row.page())], text),
        false => html.text(text),
    }
    html.close();
}

/// Returns how many of a hundred; 100 only where it is all.
pub fn percent(n: u64, of: u64) -> u64 {
    n.saturating_mul(100).checked_div(of).unwrap_or_default()
}
