//! The measured comparison as a table and as JSON.

use crate::commands::compare::measure::{Cell, Row, WIRES};
use crate::finding::count;
use crate::report::text::{Paint, WIDTH, wrap};
use colored::Color;
use serde_json::{Value, json};
use std::fmt::Write;

/// The width of a wire's column.
const COLUMN: usize = 10;

/// Returns the heading and one line for each way of framing.
pub fn render(paint: Paint, rows: &[Row], delay: u32) -> String {
    let mut out = format!("{:12} ", "");
    for wire in WIRES {
        let _ = write!(out, "{wire:COLUMN$}");
    }
    let _ = writeln!(out, "cost per message");
    for row in rows {
        let _ = write!(out, "{:12} ", format!("{} {}", row.way.number, row.way.framing));
        for cell in &row.cells {
            let (text, color) = match cell {
                Cell::Held(held, runs) if *runs > 1 => (format!("luck {held}/{runs}"), Color::Yellow),
                Cell::Held(0, _) => ("✗".to_string(), Color::Red),
                Cell::Held(..) => ("✓".to_string(), Color::Green),
                Cell::Broke(_) => ("!".to_string(), Color::Yellow),
                Cell::Unwritten => ("…".to_string(), Color::Yellow),
            };
            let _ =
                write!(out, "{}{:pad$}", paint.color(&text, color), "", pad = COLUMN - text.chars().count());
        }
        let _ = writeln!(out, "{}", cost(row, delay));
    }
    out
}

/// Shorter times are noise: nothing waited.
const NOTICED_MILLIS: f64 = 5.0;

fn cost(row: &Row, delay: u32) -> String {
    let Some(cost) = row.cost else { return "not measured".into() };
    let (millis, trip) = (cost.time.as_secs_f64() * 1e3, f64::from(2 * delay));
    let mut parts = Vec::new();
    // A round trip is two delays of the wire. A time of 0.8 to 3 of them is shown in round trips; any other time is the
    // program's own.
    let trips = millis / trip;
    if millis >= NOTICED_MILLIS {
        if (0.8..3.0).contains(&trips) {
            parts.push(format!("{trips:.1} round trips"));
        } else {
            parts.push(format!("{millis:.0} ms"));
        }
    }
    if cost.bytes >= 0.5 {
        if parts.is_empty() {
            parts.push("0 round trips".into());
        }
        parts.push(count(cost.bytes.round() as usize));
    }
    if parts.is_empty() { "–".into() } else { parts.join(", ") }
}

/// Explains the table's marks and how the costs were measured.
pub fn legend(rows: &[Row], delay: u32) -> String {
    let is_unwritten = rows.iter().any(|row| row.cells.contains(&Cell::Unwritten));
    let unwritten = if is_unwritten { " … it is not written yet." } else { "" };
    let text = format!(
        "✓ each message arrived as one, ✗ it broke every time, as its lesson predicts, ! it broke in another way. \
         Luck: k of n runs.{unwritten} Costs: measured on a wire that delays each direction by {delay} ms, so a round \
         trip is {} ms; for 09, those of the server's replies, with all requests sent at once.",
        2 * delay
    );
    wrap(&text, WIDTH).join("\n") + "\n"
}

/// Returns the table as JSON.
pub fn render_json(rows: &[Row], seed: u64, delay: u32, proves: &Result<&'static str, String>) -> String {
    let cell = |cell: &Cell| match cell {
        Cell::Held(held, runs) => json!({"held": held, "runs": runs}),
        Cell::Broke(why) => json!({"held": 0, "runs": 1, "broke": why}),
        Cell::Unwritten => json!({"held": 0, "runs": 1, "broke": "it is not written yet"}),
    };
    let row = |row: &Row| -> Value {
        let wires: serde_json::Map<String, Value> =
            WIRES.iter().zip(&row.cells).map(|(wire, one)| (wire.to_string(), cell(one))).collect();
        let cost = row.cost.map(|cost| {
            let millis = cost.time.as_secs_f64() * 1e3;
            json!({"millis": millis, "round_trips": millis / f64::from(2 * delay), "bytes": cost.bytes})
        });
        json!({"lesson": row.way.lesson().dir(), "framing": row.way.framing, "wires": wires, "cost": cost})
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    let (sentence, why) = match proves {
        Ok(sentence) => (Some(*sentence), None),
        Err(why) => (None, Some(why)),
    };
    let value = json!({
        "schema": 1, "seed": seed, "delay_millis": delay, "rows": rows, "proves": sentence, "why_not": why,
    });
    format!("{value:#}\n")
}
