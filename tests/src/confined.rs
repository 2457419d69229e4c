//! One program, confined or not, so that a test can compare.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use xtask::system::program::confine::Confinement;
use xtask::system::program::{Exit, Program, Refused, Spec};
use xtask::system::trace::collect;

/// The verb of the tests' runner: `runner __confined CONFINEMENT PROGRAM ARG…`, with [`FREE`] for no confinement.
pub const VERB: &str = "__confined";

/// In place of a confinement: the program may do all that the runner may.
const FREE: &str = "free";

/// The status of a start that containment refused; standard output then has the file.
const REFUSED: u8 = 100;

/// With this variable, the program is also traced.
const TRACED: &str = "SOCKET_LAB_CONFINED_TRACED";

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With this status, after it printed this on standard output and standard error.
    Status(u8, String, String),
    /// By this signal.
    Signal(i32),
    /// It did not start: containment refused this file.
    Refused(PathBuf),
}

/// Runs as `runner __confined`.
///
/// # Panics
/// When the confinement cannot be read, or the program still runs after a minute.
pub fn main(words: &[OsString]) -> ExitCode {
    let (how, argv) = words.split_first().expect("a confinement");
    let how = how.to_str().expect("text");
    let confine = (how != FREE).then(|| Confinement::from_json(how).expect("a confinement"));
    if std::env::var_os(TRACED).is_some() {
        collect();
    }
    let spec = Spec { argv: argv.to_vec(), confine, ..Spec::default() };
    let mut program = match Program::start(&spec, &[], &[]) {
        Ok(program) => program,
        Err(error) => {
            let Some(refused) = error.downcast_ref::<Refused>() else { panic!("{error:#}") };
            print!("{}", refused.what.display());
            return ExitCode::from(REFUSED);
        }
    };
    program.end_input();
    let exit =
        program.wait_exit(std::time::Instant::now() + super::LIMIT).expect("the program ends by itself");
    program.end();
    let _ = std::io::stdout().write_all(&program.stdout.kept());
    let _ = std::io::stderr().write_all(&program.stderr.kept());
    match exit {
        Exit::Code(code) => ExitCode::from(code as u8),
        // As shells say it.
        Exit::Signal(number) => ExitCode::from(128 + number as u8),
        Exit::ByRunner => ExitCode::from(255),
    }
}

/// Returns the command that runs a program so.
pub fn command(exe: &str, confinement: Option<&Confinement>, traced: bool, argv: &[&str]) -> Command {
    let mut command = super::runner(exe, &[VERB]);
    command.arg(confinement.map_or(FREE.into(), Confinement::to_json)).args(argv);
    if traced {
        command.env(TRACED, "1");
    }
    command
}

/// Runs it to its end.
///
/// # Panics
/// When the runner cannot be started.
pub fn end_of(command: &mut Command) -> End {
    let output = command.output().expect("the runner starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_string();
    match output.status.code() {
        Some(code) if code == i32::from(REFUSED) => End::Refused(text(&output.stdout).into()),
        Some(code @ 129..=192) => End::Signal(code - 128),
        Some(code) => End::Status(code as u8, text(&output.stdout), text(&output.stderr)),
        None => End::Signal(0),
    }
}
