//! The learner's editor: `$VISUAL`, `$EDITOR`, or VS Code's `code`.

use crate::workspace::shell;
use anyhow::{Context, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An editor's command, split into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor(Vec<String>);

/// How an editor's command line names the line to open.
#[derive(Debug, PartialEq, Eq)]
enum Style {
    /// `code -g FILE:LINE`; the editor has a window of its own.
    Window,
    /// `vi +LINE FILE`
    Plus,
    /// `hx FILE:LINE`
    Colon,
    /// Not known: the command line names only the file.
    None,
}

impl Editor {
    /// Returns the editor that the environment names; if it names none, `code` where that is installed.
    pub fn find() -> Option<Self> {
        let named = ["VISUAL", "EDITOR"]
            .iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()));
        match named {
            Some(command) => shell::split(&command).filter(|words| !words.is_empty()).map(Self),
            None => on_path("code").map(|_| Self(vec!["code".into()])),
        }
    }

    /// Returns its command as one string.
    pub fn command(&self) -> String {
        self.0.join(" ")
    }

    /// Returns whether its program is installed.
    pub fn is_there(&self) -> bool {
        on_path(&self.0[0]).is_some()
    }

    /// Returns whether it has a window of its own, so that it does not use the terminal.
    pub fn has_window(&self) -> bool {
        self.style() == Style::Window
    }

    /// Opens a file at `line` (from 1). Waits until the editor ends, if it uses the terminal.
    ///
    /// # Errors
    /// When it cannot be started, or ends with an error.
    pub fn open(&self, file: &Path, line: u32) -> anyhow::Result<()> {
        let mut command = Command::new(&self.0[0]);
        command.args(&self.0[1..]).args(self.arguments(file, line));
        let why =
            || format!("cannot start the editor `{}`; set EDITOR, for instance EDITOR=nano", self.command());
        if self.has_window() {
            let mut child = command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .with_context(why)?;
            std::thread::spawn(move || child.wait());
            return Ok(());
        }
        let status = command.status().with_context(why)?;
        if !status.success() {
            bail!("the editor `{}` ended with {status}", self.command());
        }
        Ok(())
    }

    fn arguments(&self, file: &Path, line: u32) -> Vec<String> {
        let file = file.display().to_string();
        match self.style() {
            Style::Window => vec!["-g".into(), format!("{file}:{line}")],
            Style::Plus => vec![format!("+{line}"), file],
            Style::Colon => vec![format!("{file}:{line}")],
            Style::None => vec![file],
        }
    }

    fn style(&self) -> Style {
        let name = Path::new(&self.0[0]).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match name.as_str() {
            "code" | "code-insiders" | "codium" | "cursor" => Style::Window,
            "vi" | "vim" | "nvim" | "nano" | "emacs" | "emacsclient" | "micro" | "kak" | "joe" | "ed" => {
                Style::Plus
            }
            "hx" | "helix" => Style::Colon,
            _ => Style::None,
        }
    }
}

/// Returns the path of the program `name`, found as a shell finds it.
pub fn on_path(name: &str) -> Option<PathBuf> {
    if name.contains(std::path::MAIN_SEPARATOR) {
        return Some(PathBuf::from(name)).filter(|path| path.is_file());
    }
    let ends = if cfg!(windows) { &["", ".exe", ".cmd", ".bat"][..] } else { &[""] };
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .flat_map(|folder| ends.iter().map(move |end| folder.join(format!("{name}{end}"))))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_editor_is_told_the_line_in_its_own_way() {
        for (command, words) in [
            ("vim", "+7 server.rs"),
            ("/usr/bin/nano", "+7 server.rs"),
            ("code --wait", "-g server.rs:7"),
            ("hx", "server.rs:7"),
            ("gedit", "server.rs"),
        ] {
            let editor = Editor(shell::split(command).unwrap());
            assert_eq!(editor.arguments(Path::new("server.rs"), 7).join(" "), words, "{command}");
        }
    }
}
