//! The attacks.

use super::Means::{Box, Calls, Design, Landlock, Limits};
use super::{Attack, Beside, From, Means};
use std::fmt::Write;
use xtask::system::program::confine::Gap;

const BOTH: &[From] = &[From::Program, From::Build];
const PROGRAM: &[From] = &[From::Program];

macro_rules! attack {
    ($name:literal, $what:literal, $from:expr, $by:expr, $beside:ident, $came:expr) => {
        Attack {
            name: $name,
            what: $what,
            from: $from,
            by: $by,
            beside: Beside::$beside,
            script: include_str!(concat!("attacks/", $name, ".py")),
            came_through: $came,
        }
    };
}

/// All attacks, in the order of the book's table.
pub const ATTACKS: &[Attack] = &[
    attack!(
        "read",
        "reads the teacher's files, classmates' work, results, solutions, `/etc/shadow`",
        BOTH,
        &[Box, Landlock(None)],
        Nothing,
        |after, student| after
            .world
            .secrets()
            .iter()
            .any(|(_, secret)| after.said_of(student).contains(secret))
    ),
    attack!(
        "environment",
        "reads the runner's variables and memory",
        BOTH,
        &[Box, Landlock(None)],
        Nothing,
        |after, student| { after.said_of(student).contains(&after.world.token) }
    ),
    attack!(
        "call",
        "calls somebody else's TCP port: a classmate's server, the network",
        BOTH,
        &[Box, Landlock(Some(Gap::Ports))],
        Nothing,
        |after, student| after.heard(student)
    ),
    attack!(
        "around",
        "goes around rules for TCP ports: MPTCP, TCP Fast Open",
        PROGRAM,
        &[Box, Calls],
        Nothing,
        |after, student| after.heard(student)
    ),
    attack!("udp", "sends UDP", PROGRAM, &[Box], Nothing, |after, student| { after.heard(student) }),
    attack!(
        "agent",
        "calls a socket in the file system: an ssh agent, Docker, D-Bus",
        PROGRAM,
        &[Box, Landlock(Some(Gap::PathSockets))],
        Nothing,
        |after, student| after.heard(student)
    ),
    attack!(
        "listen",
        "listens at a port of all interfaces, when it is built",
        &[From::Build],
        &[Box, Landlock(Some(Gap::Ports))],
        Nothing,
        |after, student| after.heard(student)
    ),
    attack!(
        "bind",
        "listens at a port of all interfaces: where a check is about what it binds, it may bind any",
        PROGRAM,
        &[Box],
        Nothing,
        |after, student| after.heard(student)
    ),
    attack!(
        "clone",
        "writes and removes files in the course's clone, in `.cargo/`, in the home folder, in the results",
        BOTH,
        &[Box, Landlock(None)],
        Nothing,
        |after, student| after.wrote(student)
    ),
    attack!(
        "runner",
        "replaces the runner, so that every later student passes",
        BOTH,
        &[Box, Landlock(None)],
        Nothing,
        |after, student| after.replaced(student)
    ),
    attack!(
        "modes",
        "changes the mode of a file of the teacher",
        PROGRAM,
        &[Box],
        Nothing,
        |after, student| after.changed_mode(student)
    ),
    attack!(
        "keeper",
        "ends the process that watches it, and leaves one behind",
        BOTH,
        &[Box, Landlock(Some(Gap::Signals))],
        Nothing,
        |after, student| after.left(student)
    ),
    attack!(
        "survivor",
        "leaves a process behind that rewrites its report",
        PROGRAM,
        &[Box, Landlock(None)],
        Nothing,
        |after, student| after.rewrote(student)
    ),
    attack!(
        "kill",
        "ends the runner, and the processes that judge classmates",
        BOTH,
        &[Box, Landlock(Some(Gap::Signals))],
        EndsClass,
        |after, _| after.was_ended()
    ),
    attack!(
        "stop",
        "stops the runner for ever (SIGSTOP)",
        PROGRAM,
        &[Box, Landlock(Some(Gap::Signals))],
        EndsClass,
        |after, _| after.was_stopped
    ),
    attack!(
        "forge",
        "writes its own report into the pipe of the process that judges it",
        BOTH,
        &[Landlock(None)],
        Nothing,
        |after, student| after.said_of(student).contains("\"found_at\": \"mark-")
    ),
    attack!("fake", "prints a report on standard output", BOTH, &[Design], Nothing, |after, student| {
        after.passed(student) > 0
    }),
    attack!(
        "flood",
        "starts 60 processes that print without end",
        PROGRAM,
        &[Design],
        Nothing,
        |after, student| { after.left(student) }
    ),
    attack!(
        "disk",
        "fills folders that are not its own",
        BOTH,
        &[Box, Landlock(None)],
        Nothing,
        |after, student| after.filled(student)
    ),
    attack!("shared", "fills shared memory", PROGRAM, &[Box], Nothing, |after, student| after
        .shares(student)),
    attack!("memory", "takes 5 GiB of memory", BOTH, &[Limits], Nothing, |after, student| {
        after.said_of(student).contains("5 GiB: all of it")
    }),
    attack!(
        "endless",
        "has a build that never ends",
        &[From::Build],
        &[Design],
        NeverEnds,
        |after, student| { after.report(student)["lessons"][0]["status"] != "out-of-time" }
    ),
    attack!(
        "link",
        "hands in a link to a classmate's lesson",
        PROGRAM,
        &[Design],
        Nothing,
        |after, student| { after.passed(student) > 0 }
    ),
    attack!(
        "inside",
        "hands in a link to a teacher's file, a named pipe, a configuration of cargo's",
        BOTH,
        &[Design],
        Nothing,
        |after, student| {
            let said = after.said_of(student);
            after.world.secrets().iter().any(|(_, secret)| said.contains(secret))
                || said.contains("the pipe: there")
        }
    ),
];

/// Returns the table as the book has it.
pub fn markdown() -> String {
    let mut table = String::from(
        "| what a hand-in tries | from | contained by, each alone | with nothing around it |\n|---|---|---|---|\n",
    );
    for attack in ATTACKS {
        let from: Vec<&str> = attack
            .from
            .iter()
            .map(|from| match from {
                From::Program => "a program",
                From::Build => "a build script",
            })
            .collect();
        let by: Vec<String> = attack.by.iter().map(|means| words(*means)).collect();
        let bare = if attack.by.contains(&Design) { "contained" } else { "does it" };
        writeln!(table, "| {} | {} | {} | {bare} |", attack.what, from.join(", "), by.join("; "))
            .expect("a string takes all");
    }
    table
}

fn words(means: Means) -> String {
    let since = |gap| match gap {
        None => "Linux 5.13",
        Some(Gap::Ports) => "Linux 6.7",
        Some(Gap::Signals) => "Linux 6.12",
        Some(Gap::PathSockets) => "Linux 7.1",
        Some(_) => "no Linux yet",
    };
    match means {
        Box => "the box".into(),
        Landlock(gap) => format!("Landlock ({})", since(gap)),
        Calls => "the filter of calls".into(),
        Limits => "limits".into(),
        Design => "how a class is judged".into(),
    }
}
