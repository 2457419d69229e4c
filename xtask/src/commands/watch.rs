//! `cargo xtask watch`

mod judging;

use super::{diff, hint, lab, list, print, reset};
use crate::cli::Watch;
use crate::course::Lesson;
use crate::editor::Editor;
use crate::report::text::Paint;
use crate::saves::{self, Look};
use crate::terminal::{self, Key, Keyboard, Terminal};
use crate::{starter, workspace};
use anyhow::Context;
use judging::Judging;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Instant;

/// What can happen.
enum Event {
    Key(Key),
    /// The run of this number has ended.
    Judged(u64),
    /// Ctrl-C, SIGTERM or SIGHUP.
    Stop,
}

/// Judges the lesson at each save, until `q`.
pub fn watch(args: &Watch) -> anyhow::Result<u8> {
    let (state, message) = lab().load();
    if let Some(message) = message {
        eprintln!("note: {message}");
    }
    let lesson = match &args.lesson {
        Some(word) => super::lesson(word)?,
        None => super::current(&state),
    };
    let (send, events) = mpsc::channel();
    let stop = send.clone();
    ctrlc::set_handler(move || drop(stop.send(Event::Stop))).context("Ctrl-C handler")?;
    let terminal = Terminal::take().context("take over the terminal")?;
    let keyboard = Keyboard::default();
    terminal::read_keys(&keyboard, send.clone(), Event::Key);
    let mut watcher = Watcher {
        lesson,
        seen: Look::default(),
        judging: None,
        runs: 0,
        passed: false,
        notice: String::new(),
        asked: None,
        send,
        events,
        keyboard,
        terminal,
        on_screen: std::io::stdout().is_terminal(),
    };
    watcher.judge();
    let status = watcher.until_the_end();
    drop(watcher); // The terminal is given back before anything more is said.
    if status == super::INTERRUPTED {
        eprintln!("\ninterrupted: every program under test has been ended");
    }
    Ok(status)
}

struct Watcher {
    lesson: &'static Lesson,
    /// How its files looked when they were last judged.
    seen: Look,
    /// The run that is under way.
    judging: Option<Judging>,
    /// How many there were.
    runs: u64,
    /// What the last one said.
    passed: bool,
    /// What must still be read when the screen is drawn anew.
    notice: String,
    /// The key that must be pressed once more to do what it does.
    asked: Option<char>,
    send: Sender<Event>,
    events: Receiver<Event>,
    keyboard: Keyboard,
    terminal: Option<Terminal>,
    /// Whether standard output is a terminal.
    on_screen: bool,
}

impl Watcher {
    /// Does what keys, saves and ended runs ask for; the exit status.
    fn until_the_end(&mut self) -> u8 {
        let mut next_look = Instant::now() + saves::INTERVAL;
        loop {
            match self.events.recv_timeout(next_look.saturating_duration_since(Instant::now())) {
                Ok(Event::Stop) => return super::INTERRUPTED,
                Ok(Event::Key(Key::End)) | Ok(Event::Key(Key::Char('q'))) => return 0,
                Ok(Event::Key(Key::Char(key))) => self.pressed(key),
                Ok(Event::Judged(run)) => self.judged(run),
                Err(RecvTimeoutError::Timeout) => {
                    next_look = Instant::now() + saves::INTERVAL;
                    self.terminal.iter().for_each(Terminal::keep);
                    if Look::at(&self.dir()) != self.seen {
                        self.judge();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return 0,
            }
        }
    }

    fn dir(&self) -> PathBuf {
        workspace::root().join("lessons").join(self.lesson.dir())
    }

    /// Judges the lesson as it is now; a run that is under way is ended.
    fn judge(&mut self) {
        self.judging = None;
        self.seen = Look::at(&self.dir());
        self.runs += 1;
        if self.on_screen {
            print("\x1b[H\x1b[2J");
        }
        let notice = std::mem::take(&mut self.notice);
        print(&notice);
        let (send, run) = (self.send.clone(), self.runs);
        // The keys stand below, and cargo says two lines above.
        let rows = terminal::rows().saturating_sub(4 + notice.lines().count());
        match Judging::start(self.lesson, rows, move || drop(send.send(Event::Judged(run)))) {
            Ok(judging) => self.judging = Some(judging),
            Err(error) => self.say(&format!("error: {error:#}\n")),
        }
    }

    /// Shows what a run said.
    fn judged(&mut self, run: u64) {
        if run == self.runs
            && let Some(judging) = self.judging.take()
        {
            let (text, passed) = judging.outcome();
            self.passed = passed;
            self.say(&text);
        }
    }

    /// Prints, and under it the keys.
    fn say(&self, text: &str) {
        print(text);
        let paint = Paint::of(&std::io::stdout());
        let keys = [
            ("h", "hint"),
            ("d", "diff"),
            ("r", "reset"),
            ("n", "next"),
            ("p", "previous"),
            ("l", "list"),
            ("e", "edit"),
            ("Enter", "again"),
            ("q", "quit"),
        ];
        let keys: Vec<String> =
            keys.iter().map(|(key, does)| format!("{} {does}", paint.bold(key))).collect();
        print(&format!("{}\n", keys.join("  ")));
    }

    fn pressed(&mut self, key: char) {
        let sure = self.asked.take() == Some(key);
        if self.on_screen {
            print("\r\x1b[2K"); // What a run is waiting for may stand there.
        }
        let done = match key {
            'h' => hint::show(self.lesson, None, false).map(|more| match more {
                true => "h: one step more\n".to_string(),
                false => "that was the last hint; d shows the solution beside yours\n".to_string(),
            }),
            'd' if self.passed || sure => diff::show(self.lesson, false).map(|()| String::new()),
            'd' => self.ask(key, "has not passed yet; d once more shows the solution all the same"),
            'r' if sure => reset::one(&workspace::root(), self.lesson).map(|told| {
                self.notice = told;
                self.judge();
                String::new()
            }),
            'r' => self.ask(key, "goes back to its starter, after a copy of what is there: r once more"),
            'n' => self.go(self.lesson.next(), "that is the last lesson so far\n"),
            'p' => self.go(self.lesson.previous(), "that is the first lesson\n"),
            'l' => list::list().map(|_| String::new()),
            'e' => self.edit(),
            '\n' | '\r' => {
                self.judge();
                return;
            }
            key if key.is_control() => return,
            key => Ok(format!("{key}: no key of this screen\n")),
        };
        match done {
            Ok(text) if text.is_empty() && matches!(key, 'n' | 'p' | 'r') => {} // The run that began will say.
            Ok(text) => self.say(&text),
            Err(error) => self.say(&format!("error: {error:#}\n")),
        }
    }

    fn ask(&mut self, key: char, what: &str) -> anyhow::Result<String> {
        self.asked = Some(key);
        Ok(format!("{} {what}\n", self.lesson.id()))
    }

    /// Goes to another lesson, where there is one.
    fn go(&mut self, lesson: Option<&'static Lesson>, none: &str) -> anyhow::Result<String> {
        let Some(lesson) = lesson else { return Ok(none.into()) };
        self.lesson = lesson;
        self.passed = false;
        self.judge();
        Ok(String::new())
    }

    /// Opens what is the learner's to write, at the first hole.
    fn edit(&self) -> anyhow::Result<String> {
        let dir = self.dir();
        let mut files = Vec::new();
        for path in starter::files_below(&workspace::root().join("solutions").join(self.lesson.dir()))? {
            let solution = workspace::root().join("solutions").join(self.lesson.dir()).join(&path);
            if std::fs::read_to_string(solution).is_ok_and(|text| text.contains("// BEGIN SOLUTION")) {
                let text = std::fs::read_to_string(dir.join(&path)).unwrap_or_default();
                let hole = text.lines().position(|line| line.trim_start().starts_with("todo!"));
                files.push((hole.is_none(), dir.join(path), hole.map_or(1, |line| line as u32 + 1)));
            }
        }
        files.sort();
        let line = files.first().map_or(1, |(_, _, line)| *line);
        let files: Vec<PathBuf> = files.into_iter().map(|(_, path, _)| path).collect();
        let shown = files.first().map_or(String::new(), |path| format!("{}:{line}", path.display()));
        let Some(editor) = Editor::find() else {
            return Ok(format!(
                "no editor is known; set EDITOR, for instance EDITOR=nano, or open {shown}\n"
            ));
        };
        if editor.has_window() {
            return editor.open(&files, line).map(|()| format!("{shown} is open in {}\n", editor.command()));
        }
        // The keys and the terminal are the editor's while it runs, and Ctrl-C is.
        let held = self.keyboard.hold();
        self.terminal.iter().try_for_each(Terminal::as_it_was)?;
        let opened = editor.open(&files, line);
        self.terminal.iter().try_for_each(Terminal::by_key)?;
        drop(held);
        let others: Vec<Event> =
            self.events.try_iter().filter(|event| !matches!(event, Event::Stop)).collect();
        others.into_iter().for_each(|event| drop(self.send.send(event)));
        opened.map(|()| String::new())
    }
}
