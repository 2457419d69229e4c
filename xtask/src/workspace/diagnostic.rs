//! rustc's messages, as cargo passes them on: facts, and the text that rustc makes of them.

use serde_json::Value;

/// One of rustc's messages.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub what: String,
    /// rustc's code of it, `E0308`; empty where it has none.
    pub code: String,
    /// The program, or the library, in which it is: `lesson-01-server`.
    pub target: String,
    /// The file, as seen from the root of the workspace, and the line, from 1.
    pub place: (String, u32),
    /// The lines of the source from that of the expression in which the place is to that of the place.
    pub source: String,
    /// The whole message as rustc prints it, with colour where it was asked for.
    pub rendered: String,
}

impl Diagnostic {
    /// Returns a message of cargo's, given as JSON, about one of rustc's; `None` when that names no place.
    pub(super) fn of(message: &Value, rendered: &str) -> Option<Self> {
        let (target, message) = (message["target"]["name"].as_str()?, &message["message"]);
        let spans = message["spans"].as_array()?;
        let main = spans.iter().find(|span| span["is_primary"] == true)?;
        let line = main["line_start"].as_u64()?;
        Some(Self {
            what: message["message"].as_str()?.to_string(),
            code: message["code"]["code"].as_str().unwrap_or_default().to_string(),
            target: target.to_string(),
            place: (main["file_name"].as_str()?.to_string(), line.try_into().ok()?),
            source: source(spans, &main["file_name"], line),
            rendered: rendered.to_string(),
        })
    }
}

/// Returns the source of the longest span that reaches over this line, down to this line.
fn source(spans: &[Value], file: &Value, line: u64) -> String {
    let from = |span: &Value| span["line_start"].as_u64().filter(|from| *from <= line);
    let reaches = |span: &&Value| {
        span["file_name"] == *file && from(span).is_some() && span["line_end"].as_u64() >= Some(line)
    };
    let Some(longest) = spans.iter().filter(reaches).min_by_key(|span| from(span)) else {
        return String::new();
    };
    let lines = longest["text"].as_array().into_iter().flatten();
    let most = from(longest).map_or(0, |from| line - from + 1) as usize;
    let lines: Vec<&str> = lines.take(most).filter_map(|text| text["text"].as_str()).collect();
    lines.join("\n")
}

/// Returns 0 for the file of a library, which both programs use, 1 for the server's, 2 for the client's.
pub fn half_of(file: &str) -> u8 {
    match (file.contains("/bin/"), file.contains("client")) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    }
}

/// Returns one of rustc's errors, given as JSON, in one line: `mismatched types (src/bin/server.rs:3:5)`.
pub fn first_error(message: &Value) -> String {
    let what = message["message"].as_str().unwrap_or("an error");
    let spans = message["spans"].as_array();
    match spans.and_then(|spans| spans.iter().find(|span| span["is_primary"] == true)) {
        Some(span) => format!(
            "{what} ({}:{}:{})",
            span["file_name"].as_str().unwrap_or("?"),
            span["line_start"],
            span["column_start"]
        ),
        None => what.to_string(),
    }
}
