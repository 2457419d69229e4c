//! What a command line asks for, checked before anything is built.

use super::words::{address, find_check, is_on, output_is_ours, quoted, some_check};
use crate::cli::{Format, Run};
use crate::commands::shared::{self, Usage, find_family, find_wire, print};
use crate::course::{LESSONS, Lesson};
use crate::promises::CheckOn;
use crate::report::text::Paint;
use crate::system::family::Family;
use crate::system::program;
use crate::wire::Kind;
use crate::workspace::{self, mirror};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What a command line asks for, checked before anything is built.
pub(super) struct Plan<'a> {
    pub(super) args: &'a Run,
    pub(super) root: PathBuf,
    pub(super) lessons: Vec<&'static Lesson>,
    pub(super) wire: Option<Kind>,
    pub(super) family: Option<Family>,
    pub(super) seed: u64,
    /// The student's folder of lessons, as an absolute path.
    pub(super) dir: Option<PathBuf>,
    /// The address of a server that always listens there, and of a client that always connects there.
    pub(super) server_at: Option<SocketAddr>,
    pub(super) client_at: Option<SocketAddr>,
    /// Variables for the environment of commands.
    pub(super) env: Vec<(String, String)>,
    /// The options that follow the lesson in a command that repeats this run.
    pub(super) options: String,
    /// Whether people read standard error (else standard output), and in colour or not.
    pub(super) to_stderr: bool,
    pub(super) paint: Paint,
}

impl<'a> Plan<'a> {
    /// Returns whether a person runs a whole lesson of their own: then `predict` is offered.
    pub(super) fn is_for_predictions(&self) -> bool {
        let args = self.args;
        let is_own = !args.solution && args.server.is_none() && args.client.is_none() && self.dir.is_none();
        let is_whole = args.check.is_none() && self.wire.is_none() && self.family.is_none();
        // `watch`, which asks for a screen, offers it itself.
        is_own && is_whole && args.format == Format::Text && args.output.is_none() && args.screen.is_none()
    }

    pub(super) fn of(args: &'a Run) -> anyhow::Result<Self> {
        let mut lessons = match args.lessons.as_slice() {
            [] if args.all => LESSONS.iter().collect(),
            [] => vec![shared::current(&shared::lab().load().0)],
            words => words.iter().map(|word| shared::lesson(word)).collect::<anyhow::Result<Vec<_>>>()?,
        };
        let wire = args.wire.as_deref().map(find_wire).transpose()?;
        let family = args.family.as_deref().map(find_family).transpose()?;
        if let Some(id) = &args.check {
            find_check(&lessons, id, wire, family)?;
        } else {
            some_check(&lessons, wire, family)?;
        }
        // Keeps the lessons that have the check.
        lessons.retain(|lesson| lesson.checks().any(|check| is_wanted(args, wire, family, check)));
        for command in [&args.server, &args.client].into_iter().flatten() {
            if shlex::split(command).is_none_or(|words| words.is_empty()) {
                return Err(Usage(format!(
                    "`{command}` is no command; type it as in a shell, for instance --server 'python3 server.py'"
                ))
                .into());
            }
        }
        let (server_at, client_at) =
            (address(args.server_at.as_deref())?, address(args.client_at.as_deref())?);
        if let Some(dir) = args.cwd.as_ref().filter(|dir| !dir.is_dir()) {
            return Err(Usage(format!("--cwd {}: there is no such folder", dir.display())).into());
        }
        let env = args.env.iter().map(|word| match word.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_string(), value.to_string())),
            _ => Err(Usage(format!("--env `{word}`: type NAME=VALUE, for instance --env LANG=C.UTF-8"))),
        });
        let env = env.collect::<Result<Vec<_>, _>>()?;
        let dir = match &args.dir {
            Some(dir) => Some(mirror::lessons_dir(dir).map_err(|error| Usage(format!("{error:#}")))?),
            None => None,
        };
        if let Some(path) = &args.output {
            output_is_ours(path)?;
        }
        let to_stderr = args.format != Format::Text && args.output.is_none();
        // `watch` reads a screen from standard output; standard error is still its terminal.
        let paint = if to_stderr || args.screen.is_some() {
            Paint::of(&std::io::stderr())
        } else {
            Paint::of(&std::io::stdout())
        };
        Ok(Self {
            args,
            root: workspace::root(),
            lessons,
            wire,
            family,
            // Short, because people type it again.
            seed: args.seed.unwrap_or_else(|| fastrand::u64(..100_000)),
            dir,
            server_at,
            client_at,
            env,
            options: repeated(args),
            to_stderr,
            paint,
        })
    }

    /// Prints something for people.
    pub(super) fn say(&self, text: &str) {
        if program::interrupted() || self.args.screen.is_some() {
            return; // After an interrupt, checks only fail because of it.
        }
        if self.to_stderr {
            let _ = std::io::stderr().write_all(text.as_bytes());
        } else {
            print(text);
        }
    }

    pub(super) fn subject(&self) -> String {
        match (&self.args.server, &self.args.client) {
            (Some(server), Some(client)) if server == client => server.clone(),
            (Some(server), Some(client)) => format!("{server} + {client}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) if self.args.solution => "solution".into(),
            (None, None) => "lesson".into(),
        }
    }

    /// Returns the command that judges this lesson again.
    pub(super) fn rerun(&self, lesson: &Lesson) -> String {
        format!("cargo xtask run {}{}", lesson.id(), self.options)
    }

    pub(super) fn wants(&self, check: CheckOn) -> bool {
        is_wanted(self.args, self.wire, self.family, check)
    }

    pub(super) fn described(&self) -> String {
        let what = match self.subject().as_str() {
            "solution" => "the reference solution".into(),
            "lesson" => match &self.args.dir {
                Some(dir) => format!("the programs in {}", dir.display()),
                None => "your programs".into(),
            },
            command => command.to_string(),
        };
        match self.family {
            Some(family) => format!("{what}, over {family}"),
            None => what,
        }
    }
}

/// Returns whether the command line asks for this check.
fn is_wanted(args: &Run, wire: Option<Kind>, family: Option<Family>, check: CheckOn) -> bool {
    args.check.as_ref().is_none_or(|word| check.is_called(word)) && is_on(check, wire, family)
}

/// Returns the options of this command line that a command needs to repeat a check.
fn repeated(args: &Run) -> String {
    let path = |path: &PathBuf| quoted(&path.to_string_lossy());
    let table: [(&str, Vec<String>); 7] = [
        ("--server", args.server.iter().map(|command| quoted(command)).collect()),
        ("--client", args.client.iter().map(|command| quoted(command)).collect()),
        ("--server-at", args.server_at.iter().cloned().collect()),
        ("--client-at", args.client_at.iter().cloned().collect()),
        ("--cwd", args.cwd.iter().map(path).collect()),
        ("--env", args.env.iter().map(|word| quoted(word)).collect()),
        ("--lessons", args.dir.iter().map(path).collect()),
    ];
    let mut options = if args.solution { " --solution".to_string() } else { String::new() };
    for (flag, values) in table {
        values.iter().for_each(|value| options += &format!(" {flag} {value}"));
    }
    options
}
