//! Programs whose calls are traced: the tests' copy of the runner writes a report, and tests read it.

use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use xtask::system::program::{Exit, Program, Spec};
use xtask::system::trace::call::{Call, Happening, ProgramId, json as calls};
use xtask::system::trace::{Collector, Coverage, collect};

/// The variable that names the file for the report; empty: programs are traced, and no report is written.
pub const VARIABLE: &str = "SOCKET_LAB_TRACED";

/// One program of a report.
#[derive(Debug)]
pub struct Told {
    /// What it is in the check.
    pub role: String,
    /// Whether all of its calls are known, `full` when there were too many, or why they are not.
    pub coverage: String,
    /// Its calls, in order of their starts.
    pub calls: Vec<Call>,
    /// What its processes did beside that.
    pub happenings: Vec<Happening>,
    /// Whether it has ended.
    pub is_over: bool,
}

/// Runs `main`, traces its programs if the variable says so, and writes the report.
pub fn all(main: impl FnOnce() -> ExitCode) -> ExitCode {
    let Some(file) = std::env::var_os(VARIABLE) else { return main() };
    let collector = collect();
    let status = main();
    if !file.is_empty() {
        let _ = std::fs::write(file, report(collector));
    }
    status
}

/// Starts this program traced, waits for its end, and prints the report.
///
/// # Panics
/// When its input cannot be read.
pub fn one(argv: &[OsString]) -> ExitCode {
    let collector = collect();
    let spec = Spec { argv: argv.to_vec(), ..Spec::default() };
    let mut program = match Program::start(&spec, &[], &[]) {
        Ok(program) => program,
        Err(error) => {
            eprintln!("{error:#}");
            print!("{}", report(collector));
            return ExitCode::from(3);
        }
    };
    let mut input = Vec::new();
    io::stdin().read_to_end(&mut input).expect("input");
    program.input(&input);
    program.end_input();
    let exit = program.wait_exit(std::time::Instant::now() + super::LIMIT);
    program.end();
    eprint!("{}", String::from_utf8_lossy(&program.stdout.kept()));
    eprint!("{}", String::from_utf8_lossy(&program.stderr.kept()));
    if std::env::var_os(VARIABLE).is_none() {
        let _ = io::stdout().write_all(report(collector).as_bytes());
    }
    match exit {
        Some(Exit::Code(code)) => ExitCode::from(code as u8),
        _ => ExitCode::from(100),
    }
}

/// Writes a report of all programs.
pub fn report(collector: &Collector) -> String {
    let one = |program: xtask::system::trace::Traced| {
        json!({
            "role": program.role,
            "coverage": match program.coverage {
                Coverage::Whole => "whole".into(),
                Coverage::Full => "full".into(),
                Coverage::Refused(why) => why,
            },
            "calls": program.calls.iter().map(calls::of_call).collect::<Vec<_>>(),
            "happenings": program.happenings.iter().map(calls::of_happening).collect::<Vec<_>>(),
            "is_over": program.is_over,
        })
    };
    let programs: Vec<Value> = collector.programs().into_iter().map(one).collect();
    Value::from(programs).to_string()
}

/// Reads a report.
///
/// # Panics
/// When it is none.
pub fn read(report: &str) -> Vec<Told> {
    let all: Value = serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}: {report}"));
    let one = |(number, program): (usize, &Value)| Told {
        role: program["role"].as_str().expect("a role").into(),
        coverage: program["coverage"].as_str().expect("a coverage").into(),
        calls: program["calls"]
            .as_array()
            .expect("calls")
            .iter()
            .map(|call| calls::to_call(call, ProgramId(number as u32)).expect("a call"))
            .collect(),
        happenings: program["happenings"]
            .as_array()
            .expect("happenings")
            .iter()
            .map(|happening| calls::to_happening(happening).expect("a happening"))
            .collect(),
        is_over: program["is_over"] == true,
    };
    all.as_array().expect("programs").iter().enumerate().map(one).collect()
}

/// Reads the report in a file.
///
/// # Panics
/// When there is none.
pub fn read_file(file: &Path) -> Vec<Told> {
    read(&std::fs::read_to_string(file).expect("a report"))
}
