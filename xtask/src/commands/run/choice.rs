//! Which programs are judged in each lesson: those that cargo builds, or commands from the command line or a `lab.toml`.

use crate::bench::Start;
use crate::cli::Run;
use crate::finding::Half;
use crate::promises::CheckOn;
use crate::workspace::lab_toml::{self, LabToml, Wrong};
use crate::workspace::shell;
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
    /// Returns the programs of a lesson whose folder is `own`, where there is one. What the command line names counts
    /// alone. Without a command there, the `lab.toml` in the folder of `--cwd` counts, or the one in the lesson's folder.
    pub fn of(args: &Run, own: Option<&Path>) -> Self {
        let dir = args.cwd.clone();
        if args.server.is_some() || args.client.is_some() || args.solution {
            let half = only_half(&args.server, &args.client).filter(|_| !args.solution);
            let (server, client) = (args.server.clone(), args.client.clone());
            return Self { server, client, dir, half, ..Self::default() };
        }
        let found = match args.cwd.as_deref().or(own) {
            // What a link in a hand-in leads to is not the student's.
            Some(own) if args.dir.is_some() && own.join(lab_toml::NAME).is_symlink() => Err(Wrong {
                file: own.join(lab_toml::NAME),
                line: 1,
                why: "is a link: hand in the file itself".into(),
            }),
            Some(own) => lab_toml::read(own),
            None => Ok(None),
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

    /// Returns how to start this half's command, where it has one; in the folder `dir`, where its own one is a student's.
    pub fn start(&self, half: Half, env: &[(String, String)], dir: Option<&Path>) -> Option<Start> {
        let argv = shell::split(self.command(half)?).unwrap_or_default();
        let is_handed_in = dir.is_some();
        let dir = dir.map(PathBuf::from).or(self.dir.clone());
        Some(Start { dir, is_handed_in, env: env.to_vec(), ..Start::from(argv) })
    }

    /// Returns what the learner writes in the next lesson.
    pub fn to_write(&self) -> &'static str {
        only_half(&self.server, &self.client).map_or("programs", Half::word)
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
        let LabToml { dir, server, client } = file;
        let half = only_half(&server, &client);
        Self { server, client, dir: Some(dir), from_file: true, wrong: None, half }
    }
}

/// Returns the half that alone has a command.
fn only_half(server: &Option<String>, client: &Option<String>) -> Option<Half> {
    match (server, client) {
        (Some(_), None) => Some(Half::Server),
        (None, Some(_)) => Some(Half::Client),
        _ => None,
    }
}

/// Returns the file that a command names: the first word that is a file, seen from the folder in which it starts. It is
/// what an editor opens.
pub fn file_of(command: &str, dir: &Path) -> Option<PathBuf> {
    own_word(command, dir).map(|word| dir.join(word))
}

/// Returns the first word of a command that is a file, seen from `dir`. Where others follow, the first of all words is
/// what runs them, `/usr/bin/python3` for instance.
fn own_word(command: &str, dir: &Path) -> Option<String> {
    let words = shell::split(command)?;
    let is_file = |word: &&String| dir.join(word).is_file();
    words.iter().skip(1).find(is_file).or_else(|| words.first().filter(is_file)).cloned()
}

/// Returns a command with a placeholder for the file that it names, `python3 YOUR-SERVER.py`: another lesson has another
/// program.
pub fn with_placeholder(command: &str, half: Half, dir: &Path) -> String {
    let Some(own) = own_word(command, dir) else { return command.into() };
    let end = Path::new(&own).extension().map_or(String::new(), |end| format!(".{}", end.to_string_lossy()));
    let placeholder = format!("YOUR-{}{end}", half.word().to_uppercase());
    let is_own = |word: &str| shell::split(word).is_some_and(|words| words == [own.as_str()]);
    match command.split(' ').any(is_own) {
        true => {
            let words = command.split(' ').map(|word| if is_own(word) { placeholder.as_str() } else { word });
            words.collect::<Vec<_>>().join(" ")
        }
        // Quoted, with a blank in it.
        false => {
            let words = shell::split(command).unwrap_or_default().into_iter();
            let words: Vec<String> =
                words.map(|word| if word == own { placeholder.clone() } else { word }).collect();
            shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| command.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_stands_for_the_file_of_a_command() {
        let dir = std::env::temp_dir().join(format!("socket-lab-choice-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("06")).unwrap();
        for file in ["06/server.py", "06/my server.py", "server"] {
            std::fs::write(dir.join(file), "").unwrap();
        }
        for (command, with) in [
            ("python3 06/server.py", "python3 YOUR-SERVER.py"),
            ("python3 -u 06/server.py {addr}", "python3 -u YOUR-SERVER.py {addr}"),
            ("python3 '06/my server.py'", "python3 YOUR-SERVER.py"),
            ("./server", "YOUR-SERVER"),
            ("/bin/sh 06/server.py", "/bin/sh YOUR-SERVER.py"),
            ("python3 07/server.py", "python3 07/server.py"),
            ("my-server", "my-server"),
        ] {
            assert_eq!(with_placeholder(command, Half::Server, &dir), with, "{command}");
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
