//! `cargo xtask watch`

mod judging;
mod saves;
mod terminal;

#[cfg(unix)]
pub use terminal::{VERB as TERMINAL_VERB, guard as guard_terminal};

use super::editor::Editor;
use super::predict::offer;
use super::run::{Place, confined, file_of};
use super::shared::{Usage, find_family, has_lab_toml, known, lab, lesson_or_current, print};
use super::{diff, hint, list, reset};
use crate::cli::{Confining, Watch};
use crate::course::Lesson;
use crate::report::text::Paint;
use crate::system::family::Family;
use crate::workspace;
use crate::workspace::lab_toml::{self, LabToml};
use anyhow::Context;
use judging::Judging;
use saves::Look;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Instant;
use terminal::{Key, Keyboard, Terminal};

/// What `watch` waits for.
enum Wake {
    Key(Key),
    /// The run of this number goes on, and this is the screen with its first failure.
    First(u64, String),
    /// The run of this number has ended.
    Judged(u64),
    /// Ctrl-C, SIGTERM or SIGHUP.
    Stop,
}

/// Judges the lesson at each save, until `q`.
pub fn watch(args: &Watch) -> anyhow::Result<u8> {
    let state = known();
    let lesson = lesson_or_current(args.lesson.as_deref(), &state)?;
    let family = args.family.as_deref().map(find_family).transpose()?;
    if let Some(family) = family.filter(|family| !lesson.families.contains(family)) {
        return Err(Usage(format!("no check of {} runs over the family `{family}`", lesson.id())).into());
    }
    let confining = args.confining();
    confined(&confining)?;
    let (send, events) = mpsc::channel();
    let stop = send.clone();
    ctrlc::set_handler(move || drop(stop.send(Wake::Stop))).context("Ctrl-C handler")?;
    let terminal = Terminal::take().context("take over the terminal")?;
    let keyboard = Keyboard::default();
    terminal::read_keys(&keyboard, send.clone(), Wake::Key);
    let mut watcher = Watcher {
        lesson,
        family,
        confining,
        seen: Look::default(),
        judging: None,
        runs: 0,
        verdict: String::new(),
        above: String::new(),
        has_first: false,
        place: Place::default(),
        reading: false,
        notice: offer(lesson).map_or(String::new(), |line| format!("{line}\n")),
        asked: None,
        send,
        events,
        keyboard,
        terminal,
        on_screen: std::io::stdout().is_terminal(),
    };
    watcher.judge();
    let status = watcher.until_the_end();
    drop(watcher); // Gives the terminal back before the next output.
    if status == super::shared::INTERRUPTED {
        eprintln!("\ninterrupted: every program under test has been ended");
    }
    Ok(status)
}

struct Watcher {
    lesson: &'static Lesson,
    /// The one family that is judged, where the learner asks for one.
    family: Option<Family>,
    /// Whether its programs are confined.
    confining: Confining,
    /// How its files looked when they were last judged.
    seen: Look,
    /// The run that is under way.
    judging: Option<Judging>,
    /// How many runs were started.
    runs: u64,
    /// The screen that the last run printed.
    verdict: String,
    /// What stands above it.
    above: String,
    /// Whether the first failure of the run that is under way stands on the screen.
    has_first: bool,
    /// Where the editor opens: where the last verdict of this lesson says.
    place: Place,
    /// Whether a key has shown something during the run; the verdict must not push it off the screen.
    reading: bool,
    /// A text to show again when the screen is drawn anew.
    notice: String,
    /// The key that the learner must press again to confirm it.
    asked: Option<char>,
    send: Sender<Wake>,
    events: Receiver<Wake>,
    keyboard: Keyboard,
    terminal: Option<Terminal>,
    /// Whether standard output is a terminal.
    on_screen: bool,
}

impl Watcher {
    /// Handles keys, saves and ended runs until the end; returns the exit status.
    fn until_the_end(&mut self) -> u8 {
        let mut next_look = Instant::now() + saves::INTERVAL;
        loop {
            match self.events.recv_timeout(next_look.saturating_duration_since(Instant::now())) {
                Ok(Wake::Stop) => return super::shared::INTERRUPTED,
                Ok(Wake::Key(Key::End)) | Ok(Wake::Key(Key::Char('q'))) => return 0,
                Ok(Wake::Key(Key::Char(key))) => self.pressed(key),
                Ok(Wake::First(run, screen)) => self.failed(run, &screen),
                Ok(Wake::Judged(run)) => self.judged(run),
                Err(RecvTimeoutError::Timeout) => {
                    next_look = Instant::now() + saves::INTERVAL;
                    if self.terminal.as_ref().is_some_and(Terminal::keep) {
                        self.show_verdict();
                    }
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

    /// Judges the lesson as it is now; ends the run that is under way.
    fn judge(&mut self) {
        self.judging = None;
        self.verdict.clear();
        self.reading = false;
        self.seen = Look::at(&self.dir());
        self.runs += 1;
        if self.on_screen {
            print("\x1b[H\x1b[2J");
        }
        self.has_first = false;
        self.above = std::mem::take(&mut self.notice);
        print(&self.above);
        let (first, send, run) = (self.send.clone(), self.send.clone(), self.runs);
        // The keys and the cursor need two lines below the verdict. The line above it shows what the run waits for.
        let rows = terminal::rows().saturating_sub(3 + self.above.lines().count());
        let first = move |screen| drop(first.send(Wake::First(run, screen)));
        let done = move || drop(send.send(Wake::Judged(run)));
        match Judging::start(self.lesson, self.family, &self.confining, rows, first, done) {
            Ok(judging) => self.judging = Some(judging),
            Err(error) => self.say(&format!("error: {error:#}\n")),
        }
    }

    /// Shows the first failure of the run that is under way; below it that run shows what it waits for. Without a
    /// terminal, and after a key, the verdict at the end is enough.
    fn failed(&mut self, run: u64, screen: &str) {
        if run == self.runs && self.on_screen && !self.reading {
            self.has_first = true;
            print(&format!("\x1b[H\x1b[2J{}{screen}", self.above));
        }
    }

    /// Shows the verdict of a run that has ended, or says that it is there.
    fn judged(&mut self, run: u64) {
        if run == self.runs
            && let Some(judging) = self.judging.take()
        {
            (self.verdict, self.place) = Place::read(&judging.outcome());
            if self.reading {
                self.say("the verdict is there: Enter shows it\n");
            } else {
                if std::mem::take(&mut self.has_first) {
                    print(&format!("\x1b[H\x1b[2J{}", self.above));
                }
                self.show_verdict();
            }
        }
    }

    /// Shows the verdict of the last run, below cargo's output.
    fn show_verdict(&mut self) {
        self.reading = false;
        self.say(&self.verdict);
    }

    /// Prints the text, and the keys below it.
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
        let under_way = self.judging.as_ref().map(|_| self.runs);
        if self.on_screen {
            print("\r\x1b[2K"); // Clears the line on which a run shows what it waits for.
        }
        let done = match key {
            'h' => hint::show(self.lesson, None, false).map(|more| match more {
                true => "h: one step more\n".to_string(),
                false => "that was the last hint; d shows the solution beside yours\n".to_string(),
            }),
            'd' if sure || self.shows_solution() => diff::show(self.lesson, false).map(|()| String::new()),
            'd' => self.ask(key, "has not passed yet; press d again to see the solution anyway"),
            'r' if sure => reset::one(&workspace::root(), self.lesson).map(|told| {
                self.notice = told;
                self.place = Place::default();
                self.judge();
                String::new()
            }),
            'r' => self.ask(key, "goes back to its starter, after a copy of your files: press r again"),
            'n' => self.go(self.lesson.next(), "that is the last lesson so far\n"),
            'p' => self.go(self.lesson.previous(), "that is the first lesson\n"),
            'l' => {
                list::show();
                Ok(String::new())
            }
            'e' => self.edit(),
            '\n' | '\r' if self.reading && self.judging.is_none() => return self.show_verdict(),
            '\n' | '\r' => return self.judge(),
            key if key.is_control() => return,
            key => Ok(format!("{key}: this key does nothing\n")),
        };
        // The key has shown something, and the run goes on.
        self.reading |= under_way == Some(self.runs);
        match done {
            Ok(text) if text.is_empty() && matches!(key, 'n' | 'p' | 'r') => {} // The new run will print the keys.
            Ok(text) => self.say(&text),
            Err(error) => self.say(&format!("error: {error:#}\n")),
        }
    }

    /// Returns whether the solution may be shown unasked: the lesson has passed, also when the learner has broken it since, on
    /// purpose; or its programs are in another language, and only the place of the solution is shown.
    fn shows_solution(&self) -> bool {
        has_lab_toml(self.lesson) || lab().load().0.passed.contains(&self.lesson.dir())
    }

    fn ask(&mut self, key: char, what: &str) -> anyhow::Result<String> {
        self.asked = Some(key);
        Ok(format!("{} {what}\n", self.lesson.id()))
    }

    /// Goes to another lesson, where there is one.
    fn go(&mut self, lesson: Option<&'static Lesson>, none: &str) -> anyhow::Result<String> {
        let Some(lesson) = lesson else { return Ok(none.into()) };
        self.lesson = lesson;
        self.place = Place::default();
        self.notice = offer(lesson).map_or(String::new(), |line| format!("{line}\n"));
        self.judge();
        Ok(String::new())
    }

    /// Returns the program that the lesson's `lab.toml` names: the half to mend, where it names both.
    fn named(&self) -> Option<PathBuf> {
        let LabToml { dir, server, client } = lab_toml::read(&self.dir()).ok()??;
        let command = if self.place.client { client.or(server) } else { server.or(client) };
        file_of(&command?, &dir)
    }

    /// Opens the file that the last run named; if it named none, the program of the half that failed.
    fn edit(&self) -> anyhow::Result<String> {
        let (file, line) = match &self.place.file {
            Some((file, line)) => (workspace::root().join(file), *line),
            None => {
                let half = if self.place.client { "client" } else { "server" };
                let starter = || self.dir().join(format!("src/bin/{half}.rs"));
                (self.named().unwrap_or_else(starter), 1)
            }
        };
        let below = file.strip_prefix(workspace::root()).map(workspace::shown);
        let shown = format!("{}:{line}", below.unwrap_or_else(|_| file.display().to_string()));
        let Some(editor) = Editor::find() else {
            return Ok(format!(
                "no editor is set; open {shown}, or end watch (q) and start it with EDITOR=nano cargo xtask watch\n"
            ));
        };
        if editor.has_window() {
            return editor.open(&file, line).map(|()| format!("{shown} is open in {}\n", editor.command()));
        }
        // While the editor runs, it has the terminal, the keys and Ctrl-C.
        let held = self.keyboard.hold();
        self.terminal.iter().try_for_each(Terminal::as_it_was)?;
        let opened = editor.open(&file, line);
        self.terminal.iter().try_for_each(Terminal::by_key)?;
        drop(held);
        let others: Vec<Wake> = self.events.try_iter().filter(|event| !matches!(event, Wake::Stop)).collect();
        others.into_iter().for_each(|event| drop(self.send.send(event)));
        opened.map(|()| String::new())
    }
}
