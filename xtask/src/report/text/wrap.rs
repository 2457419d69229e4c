//! Breaks text into lines, so that no byte which it shows in quotes is lost.

/// How a blank in quotes is written at the start of a line: as itself it could not be seen.
const BLANK: &str = "\\x20";

/// Breaks a text into lines: at blanks where it can, at the width where it must. Quotes stay on one line where they fit into
/// one, and are broken at the width where they do not: what they show may be bytes, among which a blank counts.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in words(text) {
        let word_length: usize = word.iter().map(|(unit, _)| unit.chars().count()).sum();
        let trailing = usize::from(word.last() == Some(&(" ", false)));
        if length > 0 && length + word_length - trailing > width {
            lines.push(String::new());
            length = 0;
        }
        for (n, (unit, is_quoted)) in word.iter().enumerate() {
            let mut unit = *unit;
            let needs = match (unit, is_quoted) {
                (" ", false) => 0,
                // At the end of a line it could not be seen either: what ends the blanks must stand behind them.
                (" ", true) => {
                    let blanks = word[n..].iter().take_while(|unit| **unit == (" ", true)).count();
                    blanks + word.get(n + blanks).map_or(0, |(next, _)| next.chars().count())
                }
                _ => unit.chars().count(),
            };
            if length > 0 && length + needs > width {
                lines.push(String::new());
                length = 0;
                if (unit, *is_quoted) == (" ", true) {
                    unit = BLANK;
                }
            }
            lines.last_mut().expect("never empty").push_str(unit);
            length += unit.chars().count();
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_string()).collect()
}

/// A piece of a text that is never broken, and whether it stands in quotes.
type Unit<'a> = (&'a str, bool);

/// Splits a text after its blanks, but not inside quotes; each word in units.
fn words(text: &str) -> Vec<Vec<Unit<'_>>> {
    let mut words: Vec<Vec<Unit>> = Vec::new();
    let (mut word, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let is_start = matches!(word.last(), None | Some(&("(", false)));
        let quotes = if is_start { rest.strip_prefix('"').and_then(inside) } else { None };
        if let Some(bytes) = quotes {
            word.push((&rest[..1], false));
            word.extend(units(bytes).into_iter().map(|unit| (unit, true)));
            // What was cut off has no second quote.
            let end = (1 + bytes.len() + 1).min(rest.len());
            word.extend(Some((&rest[1 + bytes.len()..end], false)).filter(|(quote, _)| !quote.is_empty()));
            rest = &rest[end..];
            continue;
        }
        let (unit, others) = rest.split_at(first.len_utf8());
        word.push((unit, false));
        if unit == " " {
            words.push(std::mem::take(&mut word));
        }
        rest = others;
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// Returns what stands before the quote that ends bytes, escaped as `escape_ascii` does; all of a text that was cut off.
fn inside(text: &str) -> Option<&str> {
    let mut is_escaped = false;
    let end = text.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    match end {
        Some(end) => Some(&text[..end]),
        None => text.ends_with('…').then_some(text),
    }
}

/// Splits escaped bytes: what stands for one of them stays whole.
fn units(bytes: &str) -> Vec<&str> {
    let (mut units, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let characters = match rest.as_bytes() {
            [b'\\', b'x', ..] => 4,
            [b'\\', ..] => 2,
            _ => 1,
        };
        let end = rest.char_indices().nth(characters).map_or(rest.len(), |(at, _)| at);
        let (unit, others) = rest.split_at(end);
        units.push(unit);
        rest = others;
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::quoted;

    #[test]
    fn text_wraps_at_blanks_and_at_the_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("a \" b c", 3), ["a \"", "b c"]);
    }

    #[test]
    fn quotes_stay_whole_where_they_fit() {
        assert_eq!(wrap("it is \"  a b\" now", 10), ["it is", "\"  a b\"", "now"]);
        assert_eq!(wrap("it is \"\\\"  a\"", 10), ["it is", "\"\\\"  a\""]);
        assert_eq!(wrap("it is \"one two\", so", 10), ["it is", "\"one two\",", "so"]);
        assert_eq!(wrap("it is (\"one two\")", 11), ["it is", "(\"one two\")"]);
    }

    #[test]
    fn a_blank_in_quotes_is_written_where_they_are_broken() {
        assert_eq!(wrap("is \"one two\"", 5), ["is", "\"one", "\\x20t", "wo\""]);
        assert_eq!(wrap("\"abc\\x00d\"", 7), ["\"abc", "\\x00d\""]);
        // What was cut off has no second quote.
        assert_eq!(wrap("is \"one tw…", 6), ["is", "\"one t", "w…"]);
    }

    /// Whatever bytes are shown, and however narrow the lines are: the lines, put together, are what was shown.
    #[test]
    fn no_byte_in_quotes_is_lost() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..2000 {
            let bytes: Vec<u8> =
                (0..rng.usize(1..32)).map(|_| rng.choice(*b"  ab\"\\\n\0\xff").unwrap()).collect();
            let (shown, width) = (quoted(&bytes), rng.usize(6..70));
            let lines = wrap(&shown, width);
            assert!(
                lines.iter().all(|line| line.chars().count() <= width && !line.ends_with(' ')),
                "{lines:?}"
            );
            assert_eq!(lines.concat().replace(BLANK, " "), shown, "{width}: {lines:?}");
        }
    }
}
