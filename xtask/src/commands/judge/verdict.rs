//! What becomes of one lesson of one student: the fields that a class adds to the report of a lesson.

use crate::course::Lesson;
use serde_json::{Value, json};

pub use crate::report::class::Status;

/// Returns the value of a lesson that was not judged: why, in words.
pub fn without(lesson: &Lesson, status: Status, why: &str) -> Value {
    let verdict = match status {
        Status::NotFound => "skip",
        Status::DoesNotCompile | Status::NotBegun => "fail",
        _ => "error",
    };
    let mut value = json!({
        "lesson": lesson.dir(),
        "subject": "lesson",
        "verdict": verdict,
        "millis": 0,
        "problem": why,
        "checks": [],
    });
    add(&mut value, lesson, status, Some(why), None);
    value
}

/// Adds what a class wants to know of a lesson.
pub fn add(value: &mut Value, lesson: &Lesson, status: Status, why: Option<&str>, found_at: Option<&str>) {
    let none = Vec::new();
    let checks = value["checks"].as_array().unwrap_or(&none);
    let has = |words: &[&str]| {
        checks
            .iter()
            .filter(|check| check["verdict"].as_str().is_some_and(|word| words.contains(&word)))
            .count()
    };
    // What this machine cannot judge is nobody's fault.
    let (passed, of) = (has(&["pass", "demo"]), lesson.checks().count() - has(&["skip"]));
    for (name, field) in [
        ("status", json!(status.key())),
        ("why", json!(why)),
        ("found_at", json!(found_at)),
        ("passed", json!(passed)),
        ("of", json!(of)),
        ("manifest_changed", Value::Null),
        ("same_as_solution", json!(false)),
    ] {
        if value.get(name).is_none() {
            value[name] = field;
        }
    }
}
