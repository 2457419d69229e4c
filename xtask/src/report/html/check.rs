//! One check in a page: all that it teaches when it failed, its line and its ribbon when it passed.

use super::writer::Html;
use super::{comparison, ribbon, ribbons, timeline};
use crate::finding::{Half, Verdict};
use crate::report::CheckReport;
use crate::system::portable;
use crate::wire::Kind;

/// Writes a check in full; `prefix` begins the names of what is in it.
pub fn whole(html: &mut Html, check: &CheckReport, prefix: &str) {
    let class = format!("check {}", check.verdict.word());
    let head = format!("{prefix}head");
    html.open("section", &[("class", &class), ("aria-labelledby", &head)]);
    html.element("h3", &[("id", &head)], &title(check));
    html.line();
    facts(html, check);
    if let Some(bytes) = &check.comparison {
        comparison::write(html, bytes);
    }
    figures(html, check, prefix);
    html.close();
    html.line();
}

/// Writes a check that passed, or was skipped: its line, its notes and its ribbon.
pub fn brief(html: &mut Html, check: &CheckReport, prefix: &str) {
    html.open("section", &[("class", &format!("check {}", check.verdict.word()))]);
    html.element("p", &[], &title(check));
    if check.verdict == Verdict::Skip {
        html.element("p", &[("class", &"more")], &format!("skipped: {}", check.got));
    }
    for note in &check.evidence.notes {
        html.element("p", &[("class", &"more")], &format!("note: {note}"));
    }
    figures(html, check, prefix);
    html.close();
    html.line();
}

/// Returns the line of a check: its verdict, whom it judges, what is promised, and where.
pub fn title(check: &CheckReport) -> String {
    let mark = match check.verdict {
        Verdict::Pass => "✓",
        Verdict::Demo => "◆",
        Verdict::Fail => "✗",
        Verdict::Error => "!",
        Verdict::Skip => "–",
    };
    let half = match check.half {
        Half::Pair => "the pair",
        half => half.word(),
    };
    let wire = match check.wire {
        Kind::Plain => String::new(),
        wire => format!(", on {wire}"),
    };
    let family = check.family.map_or(String::new(), |family| format!(", over {}", family.word()));
    format!("{mark} {half}: {}{wire}{family}", check.title)
}

/// Writes what was expected, what came, why, and what to do.
fn facts(html: &mut Html, check: &CheckReport) {
    let evidence = &check.evidence;
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut row = |label, text: String| rows.extend((!text.is_empty()).then_some((label, text)));
    row("check", check.id.into());
    row("at fault", check.at_fault.map_or(String::new(), |half| format!("the {}", half.word())));
    row("expected", check.expected.to_string());
    row(if check.verdict == Verdict::Error { "not judged" } else { "got" }, check.got.to_string());
    row("cause", check.cause.to_string());
    row("waits for", check.waits_for.map_or(String::new(), |base| base.id.into()));
    evidence.ends.iter().for_each(|(label, text)| row(label, text.clone()));
    evidence.notes.iter().for_each(|text| row("note", text.clone()));
    row("read", check.see.clone());
    row("again", check.rerun.clone());
    if check.verdict == Verdict::Fail && portable::asks_kernel() {
        row("trace", check.rerun.replacen("cargo xtask run ", "cargo xtask trace ", 1));
    }
    html.open("dl", &[]);
    for (label, text) in rows {
        html.line();
        html.element("dt", &[], label);
        let class = if matches!(label, "again" | "trace" | "read" | "check") { "code" } else { "" };
        html.element("dd", &[("class", &class)], &text);
    }
    html.line();
    html.close();
    html.line();
}

/// Draws the ribbons and the timeline, and writes both in words.
fn figures(html: &mut Html, check: &CheckReport, prefix: &str) {
    let ribbons = ribbons::of(check);
    let rows = timeline::rows(check);
    let of = |n: usize| format!("{prefix}r{n}");
    for (n, one) in ribbons.iter().enumerate() {
        ribbon::draw(html, &ribbons::drawn(one, &of(n)));
    }
    if !rows.is_empty() {
        timeline::draw(html, check, &rows, prefix);
    }
    if rows.is_empty() {
        connections(html, check);
    }
    if ribbons.is_empty() && rows.is_empty() {
        return;
    }
    html.open("details", &[]);
    html.element("summary", &[], "The figures in words");
    html.open("ol", &[("class", &"words")]);
    html.line();
    for (n, one) in ribbons.iter().enumerate() {
        ribbons::words(html, one, &of(n));
    }
    timeline::words(html, &rows, prefix);
    html.close();
    html.close();
    html.line();
}

/// Writes what passed on each connection, where there is no timeline: a report that was read again has none.
fn connections(html: &mut Html, check: &CheckReport) {
    for lines in check.evidence.connections.iter().filter(|lines| !lines.is_empty()) {
        html.open("figure", &[]);
        html.element("figcaption", &[], "what passed");
        html.open("pre", &[("tabindex", &0)]);
        for line in lines {
            html.text(line);
            html.line();
        }
        html.close();
        html.close();
        html.line();
    }
}
