//! A person who types at the standard input of a program, and reads its standard output line by line.

use crate::LIMIT;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// A program at whose standard input somebody types. It is killed when this value is dropped.
pub struct Typist {
    /// The program.
    pub child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Typist {
    /// Starts the program.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("start the program");
        let (send, lines) = channel();
        let out = BufReader::new(child.stdout.take().expect("its output"));
        thread::spawn(move || out.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        Self { input: child.stdin.take(), child, lines }
    }

    /// Types this text.
    ///
    /// # Panics
    /// When the program no longer reads.
    pub fn types(&mut self, text: &str) {
        self.input.as_mut().expect("an open input").write_all(text.as_bytes()).expect("a program that reads");
    }

    /// Returns the program's input, to write to it from another thread.
    ///
    /// # Panics
    /// When the input has ended.
    pub fn hands_over_input(&mut self) -> ChildStdin {
        self.input.take().expect("an open input")
    }

    /// Ends the program's input.
    pub fn ends(&mut self) {
        self.input = None;
    }

    /// Waits for a line that contains all of these parts, in this order. Returns the lines up to it.
    ///
    /// # Panics
    /// When no such line comes.
    pub fn until(&self, parts: &[&str]) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(LIMIT) else {
                panic!("no line with {parts:?} in:\n{}", seen.join("\n"))
            };
            let mut rest = line.as_str();
            let is_it = parts.iter().all(|part| match rest.split_once(part) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            });
            seen.push(line);
            if is_it {
                return seen;
            }
        }
    }

    /// Waits for a line that contains all of these parts, in this order, and returns it.
    ///
    /// # Panics
    /// When no such line comes.
    pub fn shows(&self, parts: &[&str]) -> String {
        self.until(parts).pop().expect("the line itself")
    }

    /// Returns the lines that the program prints until it ends.
    pub fn rest(&self) -> Vec<String> {
        self.lines.iter().collect()
    }

    /// Waits for the program's end and returns its exit status.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn status(&mut self) -> i32 {
        self.child.wait().expect("its end").code().unwrap_or(-1)
    }
}

impl Drop for Typist {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
