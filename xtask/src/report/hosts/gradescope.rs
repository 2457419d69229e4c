//! The report as the `results.json` of a Gradescope autograder.
//!
//! The shape is the one of <https://gradescope-autograders.readthedocs.io/en/latest/specs/>, section "Output format".

use super::{Test, every_test, sum, summary};
use crate::finding::Verdict;
use crate::report::Report;
use serde_json::{Value, json};

/// The first bytes of such a report behind its execution time, by which the runner knows its own file.
pub const SIGNATURE: &str = "\"extra_data\": {\n    \"socket-lab\":";

/// Renders the whole report: a point for each check. What was skipped has no points.
pub fn render(report: &Report) -> String {
    let all = every_test(report);
    // Lessons are judged side by side, so the longest of them is the whole.
    let millis = report.lessons.iter().map(|lesson| lesson.millis).max().unwrap_or_default();
    let mut own = json!({"schema": 1, "seed": report.seed});
    if !report.made_with.is_null() {
        own["made_with"] = report.made_with.clone();
    }
    let value = json!({
        "execution_time": millis.div_ceil(1000),
        "extra_data": {"socket-lab": own},
        "output": summary(report, &all),
        "output_format": "text",
        // The points of all tests, also where there are none: a report needs one of the two.
        "score": sum(&all, |test| test.earned),
        "test_name_format": "text",
        "test_output_format": "text",
        "tests": all.iter().map(test).collect::<Vec<_>>(),
        "visibility": "visible",
    });
    format!("{value:#}\n")
}

fn test(test: &Test) -> Value {
    let again = if test.again.is_empty() { String::new() } else { format!("\nagain: {}", test.again) };
    let mut value = json!({"name": test.name, "number": test.number, "output": test.told.clone() + &again});
    // Without points it is a note with a status.
    if test.verdict != Verdict::Skip {
        value["score"] = json!(test.earned);
        value["max_score"] = json!(test.of);
    }
    value["status"] = json!(if test.is_right() { "passed" } else { "failed" });
    value
}
