//! Which programs are judged in each lesson: those that cargo builds, or commands from the command line or a `lab.toml`.

use crate::bench::Start;
use crate::cli::Run;
use crate::course::Lesson;
use crate::finding::Half;
use crate::promises::CheckOn;
use crate::workspace::lab_toml::{self, LabToml, Wrong};
use std::path::{Path, PathBuf};

/// The commands for the halves of one lesson. A half without one is built by cargo.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The server's command.
    pub server: Option<String>,
    /// The client's command.
    pub client: Option<String>,
    /// The folder in which the commands start; the runner's own when `None`.
    pub dir: Option<PathBuf>,
    /// Whether the commands come from a `lab.toml`.
    pub from_file: bool,
    /// Why the `lab.toml` cannot be used.
    pub wrong: Option<Wrong>,
    /// The one half that is judged: the pair is then judged with the reference for the other half.
    pub half: Option<Half>,
}

impl Choice {
    /// Returns the programs of `lesson`. What the command line names counts alone. Without a command there, the
    /// `lab.toml` in the folder of `--cwd` counts, or the one in the lesson's folder, which lies in `lessons`, or else
    /// the one in `lessons` itself, if that is a `student`'s and the command names the lessons.
    pub fn of(args: &Run, lesson: &Lesson, lessons: &Path, student: bool) -> Self {
        let dir = args.cwd.clone();
        if args.server.is_some() || args.client.is_some() || args.solution {
            let half = match (&args.server, &args.client) {
                (Some(_), None) if !args.solution => Some(Half::Server),
                (None, Some(_)) if !args.solution => Some(Half::Client),
                _ => None,
            };
            let (server, client) = (args.server.clone(), args.client.clone());
            return Self { server, client, dir, half, ..Self::default() };
        }
        let own = lessons.join(lesson.dir());
        let found = match &args.cwd {
            Some(dir) => lab_toml::read(dir),
            None => match lab_toml::read(&own) {
                // A folder of one lesson's programs, as a student hands them in.
                Ok(None) if student && !args.all && !own.join("Cargo.toml").is_file() => {
                    lab_toml::read(lessons)
                }
                found => found,
            },
        };
        match found {
            Ok(None) => Self { dir, ..Self::default() },
            Ok(Some(file)) => Self::from(file),
            Err(wrong) => Self { dir, wrong: Some(wrong), ..Self::default() },
        }
    }

    /// Returns whether all programs are commands, or the reference beside one: the lesson's own programs are not built.
    pub fn leaves_own(&self) -> bool {
        self.half.is_some() || (self.server.is_some() && self.client.is_some()) || self.wrong.is_some()
    }

    /// Returns whether a check is about what is judged.
    pub fn judges(&self, check: CheckOn) -> bool {
        self.half.is_none_or(|half| check.half == half || check.half == Half::Pair)
    }

    /// Returns this half's command.
    pub fn command(&self, half: Half) -> Option<&String> {
        match half {
            Half::Server => self.server.as_ref(),
            Half::Client => self.client.as_ref(),
            Half::Pair => None,
        }
    }

    /// Returns the halves that have commands, with them.
    pub fn commands(&self) -> impl Iterator<Item = (Half, &String)> {
        [Half::Server, Half::Client].into_iter().filter_map(|half| Some((half, self.command(half)?)))
    }

    /// Returns how to start this half's command, where it has one.
    pub fn start(&self, half: Half, env: &[(String, String)]) -> Option<Start> {
        let argv = shlex::split(self.command(half)?).unwrap_or_default();
        Some(Start { dir: self.dir.clone(), env: env.to_vec(), ..Start::from(argv) })
    }

    /// Returns the commands in one text; `None` where there are none.
    pub fn words(&self) -> Option<String> {
        match (&self.server, &self.client) {
            (Some(server), Some(client)) if server == client => Some(server.clone()),
            (Some(server), Some(client)) => Some(format!("{server} + {client}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }
}

impl From<LabToml> for Choice {
    fn from(file: LabToml) -> Self {
        let half = match (&file.server, &file.client) {
            (Some(_), None) => Some(Half::Server),
            (None, Some(_)) => Some(Half::Client),
            _ => None,
        };
        let LabToml { dir, server, client } = file;
        Self { server, client, dir: Some(dir), from_file: true, wrong: None, half }
    }
}

/// Returns the other of the two halves.
pub fn other(half: Half) -> Half {
    if half == Half::Server { Half::Client } else { Half::Server }
}

/// Returns the file that a command names: the first word that is a file, seen from the folder in which it starts. It is
/// what an editor opens.
pub fn file_of(command: &str, dir: &Path) -> Option<PathBuf> {
    let words = shlex::split(command)?;
    words.iter().map(|word| dir.join(word)).find(|path| path.is_file())
}
