//! A terminal that passes on each key when it is pressed. Its old mode comes back, whatever ends the program.
//!
//! On Unix it uses the mode that termios(3) calls noncanonical, without echo. Signals (Ctrl-C, Ctrl-Z) and the
//! translation of `\n` stay on, so that cargo can print as it always does. A guard, a process of its own, gives the
//! terminal back when this process cannot (SIGKILL). Where standard input is no terminal, and on other systems, a key
//! is a line: the letter and Enter.

mod keyboard;
#[cfg(not(unix))]
mod lines;
#[cfg(unix)]
mod unix;

pub use keyboard::{Key, Keyboard};
#[cfg(not(unix))]
pub use lines::Terminal;
#[cfg(unix)]
pub use unix::{Terminal, VERB, guard};

use std::sync::mpsc::Sender;

/// Returns the screen's height in lines, at least 10; 24 where it is not known.
pub fn rows() -> usize {
    terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0).max(10))
}

/// Sends the first letter of each line, and Enter for an empty line.
fn read_lines(send: &impl Fn(Key) -> bool) {
    for line in std::io::stdin().lines().map_while(Result::ok) {
        if !send(Key::Char(line.trim().chars().next().unwrap_or('\n'))) {
            return;
        }
    }
    send(Key::End);
}

/// Reads keys on a thread of its own, and sends each one, wrapped by `wrap`.
pub fn read_keys<T: Send + 'static>(keyboard: &Keyboard, send: Sender<T>, wrap: fn(Key) -> T) {
    let keyboard = keyboard.clone();
    std::thread::spawn(move || {
        let send = |key| send.send(wrap(key)).is_ok();
        #[cfg(unix)]
        if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
            return unix::read_keys(&keyboard, &send);
        }
        let _ = keyboard;
        read_lines(&send);
    });
}
