//! The shape of Rust sources: what stays of them when the author's names, comments and white space do not count.
//!
//! There is no parser: which names are the author's is told from the signs beside them. Where that goes wrong, two sources
//! that differ in names only have different shapes. Names that are not the author's (`write_all`, `TcpStream`, `u16`) stay,
//! so a program that calls something else has another shape.

use super::tokens::{Token, tokens};
use std::collections::{BTreeMap, BTreeSet};

/// Words that are nobody's names: <https://doc.rust-lang.org/reference/keywords.html>, and the types of the language.
const RESERVED: &[&str] = &[
    "_", "as", "async", "await", "bool", "break", "char", "const", "continue", "crate", "dyn", "else",
    "enum", "extern", "f32", "f64", "false", "fn", "for", "i128", "i16", "i32", "i64", "i8", "if", "impl",
    "in", "isize", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self",
    "static", "str", "struct", "super", "trait", "true", "type", "u128", "u16", "u32", "u64", "u8", "union",
    "unsafe", "use", "usize", "where", "while",
];

/// Keywords behind which the author names something.
const NAMING: &[&str] = &["const", "enum", "fn", "mod", "static", "struct", "trait", "type"];

/// Words that may stand between `pub` and a keyword that names something.
const BETWEEN: &[&str] = &["async", "const", "extern", "unsafe"];

/// Returns the shapes of the files of one package, by the same keys.
pub fn shapes(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut public = Names::default();
    let read: Vec<(&String, Vec<Token>, Names)> = (files.iter())
        .map(|(file, text)| {
            let (tokens, mut own) = (tokens(text), Names::default());
            own.learn(&tokens, &mut public);
            (file, tokens, own)
        })
        .collect();
    read.into_iter()
        .map(|(file, tokens, mut own)| (file.clone(), own.without(&tokens, &mut public)))
        .collect()
}

/// The author's names, of one file, or those that other files may use.
#[derive(Default)]
struct Names {
    /// Functions.
    functions: BTreeSet<String>,
    /// Variables, fields, types, constants and lifetimes.
    others: BTreeSet<String>,
    /// The places at which they came first.
    places: BTreeMap<String, usize>,
}

/// What stands beside a word.
struct Beside {
    is_behind_dot: bool,
    is_behind_path: bool,
    is_before_path: bool,
    is_before_call: bool,
    is_macro: bool,
}

impl Beside {
    fn of(tokens: &[Token], at: usize) -> Self {
        let is = |at: Option<usize>, sign: char| {
            at.and_then(|at| tokens.get(at)).is_some_and(|token| *token == Token::Sign(sign))
        };
        let (one, two) = (at.checked_sub(1), at.checked_sub(2));
        Self {
            // `..` is no access.
            is_behind_dot: is(one, '.') && !is(two, '.'),
            is_behind_path: is(one, ':') && is(two, ':'),
            is_before_path: is(Some(at + 1), ':') && is(Some(at + 2), ':'),
            is_before_call: is(Some(at + 1), '('),
            is_macro: is(Some(at + 1), '!') && !is(Some(at + 2), '='),
        }
    }
}

impl Names {
    /// Takes the names of a file; those that are `pub` stand in `public`.
    fn learn(&mut self, tokens: &[Token], public: &mut Self) {
        let word_at = |at: Option<usize>| match at.and_then(|at| tokens.get(at)) {
            Some(Token::Word(word)) => word.as_str(),
            _ => "",
        };
        for (at, token) in tokens.iter().enumerate() {
            let Token::Word(word) = token else { continue };
            if RESERVED.contains(&word.as_str()) {
                continue;
            }
            let naming = NAMING.iter().find(|keyword| **keyword == word_at(at.checked_sub(1)));
            let mut before = at.checked_sub(1 + usize::from(naming.is_some()));
            while BETWEEN.contains(&word_at(before)) {
                before = before.and_then(|before| before.checked_sub(1));
            }
            let names = if word_at(before) == "pub" { &mut *public } else { &mut *self };
            let beside = Beside::of(tokens, at);
            let is_alone = !beside.is_behind_dot && !beside.is_behind_path && !beside.is_before_path;
            // Types begin with a large letter: those that are not declared here are not the author's.
            let is_small = word.starts_with(|letter: char| letter.is_lowercase() || letter == '_');
            match naming {
                Some(&"fn") => _ = names.functions.insert(word.clone()),
                Some(_) => _ = names.others.insert(word.clone()),
                None if is_small && is_alone && !beside.is_before_call && !beside.is_macro => {
                    names.others.insert(word.clone());
                }
                None => {}
            }
        }
    }

    /// Returns the tokens in one text, with the place of its first appearance for each of the author's names: in this file,
    /// or of a public one in all of them.
    fn without(&mut self, tokens: &[Token], public: &mut Self) -> String {
        let mut out = String::new();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Sign(sign) => out.push(*sign),
                Token::Literal(text) => out += &self.in_text(text),
                Token::Word(word) => {
                    let beside = Beside::of(tokens, at);
                    out += &match (public.is_name(word, &beside), self.is_name(word, &beside)) {
                        (true, _) => format!(" ##{} ", public.place(word)),
                        (false, true) => format!(" #{} ", self.place(word)),
                        (false, false) => format!(" {word} "),
                    };
                }
            }
        }
        out
    }

    fn is_name(&self, word: &str, beside: &Beside) -> bool {
        let is_other = self.others.contains(word);
        match (beside.is_macro, beside.is_before_call) {
            (true, _) => false,
            // A method of somebody else's type may be called as a variable is.
            (false, true) => {
                let is_alone = !beside.is_behind_dot && !beside.is_behind_path;
                self.functions.contains(word) || (is_other && is_alone)
            }
            (false, false) => is_other || self.functions.contains(word),
        }
    }

    fn place(&mut self, name: &str) -> usize {
        let next = self.places.len();
        *self.places.entry(name.into()).or_insert(next)
    }

    /// Returns a literal with places for the names that a format string takes in: `{name}`, `{name:?}`.
    fn in_text(&mut self, text: &str) -> String {
        let mut parts = text.split('{');
        let mut out = parts.next().unwrap_or_default().to_string();
        for part in parts {
            let len = part.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(0);
            let (word, rest) = part.split_at(len);
            out.push('{');
            match self.others.contains(word) && rest.starts_with(['}', ':']) {
                true => out += &format!("#{}{rest}", self.place(word)),
                false => out += part,
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        shapes(&BTreeMap::from([("a.rs".into(), text.into())])).remove("a.rs").unwrap()
    }

    const SERVER: &str = r#"
        const SIZE: usize = 1024;
        struct Peer { stream: TcpStream, seen: usize }
        fn serve(mut peer: Peer) -> io::Result<()> {
            let mut buffer = [0; SIZE];
            loop {
                let read = peer.stream.read(&mut buffer)?;
                if read == 0 { return Ok(()); }
                println!("{read} bytes: {buffer:?}");
                peer.seen += read;
                peer.stream.write_all(&buffer[..read])?;
            }
        }
        fn main() { serve(Peer { stream: listen(), seen: 0 }); }
    "#;

    #[test]
    fn other_names_are_the_same_shape() {
        let mut renamed = SERVER.to_string();
        for (name, other) in [
            ("SIZE", "LEN"),
            ("Peer", "Client"),
            ("peer", "c"),
            ("stream", "tcp"),
            ("seen", "n"),
            ("serve", "handle"),
            ("buffer", "my_bytes"),
            ("let read ", "let got "),
            ("if read ", "if got "),
            ("{read}", "{got}"),
            ("= read;", "= got;"),
            ("..read]", "..got]"),
        ] {
            assert!(renamed.contains(name), "{name}");
            renamed = renamed.replace(name, other);
        }
        assert!(!renamed.contains("peer") && renamed.contains("tcp.read("), "{renamed}");
        assert_eq!(shape(&renamed), shape(SERVER));
    }

    #[test]
    fn another_program_is_another_shape() {
        for (text, other) in [
            // Somebody else's names.
            ("write_all", "write"),
            ("TcpStream", "UnixStream"),
            ("usize", "u16"),
            ("println!", "print!"),
            ("= 1024", "= 512"),
            ("[..read]", "[..SIZE]"),
            // One of one's own for another one.
            ("peer.seen += read", "read += peer.seen"),
            ("{read} bytes: {buffer:?}", "{buffer} bytes: {read:?}"),
            ("read == 0", "read != 0"),
            ("return Ok(());", "break Ok(());"),
        ] {
            assert!(SERVER.contains(text), "{text}");
            assert_ne!(shape(&SERVER.replace(text, other)), shape(SERVER), "{text}");
        }
    }

    #[test]
    fn names_hold_across_the_files_of_a_package() {
        let package = |name: &str| {
            let files = [
                ("lib.rs", format!("pub fn {name}() {{}}")),
                ("main.rs", format!("fn main() {{ lesson::{name}() }}")),
            ];
            shapes(&files.map(|(file, text)| (file.to_string(), text)).into())
        };
        assert_eq!(package("read_frame"), package("next"));
        let calls = |name: &str| {
            let files = [
                ("lib.rs", "pub const fn one() {} pub fn two() {}".to_string()),
                ("main.rs", format!("fn main() {{ lesson::{name}() }}")),
            ];
            shapes(&files.map(|(file, text)| (file.to_string(), text)).into())
        };
        assert_ne!(calls("one"), calls("two"));
    }

    #[test]
    fn files_that_share_a_name_by_chance_may_be_renamed_one_by_one() {
        let package = |name: &str| {
            let file = |name: &str| format!("fn main() {{ let {name} = 1; println!(\"{{{name}}}\"); }}");
            let files = [("client.rs", file("buffer")), ("server.rs", file(name))];
            shapes(&files.map(|(file, text)| (file.to_string(), text)).into())
        };
        assert_eq!(package("my_bytes"), package("buffer"));
    }
}
