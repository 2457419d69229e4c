//! The tokens of a Rust source, as far as two sources are compared by them: comments and white space are none.

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A name or a keyword; a lifetime's name, too.
    Word(String),
    /// A text, a character or a number.
    Literal(String),
    /// A sign.
    Sign(char),
}

/// Returns the tokens of a source. What is no Rust has some tokens, too.
pub fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let rest = &letters[at..];
        let taken = |len: usize| rest[..len].iter().collect::<String>();
        at += match rest[0] {
            '/' if rest.get(1) == Some(&'/') => comment(rest),
            '/' if rest.get(1) == Some(&'*') => block(rest),
            letter if letter.is_whitespace() => 1,
            letter => {
                let (token, len) = match literal(rest) {
                    Some(len) => (Token::Literal(taken(len)), len),
                    None if in_word(letter) => (Token::Word(taken(word(rest))), word(rest)),
                    None => (Token::Sign(letter), 1),
                };
                out.push(token);
                len
            }
        };
    }
    out
}

fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Returns how many letters of a word come here.
fn word(rest: &[char]) -> usize {
    rest.iter().take_while(|letter| in_word(**letter)).count()
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

/// Returns how long the text, the character or the number is that begins here, with what stands before its quotes.
fn literal(rest: &[char]) -> Option<usize> {
    let before = word(rest);
    if rest[0].is_ascii_digit() {
        return Some(before);
    }
    let prefix: String = rest[..before].iter().collect();
    let quotes = &rest[before..];
    let len = match (prefix.as_str(), quotes.first()?) {
        ("" | "b" | "c", '"') => Some(quoted(quotes, '"')),
        ("r" | "br" | "cr", _) => raw(quotes),
        // 'a' is a character, and 'a a lifetime.
        ("" | "b", '\'') if quotes.get(1) == Some(&'\\') || quotes.get(2) == Some(&'\'') => {
            Some(quoted(quotes, '\''))
        }
        _ => None,
    };
    Some(before + len?)
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

/// Returns how long the raw text is that begins here, behind its `r`: `"…"` or `#"…"#`.
fn raw(rest: &[char]) -> Option<usize> {
    let hashes = rest.iter().take_while(|letter| **letter == '#').count();
    (rest.get(hashes) == Some(&'"')).then_some(())?;
    let ends = |at: &usize| {
        rest[*at] == '"'
            && rest.get(at + 1..at + 1 + hashes).is_some_and(|end| end.iter().all(|one| *one == '#'))
    };
    Some((hashes + 1..rest.len()).find(ends).map_or(rest.len(), |at| at + 1 + hashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_white_space_go_and_texts_stay() {
        for (text, left) in [
            ("fn a() {\n    b(); // c\n}\n", "fn|a|(|)|{|b|(|)|;|}"),
            ("/// doc\nlet x = 1 /* a /* b */ c */ + 2;", "let|x|=|1|+|2|;"),
            ("let s = \"a // b \\\" c\";", "let|s|=|\"a // b \\\" c\"|;"),
            ("let s = r#\"a \" // b\"# ; x", "let|s|=|r#\"a \" // b\"#|;|x"),
            ("let c = '\"'; d // e", "let|c|=|'\"'|;|d"),
            ("let c = b'\\''; d", "let|c|=|b'\\''|;|d"),
            ("fn f<'a>(x: &'a str) {} // g", "fn|f|<|'|a|>|(|x|:|&|'|a|str|)|{|}"),
            ("for r in x_1", "for|r|in|x_1"),
            ("b\"\\r\\n \" 0xffu8 1.5", "b\"\\r\\n \"|0xffu8|1|.|5"),
            ("r#type", "r|#|type"),
            ("\"open", "\"open"),
            ("r\"open", "r\"open"),
            ("/* open", ""),
        ] {
            let found = tokens(text).into_iter().map(|token| match token {
                Token::Word(text) | Token::Literal(text) => text,
                Token::Sign(sign) => sign.to_string(),
            });
            assert_eq!(found.collect::<Vec<_>>().join("|"), left, "{text}");
        }
    }
}
