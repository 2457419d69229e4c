//! Finds the hole that a starter ran into: from a `todo!` panic to the function that is not written yet.

use crate::finding::Hole;
use std::fs;
use std::path::Path;

/// Searches a program's standard error for the panic of a `todo!`, and returns the hole at that place in `dir`, the
/// lesson's folder. The learner knows this folder as `shown`.
///
/// The panic says `panicked at lessons/01-echo/src/bin/server.rs:38:5:` and, on the next line,
/// `not yet implemented: …`.
pub fn reached(stderr: &str, dir: &Path, shown: &str) -> Option<Hole> {
    let mut lines = stderr.lines();
    while let Some(line) = lines.next() {
        let Some((_, place)) = line.split_once("panicked at ") else { continue };
        let is_hole = lines.next().is_some_and(|message| message.starts_with("not yet implemented"));
        if !is_hole {
            continue;
        }
        let mut parts = place.rsplitn(4, ':').skip(2);
        let line: u32 = parts.next()?.parse().ok()?;
        let file = parts.next()?.replace('\\', "/");
        let inner = &file[file.find("/src/")? + 1..];
        let source = fs::read_to_string(dir.join(inner)).ok()?;
        let function = enclosing_function(&source, line)?;
        return Some(Hole { function, file: format!("{shown}/{inner}"), line });
    }
    None
}

/// Returns the name of the function that begins nearest above `line` (from 1).
fn enclosing_function(source: &str, line: u32) -> Option<String> {
    let above: Vec<&str> = source.lines().take(line as usize).collect();
    above.iter().rev().find_map(|line| {
        let (before, rest) = line.split_once("fn ")?;
        let modifiers = ["", "pub", "pub(crate)", "async", "const", "unsafe", "pub async"];
        if !modifiers.contains(&before.trim()) {
            return None;
        }
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!name.is_empty()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_led_back_to_its_function() {
        let source =
            "fn main() {}\n\n/// Contract.\npub fn serve(x: u8) -> ! {\n    // TODO: loop\n    todo!()\n}\n";
        assert_eq!(enclosing_function(source, 6).as_deref(), Some("serve"));
        assert_eq!(enclosing_function("let x = 1;", 1), None);
    }
}
