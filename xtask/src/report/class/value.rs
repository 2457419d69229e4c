//! The parts of a JSON report, as the report writes them.

use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Returns a text; empty where there is none.
pub fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().into()
}

/// Returns a number; 0 where there is none.
pub fn number(value: &Value, key: &str) -> usize {
    value[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default()
}

/// Returns the texts of a list.
pub fn lines(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(String::from).collect()
}

/// Returns the bytes that `escape_ascii` wrote so.
pub fn bytes(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let (byte, used) = match (first, after.first()) {
            (b'\\', Some(b'n')) => (b'\n', 1),
            (b'\\', Some(b'r')) => (b'\r', 1),
            (b'\\', Some(b't')) => (b'\t', 1),
            (b'\\', Some(b'x')) => {
                let digits = after.get(1..3).and_then(|digits| std::str::from_utf8(digits).ok());
                digits
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                    .map_or((b'\\', 0), |byte| (byte, 3))
            }
            (b'\\', Some(other)) => (*other, 1),
            (other, _) => (*other, 0),
        };
        out.push(byte);
        rest = &after[used..];
    }
    out
}

/// Returns a text that lasts as long as the process. Ids and titles come from the runner's own tables, so there are some
/// hundreds of them, whatever the size of the class.
pub fn lasting(text: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(text) {
        return known;
    }
    let text: &'static str = Box::leak(text.into());
    known.insert(text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_they_are_written() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes(&all.escape_ascii().to_string()), all);
        assert_eq!(bytes("a\\x4"), b"a\\x4");
        assert_eq!(bytes("\\"), b"\\");
    }
}
