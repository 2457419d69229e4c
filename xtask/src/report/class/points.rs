//! The file of weights: how many points each lesson is worth.
//!
//! ```toml
//! 01-echo = 10
//! 02-uppercase = 12.5
//! ```

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use toml_span::value::ValueInner;

/// What to type into the file.
const EXAMPLE: &str = "01-echo = 10";

/// Reads a file of weights, for `points` of `class.json`. `lessons` are those of the course; a key is the name of one,
/// or its number. A lesson that the file does not name is worth nothing.
///
/// # Errors
/// Where the file cannot be read, names no lesson, or holds something else than numbers from 0 on: with its line.
pub fn read(file: &Path, lessons: &[String]) -> anyhow::Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let points =
        parse(&text, lessons).map_err(|(line, why)| anyhow::anyhow!("{}:{line}: {why}", file.display()))?;
    if points.is_empty() {
        bail!("{}: it names no lesson; type a line for each, for instance {EXAMPLE}", file.display());
    }
    Ok(Value::Object(points))
}

/// Returns those of these lessons that weights, as [`read`] returns them, do not name: they are worth nothing.
///
/// # Errors
/// When all of these lessons together are worth nothing, so that nobody could earn a point.
pub fn unnamed<'a>(points: &Value, lessons: &'a [String]) -> anyhow::Result<Vec<&'a str>> {
    let worth: f64 = lessons.iter().filter_map(|lesson| points[lesson.as_str()].as_f64()).sum();
    if worth <= 0.0 {
        let first = lessons.first().map_or("01-echo", String::as_str);
        bail!(
            "the lessons that are judged are worth nothing in it; type a line for each, for instance {first} = 10"
        );
    }
    Ok(lessons.iter().filter(|lesson| points[lesson.as_str()].is_null()).map(String::as_str).collect())
}

/// Reads the text of a file. An error is a line, from 1, and what is wrong there.
fn parse(text: &str, lessons: &[String]) -> Result<Map<String, Value>, (usize, String)> {
    let line_of = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let mut table = toml_span::parse(text).map_err(|error| {
        (line_of(error.span.start), format!("is no TOML: {error}; type for instance {EXAMPLE}"))
    })?;
    let ValueInner::Table(table) = table.take() else {
        return Err((1, format!("is no table; type for instance {EXAMPLE}")));
    };
    let mut rows: Vec<_> = table.into_iter().collect();
    rows.sort_by_key(|(key, _)| key.span.start);
    let mut points = Map::new();
    for (key, mut value) in rows {
        let (line, word) = (line_of(key.span.start), &*key.name);
        let is_it = |lesson: &&String| {
            let (number, name) = lesson.split_once('-').unwrap_or((lesson, ""));
            [lesson.as_str(), number, name].contains(&word)
        };
        let Some(lesson) = lessons.iter().find(is_it) else {
            let first = lessons.first().map_or("01-echo", String::as_str);
            return Err((
                line,
                format!("there is no lesson `{word}`; type a lesson's name, for instance {first} = 10"),
            ));
        };
        let number = match value.take() {
            ValueInner::Integer(n) => n as f64,
            ValueInner::Float(n) => n,
            _ => -1.0,
        };
        if !(0.0..=1e9).contains(&number) {
            return Err((line, format!("`{word}` must be a number from 0 on, for instance {word} = 10")));
        }
        if points.insert(lesson.clone(), json!(number)).is_some() {
            return Err((line, format!("`{word}`: {lesson} stands here twice")));
        }
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Map<String, Value>, (usize, String)> {
        parse(text, &["01-echo".into(), "02-uppercase".into()])
    }

    #[test]
    fn weights_are_read() {
        let points = parsed("# mine\n01-echo = 10\nuppercase = 2.5\n").unwrap();
        assert_eq!(Value::Object(points), json!({"01-echo": 10.0, "02-uppercase": 2.5}));
        assert_eq!(Value::Object(parsed("01 = 0").unwrap()), json!({"01-echo": 0.0}));
    }

    #[test]
    fn lessons_without_a_weight_are_told() {
        let lessons = ["01-echo".to_string(), "02-uppercase".to_string()];
        let of = |points: Value| {
            unnamed(&points, &lessons).map(|names| names.join(" ")).map_err(|why| why.to_string())
        };
        assert_eq!(of(json!({"01-echo": 1.0, "02-uppercase": 0.0})), Ok(String::new()));
        assert_eq!(of(json!({"02-uppercase": 1.0, "03-sticky": 1.0})), Ok("01-echo".into()));
        for points in [json!({"03-sticky": 1.0}), json!({"01-echo": 0.0})] {
            assert!(
                of(points)
                    .unwrap_err()
                    .contains("are worth nothing in it; type a line for each, for instance 01-echo")
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, line, said) in [
            ("01-echo = 1\n03-stick = 2", 2, "there is no lesson `03-stick`"),
            ("01-echo = -1", 1, "a number from 0 on"),
            ("01-echo = nan", 1, "a number from 0 on"),
            ("01-echo = '10'", 1, "a number from 0 on"),
            ("01-echo = 1\n01 = 2", 2, "stands here twice"),
            ("01-echo = 1\nso", 2, "is no TOML"),
        ] {
            let (at, why) = parsed(text).unwrap_err();
            assert!(at == line && why.contains(said), "{text:?}: line {at}: {why}");
        }
    }
}
