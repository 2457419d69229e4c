//! The feedback as a page.

use super::words::{
    HOW, Next, anchor, error_of, facts, has_command, is_quiet, number, outcome, remarks, total,
};
use crate::report::class::model::Class;
use crate::report::class::student::{Own, Student};
use crate::report::html::{self, Demos, frame, writer::Html};

/// The first words of the page.
pub const SIGNATURE: &str = "<!DOCTYPE html>\n<!-- Socket Lab feedback -->\n";

/// Renders the feedback as a page.
pub fn page(class: &Class, student: &Student) -> String {
    let mut html = Html::default();
    let title = format!("{}: report", student.name);
    let style = concat!(include_str!("../../html/report.css"), include_str!("../feedback.css"));
    frame::begin(&mut html, SIGNATURE, &title, style);
    html.open("header", &[]);
    html.element("h1", &[], &title);
    html.line();
    html.element("p", &[("class", &"verdict")], &total(class, student));
    html.open("dl", &[]);
    for (label, fact) in facts(class, student) {
        html.line();
        html.element("dt", &[], &label);
        html.element("dd", &[], &fact);
    }
    html.close();
    html.close();
    html.line();
    html.open("main", &[]);
    html.line();
    overview(&mut html, student);
    if has_command(student) {
        html.element("p", &[], HOW);
        html.line();
    }
    for own in &student.lessons {
        lesson(&mut html, own, student.seed);
    }
    html.close();
    html.line();
    frame::end(&mut html);
    html.finish()
}

/// Writes what became of each lesson, with a link to it.
fn overview(html: &mut Html, student: &Student) {
    html.open("ul", &[("class", &"overview")]);
    for own in &student.lessons {
        html.line();
        html.open("li", &[]);
        let href = format!("#{}", anchor(&own.lesson));
        html.element("a", &[("href", &href)], &own.lesson);
        html.text(&format!(": {}{}", if own.is_whole() { "✓ " } else { "" }, outcome(own)));
        html.close();
    }
    html.line();
    html.close();
    html.line();
}

fn lesson(html: &mut Html, own: &Own, seed: u64) {
    let id = anchor(&own.lesson);
    html.open("section", &[("aria-labelledby", &id)]);
    html.element("h2", &[("id", &id)], &own.lesson);
    html.element("p", &[("class", &"verdict")], &outcome(own));
    html.line();
    for remark in remarks(own) {
        html.element("p", &[("class", &"remark")], &remark);
        html.line();
    }
    if let Some(error) = error_of(own) {
        html::reason(html, error);
        html.line();
    }
    let next = if is_quiet(own) { None } else { Next::of(own, seed) };
    if let Some(next) = next {
        html.open("p", &[]);
        match next {
            Next::Again(command) => {
                html.text("again: ");
                html.element("span", &[("class", &"code")], &command);
            }
            Next::HandIn(what) => html.text(&format!("next: {what}")),
        }
        html.close();
        html.line();
    }
    if let Some(report) = &own.report {
        html::checks(html, report, number(&own.lesson).parse().unwrap_or_default(), Demos::Folded);
    }
    html.close();
    html.line();
}
