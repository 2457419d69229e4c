//! What a teacher should look at, before the grades stand.

use crate::report::class::feedback::anchor;
use crate::report::class::model::Status;
use crate::report::class::student::Own;
use crate::report::class::table::{NOT_LISTED, NOTHING, Row, TWICE, Table};
use crate::report::html::writer::Html;

/// Writes a folded list for each kind of thing to look at; nothing where there is nothing.
pub fn write(html: &mut Html, table: &Table) {
    let words = |own: &Own| own.status.words().to_string();
    let with_reason = |own: &Own| match own.why.lines().next() {
        Some(why) => format!("{}: {why}", words(own)),
        None => words(own),
    };
    let changed = |own: &Own| own.manifest_changed.clone().unwrap_or_default();
    let empty = |_: &Own| String::new();
    html.open("div", &[("class", &"attention")]);
    html.line();
    lessons(html, table, "found twice, refused or not judged", &Own::is_open, &with_reason);
    lessons(html, table, "out of time", &|own| own.status == Status::OutOfTime, &empty);
    lessons(html, table, "the same as the reference solution", &|own| own.same_as_solution, &empty);
    lessons(html, table, "Cargo.toml was changed", &|own| own.manifest_changed.is_some(), &changed);
    nothing_found(html, table);
    let waiting: Vec<&Row> =
        table.rows.iter().filter(|row| row.student.is_some() && !row.has_page()).collect();
    let summary = format!("{}: not judged yet; the same command goes on", counted(waiting.len(), "student"));
    people(html, &summary, &waiting);
    for remark in [NOTHING, NOT_LISTED, TWICE] {
        let of: Vec<&Row> = table.rows.iter().filter(|row| row.remark(table.class) == remark).collect();
        let summary = format!("{}: {remark}", counted(of.len(), "student"));
        people(html, &summary, &of);
    }
    html.close();
    html.line();
}

/// Writes those in whose hand-in no lesson was found.
fn nothing_found(html: &mut Html, table: &Table) {
    let is_empty = |row: &&Row| row.student.is_some() && row.all().all(|own| own.status == Status::NotFound);
    let of: Vec<&Row> = table.rows.iter().filter(is_empty).collect();
    people(html, &format!("{}: no lesson was found", counted(of.len(), "hand-in")), &of);
}

fn people(html: &mut Html, summary: &str, rows: &[&Row]) {
    if rows.is_empty() {
        return;
    }
    begin(html, summary);
    for row in rows {
        html.open("li", &[]);
        name(html, row, None);
        html.close();
        html.line();
    }
    end(html);
}

/// Writes the lessons of which `is_it` is true, a line for each student, with what `told` says of each.
fn lessons(
    html: &mut Html,
    table: &Table,
    what: &str,
    is_it: &dyn Fn(&Own) -> bool,
    told: &dyn Fn(&Own) -> String,
) {
    let rows = table.rows.iter().filter(|row| row.has_page());
    let rows = rows.map(|row| (row, row.all().filter(|own| is_it(own)).collect::<Vec<_>>()));
    let rows: Vec<(&Row, Vec<&Own>)> = rows.filter(|(_, own)| !own.is_empty()).collect();
    if rows.is_empty() {
        return;
    }
    let n: usize = rows.iter().map(|(_, own)| own.len()).sum();
    begin(html, &format!("{} of {}: {what}", counted(n, "lesson"), counted(rows.len(), "student")));
    for (row, all) in rows {
        html.open("li", &[]);
        name(html, row, None);
        for (n, own) in all.into_iter().enumerate() {
            html.text(if n == 0 { ": " } else { "; " });
            name(html, row, Some(own));
            let told = told(own);
            html.text(&if told.is_empty() { told } else { format!(" {told}") });
        }
        html.close();
        html.line();
    }
    end(html);
}

/// Writes a student's name, or a lesson's, as a link to its report.
fn name(html: &mut Html, row: &Row, own: Option<&Own>) {
    let place = own.map_or(String::new(), |own| format!("#{}", anchor(&own.lesson)));
    let text = own.map_or(row.name(), |own| &own.lesson);
    match row.has_page() {
        true => html.element("a", &[("href", &format!("{}{place}", row.page()))], text),
        false => html.text(text),
    }
}

fn begin(html: &mut Html, summary: &str) {
    html.open("details", &[("class", &"folded")]);
    html.element("summary", &[], summary);
    html.open("ul", &[]);
    html.line();
}

fn end(html: &mut Html) {
    html.close();
    html.close();
    html.line();
}

fn counted(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}
