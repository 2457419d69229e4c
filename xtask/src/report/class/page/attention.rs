//! What a teacher should look at, before the grades stand.

use crate::report::class::feedback::anchor;
use crate::report::class::model::Status;
use crate::report::class::remark::Remark;
use crate::report::class::student::Own;
use crate::report::class::table::{Row, Table};
use crate::report::html::writer::Html;
use std::collections::BTreeMap;

/// Writes a folded list for each kind of thing to look at; nothing where there is nothing.
pub fn write(html: &mut Html, table: &Table) {
    let with_reason = |own: &Own| match own.why.lines().next() {
        Some(why) => format!("{}: {why}", own.outcome()),
        None => own.outcome(),
    };
    let changed = |own: &Own| own.manifest_changed.clone().unwrap_or_default();
    let empty = |_: &Own| String::new();
    let is_whole_open = |own: &Own| own.is_open() && own.not_judged == 0;
    html.open("div", &[("class", &"attention")]);
    html.line();
    lessons(html, table, "found twice, refused or not judged", &is_whole_open, &with_reason);
    nothing_found(html, table);
    lessons(html, table, "not judged in part", &|own| own.not_judged > 0, &with_reason);
    lessons(html, table, "out of time", &|own| own.status == Status::OutOfTime, &empty);
    lessons(html, table, "the same as the reference solution", &|own| own.same_as_solution, &empty);
    same(html, table);
    lessons(html, table, "build files were changed", &|own| own.manifest_changed.is_some(), &changed);
    let waiting: Vec<&Row> =
        table.rows.iter().filter(|row| row.student.is_some() && !row.has_page()).collect();
    let summary = format!("{}: not judged yet; the same command goes on", counted(waiting.len(), "student"));
    people(html, &summary, &waiting);
    for remark in Remark::ALL {
        let is_told = |row: &&Row| Remark::of(row, table.class).contains(&remark);
        let of: Vec<&Row> = table.rows.iter().filter(is_told).collect();
        let summary = format!("{}: {}", counted(of.len(), "student"), remark.words());
        people(html, &summary, &of);
    }
    html.close();
    html.line();
}

/// Writes those in whose hand-in no lesson was found, and what it holds.
fn nothing_found(html: &mut Html, table: &Table) {
    let of: Vec<&Row> = table.rows.iter().filter(|row| row.has_nothing()).collect();
    if of.is_empty() {
        return;
    }
    begin(html, &format!("{}: no lesson was found", counted(of.len(), "hand-in")));
    for row in of {
        html.open("li", &[]);
        name(html, row, None);
        let why = row.all().find_map(|own| own.why.lines().next());
        html.text(&why.map_or(String::new(), |why| format!(": {why}")));
        html.close();
        html.line();
    }
    end(html);
}

/// Writes the students who handed in the same as each other: a line for each lesson and each group of them. Hand-ins that
/// are known to be of one student are no such group.
fn same(html: &mut Html, table: &Table) {
    let mut groups: BTreeMap<(usize, &str), Vec<&Row>> = BTreeMap::new();
    for row in &table.rows {
        for (n, own) in row.all().enumerate() {
            if let Some(digest) = &own.sources {
                groups.entry((n, digest.as_str())).or_default().push(row);
            }
        }
    }
    let is_one = |rows: &[&Row]| {
        let first = rows[0].person;
        first.is_some() && rows.iter().all(|row| row.person == first)
    };
    groups.retain(|_, rows| rows.len() > 1 && !is_one(rows));
    let mut keys: Vec<&str> = groups.values().flatten().map(|row| row.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return;
    }
    begin(html, &format!("{}: the same as each other", counted(keys.len(), "student")));
    for ((lesson, _), rows) in &groups {
        html.open("li", &[]);
        html.text(&format!("{}: ", table.class.lessons[*lesson]));
        for (n, row) in rows.iter().enumerate() {
            html.text(if n == 0 { "" } else { ", " });
            name(html, row, None);
        }
        html.close();
        html.line();
    }
    end(html);
}

fn people(html: &mut Html, summary: &str, rows: &[&Row]) {
    if rows.is_empty() {
        return;
    }
    begin(html, summary);
    for row in rows {
        html.open("li", &[]);
        name(html, row, None);
        let fits: Vec<&str> = row.fits.iter().map(|person| person.shown()).collect();
        html.text(&if fits.is_empty() { String::new() } else { format!(": {}", fits.join(", ")) });
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
