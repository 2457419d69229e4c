//! Rust without comments and white space, to compare two sources.

/// Returns the text without comments and white space; what stands in texts and characters stays.
pub fn bare(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let rest = &letters[at..];
        let len = match rest[0] {
            '/' if rest.get(1) == Some(&'/') => comment(rest),
            '/' if rest.get(1) == Some(&'*') => block(rest),
            letter if letter.is_whitespace() => 1,
            _ => {
                let len = token(rest, out.chars().next_back());
                out.extend(&rest[..len]);
                len
            }
        };
        at += len;
    }
    out
}

/// Returns how long the comment is that goes to the end of the line.
fn comment(rest: &[char]) -> usize {
    rest.iter().position(|letter| *letter == '\n').unwrap_or(rest.len())
}

/// Returns how long the comment is that begins here; others may lie in it.
fn block(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match (rest[at], rest.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Returns how long the text or the character is that begins here; 1 for everything else. `before` is the letter before it.
fn token(rest: &[char], before: Option<char>) -> usize {
    let is_in_name = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    match rest[0] {
        '"' => quoted(rest, '"'),
        'r' if !is_in_name => raw(rest).unwrap_or(1),
        // 'a' is a character, and 'a a lifetime.
        '\'' if rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'') => quoted(rest, '\''),
        _ => 1,
    }
}

/// Returns how long the text is up to the next `end` that no backslash stands before.
fn quoted(rest: &[char], end: char) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            letter if letter == end => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Returns how long the raw text is that begins here, `r"…"` or `r#"…"#`.
fn raw(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|letter| **letter == '#').count();
    let start = 1 + hashes;
    (rest.get(start) == Some(&'"')).then_some(())?;
    let ends = |at: &usize| {
        rest[*at] == '"'
            && rest.get(at + 1..at + 1 + hashes).is_some_and(|end| end.iter().all(|one| *one == '#'))
    };
    Some((start + 1..rest.len()).find(ends).map_or(rest.len(), |at| at + 1 + hashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_white_space_go_and_texts_stay() {
        for (text, left) in [
            ("fn a() {\n    b(); // c\n}\n", "fna(){b();}"),
            ("/// doc\nlet x = 1 /* a /* b */ c */ + 2;", "letx=1+2;"),
            ("let s = \"a // b \\\" c\";", "lets=\"a // b \\\" c\";"),
            ("let s = r#\"a \" // b\"# ; x", "lets=r#\"a \" // b\"#;x"),
            ("let c = '\"'; d // e", "letc='\"';d"),
            ("let c = '\\''; d", "letc='\\'';d"),
            ("fn f<'a>(x: &'a str) {} // g", "fnf<'a>(x:&'astr){}"),
            ("for r in x", "forrinx"),
            ("b\"\\r\\n \"", "b\"\\r\\n \""),
            ("\"open", "\"open"),
            ("/* open", ""),
        ] {
            assert_eq!(bare(text), left, "{text}");
        }
    }
}
