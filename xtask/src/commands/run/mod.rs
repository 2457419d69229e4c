//! `cargo xtask run`

mod next;
mod progress;
mod telling;
mod words;

use super::{Usage, find_wire, print};
use crate::bench;
use crate::bench::{Command, Programs};
use crate::cli::{Format, Run};
use crate::course::{LESSONS, Lesson};
use crate::finding::Verdict;
use crate::judge;
use crate::judge::{Case, Trial};
use crate::promises::Check;
use crate::report::text;
use crate::report::text::Paint;
use crate::report::{LessonReport, Problem, Report, json, junit};
use crate::system::program;
use crate::wire::Kind;
use crate::workspace;
use crate::workspace::cargo;
use crate::workspace::files;
use crate::workspace::mirror;
use crate::workspace::mirror::Mirror;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use telling::Telling;
use words::{address, find_check, output_is_ours, quoted};

/// Builds, lets the pair talk, checks, and says what to do next.
pub fn run(args: &Run) -> anyhow::Result<u8> {
    let plan = Plan::of(args)?;
    super::stop_at_ctrl_c()?;
    #[cfg(target_os = "linux")]
    if args.screen.is_some() {
        // When `watch` is killed, this run is nobody's: it ends, and its keepers end its programs.
        let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
    }
    let built = plan.build();
    let report = plan.judge(built);
    plan.remember(&report);
    plan.deliver(&report)?;
    Ok(report.status())
}

/// What a command line asks for, made sure of before anything is built.
struct Plan<'a> {
    args: &'a Run,
    root: PathBuf,
    lessons: Vec<&'static Lesson>,
    wire: Option<Kind>,
    seed: u64,
    /// The student's folder, made whole.
    dir: Option<PathBuf>,
    /// Where a server with a fixed address listens, and a client with one calls.
    server_at: Option<SocketAddr>,
    client_at: Option<SocketAddr>,
    /// Variables for the environment of commands.
    env: Vec<(String, String)>,
    /// `cargo xtask run lesson-01` and what else repeats it, after the lesson.
    options: String,
    /// Where people read, and whether in colour.
    to_stderr: bool,
    paint: Paint,
}

/// The programs of one lesson, or why there are none.
type Built = Result<(Programs, Option<Mirror>), Problem>;

impl<'a> Plan<'a> {
    fn of(args: &'a Run) -> anyhow::Result<Self> {
        let mut lessons = match args.lessons.as_slice() {
            [] if args.all => LESSONS.iter().collect(),
            [] => vec![super::current(&super::lab().load().0)],
            words => words.iter().map(|word| super::lesson(word)).collect::<anyhow::Result<Vec<_>>>()?,
        };
        let wire = args.wire.as_deref().map(find_wire).transpose()?;
        if let Some(id) = &args.check {
            find_check(&lessons, id, wire)?;
        } else if let Some(wire) = wire
            && !lessons.iter().any(|lesson| lesson.checks().any(|check| check.wire == wire))
        {
            let which = if lessons.len() == 1 { "of this lesson" } else { "of these lessons" };
            return Err(Usage(format!("no check {which} runs on the wire `{wire}`")).into());
        }
        // Of several lessons, those that have the check.
        lessons.retain(|lesson| lesson.checks().any(|check| is_wanted(args, wire, check)));
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
        let mut options = String::new();
        if args.solution {
            options += " --solution";
        }
        for (flag, value) in [("--server", &args.server), ("--client", &args.client)] {
            if let Some(value) = value {
                options += &format!(" {flag} {}", quoted(value));
            }
        }
        for (flag, value) in [("--server-at", &args.server_at), ("--client-at", &args.client_at)] {
            if let Some(value) = value {
                options += &format!(" {flag} {value}");
            }
        }
        if let Some(dir) = &args.cwd {
            options += &format!(" --cwd {}", quoted(&dir.to_string_lossy()));
        }
        for word in &args.env {
            options += &format!(" --env {}", quoted(word));
        }
        if let Some(dir) = &args.dir {
            options += &format!(" --lessons {}", quoted(&dir.to_string_lossy()));
        }
        let to_stderr = args.format != Format::Text && args.output.is_none();
        // A screen is handed on by `watch`, whose terminal standard error still is.
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
            // Small enough to be typed again.
            seed: args.seed.unwrap_or_else(|| fastrand::u64(..100_000)),
            dir,
            server_at,
            client_at,
            env,
            options,
            to_stderr,
            paint,
        })
    }

    /// Says something to people.
    fn say(&self, text: &str) {
        if program::interrupted() || self.args.screen.is_some() {
            return; // What failed now, failed because it was interrupted.
        }
        if self.to_stderr {
            let _ = std::io::stderr().write_all(text.as_bytes());
        } else {
            print(text);
        }
    }

    fn subject(&self) -> String {
        match (&self.args.server, &self.args.client) {
            (Some(server), Some(client)) if server == client => server.clone(),
            (Some(server), Some(client)) => format!("{server} + {client}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) if self.args.solution => "solution".into(),
            (None, None) => "lesson".into(),
        }
    }

    /// Builds what is needed: one call of cargo for all lessons, or one for each student's lesson.
    fn build(&self) -> Vec<Built> {
        let (server, client) = (&self.args.server, &self.args.client);
        if server.is_some() && client.is_some() {
            return self
                .lessons
                .iter()
                .map(|lesson| self.programs(lesson, &cargo::Built::default(), None))
                .collect();
        }
        let kind = if self.args.solution { "solution" } else { "lesson" };
        let package = |lesson: &Lesson| format!("{kind}-{}", lesson.dir());
        // cargo's progress is for people who watch; a report's reader gets its errors only.
        let quiet = !std::io::stderr().is_terminal();
        let Some(dir) = &self.dir else {
            let packages: Vec<String> = self.lessons.iter().map(|lesson| package(lesson)).collect();
            let built = cargo::build(&self.root, &packages, None, quiet);
            return self
                .lessons
                .iter()
                .map(|lesson| self.programs(lesson, built_of(&built)?, None))
                .collect();
        };
        let target = target_dir(&self.root);
        let one = |lesson: &&'static Lesson| {
            if self.args.all && !dir.join(lesson.dir()).join("Cargo.toml").is_file() {
                let why = format!("{} is not there: {} has no {}", lesson.id(), dir.display(), lesson.dir());
                return Err(Problem::NotThere(why));
            }
            let mirror = mirror::make(&self.root, dir, &target, &lesson.dir())
                .map_err(|error| Problem::Unable(format!("{error:#}")))?;
            let built = cargo::build(&mirror.root, &[package(lesson)], Some(&mirror.target), quiet);
            self.programs(lesson, built_of(&built)?, Some(mirror))
        };
        self.lessons.iter().map(one).collect()
    }

    fn programs(&self, lesson: &Lesson, built: &cargo::Built, mirror: Option<Mirror>) -> Built {
        let kind = if self.args.solution { "solution" } else { "lesson" };
        let one = |half: &str, given: &Option<String>| {
            if let Some(command) = given {
                let argv = shlex::split(command).unwrap_or_default();
                return Ok(Command {
                    dir: self.args.cwd.clone(),
                    env: self.env.clone(),
                    ..Command::from(argv)
                });
            }
            let built = bench::programs(kind, lesson.number, &built.programs).ok_or_else(|| {
                let which =
                    if self.args.solution { format!("the solution of {}", lesson.id()) } else { lesson.id() };
                let place = built.error.as_deref().unwrap_or("cargo's message above says where");
                Problem::DoesNotCompile(format!("{which} does not compile: {place}"))
            })?;
            Ok(if half == "server" { built.server } else { built.client })
        };
        let server = one("server", &self.args.server)?;
        let client = one("client", &self.args.client)?;
        let server = Command { at: self.server_at, ..server };
        let client = Command { at: self.client_at, ..client };
        Ok((Programs { server, client }, mirror))
    }

    /// Judges all lessons, side by side, and tells each in its turn.
    fn judge(&self, built: Vec<Built>) -> Report {
        let reruns: Vec<String> = self.lessons.iter().map(|lesson| self.rerun(lesson)).collect();
        let mut trials = Vec::new();
        let mut problems = Vec::new();
        for ((lesson, built), rerun) in self.lessons.iter().zip(built).zip(&reruns) {
            match built {
                Ok((programs, mirror)) => {
                    trials.push(Some(self.trial(lesson, programs, mirror.as_ref(), rerun)));
                    problems.push(None);
                }
                Err(problem) => {
                    trials.push(None);
                    problems.push(Some(problem));
                }
            }
        }
        let mut telling = Telling::new(self, &reruns, problems);
        // Which of the lessons each of the trials is.
        let numbers: Vec<usize> = (0..trials.len()).filter(|n| trials[*n].is_some()).collect();
        let trials: Vec<Trial<'_>> = trials.into_iter().flatten().collect();
        telling.counts = numbers.iter().zip(&trials).map(|(n, trial)| (*n, trial.checks.len())).collect();
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        // Checks mostly wait for the programs, and those of many lessons for the clock: more than there are cores.
        let fixed = self.server_at.is_some() || self.client_at.is_some();
        let wanted = self.args.jobs.map(usize::from).or(fixed.then_some(1)); // One address serves one check at a time.
        let jobs = wanted.unwrap_or((cores * if trials.len() > 1 { 6 } else { 3 }).max(4));
        telling.wait_for(trials.first().and_then(|trial| trial.checks.first().map(|check| check.id)));
        judge::judge(&trials, jobs, |trial, judged| {
            telling.tell(numbers[trial], judged);
            let next = telling.reports[numbers[trial]].checks.len();
            let checks = &trials[trial].checks;
            let later = || trials.get(trial + 1).and_then(|trial| trial.checks.first());
            telling.wait_for(checks.get(next).or_else(later).map(|check| check.id));
        });
        telling.close()
    }

    fn trial<'c>(
        &self,
        lesson: &'static Lesson,
        programs: Programs,
        mirror: Option<&Mirror>,
        rerun: &'c str,
    ) -> Trial<'c> {
        let folder = if self.args.solution { "solutions" } else { "lessons" };
        let own = self.root.join(folder).join(lesson.dir());
        let case = Case {
            lesson,
            programs,
            sources: Some(mirror.map_or(own, |mirror| mirror.source.clone())),
            shown_dir: match mirror {
                Some(mirror) => mirror.source.display().to_string(),
                None => format!("{folder}/{}", lesson.dir()),
            },
            seed: self.seed,
            rerun,
        };
        Trial { case, checks: lesson.checks().filter(|check| self.wants(check)).collect() }
    }

    /// The command that judges this lesson again.
    fn rerun(&self, lesson: &Lesson) -> String {
        format!("cargo xtask run {}{}", lesson.id(), self.options)
    }

    fn wants(&self, check: &Check) -> bool {
        is_wanted(self.args, self.wire, check)
    }

    fn described(&self) -> String {
        match self.subject().as_str() {
            "solution" => "the reference solution".into(),
            "lesson" => match &self.args.dir {
                Some(dir) => format!("the programs in {}", dir.display()),
                None => "your programs".into(),
            },
            command => command.to_string(),
        }
    }

    /// Keeps where the learner stands: only of whole runs of the learner's own programs.
    fn remember(&self, report: &Report) {
        let args = self.args;
        let others = args.solution || args.server.is_some() || args.client.is_some() || args.dir.is_some();
        if others || args.check.is_some() || args.wire.is_some() || report.interrupted {
            return;
        }
        let passed = |lesson: &LessonReport| lesson.verdict() == Verdict::Pass;
        let saved = super::lab().update(|state| {
            // Whoever breaks on purpose what has passed has passed it all the same, and stays where they are.
            let had_passed = |lesson: &Lesson| state.passed.contains(&lesson.dir());
            let broken_again = self.lessons.iter().all(|lesson| had_passed(lesson));
            for (lesson, _) in self.lessons.iter().zip(&report.lessons).filter(|(_, report)| passed(report)) {
                state.passed.insert(lesson.dir());
            }
            if let ([lesson], [report]) = (self.lessons.as_slice(), report.lessons.as_slice()) {
                match passed(report) {
                    true => state.current = super::after(lesson, state).map(Lesson::dir),
                    false if broken_again => {}
                    false => state.current = Some(lesson.dir()),
                }
            }
        });
        match saved {
            Ok(None) => {}
            Ok(Some(message)) => eprintln!("note: {message}"),
            Err(error) => eprintln!("note: the progress was not saved: {error:#}"),
        }
    }

    /// Hands the report over: to its file, or a report for machines to standard output.
    fn deliver(&self, report: &Report) -> anyhow::Result<()> {
        let text = match self.args.format {
            Format::Json => json::render(report),
            Format::Junit => junit::render(report),
            Format::Text => text::whole(report),
        };
        match &self.args.output {
            Some(path) => files::deliver(path, text.as_bytes())?,
            None if self.args.format != Format::Text => print(&text),
            None => {}
        }
        Ok(())
    }
}

fn built_of(built: &anyhow::Result<cargo::Built>) -> Result<&cargo::Built, Problem> {
    built.as_ref().map_err(|error| Problem::Unable(format!("{error:#}")))
}

/// Whether the command line asks for this check.
fn is_wanted(args: &Run, wire: Option<Kind>, check: &Check) -> bool {
    args.check.as_ref().is_none_or(|id| id == check.id) && wire.is_none_or(|wire| wire == check.wire)
}

/// Where students' lessons are built: beside the learner's own.
fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}
