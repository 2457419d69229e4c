//! What a command line asks for, checked before anything is built.

use super::choice::Choice;
use super::confined::confined;
use super::rustc::Rustc;
use super::words::{address, find_check, is_on, output_is_ours, quoted, some_check};
use crate::bench::Confined;
use crate::cli::{Format, Run};
use crate::commands::shared::{self, Usage, find_family, find_wire, print};
use crate::course::{LESSONS, Lesson};
use crate::finding::Half;
use crate::judge::Extent;
use crate::promises::CheckOn;
use crate::report::text::{Paint, WIDTH, wrap};
use crate::system::family::Family;
use crate::system::program::{self, confine};
use crate::wire::Kind;
use crate::workspace::handed_in::{self, Place};
use crate::workspace::{self, lab_toml, shell};
use std::cell::OnceCell;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What a command line asks for, checked before anything is built.
pub struct Plan<'a> {
    pub(super) args: &'a Run,
    pub root: PathBuf,
    pub lessons: Vec<&'static Lesson>,
    /// Which programs are judged, lesson by lesson.
    pub(super) choices: Vec<Choice>,
    /// What rustc said, where it is kept for a screen.
    pub(super) rustc: OnceCell<Rustc>,
    pub wire: Option<Kind>,
    pub family: Option<Family>,
    pub seed: u64,
    /// What a student handed in, as an absolute path.
    pub(super) dir: Option<PathBuf>,
    /// Where each lesson lies in it.
    pub(super) places: Vec<Place>,
    /// The address of a server that always listens there, and of a client that always connects there.
    pub(super) server_at: Option<SocketAddr>,
    pub(super) client_at: Option<SocketAddr>,
    /// Whether the programs are confined, and what more they may read then.
    pub(super) confined: Option<Confined>,
    /// Variables for the environment of commands.
    pub(super) env: Vec<(String, String)>,
    /// The options that follow the lesson in a command that repeats this run.
    pub(super) options: String,
    /// Whether people read standard error (else standard output), and in colour or not.
    pub(super) to_stderr: bool,
    pub paint: Paint,
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

    pub fn of(args: &'a Run) -> anyhow::Result<Self> {
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
        for command in [&args.server, &args.client].into_iter().flatten() {
            if shell::split(command).is_none_or(|words| words.is_empty()) {
                return Err(Usage(format!(
                    "`{command}` is no command; type it as in a shell, for instance --server 'python3 server.py'"
                ))
                .into());
            }
        }
        let root = workspace::root();
        let dir = match &args.dir {
            Some(dir) => Some(of_student(dir)?),
            None => None,
        };
        let is_only = lessons.len() == 1;
        let place = |lesson: &Lesson| match &dir {
            Some(dir) if is_only => handed_in::find_only(dir, &lesson.dir()),
            Some(dir) => handed_in::find(dir, &lesson.dir()),
            None => {
                let (dir, shown) =
                    (root.join("lessons").join(lesson.dir()), format!("lessons/{}", lesson.dir()));
                Place::Found { dir, shown }
            }
        };
        let choice = |lesson: &Lesson| {
            let place = place(lesson);
            let own = if let Place::Found { dir, .. } = &place { Some(dir.as_path()) } else { None };
            (Choice::of(args, own), place)
        };
        let of_lesson: Vec<(Choice, Place)> = lessons.iter().map(|lesson| choice(lesson)).collect();
        // Keeps the lessons that have the check.
        let has_checks = |lesson: &Lesson, choice: &Choice| {
            lesson.checks().any(|check| choice.judges(check) && is_wanted(args, wire, family, check))
        };
        let all = lessons.drain(..).zip(of_lesson);
        let kept = all.filter(|(lesson, (choice, _))| has_checks(lesson, choice));
        let (lessons, of_lesson): (Vec<&'static Lesson>, Vec<(Choice, Place)>) = kept.unzip();
        if lessons.is_empty() {
            return Err(of_the_other_half(args).into());
        }
        let (choices, places): (Vec<Choice>, Vec<Place>) = of_lesson.into_iter().unzip();
        let (server_at, client_at) =
            (address(args.server_at.as_deref())?, address(args.client_at.as_deref())?);
        if let Some(dir) = args.cwd.as_ref().filter(|dir| !dir.is_dir()) {
            return Err(Usage(format!("--cwd {}: there is no such folder", dir.display())).into());
        }
        if let Some(dir) = &args.cwd
            && !args.solution
            && choices.iter().all(|choice: &Choice| choice.words().is_none() && choice.wrong.is_none())
        {
            let (dir, name) = (dir.display(), lab_toml::NAME);
            return Err(Usage(format!(
                "--cwd {dir}: there is no {name} in it, and neither --server nor --client names a program"
            ))
            .into());
        }
        let env = args.env.iter().map(|word| match word.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_string(), value.to_string())),
            _ => Err(Usage(format!("--env `{word}`: type NAME=VALUE, for instance --env LANG=C.UTF-8"))),
        });
        let env = env.collect::<Result<Vec<_>, _>>()?;
        let confined = confined(&args.confining())?;
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
            root,
            lessons,
            choices,
            rustc: OnceCell::new(),
            wire,
            family,
            // Short, because people type it again.
            seed: args.seed.unwrap_or_else(|| fastrand::u64(..100_000)),
            dir,
            places,
            server_at,
            client_at,
            confined,
            env,
            options: repeated(args, Half::Pair),
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

    /// Says whether the programs are confined, where that was asked for.
    pub(super) fn say_whether_confined(&self) {
        if self.args.confining().is_on {
            let lines = wrap(&confine::kernel().short(self.args.confining().allow.len()), WIDTH);
            self.say(&format!("{}\n\n", lines.join("\n")));
        }
    }

    /// Returns the plan of one of its lessons alone.
    pub fn only(&self, lesson: &Lesson) -> Self {
        let at = self.at(lesson);
        Self {
            args: self.args,
            root: self.root.clone(),
            lessons: vec![self.lessons[at]],
            choices: vec![self.choices[at].clone()],
            rustc: OnceCell::new(),
            wire: self.wire,
            family: self.family,
            seed: self.seed,
            dir: self.dir.clone(),
            places: vec![self.places[at].clone()],
            server_at: self.server_at,
            client_at: self.client_at,
            confined: self.confined.clone(),
            env: self.env.clone(),
            options: self.options.clone(),
            to_stderr: self.to_stderr,
            paint: self.paint,
        }
    }

    /// Returns which programs are judged in this lesson.
    pub fn choice(&self, lesson: &Lesson) -> &Choice {
        &self.choices[self.at(lesson)]
    }

    /// Returns where this lesson lies in what a student handed in.
    pub(super) fn place_of(&self, lesson: &Lesson) -> &Place {
        &self.places[self.at(lesson)]
    }

    fn at(&self, lesson: &Lesson) -> usize {
        let at = self.lessons.iter().position(|other| other.number == lesson.number);
        at.expect("a lesson of this run")
    }

    pub(super) fn subject(&self, lesson: &Lesson) -> String {
        let usual = if self.args.solution { "solution" } else { "lesson" };
        self.choice(lesson).words().unwrap_or_else(|| usual.into())
    }

    /// Returns which checks are run: on the screen, those that build on nothing that failed.
    pub(super) fn extent(&self) -> Extent {
        let args = self.args;
        match args.full || args.check.is_some() || args.output.is_some() || args.format != Format::Text {
            true => Extent::Whole,
            false => Extent::Needed,
        }
    }

    /// Returns the command that judges this lesson again.
    pub(super) fn rerun(&self, lesson: &Lesson) -> String {
        format!("cargo xtask run {}{}", lesson.id(), self.options)
    }

    /// Returns the command that judges this half of the lesson again. Where both halves are commands, it names only the
    /// one that the check is about.
    pub(super) fn rerun_of(&self, lesson: &Lesson, half: Half) -> String {
        let both = self.args.server.is_some() && self.args.client.is_some();
        let half = if both { half } else { Half::Pair };
        // The number alone names the lesson, too, and most such lines then fit into the width of a terminal.
        format!("cargo xtask run {}{}", lesson.number, repeated(self.args, half))
    }

    pub fn wants(&self, lesson: &Lesson, check: CheckOn) -> bool {
        self.choice(lesson).judges(check) && is_wanted(self.args, self.wire, self.family, check)
    }

    /// Returns how many checks a whole run of this lesson has.
    pub(super) fn whole(&self, lesson: &Lesson) -> usize {
        let choice = self.choice(lesson);
        lesson.checks().filter(|check| choice.judges(*check)).count()
    }

    pub fn described(&self, lesson: &Lesson) -> String {
        let choice = self.choice(lesson);
        let what = match (choice.words(), choice.half) {
            (Some(command), Some(half)) => {
                format!("{command}, with the reference {}", half.other().word())
            }
            (Some(commands), None) => commands,
            (None, _) if self.args.solution => "the reference solution".into(),
            (None, _) => match &self.args.dir {
                Some(dir) => format!("the programs in {}", dir.display()),
                None => "your programs".into(),
            },
        };
        let over = self.family.map_or(String::new(), |family| format!(", over {family}"));
        // A screen has no other line that says so.
        let is_confined =
            self.confined.is_some() && self.args.screen.is_some() && confine::kernel().confines();
        format!("{what}{over}{}", if is_confined { ", confined" } else { "" })
    }
}

/// Returns the absolute path of what a student handed in.
fn of_student(dir: &Path) -> Result<PathBuf, Usage> {
    let shown = dir.display();
    let absolute =
        dir.canonicalize().map_err(|error| Usage(format!("no folder of lessons at {shown}: {error}")))?;
    match absolute.is_dir() {
        true => Ok(absolute),
        false => Err(Usage(format!(
            "{shown} is no folder: unpack an archive first, or type cargo xtask judge --help"
        ))),
    }
}

/// Returns the error of a run in which no check is about the one half that is judged.
fn of_the_other_half(args: &Run) -> Usage {
    let (mine, others) = if args.client.is_some() { ("client", "server") } else { ("server", "client") };
    let check = args.check.as_ref().map_or(String::new(), |id| format!("`{id}` is about the {others}, and "));
    Usage(format!(
        "{check}only the {mine} is judged here; add --{others} CMD, or --solution for the reference {others}"
    ))
}

/// Returns whether the command line asks for this check.
fn is_wanted(args: &Run, wire: Option<Kind>, family: Option<Family>, check: CheckOn) -> bool {
    args.check.as_ref().is_none_or(|word| check.is_called(word)) && is_on(check, wire, family)
}

/// Returns the options of this command line that a command needs to repeat a check of this half. Those that say what is
/// so without them are left out.
pub(super) fn repeated(args: &Run, half: Half) -> String {
    let path = |path: &PathBuf| quoted(&path.to_string_lossy());
    // Without a command, it names the folder of a `lab.toml`.
    let is_told =
        |dir: &&PathBuf| dir.as_path() != Path::new(".") || (args.server.is_none() && args.client.is_none());
    let (server, client) = (half != Half::Client, half != Half::Server);
    let confining = args.confining();
    let table: [(&str, Vec<String>); 8] = [
        ("--server", args.server.iter().filter(|_| server).map(|command| quoted(command)).collect()),
        ("--client", args.client.iter().filter(|_| client).map(|command| quoted(command)).collect()),
        ("--server-at", args.server_at.iter().filter(|_| server).cloned().collect()),
        ("--client-at", args.client_at.iter().filter(|_| client).cloned().collect()),
        ("--cwd", args.cwd.iter().filter(is_told).map(path).collect()),
        ("--env", args.env.iter().map(|word| quoted(word)).collect()),
        ("--allow", confining.allow.iter().filter(|_| !args.is_for_students()).map(path).collect()),
        // A student has the lessons elsewhere.
        ("--lessons", args.dir.iter().filter(|_| !args.is_for_students()).map(path).collect()),
    ];
    let mut options = if args.solution { " --solution".to_string() } else { String::new() };
    if confining.is_told {
        options += if confining.is_on { " --confine" } else { " --no-confine" };
    }
    for (flag, values) in table {
        values.iter().for_each(|value| options += &format!(" {flag} {value}"));
    }
    options
}
