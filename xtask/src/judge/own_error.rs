//! Reads from a program's standard error with which error of its own it ended, and where: a panic, a traceback, an
//! exception. Each language prints them in its own form; this file knows the forms. What an error says is only quoted.

mod kind;

pub use kind::Kind;

use std::ops::Range;

/// What an error ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The whole program, as far as the form tells.
    Program,
    /// One thread or task of it.
    Thread,
    /// The form is that of both, and also of an error that a program has caught and prints.
    Unknown,
}

/// An error that nothing in the program handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnError {
    /// What the error is, on one line.
    pub what: String,
    /// `FILE:LINE`, in the program's own source where the form tells that.
    pub place: Option<String>,
    /// What it ended.
    pub ended: Ended,
    /// Whether it is a panic of Rust.
    pub is_panic: bool,
    /// Its kind.
    pub kind: Kind,
    /// Whether nothing but blank lines and hints stands below it.
    pub is_last: bool,
    /// The lines of the text that it takes, from 0.
    pub lines: Range<usize>,
}

impl OwnError {
    /// Returns whether this is the same error as another one, wherever the two stand.
    pub fn is_same(&self, other: &Self) -> bool {
        self.what == other.what && self.place == other.place
    }

    /// Returns the error and its place: `UnicodeDecodeError: … (s8.py:8)`.
    pub fn shown(&self) -> String {
        format!("{}{}", shortened(&without_long_lists(&self.what), LONGEST), self.in_brackets())
    }

    /// Returns its place behind a blank, ` (server.rs:62)`; nothing where the form does not tell it.
    pub fn in_brackets(&self) -> String {
        self.place.as_ref().map_or(String::new(), |place| format!(" ({place})"))
    }
}

/// Returns at most `most` characters of a text; a mark shows that more were there.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

/// Returns a text in which of each long list in brackets, such as the bytes of an error, only the beginning stands.
pub fn without_long_lists(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(start) = rest.find('[') {
        let list = &rest[start..];
        let end = list.find(']').unwrap_or(list.len());
        let shown = shortened(&list[..end], LIST);
        out += &rest[..start];
        out += &shown;
        rest = &list[end..];
    }
    out + rest
}

/// The most characters of a list that are shown.
const LIST: usize = 24;

/// The most characters of an error that are shown.
const LONGEST: usize = 110;

/// Returns the errors that this text shows, in its order.
pub fn all(text: &str) -> Vec<OwnError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let read = [rust, python, python_syntax, java, go, node, ruby, assertion, thrown, dotnet];
        match read.iter().find_map(|read| read(&lines, at)) {
            Some((mut error, next)) => {
                let is_hint = |line: &&str| line.trim().is_empty() || line.starts_with("note: run with");
                error.lines = at..next.min(lines.len());
                error.is_last = lines[next.min(lines.len())..].iter().all(is_hint);
                // Somebody pressed Ctrl-C, or the runner did as much.
                if !error.what.starts_with("KeyboardInterrupt") {
                    found.push(error);
                }
                at = next.max(at + 1);
            }
            None => at += 1,
        }
    }
    found
}

/// An error, and the number of the line below it.
type Read = Option<(OwnError, usize)>;

fn error(what: &str, place: Option<String>, ended: Ended) -> OwnError {
    OwnError {
        what: what.trim().to_string(),
        place,
        ended,
        is_panic: false,
        kind: Kind::of(what),
        is_last: false,
        lines: 0..0,
    }
}

/// Returns `FILE:LINE`; of an absolute path only the file's name.
fn place(path: &str, line: &str) -> Option<String> {
    let path = path.trim().trim_start_matches("file://");
    let is_line = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    let is_absolute = path.starts_with('/') || path.get(1..3) == Some(":\\");
    let shown = if is_absolute { path.rsplit(['/', '\\']).next().unwrap_or(path) } else { path };
    (is_line && !shown.is_empty()).then(|| format!("{shown}:{line}"))
}

/// Splits `PATH:LINE:COLUMN`, or `PATH:LINE`.
fn path_and_line(text: &str) -> Option<(&str, &str)> {
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let (rest, last) = text.rsplit_once(':')?;
    match rest.rsplit_once(':') {
        Some((path, line)) if is_number(line) && is_number(last) => Some((path, line)),
        _ => is_number(last).then_some((rest, last)),
    }
}

/// `thread 'main' panicked at src/main.rs:3:5:`, and the message on the next line. Before Rust 1.73 it stood on the same
/// line: `panicked at 'message', src/main.rs:3:5`.
fn rust(lines: &[&str], at: usize) -> Read {
    let (before, rest) = lines[at].split_once("panicked at ")?;
    let thread = before.split_once("thread '").and_then(|(_, name)| name.split('\'').next());
    let ended = if thread == Some("main") { Ended::Program } else { Ended::Thread };
    let (what, spot, next) = match rest.strip_suffix(':') {
        Some(spot) => (lines.get(at + 1).copied().unwrap_or_default(), spot, at + 2),
        None => {
            let (what, spot) = rest.rsplit_once(", ")?;
            (what.trim_matches('\''), spot, at + 1)
        }
    };
    let place = path_and_line(spot).and_then(|(path, line)| place(path, line));
    Some((OwnError { is_panic: true, kind: Kind::of_panic(what), ..error(what, place, ended) }, next))
}

/// `Traceback (most recent call last):`, indented frames, and the exception. Above it stands what it ended, if that
/// was a thread or a task.
fn python(lines: &[&str], at: usize) -> Read {
    if !lines[at].trim_start().starts_with("Traceback (most recent call last)") {
        return None;
    }
    const OF_A_TASK: [&str; 4] = [
        "Exception in thread ",
        "Task exception was never retrieved",
        "Unhandled exception in client_connected_cb",
        "Exception in callback ",
    ];
    let above = lines[at.saturating_sub(3)..at].iter();
    let is_of_a_task = above.clone().any(|line| OF_A_TASK.iter().any(|words| line.starts_with(words)));
    if above.clone().any(|line| line.starts_with("Exception ignored in")) {
        return None;
    }
    let mut spot = None;
    let mut next = at + 1;
    while let Some(line) = lines.get(next).filter(|line| line.starts_with(' ') || line.is_empty()) {
        if let Some((path, rest)) =
            line.trim_start().strip_prefix("File \"").and_then(|it| it.split_once('"'))
        {
            let number: String =
                rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
            let is_own =
                !path.starts_with('<') && !path.contains("/lib/python") && !path.contains("site-packages");
            if is_own || spot.is_none() {
                spot = place(path, &number);
            }
        }
        next += 1;
    }
    // Threads that die at the same time write into each other's lines.
    let is_name = |c: char| c.is_alphanumeric() || "._".contains(c);
    let what = lines
        .get(next)
        .filter(|line| line.split(':').next().is_some_and(|name| name.chars().all(is_name)))?;
    let ended = if is_of_a_task { Ended::Thread } else { Ended::Unknown };
    Some((error(what, spot, ended), next + 1))
}

/// A source that Python cannot read: `  File "x.py", line 3`, the line and a mark below it, and `SyntaxError: message`.
/// Nothing has run, so there is no traceback.
fn python_syntax(lines: &[&str], at: usize) -> Read {
    const NAMES: [&str; 3] = ["SyntaxError: ", "IndentationError: ", "TabError: "];
    /// The most lines of source and marks that stand between.
    const BETWEEN: usize = 8;
    let (path, number) = lines[at].strip_prefix("  File \"")?.split_once("\", line ")?;
    let spot = place(path, number)?;
    let between = lines.iter().skip(at + 1).take_while(|line| line.starts_with(' ')).take(BETWEEN).count();
    let next = at + 1 + between;
    let what = lines.get(next).filter(|line| NAMES.iter().any(|name| line.starts_with(name)))?;
    Some((error(what, Some(spot), Ended::Program), next + 1))
}

/// `Exception in thread "main" java.io.IOException: message`, and frames `at Main.main(Main.java:5)`.
fn java(lines: &[&str], at: usize) -> Read {
    let (thread, what) = lines[at].strip_prefix("Exception in thread \"")?.split_once("\" ")?;
    let ended = if thread == "main" { Ended::Program } else { Ended::Thread };
    let (mut spot, mut next) = (None, at + 1);
    while let Some(line) = lines.get(next).filter(|line| is_java_frame(line)) {
        let frame = line.trim_start().trim_start_matches("at ");
        let is_own = !["java.", "javax.", "jdk.", "sun."].iter().any(|own| frame.starts_with(own));
        let inner = frame.rsplit_once('(').and_then(|(_, inner)| path_and_line(inner.trim_end_matches(')')));
        if let (true, None, Some((path, line))) = (is_own, &spot, inner) {
            spot = place(path, line);
        }
        next += 1;
    }
    Some((error(what, spot, ended), next))
}

fn is_java_frame(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("at ") || line.starts_with("Caused by: ") || line.starts_with("... ")
}

/// `panic: message`, then goroutines with frames of two lines, of which the second begins with a tab and the path.
fn go(lines: &[&str], at: usize) -> Read {
    let what = lines[at].strip_prefix("panic: ").or_else(|| lines[at].strip_prefix("fatal error: "))?;
    let is_go = lines.iter().skip(at + 1).take(6).any(|line| line.starts_with("goroutine "));
    let spots = lines.iter().skip(at + 1).filter_map(|line| line.strip_prefix('\t'));
    let spots = spots.map(|line| line.split(" +0x").next().unwrap_or(line));
    let is_own =
        |spot: &&str| spot.contains(".go:") && !spot.contains("/go/src/") && !spot.contains("/pkg/mod/");
    let spot = spots.clone().find(is_own).and_then(path_and_line);
    let place = spot.and_then(|(path, line)| place(path, line));
    is_go.then(|| (error(what, place, Ended::Program), lines.len()))
}

/// `/path/x.js:3`, a line of source, `^`, the error, frames `at f (/path/x.js:3:9)`, and `Node.js v18.19.1`.
fn node(lines: &[&str], at: usize) -> Read {
    let (_, _) = path_and_line(lines[at])?;
    let end = lines.iter().skip(at).take(60).position(|line| line.starts_with("Node.js v"))? + at;
    let block = &lines[at..end];
    let caret = block.iter().position(|line| line.trim() == "^" || line.trim().starts_with("^^"))?;
    let what = block.iter().skip(caret + 1).find(|line| !line.trim().is_empty())?;
    let frames = block.iter().filter_map(|line| line.trim_start().strip_prefix("at "));
    let spots = frames.map(|frame| frame.rsplit_once('(').map_or(frame, |(_, it)| it.trim_end_matches(')')));
    let own = spots.filter_map(path_and_line).find(|(path, _)| !path.starts_with("node:"));
    let first = path_and_line(lines[at]).filter(|(path, _)| !path.starts_with("node:"));
    let place = own.or(first).and_then(|(path, line)| place(path, line));
    Some((error(what, place, Ended::Program), end + 1))
}

/// `x.rb:3:in 'f': message (TypeError)`. Above it stands `terminated with exception` when it ended a thread.
fn ruby(lines: &[&str], at: usize) -> Read {
    let (spot, rest) = lines[at].split_once(":in ")?;
    let (path, line) = path_and_line(spot).filter(|(path, _)| path.ends_with(".rb"))?;
    let (_, what) = rest.split_once(": ")?;
    let is_error = what.ends_with(')') && what.contains(" (");
    let above = at.checked_sub(1).map_or("", |above| lines[above]);
    let ended = if above.contains("terminated with exception") { Ended::Thread } else { Ended::Program };
    let next = lines.iter().skip(at + 1).take_while(|line| line.starts_with("\tfrom ")).count() + at + 1;
    is_error.then(|| (error(what, place(path, line), ended), next))
}

/// The `assert` of C: `server: server.c:10: main: Assertion `n > 0' failed.`
fn assertion(lines: &[&str], at: usize) -> Read {
    let (before, what) = lines[at].split_once(": Assertion `")?;
    let mut words = before.splitn(4, ':').map(str::trim).skip(1);
    let spot = place(words.next()?, words.next()?);
    Some((error(&format!("Assertion `{what}"), spot, Ended::Program), at + 1))
}

/// C++: `terminate called after throwing an instance of 'std::logic_error'`, and `what():` on the next line.
fn thrown(lines: &[&str], at: usize) -> Read {
    let (_, kind) = lines[at].split_once("terminate called after throwing an instance of '")?;
    let kind = kind.trim_end_matches('\'');
    let what = lines.get(at + 1).and_then(|line| line.trim().strip_prefix("what():"));
    let what = what.map_or(kind.to_string(), |what| format!("{kind}: {}", what.trim()));
    Some((error(&what, None, Ended::Program), at + 2))
}

/// .NET: `Unhandled exception. System.FormatException: message`, and frames `at … in /path/x.cs:line 5`.
fn dotnet(lines: &[&str], at: usize) -> Read {
    let what = lines[at].strip_prefix("Unhandled exception. ")?;
    let frames = lines.iter().skip(at + 1).take_while(|line| line.trim_start().starts_with("at "));
    let next = frames.clone().count() + at + 1;
    let spot = frames.filter_map(|line| line.rsplit_once(" in ")?.1.rsplit_once(":line ")).next();
    Some((error(what, spot.and_then(|(path, line)| place(path, line)), Ended::Program), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the one error of a text as `what | place | ended | is_last`.
    fn one(text: &str) -> String {
        match &all(text)[..] {
            [one] => format!("{} | {:?} | {}", one.shown(), one.ended, one.is_last),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn panics_of_rust_are_read() {
        let new = "listening\n\nthread 'main' (77) panicked at src/bin/server.rs:34:22:\ncalled `unwrap`\nnote: run with `RUST_BACKTRACE=1` …\n";
        assert_eq!(one(new), "called `unwrap` (src/bin/server.rs:34) | Program | true");
        let old = "thread '<unnamed>' panicked at 'explicit, panic', /home/x/src/main.rs:2:5\nnext client\n";
        assert_eq!(one(old), "explicit, panic (main.rs:2) | Thread | false");
    }

    #[test]
    fn a_long_list_is_cut() {
        let bytes = (100..200).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
        let text = format!(
            "`Err` value: FromUtf8Error {{ bytes: [{bytes}], error: Utf8Error {{ valid_up_to: 0 }} }} [1, 2]"
        );
        let cut = "`Err` value: FromUtf8Error { bytes: [100, 101, 102, 103, 104…], error: Utf8Error { valid_up_to: 0 } } [1, 2]";
        assert_eq!(without_long_lists(&text), cut);
        assert_eq!(without_long_lists("no [end"), "no [end");
    }

    #[test]
    fn tracebacks_of_python_are_read() {
        let died = "Traceback (most recent call last):\n  File \"/home/x/s8.py\", line 8, in <module>\n    f()\n  File \"/usr/lib/python3.11/socket.py\", line 3, in f\nUnicodeDecodeError: 'utf-8'\n";
        assert_eq!(one(died), "UnicodeDecodeError: 'utf-8' (s8.py:8) | Unknown | true");
        let thread = "Exception in thread Thread-1 (handle):\nTraceback (most recent call last):\n  File \"s8.py\", line 8, in h\n    x\n    ^\nValueError: no\ngoing on\n";
        assert_eq!(one(thread), "ValueError: no (s8.py:8) | Thread | false");
        let task = "Task exception was never retrieved\nfuture: <Task finished>\nTraceback (most recent call last):\n  File \"a.py\", line 2, in f\nOSError: x\n";
        assert_eq!(one(task), "OSError: x (a.py:2) | Thread | true");
        assert_eq!(
            all("Traceback (most recent call last):\n  File \"a.py\", line 2\nKeyboardInterrupt\n"),
            []
        );
        assert_eq!(
            all(
                "Exception ignored in: <f>\nTraceback (most recent call last):\n  File \"a.py\", line 2\nE: x\n"
            ),
            []
        );
    }

    #[test]
    fn a_source_that_python_cannot_read_is_an_error() {
        let open =
            "  File \"/w/s8.py\", line 3\n    print(\"a\"\n         ^\nSyntaxError: '(' was never closed\n";
        assert_eq!(one(open), "SyntaxError: '(' was never closed (s8.py:3) | Program | true");
        let indent = "  File \"s8.py\", line 12\n    x = 1\nIndentationError: unexpected indent\n";
        assert_eq!(one(indent), "IndentationError: unexpected indent (s8.py:12) | Program | true");
        assert_eq!(all(indent)[0].lines, 0..3);
        let imported = "Traceback (most recent call last):\n  File \"/w/a.py\", line 1, in <module>\n    import b\n  File \"/w/b.py\", line 2\n    )\n    ^\nSyntaxError: unmatched ')'\n";
        assert_eq!(one(imported), "SyntaxError: unmatched ')' (b.py:2) | Unknown | true");
        for text in ["  File \"s8.py\", line 3\n    x\n", "  File \"s8.py\", line 3, in f\nSyntaxError: x\n"]
        {
            assert_eq!(all(text), [], "{text}");
        }
    }

    #[test]
    fn errors_of_other_languages_are_read() {
        let node = "/w/x.js:10\n    throw new Error('no');\n    ^\n\nError: no\n    at f (/w/x.js:10:11)\n    at node:net:1:2\n\nNode.js v18.19.1\n";
        assert_eq!(one(node), "Error: no (x.js:10) | Program | true");
        let unheard = "node:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\nError: read ECONNRESET\n    at TCP.onStreamRead (node:internal/stream_base_commons:216:20)\nEmitted 'error' event on Socket\n    at y (file:///w/s.mjs:3:1)\n\nNode.js v22.1.0\n";
        assert_eq!(one(unheard), "Error: read ECONNRESET (s.mjs:3) | Program | true");
        let java = "Exception in thread \"Thread-0\" java.lang.RuntimeException: no\n\tat java.base/java.io.Reader.read(Reader.java:1)\n\tat Main.run(Main.java:5)\n";
        assert_eq!(one(java), "java.lang.RuntimeException: no (Main.java:5) | Thread | true");
        let go = "panic: no\n\ngoroutine 1 [running]:\nnet.f()\n\t/usr/local/go/src/net/x.go:7 +0x1d\nmain.main()\n\t/w/x.go:8 +0x1d\nexit status 2\n";
        assert_eq!(one(go), "no (x.go:8) | Program | true");
        let ruby = "s.rb:3:in 'Object#f': no (TypeError)\n\tfrom s.rb:9:in '<main>'\n";
        assert_eq!(one(ruby), "no (TypeError) (s.rb:3) | Program | true");
        let thread = "#<Thread:0x1 s.rb:2 run> terminated with exception (report_on_exception is true):\ns.rb:3:in `f': no (TypeError)\n";
        assert_eq!(one(thread), "no (TypeError) (s.rb:3) | Thread | true");
        let c = "server: server.c:10: main: Assertion `n > 0' failed.\n";
        assert_eq!(one(c), "Assertion `n > 0' failed. (server.c:10) | Program | true");
        let cpp = "terminate called after throwing an instance of 'std::logic_error'\n  what():  no\n";
        assert_eq!(one(cpp), "std::logic_error: no | Program | true");
        let net = "Unhandled exception. System.FormatException: no\n   at P.Main() in /w/x.cs:line 5\n";
        assert_eq!(one(net), "System.FormatException: no (x.cs:5) | Program | true");
    }

    #[test]
    fn a_clear_line_is_no_error_of_its_own() {
        for text in [
            "",
            "client: connect 127.0.0.1:1: Connection refused\n",
            "server: bind: in use\n",
            "127.0.0.1:80\n",
        ] {
            assert_eq!(all(text), [], "{text}");
        }
    }
}
