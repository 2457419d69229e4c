//! `cargo xtask` alone

use super::shared::{self, known, print};
use crate::course::LESSONS;
use crate::report::text::{Paint, WIDTH, wrap};
use crate::workspace::lab::State;

/// The book's page for those who have never used a socket.
const FIRST: &str = "docs/src/00-socket.md";

/// The book's page that says where to go on.
const AFTER: &str = "docs/src/after.md";

/// Where to go on when all lessons have passed. [`AFTER`] says more of each.
const GO_ON: &[(&str, &str)] = &[
    (
        "read",
        "Beej's guide, https://beej.us/guide/bgnet/; W. R. Stevens, UNIX Network Programming 1 and TCP/IP Illustrated 1; TCP itself, RFC 9293",
    ),
    (
        "serve",
        "10,000 clients on one thread: epoll(7), https://docs.rs/mio; async: https://tokio.rs/tokio/tutorial; calls in batches: io_uring(7)",
    ),
];

/// Prints where the learner stands, and the one next command.
pub fn greet() -> anyhow::Result<u8> {
    let state = known();
    let current = shared::current(&state);
    let passed = LESSONS.iter().filter(|lesson| state.passed.contains(&lesson.dir())).count();
    let paint = Paint::of(&std::io::stdout());
    if passed == LESSONS.len() {
        print(&farewell(paint));
        return Ok(0);
    }
    print("Socket Lab: learn socket programming by watching it break and fixing it.\n\n");
    let next = paint.bold("next:");
    match passed {
        0 if state.current.is_none() => print(&format!(
            "Never used a socket? {FIRST} explains what one is.\nThen begin with the chapter, docs/src/{}.md, and watch its programs talk:\n\n{next} cargo xtask run {} --solution\n",
            current.dir(),
            current.id()
        )),
        n => {
            let (all, halves) = (LESSONS.len(), halves(&state));
            let (id, name) = (current.id(), current.name);
            let stands = format!("You have passed {n} of {all} lessons{halves}, and are at {id} {name}.");
            let way = shared::next_lines(&next, &shared::way_on(current, &state, "cargo xtask run"));
            print(&format!("{}\n\n{way}", wrap(&stands, WIDTH).join("\n")));
        }
    }
    print("      cargo xtask list shows the lessons, cargo xtask --help every command\n");
    Ok(0)
}

/// Returns the words about lessons of which one half has passed.
fn halves(state: &State) -> String {
    match state.halves.keys().filter(|lesson| !state.passed.contains(*lesson)).count() {
        0 => String::new(),
        n => format!(" and one half of {n}"),
    }
}

/// Returns what all lessons have taught, and where to go on: at most 23 lines of at most 80 columns, so that a terminal
/// of 24 lines shows it whole, above its prompt.
fn farewell(paint: Paint) -> String {
    let mut out =
        format!("You have passed all {} lessons of Socket Lab. What they have shown:\n\n", LESSONS.len());
    for lesson in LESSONS {
        out += &labelled(lesson.number, lesson.learned, 3);
    }
    out.push('\n');
    for (label, text) in GO_ON {
        out += &labelled(label, text, 6);
    }
    out += &format!("\n{} {AFTER} shows where to go on\n", paint.bold("next:"));
    out + "      cargo xtask compare --mine measures what your programs cost\n"
}

/// Returns a text behind a label, wrapped; its lines begin after `margin` columns.
fn labelled(label: &str, text: &str, margin: usize) -> String {
    let lines = wrap(text, WIDTH - margin).into_iter().enumerate();
    lines.map(|(n, line)| format!("{:margin$}{line}\n", if n == 0 { label } else { "" })).collect()
}
