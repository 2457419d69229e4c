//! `lab.toml`: a folder's programs in a language other than Rust.
//!
//! ```toml
//! server = "python3 server.py"
//! client = "python3 client.py"
//! ```
//!
//! Each key is a command as `--server` and `--client` take it. It starts in the folder of the file.

use super::shell;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use toml_span::value::ValueInner;

/// The file's name.
pub const NAME: &str = "lab.toml";

/// What to type into the file.
const EXAMPLE: &str = "server = \"python3 server.py\", client = \"python3 client.py\", or one of them";

/// The commands of a folder: at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabToml {
    /// The folder, in which the programs start.
    pub dir: PathBuf,
    /// The server's command.
    pub server: Option<String>,
    /// The client's command.
    pub client: Option<String>,
}

/// Why a `lab.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// What is wrong, and what to type.
    pub why: String,
}

impl fmt::Display for Wrong {
    /// Prints `FILE:LINE: why`; a file of the repository as seen from its root.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = super::root();
        let file = self.file.strip_prefix(&root).unwrap_or(&self.file);
        write!(out, "{}:{}: {}", file.display(), self.line, self.why)
    }
}

/// Reads the file in `dir`; returns `None` when there is none.
///
/// # Errors
/// [`Wrong`], with the line.
pub fn read(dir: &Path) -> Result<Option<LabToml>, Wrong> {
    let file = dir.join(NAME);
    if fs::symlink_metadata(&file).is_err() {
        return Ok(None);
    }
    let wrong = |line: usize, why: String| Wrong {
        file: file.clone(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        why,
    };
    let text = fs::read_to_string(&file).map_err(|error| wrong(1, format!("cannot be read ({error})")))?;
    let (server, client) = parse(&text).map_err(|(line, why)| wrong(line, why))?;
    Ok(Some(LabToml { dir: dir.to_path_buf(), server, client }))
}

/// The commands of the server and of the client.
type Commands = (Option<String>, Option<String>);

/// Reads the text of a file. An error is a line, from 1, and what is wrong there.
fn parse(text: &str) -> Result<Commands, (usize, String)> {
    let line_of = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let mut table = toml_span::parse(text)
        .map_err(|error| (line_of(error.span.start), format!("is no TOML: {error}; type {EXAMPLE}")))?;
    let ValueInner::Table(table) = table.take() else {
        return Err((1, format!("is no table; type {EXAMPLE}")));
    };
    let mut rows: Vec<_> = table.into_iter().collect();
    rows.sort_by_key(|(key, _)| key.span.start);
    let (mut server, mut client) = (None, None);
    for (key, mut value) in rows {
        let line = line_of(key.span.start);
        let half = match &*key.name {
            "server" => &mut server,
            "client" => &mut client,
            other => {
                let why = format!("there is no key `{other}`; the keys are `server` and `client`: {EXAMPLE}");
                return Err((line, why));
            }
        };
        let ValueInner::String(command) = value.take() else {
            let name = key.name;
            return Err((
                line,
                format!("`{name}` must be a text in quotes, for instance {name} = \"python3 {name}.py\""),
            ));
        };
        if shell::split(&command).is_none_or(|words| words.is_empty()) {
            return Err((line, format!("`{command}` is no command; type it as in a shell: {EXAMPLE}")));
        }
        *half = Some(command.into_owned());
    }
    if server.is_none() && client.is_none() {
        return Err((1, format!("names no program; type {EXAMPLE}")));
    }
    Ok((server, client))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read() {
        let both = (Some("python3 server.py".into()), Some("node 'a b.js' {host} {port}".into()));
        let text = "# mine\nserver = \"python3 server.py\"\nclient = \"node 'a b.js' {host} {port}\"\n";
        assert_eq!(parse(text), Ok(both));
        assert_eq!(parse("client='./client'"), Ok((None, Some("./client".into()))));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, line, said) in [
            ("", 1, "names no program"),
            ("server = 'a'\nsever = 'b'", 2, "there is no key `sever`"),
            ("\n[server]\ncommand = 'a'", 2, "must be a text in quotes"),
            ("server = 7", 1, "must be a text in quotes"),
            ("server = \"python3 'server.py\"", 1, "is no command"),
            ("server = ''", 1, "is no command"),
            ("server = 'a'\nclient = python3 client.py", 2, "is no TOML"),
            ("server = 'a'\nserver = 'b'", 2, "is no TOML"),
        ] {
            let (at, why) = parse(text).unwrap_err();
            assert!(at == line && why.contains(said), "{text:?}: line {at}: {why}");
        }
    }
}
