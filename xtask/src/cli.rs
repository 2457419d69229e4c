//! The command line's surface, nothing else.

use crate::course::LESSONS;
use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Learn socket programming by watching it break and fixing it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 80)]
#[command(after_help = "Start here: cargo xtask run lesson-01 --solution")]
pub struct Cli {
    /// What to do; alone, it says where you stand.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Build a lesson's programs, let them talk, and check what they promise
    Run(Box<Run>),
    /// Judge a lesson each time you save it; one key gives a hint, the solution, the next lesson
    Watch(Watch),
    /// List the lessons, those that you have passed and the one that you are at
    #[command(after_help = "Example: cargo xtask list")]
    List,
    /// Show a hint for a lesson, one step more each time
    Hint(Hint),
    /// Show your programs beside the solution's
    Diff(Diff),
    /// Put a lesson back to its starter, after a copy of what was there
    Reset(Reset),
    /// Run lessons 03 to 06 on every wire and show what holds and what it costs
    Compare(Compare),
    /// Stand a wire up by hand, in front of any server
    Wire(Wire),
    /// See whether this machine has all that the lessons need, and what mends what is missing
    #[command(after_help = "Example: cargo xtask doctor")]
    Doctor,
    /// Print what lets your shell complete `cargo xtask` with Tab
    Completions(Completions),
    /// Render the lessons' starters from the solutions
    Starters(Starters),
}

/// `run`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo xtask run lesson-01\n  cargo xtask run lesson-01 --check echo-bytes --seed 7\n  \
                        cargo xtask run --all --solution --format json"
)]
pub struct Run {
    /// Which: `lesson-01`, `01`, `1`, `01-echo` or `echo`; the one that you are at when none is named
    #[arg(value_name = "LESSON", conflicts_with = "all")]
    pub lessons: Vec<String>,
    /// Every lesson
    #[arg(long)]
    pub all: bool,
    /// The reference solutions instead of your programs
    #[arg(long, conflicts_with = "dir")]
    pub solution: bool,
    /// A server in any language: shell words, no shell; {addr} {host} {port} are filled in
    #[arg(long, value_name = "CMD")]
    pub server: Option<String>,
    /// A client in any language, likewise
    #[arg(long, value_name = "CMD")]
    pub client: Option<String>,
    /// Where a server with a fixed address listens; it is then started without one (what else it is given comes first)
    #[arg(long, value_name = "HOST:PORT")]
    pub server_at: Option<String>,
    /// Where a client with a fixed address calls; it is then started without an address
    #[arg(long, value_name = "HOST:PORT")]
    pub client_at: Option<String>,
    /// The folder in which --server and --client are started
    #[arg(long, value_name = "DIR")]
    pub cwd: Option<PathBuf>,
    /// A variable for their environment (repeat for several)
    #[arg(long, value_name = "NAME=VALUE")]
    pub env: Vec<String>,
    /// Another folder of lessons (a student's)
    #[arg(long = "lessons", value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Only checks on this wire
    #[arg(long, value_name = "WIRE")]
    pub wire: Option<String>,
    /// Only this check
    #[arg(long, value_name = "ID")]
    pub check: Option<String>,
    /// Repeat the inputs of an earlier run
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How many checks run side by side
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// The form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Write the report into this file
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print a screen of so many lines when all is judged: for `watch`
    #[arg(long, hide = true, value_name = "ROWS")]
    pub screen: Option<usize>,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
    /// For CI systems.
    Junit,
}

/// `watch`
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask watch lesson-01")]
pub struct Watch {
    /// Which lesson; the one that you are at when none is named
    #[arg(value_name = "LESSON")]
    pub lesson: Option<String>,
}

/// `hint`
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask hint lesson-01")]
pub struct Hint {
    /// Which lesson; the one that you are at when none is named
    #[arg(value_name = "LESSON")]
    pub lesson: Option<String>,
    /// This one: 1 is a nudge, 3 is nearly there
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=3))]
    pub step: Option<u8>,
    /// All of them
    #[arg(long)]
    pub all: bool,
}

/// `diff`
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask diff lesson-01")]
pub struct Diff {
    /// Which lesson; the one that you are at when none is named
    #[arg(value_name = "LESSON")]
    pub lesson: Option<String>,
    /// Whole files, not only the functions that are yours to write
    #[arg(long)]
    pub whole: bool,
    /// Do not ask, also before the lesson has passed
    #[arg(long)]
    pub yes: bool,
}

/// `reset`
#[derive(Debug, Args)]
#[command(
    after_help = "Example: cargo xtask reset lesson-01\n\nWhat was there is copied to .lab/backup first."
)]
pub struct Reset {
    /// Which lesson
    #[arg(value_name = "LESSON", conflicts_with = "all")]
    pub lesson: Option<String>,
    /// Every lesson
    #[arg(long)]
    pub all: bool,
}

/// `compare`
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask compare --mine")]
pub struct Compare {
    /// Your own programs instead of the reference solutions
    #[arg(long)]
    pub mine: bool,
    /// The delay of each direction of the wire on which costs are measured, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(10..=1000))]
    pub delay: u32,
    /// Repeat the inputs of an earlier run
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The form of the table
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// `wire`
#[derive(Debug, Args)]
#[command(
    after_help = "Example: cargo xtask wire dribble --to 127.0.0.1:8888\n\nPrints the address to call, and each \
                        piece as it passes: time, connection, direction, size and bytes. Ctrl-C ends it."
)]
pub struct Wire {
    /// `plain`, `glue`, `dribble`, `slice`, `slow@MS`, or a fault: `fin@N`, `rst@N`, `stall@N`, with `:c2s` or `:s2c`
    #[arg(value_name = "WIRE")]
    pub wire: String,
    /// The server's address
    #[arg(long, value_name = "HOST:PORT")]
    pub to: String,
    /// Where to be called
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9000")]
    pub listen: String,
    /// The delay of `slow`, in milliseconds (50 when none is given)
    #[arg(long, value_name = "MS")]
    pub delay: Option<u32>,
    /// Decides where `slice` cuts
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Bytes of each turn of the client: `glue` waits for them, `slice` cuts them (repeat for several turns)
    #[arg(long, value_name = "BYTES")]
    pub client_turn: Vec<usize>,
    /// The same for the server
    #[arg(long, value_name = "BYTES")]
    pub server_turn: Vec<usize>,
}

/// `completions`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples, for bash, zsh, fish and PowerShell:\n  eval \"$(cargo xtask completions bash)\"\n  eval \"$(cargo \
                  xtask completions zsh)\"\n  cargo xtask completions fish | source\n  cargo xtask completions \
                  powershell | Out-String | iex\n\nPut that line where your shell reads it \
                  at its start, for instance ~/.bashrc."
)]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// The shells that can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

/// `starters`
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask starters --check")]
pub struct Starters {
    /// Change nothing; say whether the starters agree with the solutions
    #[arg(long)]
    pub check: bool,
    /// Render into this folder instead of lessons/
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    pub into: Option<PathBuf>,
}

/// The surface itself, with each lesson's name as a value that a shell may complete.
pub fn surface() -> clap::Command {
    // clap wants names that live for ever; this is done once.
    let names: Vec<&'static str> = LESSONS.iter().map(|lesson| &*lesson.id().leak()).collect();
    let mut surface = Cli::command();
    let verbs: Vec<String> = surface.get_subcommands().map(|verb| verb.get_name().to_string()).collect();
    for verb in verbs {
        surface = surface.mut_subcommand(verb, |verb| {
            verb.mut_args(|arg| match arg.get_value_names() {
                Some([name]) if name == "LESSON" => {
                    arg.value_parser(PossibleValuesParser::new(names.clone()))
                }
                Some([name]) if name == "WIRE" => {
                    arg.value_parser(PossibleValuesParser::new(["plain", "glue", "dribble", "slice", "slow"]))
                }
                Some([name]) if name == "ID" => arg.value_parser(PossibleValuesParser::new(checks())),
                Some([name]) if name == "DIR" => arg.value_hint(ValueHint::DirPath),
                Some([name]) if name == "FILE" => arg.value_hint(ValueHint::FilePath),
                Some([name]) if name == "CMD" => arg.value_hint(ValueHint::CommandString),
                _ => arg,
            })
        });
    }
    surface
}

/// The checks' names, each once.
fn checks() -> Vec<&'static str> {
    let all: std::collections::BTreeSet<&str> =
        LESSONS.iter().flat_map(|lesson| lesson.checks().map(|check| check.id)).collect();
    all.into_iter().collect()
}

/// Parses the command line; a wrong one is told, and ends the program with status 2.
pub fn parse() -> Cli {
    Cli::parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each word of a command line lands in the field that bears its name; the other fields are empty.
    #[test]
    fn words_land_in_their_fields() {
        for (line, fields) in [
            ("run", "format: Text"),
            (
                "run 01 2 echo --solution --server S --client C --server-at SA --client-at CA \
                 --cwd D1 --env A=1 --env B=2 --wire W --check I --seed 3 --jobs 4 --format json --output F --screen 5",
                r#"lessons: ["01", "2", "echo"], solution: true, server: Some("S"), client: Some("C"), server_at: Some("SA"), client_at: Some("CA"), cwd: Some("D1"), env: ["A=1", "B=2"], wire: Some("W"), check: Some("I"), seed: Some(3), jobs: Some(4), format: Json, output: Some("F"), screen: Some(5)"#,
            ),
            ("run --all --lessons D2 --format junit", r#"all: true, dir: Some("D2"), format: Junit"#),
            ("run -- --all", r#"lessons: ["--all"], format: Text"#),
            ("hint 01 --step 2 --all", r#"lesson: Some("01"), step: Some(2), all: true"#),
            ("reset --all", "all: true"),
            ("watch 01", r#"lesson: Some("01")"#),
            ("diff 01 --whole --yes", r#"lesson: Some("01"), whole: true, yes: true"#),
            ("compare", "delay: 50, format: Text"),
            (
                "compare --mine --delay 60 --seed 7 --format json",
                "mine: true, delay: 60, seed: Some(7), format: Json",
            ),
            ("wire W --to T", r#"wire: "W", to: "T", listen: "127.0.0.1:9000", seed: 1"#),
            (
                "wire W --to T --listen L \
                 --delay 20 --seed 7 --client-turn 1 --client-turn 2 --server-turn 3",
                r#"wire: "W", to: "T", listen: "L", delay: Some(20), seed: 7, client_turn: [1, 2], server_turn: [3]"#,
            ),
            ("completions bash", "shell: Bash"),
            ("completions powershell", "shell: Powershell"),
            ("starters --check", "check: true"),
            ("starters --into D", r#"into: Some("D")"#),
        ] {
            let words = ["xtask"].into_iter().chain(line.split_whitespace());
            let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
            let shown = format!("{cli:?}");
            let filled = |part: &&str| {
                let is_field =
                    !part.is_empty() && !["Cli", "verb", ")"].iter().any(|head| part.starts_with(head));
                is_field && ![": None", ": []", ": false"].iter().any(|empty| part.ends_with(empty))
            };
            let parts = shown.split([',', '{', '}']).map(str::trim).filter(filled);
            assert_eq!(parts.collect::<Vec<_>>().join(", "), fields, "{line}");
        }
    }
}
