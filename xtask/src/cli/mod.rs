//! The command line, nothing else: each verb with its words, in the order in which help shows them. Uses `course` for
//! the names of lessons.

mod confining;
mod words;

use crate::course::LESSONS;
use crate::system::family::FAMILIES;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command, ValueHint, value_parser};
use std::ffi::OsString;
use std::path::PathBuf;
use words::{Face, choice, flag, option, place, verb};

pub use confining::Confining;

/// What was typed.
#[derive(Debug)]
pub struct Cli {
    /// What to do; without a verb, the runner prints where you stand.
    pub verb: Option<Verb>,
}

/// The verbs.
#[derive(Debug)]
pub enum Verb {
    /// `run`
    Run(Box<Run>),
    /// `watch`
    Watch(Watch),
    /// `predict`
    Predict(Predict),
    /// `list`
    List,
    /// `hint`
    Hint(Hint),
    /// `diff`
    Diff(Diff),
    /// `reset`
    Reset(Reset),
    /// `trace`
    Trace(Box<Trace>),
    /// `compare`
    Compare(Compare),
    /// `judge`
    Judge(Box<Judge>),
    /// `talk`
    Talk(Talk),
    /// `wire`
    Wire(Wire),
    /// `doctor`
    Doctor,
    /// `completions`
    Completions(Completions),
    /// `starters`
    Starters(Starters),
    /// `pack`
    Pack(Pack),
}

/// Makes the verb from what was typed.
type Read = fn(&mut ArgMatches) -> Verb;

/// How each verb looks, and how it is read.
const VERBS: [(Face, Read); 16] = [
    (Run::FACE, |typed| Verb::Run(Box::new(Run::of(typed)))),
    (Watch::FACE, |typed| Verb::Watch(Watch::of(typed))),
    (Predict::FACE, |typed| Verb::Predict(Predict::of(typed))),
    (LIST, |_| Verb::List),
    (Hint::FACE, |typed| Verb::Hint(Hint::of(typed))),
    (Diff::FACE, |typed| Verb::Diff(Diff::of(typed))),
    (Reset::FACE, |typed| Verb::Reset(Reset::of(typed))),
    (Trace::FACE, |typed| Verb::Trace(Box::new(Trace::of(typed)))),
    (Compare::FACE, |typed| Verb::Compare(Compare::of(typed))),
    (Judge::FACE, |typed| Verb::Judge(Box::new(Judge::of(typed)))),
    (Talk::FACE, |typed| Verb::Talk(Talk::of(typed))),
    (Wire::FACE, |typed| Verb::Wire(Wire::of(typed))),
    (DOCTOR, |_| Verb::Doctor),
    (Completions::FACE, |typed| Verb::Completions(Completions::of(typed))),
    (Starters::FACE, |typed| Verb::Starters(Starters::of(typed))),
    (Pack::FACE, |typed| Verb::Pack(Pack::of(typed))),
];

verb! {
    /// Build a lesson's programs, let them talk, and check what they promise
    "run": Run {
        /// Which lesson: `lesson-01`, `01`, `1`, `01-echo` or `echo` (default: the one that you are at)
        lessons: Vec<String> = place("LESSON").conflicts_with("all"),
        /// Every lesson
        all: bool = flag("all"),
        /// The reference solutions instead of your programs
        solution: bool = flag("solution").conflicts_with("dir"),
        /// A server in any language: shell words, no shell; {addr} {host} {port} are filled in. Without --client, only the server is judged, and the pair with the reference client
        server: Option<String> = option("server", "CMD"),
        /// A client in any language, in the same form; without --server, only the client is judged
        client: Option<String> = option("client", "CMD"),
        /// Judge a server that always listens at HOST:PORT; no address is passed to it, its other arguments come first
        server_at: Option<String> = option("server-at", "HOST:PORT"),
        /// Judge a client that always connects to HOST:PORT; no address is passed to it
        client_at: Option<String> = option("client-at", "HOST:PORT"),
        /// The folder in which --server and --client start; without them, the folder of the lab.toml that names the programs
        cwd: Option<PathBuf> = option("cwd", "DIR"),
        /// A variable for their environment (repeat for several)
        env: Vec<String> = option("env", "NAME=VALUE"),
        /// What a student handed in, in whatever layout: its lessons
        dir: Option<PathBuf> = option("lessons", "DIR"),
        /// With --lessons: end the build of a lesson that needs more than S seconds (default: 120)
        build_limit: Option<u64> = option("build-limit", "S").requires("dir").value_parser(value_parser!(u64).range(1..)),
        /// Confine the programs: each sees only its own files, and calls only its check's ports (default: with --lessons)
        confine: bool = flag("confine").conflicts_with("no_confine"),
        /// Do not confine the programs
        no_confine: bool = flag("no-confine"),
        /// Let confined programs read DIR, too: an interpreter's folder, for instance (repeat for several)
        allow: Vec<PathBuf> = option("allow", "DIR").conflicts_with("no_confine"),
        /// Only checks on this wire
        wire: Option<String> = option("wire", "WIRE"),
        /// Only checks over this family of addresses: `ipv4`, `ipv6` or `unix` (lesson 13)
        family: Option<String> = option("family", "FAMILY"),
        /// Only this check
        check: Option<String> = option("check", "ID"),
        /// Run and show every check, also those that build on one that failed
        full: bool = flag("full"),
        /// Repeat the inputs of an earlier run
        seed: Option<u64> = option("seed", "N"),
        /// How many checks run at once
        jobs: Option<u16> = option("jobs", "N").value_parser(value_parser!(u16).range(1..=256)),
        /// The form of the report
        format: Format = option("format", "FORMAT").default_value("text"),
        /// Write the report into this file
        output: Option<PathBuf> = option("output", "FILE"),
        /// Print a screen of ROWS lines when all is judged: for `watch`
        screen: Option<usize> = option("screen", "ROWS").hide(true),
        /// With --lessons, for one of a class: what is not begun is not run, and paths and commands are the student's
        for_class: bool = flag("for-class").hide(true),
    }
    "Examples:\n  cargo xtask run lesson-01\n  cargo xtask run lesson-01 --check echo-bytes --seed 7\n  \
     cargo xtask run lesson-01 --server 'python3 server.py'\n  cargo xtask run --all --solution --format json\n\nA \
     lab.toml in a lesson's folder names programs once: server = \"python3 server.py\", client = \"…\", or one of them."
}

choice! {
    /// The forms of a picture.
    Drawn {
        /// For the terminal
        "text": Text,
        /// A page for the browser, in one file
        "html": Html,
    }
}

choice! {
    /// The forms of a report.
    Format {
        /// For people
        "text": Text,
        /// For machines
        "json": Json,
        /// For CI systems
        "junit": Junit,
        /// A page for the browser, in one file
        "html": Html,
        /// For Gradescope: its results.json, a point for each check
        "gradescope": Gradescope,
        /// For GitHub Classroom's reporter: JSON in base64, a point for each check
        "classroom": Classroom,
    }
}

impl Run {
    /// Returns whether the report is for students, on other machines: then it names no path of this one, and a lesson that is
    /// not begun is not run.
    pub fn is_for_students(&self) -> bool {
        self.for_class || matches!(self.format, Format::Gradescope | Format::Classroom)
    }

    /// Returns what it says of confining programs; those of a student are confined unless it says no.
    pub fn confining(&self) -> Confining {
        Confining::of(self.confine, self.no_confine, &self.allow, self.dir.is_some())
    }
}

choice! {
    /// The forms of a table.
    Table {
        /// For people
        "text": Text,
        /// For machines
        "json": Json,
    }
}

verb! {
    /// Judge a lesson each time you save it; keys show a hint, the solution or the next lesson
    "watch": Watch {
        /// Which lesson (default: the one that you are at)
        lesson: Option<String> = place("LESSON"),
        /// Only checks over this family of addresses, in lessons that have several: `ipv4`, `ipv6` or `unix`
        family: Option<String> = option("family", "FAMILY"),
        /// Confine the programs: each sees only its own files, and calls only its check's ports
        confine: bool = flag("confine").conflicts_with("no_confine"),
        /// Do not confine the programs
        no_confine: bool = flag("no-confine"),
        /// Let confined programs read DIR, too: an interpreter's folder, for instance (repeat for several)
        allow: Vec<PathBuf> = option("allow", "DIR").conflicts_with("no_confine"),
    }
    "Example: cargo xtask watch lesson-01"
}

verb! {
    /// Answer a chapter's questions before you run its programs, then see what happens
    "predict": Predict {
        /// Which lesson (default: the one that you are at)
        lesson: Option<String> = place("LESSON"),
    }
    "Example: cargo xtask predict lesson-03\n\nYour answers are kept in .lab; a second time shows them, and lets you \
     change them."
}

impl Watch {
    /// Returns what it says of confining programs.
    pub fn confining(&self) -> Confining {
        Confining::of(self.confine, self.no_confine, &self.allow, false)
    }
}

impl Judge {
    /// Returns what it says of confining programs: they are confined unless it says no.
    pub fn confining(&self) -> Confining {
        Confining::of(self.confine, self.no_confine, &self.allow, true)
    }
}

const LIST: Face = Face {
    name: "list",
    about: "List the lessons, and mark those that you have passed and the one that you are at",
    below: "Example: cargo xtask list",
    words: Vec::new,
};

verb! {
    /// Show a hint for a lesson, one step more each time
    "hint": Hint {
        /// Which lesson (default: the one that you are at)
        lesson: Option<String> = place("LESSON"),
        /// Hint N: 1 helps a little, 3 is nearly the solution
        step: Option<u8> = option("step", "N").value_parser(value_parser!(u8).range(1..=3)),
        /// All hints
        all: bool = flag("all"),
    }
    "Example: cargo xtask hint lesson-01"
}

verb! {
    /// Show your programs beside the solution's
    "diff": Diff {
        /// Which lesson (default: the one that you are at)
        lesson: Option<String> = place("LESSON"),
        /// Whole files, not only the functions that you write
        whole: bool = flag("whole"),
        /// Do not ask, even when the lesson has not passed yet
        yes: bool = flag("yes"),
    }
    "Example: cargo xtask diff lesson-01"
}

verb! {
    /// Put back a lesson's starter; your files are copied first
    "reset": Reset {
        /// Which lesson
        lesson: Option<String> = place("LESSON").conflicts_with("all"),
        /// Every lesson
        all: bool = flag("all"),
    }
    "Example: cargo xtask reset lesson-01\n\nYour files are copied to .lab/backup first."
}

verb! {
    /// Draw one check: both programs' calls, and each packet between them, in the order of time
    "trace": Trace {
        /// Which lesson (default: the one that you are at)
        lesson: Option<String> = place("LESSON"),
        /// The reference solutions instead of your programs
        solution: bool = flag("solution").conflicts_with("dir"),
        /// A server in any language, as for `run`
        server: Option<String> = option("server", "CMD"),
        /// A client in any language, as for `run`
        client: Option<String> = option("client", "CMD"),
        /// A server that always listens at HOST:PORT
        server_at: Option<String> = option("server-at", "HOST:PORT"),
        /// A client that always connects to HOST:PORT
        client_at: Option<String> = option("client-at", "HOST:PORT"),
        /// The folder in which --server and --client start
        cwd: Option<PathBuf> = option("cwd", "DIR"),
        /// A variable for their environment (repeat for several)
        env: Vec<String> = option("env", "NAME=VALUE"),
        /// Another folder of lessons (a student's)
        dir: Option<PathBuf> = option("lessons", "DIR"),
        /// Confine the programs: each sees only its own files, and calls only its check's ports (default: with --lessons)
        confine: bool = flag("confine").conflicts_with("no_confine"),
        /// Do not confine the programs
        no_confine: bool = flag("no-confine"),
        /// Let confined programs read DIR, too: an interpreter's folder, for instance (repeat for several)
        allow: Vec<PathBuf> = option("allow", "DIR").conflicts_with("no_confine"),
        /// With this wire between the two programs (default: none)
        wire: Option<String> = option("wire", "WIRE"),
        /// Over this family of addresses: `ipv4`, `ipv6` or `unix` (lesson 13)
        family: Option<String> = option("family", "FAMILY"),
        /// This check (default: both programs talk)
        check: Option<String> = option("check", "ID"),
        /// Repeat the inputs of an earlier run
        seed: Option<u64> = option("seed", "N"),
        /// Let no packet be longer than BYTES, as on an Ethernet (1500); without it, loopback carries up to 65536 in one packet
        mtu: Option<u32> = option("mtu", "BYTES").value_parser(value_parser!(u32).range(1280..=65_536)),
        /// Leave nothing out; show also windows, and how many bytes wait to be read
        full: bool = flag("full"),
        /// The form of the picture
        format: Drawn = option("format", "FORMAT").default_value("text"),
        /// Write the picture into this file
        output: Option<PathBuf> = option("output", "FILE"),
        /// Write the packets into this file for Wireshark, each with the call that sent it
        pcap: Option<PathBuf> = option("pcap", "FILE"),
        /// The programs, where the runner starts itself anew
        inside: Option<String> = option("inside", "PROGRAMS").hide(true),
    }
    "Examples:\n  cargo xtask trace 01 --solution\n  cargo xtask trace 03 --wire glue\n  cargo xtask trace 04 --check \
     one-write --full\n  cargo xtask trace 01 --check echo-1-mib --mtu 1500\n  cargo xtask trace 01 --format html --output picture.html\n\nOnly Linux shows calls \
     and packets; other systems show what passed the wire."
}

verb! {
    /// Run lessons 03 to 06, and 09, on every wire, and show which framing works and what it costs
    "compare": Compare {
        /// Your own programs instead of the reference solutions
        mine: bool = flag("mine"),
        /// Measure costs on a wire that delays each direction by MS milliseconds
        delay: u32 = option("delay", "MS")
            .value_parser(value_parser!(u32).range(10..=1000))
            .default_value("50"),
        /// Repeat the inputs of an earlier run
        seed: Option<u64> = option("seed", "N"),
        /// The form of the table
        format: Table = option("format", "FORMAT").default_value("text"),
    }
    "Example: cargo xtask compare --mine"
}

verb! {
    /// Judge a class: each folder or archive in HANDED_IN is a student's; the grades go into RESULTS
    "judge": Judge {
        /// The folder with a folder or an archive (.zip, .tar, .tar.gz, .tgz) of each student; with --merge, the folder into which results are joined
        handed_in: PathBuf = place("HANDED_IN").required(true),
        /// The folder for the results, new or from an earlier run that goes on; with --merge, results to join
        results: PathBuf = place("RESULTS").required(true),
        /// Which lessons (default: all); with --merge, more results to join
        lessons: Vec<String> = place("LESSON"),
        /// One seed of inputs for all (default: drawn once, and kept in RESULTS)
        seed: Option<u64> = option("seed", "N"),
        /// Seconds on the clock for the builds and programs of one student in all (default: 300, and 60 for each lesson)
        limit: Option<u32> = option("limit", "S").value_parser(value_parser!(u32).range(1..)),
        /// Seconds on the clock for one build (default: 120)
        build_limit: Option<u32> = option("build-limit", "S").value_parser(value_parser!(u32).range(1..)),
        /// How many students are judged at once (default: one for each core)
        jobs: Option<u16> = option("jobs", "N").value_parser(value_parser!(u16).range(1..=256)),
        /// How many points each lesson is worth: a TOML file with lines such as 01-echo = 10
        points: Option<PathBuf> = option("points", "FILE"),
        /// Who is in the class: a CSV file with a column `id` and a column `name`
        roster: Option<PathBuf> = option("roster", "FILE"),
        /// Confine the programs: each sees only its own files, and calls only its check's ports (the default)
        confine: bool = flag("confine").conflicts_with("no_confine"),
        /// Do not confine the programs
        no_confine: bool = flag("no-confine"),
        /// Let confined programs read DIR, too: an interpreter's folder, for instance (repeat for several)
        allow: Vec<PathBuf> = option("allow", "DIR").conflicts_with("no_confine"),
        /// Only the I-th of N parts of the class, for several machines; all parts take the same --seed
        shard: Option<String> = option("shard", "I/N"),
        /// Join the results of several parts
        merge: bool = flag("merge").conflicts_with_all(["seed", "limit", "build_limit", "jobs", "shard", "confine", "no_confine", "allow"]),
    }
    "Examples:\n  cargo xtask judge ~/handed-in results 01 02 03\n  cargo xtask judge ~/handed-in part-1 --shard 1/4 --seed 7\n  \
     cargo xtask judge --merge results part-1 part-2 part-3 part-4\n\nRESULTS gets class.html (the table as a page), \
     grades.csv, moodle.csv, nbgrader.csv, class.json (seed and limits), and for each student students/KEY/ with report.json, \
     feedback.txt and feedback.html.\n\nThe same command goes on where it was stopped, and judges a changed hand-in again. To judge one \
     student anew, remove RESULTS/students/KEY and type it again.\n\nStatus: 0 all were judged, 3 somebody was refused, found twice, not \
     judged or not judged in part, or nothing was found, 130 interrupted."
}

verb! {
    /// Be one side of a connection by hand, and see each piece that is sent and received
    "talk": Talk {
        /// Where to call, or with --listen where to wait for callers: HOST:PORT at loopback, or unix:PATH
        address: String = place("ADDRESS").required(true),
        /// Wait for callers, one after the other, in place of calling
        listen: bool = flag("listen"),
        /// Send each line without its line end
        no_newline: bool = flag("no-newline"),
        /// At the end of the input reset the connection (RST) in place of ending one direction (FIN)
        reset: bool = flag("reset"),
    }
    "Examples, for two terminals:\n  cargo xtask talk --listen 127.0.0.1:8888\n  cargo xtask talk 127.0.0.1:8888\n\nPort 0 \
     lets the kernel choose. Each piece is shown with its time since the first byte, its size, and its bytes as text \
     and as hex. The end of the input (Ctrl-D) ends one direction; talk still receives. Ctrl-C quits."
}

verb! {
    /// Start a wire by hand, in front of any server
    "wire": Wire {
        /// `plain`, `glue`, `dribble`, `slice`, `slow@MS`, or a fault: `fin@N`, `rst@N`, `stall@N`, with `:c2s` or `:s2c`; with --udp `plain`, `lossy`, `lose@K`, `double@K`, `late@K`
        wire: String = place("WIRE").required(true),
        /// The server's address: HOST:PORT or unix:PATH
        to: String = option("to", "ADDRESS").required(true),
        /// The address at which the wire listens; it need not be of the server's family
        listen: String = option("listen", "ADDRESS").default_value("127.0.0.1:9000"),
        /// Pass on datagrams (UDP) in place of connections (TCP)
        udp: bool = flag("udp"),
        /// The delay of `slow`, in milliseconds (default: 50)
        delay: Option<u32> = option("delay", "MS"),
        /// The seed that decides where `slice` cuts, and what `lossy` does
        seed: u64 = option("seed", "N").default_value("1"),
        /// Bytes of each turn of the client: `glue` waits for them, `slice` cuts them (repeat for several turns)
        client_turn: Vec<usize> = option("client-turn", "BYTES"),
        /// Bytes of each turn of the server (repeat for several turns)
        server_turn: Vec<usize> = option("server-turn", "BYTES"),
    }
    "Examples:\n  cargo xtask wire dribble --to 127.0.0.1:8888\n  cargo xtask wire dribble --to unix:s --listen unix:w\n  cargo xtask wire lossy --udp --to 127.0.0.1:8888\n\nPrints the address to connect to, and each \
     piece as it passes: time, connection, direction, size and bytes. Ctrl-C ends it."
}

const DOCTOR: Face = Face {
    name: "doctor",
    about: "Check that this machine has all that the lessons need, and print how to mend what is missing",
    below: "Example: cargo xtask doctor",
    words: Vec::new,
};

verb! {
    /// Print a script that lets your shell complete `cargo xtask` with Tab
    "completions": Completions {
        /// Which shell
        shell: Shell = place("SHELL").required(true),
    }
    "Examples, for bash, zsh, fish and PowerShell:\n  eval \"$(cargo xtask completions bash)\"\n  eval \"$(cargo \
     xtask completions zsh)\"\n  cargo xtask completions fish | source\n  cargo xtask completions powershell \
     | Out-String | iex\n\nPut that line into a file that your shell reads when it starts, for instance ~/.bashrc."
}

choice! {
    /// The shells that can complete.
    Shell {
        /// GNU Bash
        "bash": Bash,
        /// Z shell
        "zsh": Zsh,
        /// fish
        "fish": Fish,
        /// PowerShell
        "powershell": Powershell,
    }
}

verb! {
    /// Render the lessons' starters from the solutions
    "starters": Starters {
        /// Change nothing; only check whether the starters agree with the solutions
        check: bool = flag("check"),
        /// Render into this folder instead of lessons/
        into: Option<PathBuf> = option("into", "DIR").conflicts_with("check"),
    }
    "Example: cargo xtask starters --check"
}

verb! {
    /// Make an archive of this repository and all crates, for machines without a network
    "pack": Pack {
        /// The archive that is written: its name ends in .tar.gz
        file: PathBuf = place("FILE").required(true),
    }
    "Example: cargo xtask pack socket-lab.tar.gz\n\nThe lessons in it are fresh starters, whatever you wrote in yours. On \
     the other machines, which need Rust:\n  tar -xzf socket-lab.tar.gz\n  cd socket-lab\n  cargo xtask"
}

/// Returns the command line as clap knows it.
fn command() -> Command {
    Command::new("cargo xtask")
        .bin_name("cargo xtask")
        .about("Learn socket programming by watching it break and fixing it")
        .after_help("Start here: cargo xtask run lesson-01 --solution")
        .max_term_width(80)
        .subcommands(VERBS.map(|(face, _)| face.command()))
        .mut_subcommand("judge", |judge| judge.override_usage(USAGE_OF_JUDGE))
}

/// With --merge, the places mean something else.
const USAGE_OF_JUDGE: &str = "cargo xtask judge [OPTIONS] <HANDED_IN> <RESULTS> [LESSON]...\n       \
                              cargo xtask judge --merge <INTO> <RESULTS>...";

/// Returns the command line with the names of lessons, wires, families and checks as values that a shell may complete.
pub fn surface() -> Command {
    // clap wants names that live for ever; this runs only once.
    let names: Vec<&'static str> = LESSONS.iter().map(|lesson| &*lesson.id().leak()).collect();
    let mut surface = command();
    for (face, _) in VERBS {
        surface = surface.mut_subcommand(face.name, |verb| {
            verb.mut_args(|arg| match arg.get_value_names() {
                Some([name]) if name == "LESSON" => {
                    arg.value_parser(PossibleValuesParser::new(names.clone()))
                }
                Some([name]) if name == "WIRE" => {
                    arg.value_parser(PossibleValuesParser::new(["plain", "glue", "dribble", "slice", "slow"]))
                }
                Some([name]) if name == "FAMILY" => {
                    arg.value_parser(PossibleValuesParser::new(FAMILIES.iter().map(|family| family.word())))
                }
                Some([name]) if name == "ID" => arg.value_parser(PossibleValuesParser::new(checks())),
                Some([name]) if ["DIR", "HANDED_IN", "RESULTS"].contains(&name.as_str()) => {
                    arg.value_hint(ValueHint::DirPath)
                }
                Some([name]) if name == "FILE" => arg.value_hint(ValueHint::FilePath),
                Some([name]) if name == "CMD" => arg.value_hint(ValueHint::CommandString),
                _ => arg,
            })
        });
    }
    surface
}

/// Returns the checks' names, each once.
fn checks() -> Vec<&'static str> {
    let all: std::collections::BTreeSet<&str> =
        LESSONS.iter().flat_map(|lesson| lesson.checks().map(|check| check.id)).collect();
    all.into_iter().collect()
}

/// Parses the command line; prints what is wrong with it, if anything, and ends the program with status 2.
pub fn parse() -> Cli {
    read(std::env::args_os()).unwrap_or_else(|error| error.exit())
}

/// Returns what these words mean; the first is the program's name.
fn read<W: Into<OsString> + Clone>(words: impl IntoIterator<Item = W>) -> Result<Cli, clap::Error> {
    let mut typed = command().try_get_matches_from(words)?;
    let verb = typed.remove_subcommand().map(|(name, mut typed)| {
        let known = VERBS.into_iter().find(|(face, _)| face.name == name);
        let (_, read) = known.expect("clap lets only these verbs pass");
        read(&mut typed)
    });
    Ok(Cli { verb })
}

#[cfg(test)]
mod tests;
