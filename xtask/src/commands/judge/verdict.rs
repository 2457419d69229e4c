//! What becomes of one lesson of one student, where `run` does not say it.

use crate::course::Lesson;
use serde_json::{Value, json};

pub use crate::report::status::Status;

/// Returns the value of a lesson that was not judged: why, in words.
pub fn without(lesson: &Lesson, status: Status, why: &str) -> Value {
    let mut value = json!({
        "lesson": lesson.dir(),
        "subject": "lesson",
        "verdict": "error",
        "millis": 0,
        "checks": [],
        "found_at": null,
        "manifest_changed": null,
        "same_as_solution": false,
        "passed": 0,
    });
    set(&mut value, status, why);
    count(&mut value, lesson);
    value
}

/// Writes into the value that the lesson was not judged, or not to its end.
pub fn set(value: &mut Value, status: Status, why: &str) {
    value["status"] = json!(status.key());
    value["problem"] = json!(why);
    value["why"] = json!(why);
    value["verdict"] = json!("error");
}

/// Writes into the value how many checks can be earned: all of the lesson, also where one half was handed in alone or
/// time was over, but for those that this machine cannot judge.
pub fn count(value: &mut Value, lesson: &Lesson) {
    let checks = value["checks"].as_array().into_iter().flatten();
    let skipped = checks.filter(|check| check["verdict"] == "skip").count();
    value["of"] = json!(lesson.checks().count() - skipped);
}
