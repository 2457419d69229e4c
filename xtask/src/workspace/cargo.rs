//! Builds programs with cargo, and finds them.

use super::diagnostic::{Diagnostic, first_error, half_of};
use crate::system::program;
use crate::system::program::confine::Confinement;
use crate::system::program::{Ended, Exit, Spec, Stream, Variables};
use anyhow::bail;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most lines of [`Built::rendered`].
const RENDERED: usize = 40;

/// The result of a build.
#[derive(Default)]
pub struct Built {
    /// The executables by name; one that is missing did not compile.
    pub programs: HashMap<String, PathBuf>,
    /// The first error and its place, or what cargo itself says; known only of builds for a report, which have a `target` of
    /// their own.
    pub error: Option<String>,
    /// rustc's first error as rustc prints it, without colour, at most [`RENDERED`] lines; known as `error` is.
    pub rendered: Option<String>,
    /// Whether cargo came as far as to build something; where not, it could not even choose the packages.
    pub has_begun: bool,
    /// How cargo ended.
    pub ended: Option<Ended>,
    /// rustc's errors in the order in which to mend them.
    pub errors: Vec<Diagnostic>,
    /// rustc's warnings.
    pub warnings: Vec<Diagnostic>,
}

/// How a build is confined.
#[derive(Clone, Debug, Default)]
pub struct ConfinedBuild {
    /// What it may do.
    pub confine: Confinement,
    /// Variables that it gets beside the runner's own.
    pub env: Variables,
}

/// What a build shows on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Cargo's progress, and rustc's messages.
    Progress,
    /// rustc's messages.
    Messages,
    /// Nothing that rustc says: the caller shows it, in colour or not.
    Nothing {
        /// Whether [`Diagnostic::rendered`] has colour.
        colour: bool,
    },
}

impl Built {
    /// Returns whether cargo says that all was built.
    pub fn went_well(&self) -> bool {
        self.ended == Some(Ended::Exit(Exit::Code(0)))
    }
}

/// Builds these packages in the workspace at `root`; shows cargo's own messages on standard error, as cargo does.
///
/// # Errors
/// When cargo cannot be started.
pub fn build(root: &Path, packages: &[String], target: Option<&Path>, show: Show) -> anyhow::Result<Built> {
    build_within(root, packages, target, show, None, None)
}

/// Builds as [`build`] does; ends cargo and all that it has started when they need longer than the limit. What is `confined`
/// must be built in a `target`; a program that lies elsewhere does not count.
///
/// # Errors
/// As [`build`].
pub fn build_within(
    root: &Path,
    packages: &[String],
    target: Option<&Path>,
    show: Show,
    limit: Option<Duration>,
    confined: Option<ConfinedBuild>,
) -> anyhow::Result<Built> {
    let (confine, env) = confined.map_or((None, Vec::new()), |build| (Some(build.confine), build.env));
    let own = env.iter().find(|(name, _)| name == "CARGO").and_then(|(_, value)| value.clone());
    let cargo = own.or_else(|| std::env::var_os("CARGO")).unwrap_or_else(|| "cargo".into());
    let mut argv: Vec<OsString> = vec![cargo, "build".into(), "--keep-going".into()];
    // This function reads rustc's messages, too, and shows them. A report shows them without colour.
    let colour = match show {
        Show::Nothing { colour } => colour,
        _ => target.is_none() && stderr_has_colour(),
    };
    let form = if colour { "json-diagnostic-rendered-ansi" } else { "json" };
    argv.push(format!("--message-format={form}").into());
    for package in packages {
        argv.extend(["--package".into(), package.into()]);
    }
    if show != Show::Progress {
        argv.push("--quiet".into());
    }
    if let Some(target) = target {
        argv.extend(["--target-dir".into(), target.into()]);
    }
    let spec = Spec { argv, env, dir: Some(root.to_path_buf()), confine, ..Spec::default() };
    let is_confined = spec.confine.is_some();
    let mut built = Built::default();
    let (mut said, mut first) = (Said::default(), None::<First>);
    let ended = program::run_tool(&spec, limit, target.is_some(), |stream, line| {
        if stream == Stream::Stderr {
            return said.add(line, show);
        }
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { return };
        built.has_begun |= message["reason"] != "build-finished";
        if let Some(text) = message["message"]["rendered"].as_str() {
            let level = message["message"]["level"].as_str().unwrap_or_default();
            let diagnostic = Diagnostic::of(&message, text);
            if level == "error" {
                let error = First::of(diagnostic.as_ref(), &message["message"], text);
                if first.as_ref().is_none_or(|first| error.place < first.place) {
                    first = Some(error);
                }
            }
            match show {
                Show::Nothing { .. } => {}
                Show::Messages => eprint!("{text}"),
                // At one go, because cargo draws its progress on the same line.
                Show::Progress => {
                    let text = format!("\r\x1b[K{text}");
                    eprint!("{text}");
                }
            }
            // "aborting due to 2 previous errors" has no place.
            match diagnostic {
                Some(error) if level == "error" => built.errors.push(error),
                Some(warning) => built.warnings.push(warning),
                None => {}
            }
        }
        if message["reason"] == "compiler-artifact"
            && let (Some(name), Some(path)) =
                (message["target"]["name"].as_str(), message["executable"].as_str())
        {
            built.programs.insert(name.to_string(), PathBuf::from(path));
        }
    })
    .map_err(|error| {
        let why = why_not_started(&error);
        error.context(why)
    })?;
    // Cargo builds the two programs at once: without an order, it is luck whose errors come first.
    built.errors.sort_by_key(|error| half_of(&error.place.0));
    let is_hidden = matches!(show, Show::Nothing { .. });
    if let Some(First { what, rendered, .. }) = first.filter(|_| is_hidden || target.is_some()) {
        (built.error, built.rendered) = (Some(what), rendered);
    }
    if let Some(Diagnostic { what, place: (file, line), .. }) = built.errors.first().filter(|_| is_hidden) {
        built.error = Some(format!("{what} ({file}:{line})"));
    }
    // A build script can say what cargo says.
    if let Some(target) = target.filter(|_| is_confined) {
        let target = target.canonicalize().unwrap_or_else(|_| target.to_path_buf());
        built.programs.retain(|_, path| path.canonicalize().is_ok_and(|path| path.starts_with(&target)));
    }
    built.ended = Some(ended);
    // Without an error of rustc's, the reason is cargo's own.
    if built.error.is_none() && !built.went_well() {
        built.error = said.text();
    }
    match ended {
        Ended::Exit(exit @ (Exit::Signal(_) | Exit::ByRunner)) => bail!("cargo {exit}"),
        Ended::Lost => bail!(
            "the build's own code, or the system for want of memory, killed the runner's process that watches cargo"
        ),
        Ended::Exit(Exit::Code(_)) | Ended::OutOfTime => Ok(built),
    }
}

/// Returns what it means that cargo could not be started.
fn why_not_started(error: &anyhow::Error) -> &'static str {
    let cause = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    match cause.map(io::Error::kind) {
        // EAGAIN and ENOMEM of fork(2).
        Some(ErrorKind::WouldBlock | ErrorKind::OutOfMemory) => {
            "the system has no room for another process, so nothing was built; try again when it has"
        }
        _ => "cargo is needed to build the programs; install Rust with rustup",
    }
}

/// The error to show alone.
struct First {
    /// Where it stands among others: as [`half_of`] counts, and behind all of them when it names no place.
    place: u8,
    /// It in one line.
    what: String,
    /// It as rustc prints it; `None` with colour.
    rendered: Option<String>,
}

impl First {
    fn of(diagnostic: Option<&Diagnostic>, message: &serde_json::Value, text: &str) -> Self {
        let place = diagnostic.map_or(u8::MAX, |error| half_of(&error.place.0));
        let has_colour = text.contains('\x1b');
        let lines = || {
            let line = |line: &str| line.chars().take(Said::CHARACTERS).collect::<String>();
            let mut lines: Vec<String> = text.trim_end().lines().take(RENDERED).map(line).collect();
            if text.trim_end().lines().count() > RENDERED {
                lines[RENDERED - 1] = "…".into();
            }
            lines.join("\n")
        };
        Self { place, what: first_error(message), rendered: (!has_colour).then(lines) }
    }
}

/// What cargo itself says on standard error.
#[derive(Default)]
struct Said {
    lines: Vec<String>,
}

impl Said {
    /// The most lines that are kept.
    const LINES: usize = 30;
    /// The most characters of a line.
    const CHARACTERS: usize = 300;

    fn add(&mut self, line: &str, show: Show) {
        if !matches!(show, Show::Nothing { .. }) {
            eprintln!("{line}");
        }
        // Before its error come its progress and its warnings.
        if self.lines.is_empty() && !line.starts_with("error") {
            return;
        }
        if self.lines.len() < Self::LINES {
            self.lines.push(line.chars().take(Self::CHARACTERS).collect());
        }
    }

    fn text(&self) -> Option<String> {
        let text = self.lines.join("\n");
        let text = text.trim_end().trim_start_matches("error: ");
        (!text.is_empty()).then(|| text.to_string())
    }
}

/// Returns whether cargo, too, would colour what it writes to standard error.
fn stderr_has_colour() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_never = std::env::var_os("CARGO_TERM_COLOR").is_some_and(|value| value == "never");
    std::io::stderr().is_terminal() && !is_set("NO_COLOR") && !is_never
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn that_no_process_is_left_is_no_want_of_cargo() {
        for number in [libc::EAGAIN, libc::ENOMEM] {
            let error = anyhow::Error::from(io::Error::from_raw_os_error(number)).context("start the keeper");
            assert!(why_not_started(&error).contains("no room for another process"), "{error:#}");
        }
        let error = anyhow::Error::from(io::Error::from_raw_os_error(libc::ENOENT));
        assert!(why_not_started(&error).contains("install Rust"), "{error:#}");
    }
}
