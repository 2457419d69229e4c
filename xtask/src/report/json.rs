//! The report as JSON. Later versions only add fields.

use super::{CheckReport, LessonReport, Problem, Report};
use crate::wire::{Crossing, Fate};
use serde_json::{Value, json};
use std::time::Duration;

/// Renders the whole report; escapes bytes as `escape_ascii` does.
pub fn render(report: &Report) -> String {
    let lessons: Vec<Value> = report.lessons.iter().map(lesson).collect();
    let mut value = json!({"schema": 1, "seed": report.seed, "lessons": lessons});
    if !report.made_with.is_null() {
        value["made_with"] = report.made_with.clone();
    }
    if report.interrupted {
        value["interrupted"] = json!(true);
    }
    format!("{value:#}\n")
}

/// Returns the value of one lesson.
pub fn lesson(lesson: &LessonReport) -> Value {
    let mut value = json!({
        "lesson": lesson.lesson,
        "subject": lesson.subject,
        "verdict": lesson.verdict().word(),
        "millis": lesson.millis,
        "checks": lesson.checks.iter().map(check).collect::<Vec<_>>(),
    });
    if let Some(half) = lesson.half {
        value["half"] = json!(half.word());
    }
    let why = lesson.problem.as_ref().map(Problem::why);
    if let Some(why) = why {
        value["problem"] = json!(why);
    }
    if let Some(rendered) = lesson.problem.as_ref().and_then(Problem::rendered) {
        value["rendered"] = json!(rendered);
    }
    if let Some(handed_in) = &lesson.handed_in {
        value["status"] = json!(lesson.status().key());
        value["found_at"] = json!(handed_in.found_at);
        value["why"] = json!(why);
        value["manifest_changed"] = json!(handed_in.manifest_changed);
        value["same_as_solution"] = json!(handed_in.same_as_solution);
        if let Some(sources) = &handed_in.sources {
            value["sources"] = json!(sources);
        }
        value["passed"] = json!(lesson.passed());
        value["of"] = json!(lesson.of());
    }
    value
}

fn check(check: &CheckReport) -> Value {
    let mut value = json!({
        "id": check.id,
        "promise": check.promise,
        "half": check.half.word(),
        "wire": check.wire.to_string(),
        "verdict": check.verdict.word(),
        "title": check.title,
        "expected": check.expected.to_string(),
        "got": check.got.to_string(),
        "cause": check.cause.to_string(),
        "see": check.see,
        "rerun": check.rerun,
        "millis": check.millis,
        "input": check.input.escape_ascii().to_string(),
        "waits": check.waits,
    });
    if let Some(family) = check.family {
        value["family"] = json!(family.word());
    }
    if let Some(half) = check.at_fault {
        value["at_fault"] = json!(half.word());
    }
    if let Some(base) = check.waits_for {
        value["waits_for"] = json!(base.id);
    }
    if let Some(hole) = &check.hole {
        value["hole"] = json!({"function": hole.function, "file": hole.file, "line": hole.line});
    }
    if let Some(bytes) = &check.comparison {
        value["comparison"] = json!({
            "offset": bytes.offset,
            "start": bytes.start,
            "expected": bytes.expected.escape_ascii().to_string(),
            "got": bytes.got.escape_ascii().to_string(),
            "expected_len": bytes.expected_len,
            "got_len": bytes.got_len,
        });
    }
    let evidence = &check.evidence;
    let ends: Vec<String> = evidence.ends.iter().map(|(label, text)| format!("{label}: {text}")).collect();
    for (name, lines) in [("programs", &ends), ("notes", &evidence.notes)] {
        if !lines.is_empty() {
            value[name] = json!(lines);
        }
    }
    if let Some(ribbon) = &evidence.ribbon {
        value["ribbon"] = json!({
            "direction": ribbon.direction,
            "bytes": ribbon.bytes[..ribbon.bytes.len().min(64)].escape_ascii().to_string(),
            "writes": ribbon.writes,
            "pieces": ribbon.pieces,
            "reads": ribbon.reads,
            "wanted": ribbon.wanted,
        });
    }
    if !evidence.connections.is_empty() {
        value["connections"] = json!(evidence.connections);
    }
    if !evidence.datagrams.is_empty() {
        value["datagrams"] = evidence.datagrams.iter().map(datagram).collect();
    }
    value
}

fn datagram(one: &Crossing) -> Value {
    // Microseconds say enough, and keep the report short.
    let millis = |time: Duration| time.as_micros() as f64 / 1e3;
    let fate = match one.fate {
        Fate::Pass => "sent",
        Fate::Lose => "lost",
        Fate::Double => "doubled",
        Fate::Late => "late",
    };
    json!({
        "at": millis(one.at),
        "flow": one.flow,
        "direction": one.direction.arrow(),
        "number": one.number,
        "bytes": one.len,
        "fate": fate,
        "passed": one.passed.iter().map(|at| millis(*at)).collect::<Vec<_>>(),
        "taken": one.taken,
    })
}
