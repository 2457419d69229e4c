//! TOML as a tree that can be changed, and back.

use serde_json::{Map, Value, json};
use toml_span::value::{Value as Toml, ValueInner};

/// Reads a text. An error is a line, from 1, and what is wrong there.
///
/// # Errors
/// When it is no TOML.
pub fn read(text: &str) -> Result<Map<String, Value>, (usize, String)> {
    let line_of = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let mut tree = toml_span::parse(text)
        .map_err(|error| (line_of(error.span.start), format!("is no TOML: {error}")))?;
    match value(&mut tree) {
        Value::Object(table) => Ok(table),
        _ => Err((1, "is no table".into())),
    }
}

fn value(toml: &mut Toml<'_>) -> Value {
    match toml.take() {
        ValueInner::String(text) => json!(text),
        ValueInner::Integer(number) => json!(number),
        ValueInner::Float(number) => json!(number),
        ValueInner::Boolean(is) => json!(is),
        ValueInner::Array(all) => all.into_iter().map(|mut one| value(&mut one)).collect(),
        ValueInner::Table(table) => {
            table.into_iter().map(|(key, mut one)| (key.name.to_string(), value(&mut one))).collect()
        }
    }
}

/// Writes a tree, each key of the top on a line of its own.
pub fn write(table: &Map<String, Value>) -> String {
    table.iter().map(|(key, value)| format!("{} = {}\n", word(key), inline(value))).collect()
}

/// Writes a value in one line.
pub fn inline(value: &Value) -> String {
    match value {
        Value::Array(all) => format!("[{}]", all.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(table) if table.is_empty() => "{}".into(),
        Value::Object(table) => {
            let rows = table.iter().map(|(key, value)| format!("{} = {}", word(key), inline(value)));
            format!("{{ {} }}", rows.collect::<Vec<_>>().join(", "))
        }
        // A text of JSON is a basic string of TOML, and so are numbers and truth values.
        other => other.to_string(),
    }
}

/// Writes a key, in quotes only where it needs them.
fn word(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_bare { key.into() } else { json!(key).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_before() {
        let text = "[package]\nname = \"a\\\"b\"\n[[bin]]\nname = 'x'\n[target.'cfg(unix)'.dependencies]\nnix = { version = \"0.31\", \
                    features = [\"a\", \"b\"], optional = true }\n[x]\ny = 1.5\nz = -3\n";
        let tree = read(text).unwrap();
        let written = write(&tree);
        assert_eq!(read(&written).unwrap(), tree, "{written}");
        assert!(written.contains("bin = [{ name = \"x\" }]\n"), "{written}");
    }

    #[test]
    fn an_error_names_its_line() {
        assert_eq!(read("a = 1\nb = \n").unwrap_err().0, 2);
    }
}
