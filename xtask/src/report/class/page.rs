//! `class.html`: the table of a class as a page. It has the look of a report's page, works without a network and without its
//! script, and says nothing by colour alone.

mod attention;
mod cell;

use super::remark::Remark;
use super::table::{Row, Table, shown};
use crate::report::html::{frame, writer::Html};

/// The first words of the page.
pub const SIGNATURE: &str = "<!DOCTYPE html>\n<!-- Socket Lab class -->\n";

/// Renders the page.
pub fn render(table: &Table) -> String {
    let class = table.class;
    let mut html = Html::default();
    let handed_in = table.rows.iter().filter(|row| row.student.is_some()).count();
    let of = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let title = format!("Class: {}, {}", of(handed_in, "hand-in"), of(class.lessons.len(), "lesson"));
    frame::begin(&mut html, SIGNATURE, &title, include_str!("page/class.css"));
    html.open("header", &[]);
    html.element("h1", &[], &title);
    html.line();
    facts(&mut html, table);
    html.close();
    html.line();
    html.open("main", &[]);
    html.line();
    attention::write(&mut html, table);
    html.open("div", &[("id", &"tools"), ("hidden", &"hidden")]);
    html.close();
    html.line();
    grades(&mut html, table);
    legend(&mut html);
    html.close();
    html.line();
    html.open("script", &[]);
    html.raw(include_str!("page/class.js"));
    html.close();
    html.line();
    html.finish()
}

/// Writes what the class was judged with, and where the same stands for other tools.
fn facts(html: &mut Html, table: &Table) {
    let class = table.class;
    let mut rows = vec![("seed".to_string(), class.seed.to_string())];
    rows.extend(class.shard.iter().map(|shard| ("part of the class".to_string(), shard.clone())));
    rows.extend(class.made_with.clone());
    // Of a merged class, parts may come from other machines.
    let all = table.rows.iter().filter_map(|row| row.student);
    for (label, text) in all.flat_map(|student| &student.made_with) {
        let new = (label.clone(), text.clone());
        if !rows.contains(&new) {
            rows.push(new);
        }
    }
    rows.sort_by_key(|(label, _)| rows_order(label));
    html.open("dl", &[("class", &"facts")]);
    for (label, text) in rows {
        html.line();
        html.open("div", &[]);
        html.element("dt", &[], &label);
        html.element("dd", &[], &text);
        html.close();
    }
    html.close();
    html.line();
    html.open("p", &[("class", &"files")]);
    html.text("The same as tables: ");
    for (n, name) in ["grades.csv", "moodle.csv", "nbgrader.csv"].iter().enumerate() {
        html.text(if n == 0 { "" } else { ", " });
        html.element("a", &[("href", name)], name);
    }
    html.close();
    html.line();
}

/// Returns where a fact stands among the others; the same labels stay together.
fn rows_order(label: &str) -> usize {
    let order = ["seed", "part of the class", "runner", "platform", "containment", "limits"];
    order.iter().position(|own| *own == label).unwrap_or(order.len())
}

/// Writes the table: a row for each student, above them how far the class is with each lesson.
fn grades(html: &mut Html, table: &Table) {
    let class = table.class;
    html.open(
        "div",
        &[("class", &"box"), ("tabindex", &0), ("role", &"region"), ("aria-label", &"The class")],
    );
    html.open("table", &[("id", &"class")]);
    html.line();
    html.open("thead", &[]);
    html.open("tr", &[]);
    html.element("th", &[("scope", &"col"), ("class", &"name")], "student");
    if class.roster.is_some() {
        html.element("th", &[("scope", &"col"), ("class", &"id")], "id");
    }
    for lesson in &class.lessons {
        let (number, name) = lesson.split_once('-').unwrap_or((lesson, ""));
        html.open("th", &[("scope", &"col"), ("class", &"lesson"), ("data-name", lesson)]);
        html.element("b", &[], number);
        html.text(" ");
        html.element("span", &[], name);
        html.close();
    }
    html.element("th", &[("scope", &"col")], "passed");
    if class.points.is_some() {
        html.element("th", &[("scope", &"col")], "points");
    }
    html.close();
    html.close();
    html.line();
    counts(html, table);
    html.open("tbody", &[("id", &"students")]);
    for row in &table.rows {
        html.line();
        student(html, table, row);
    }
    html.close();
    html.close();
    html.close();
    html.line();
}

/// Writes how many are how far with each lesson.
fn counts(html: &mut Html, table: &Table) {
    let class = table.class;
    html.open("tbody", &[("class", &"counts")]);
    for (label, all) in table.counts() {
        html.line();
        html.open("tr", &[]);
        html.element("th", &[("scope", &"row"), ("class", &"name")], &label);
        if class.roster.is_some() {
            html.element("td", &[], "");
        }
        for n in all {
            let part = format!("--part:{}%", cell::percent(n as u64, table.rows.len() as u64));
            let class = if n == 0 { "none" } else { "count" };
            html.element("td", &[("class", &class), ("style", &part)], &n.to_string());
        }
        html.element("td", &[], "");
        if class.points.is_some() {
            html.element("td", &[], "");
        }
        html.close();
    }
    html.close();
    html.line();
}

fn student(html: &mut Html, table: &Table, row: &Row) {
    let class = table.class;
    html.open("tr", &[]);
    html.open("th", &[("scope", &"row"), ("class", &"name")]);
    match row.has_page() {
        true => html.element("a", &[("href", &row.page())], row.name()),
        false => html.text(row.name()),
    }
    // A hand-in is often called by a number.
    let name = row.person.map_or("", |person| &person.name);
    if !name.is_empty() && name != row.name() {
        html.text(" ");
        html.element("span", &[("class", &"remark")], name);
    }
    for remark in Remark::of(row, class) {
        html.text(" ");
        html.element("span", &[("class", &"remark")], &remark.told(row));
    }
    html.close();
    if class.roster.is_some() {
        html.element("td", &[("class", &"id")], row.person.map_or("", |person| &person.id));
    }
    for n in 0..class.lessons.len() {
        cell::write(html, row, row.own(n));
    }
    let is_waiting = row.is_waiting();
    let (passed, of) = (row.passed(), row.of(class));
    let text = if is_waiting { String::new() } else { format!("{passed}/{of}") };
    cell::sum(html, row, &text, &passed.to_string());
    if class.points.is_some() {
        let points = shown(row.points(class));
        cell::sum(html, row, if is_waiting { "" } else { &points }, &points);
    }
    html.close();
}

fn legend(html: &mut Html) {
    html.open("p", &[("class", &"more")]);
    html.text(
        "✓ all checks passed. 12/26: so many checks passed of so many. begun: it compiles, and checks fail. = the same as the \
         reference solution, but for names, comments and white space. + build files were changed. ! not judged, not all of it, or no lesson was \
         found: a person must look. Each cell of a hand-in leads to its report.",
    );
    html.close();
    html.line();
}
