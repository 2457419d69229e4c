//! Unix: reads each key when it is pressed, with termios(3); a guard gives the terminal back.

use super::keyboard::{Key, Keyboard};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, setsid, tcgetpgrp};
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode, Stdio};

/// The hidden verb of the guard: its standard input is the control socket, its standard output the terminal.
pub const VERB: &str = "__terminal";

/// Resets a terminal's colours and shows its cursor.
const PLAIN: &[u8] = b"\x1b[0m\x1b[?25h";

/// The terminal on standard input, taken over until this is dropped.
pub struct Terminal {
    saved: Termios,
    control: UnixStream,
    guard: Child,
}

impl Terminal {
    /// Takes the terminal over; returns `None` when standard input is no terminal.
    ///
    /// # Errors
    /// When the terminal's mode cannot be read or set, or the guard cannot be started.
    pub fn take() -> io::Result<Option<Self>> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return Ok(None);
        }
        let (mut control, theirs) = UnixStream::pair()?;
        let mut command = Command::new(crate::system::program::own_executable());
        command.arg0("xtask").arg(VERB).stdin(OwnedFd::from(theirs)).stderr(Stdio::null());
        let guard = command.stdout(stdin.as_fd().try_clone_to_owned()?).spawn()?;
        drop(command); // Closes its copy of the control socket: only the guard may hold that end.
        control.read_exact(&mut [0])?; // The guard has read the terminal's mode.
        let terminal = Self { saved: tcgetattr(&stdin)?, control, guard };
        terminal.by_key()?;
        Ok(Some(terminal))
    }

    /// Sets the mode in which each key arrives when it is pressed.
    ///
    /// # Errors
    /// When the terminal cannot be set.
    pub fn by_key(&self) -> io::Result<()> {
        let mut mode = self.saved.clone();
        mode.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
        mode.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
        mode.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
        Ok(tcsetattr(io::stdin(), SetArg::TCSANOW, &mode)?)
    }

    /// Sets the mode that the terminal had before, for an editor.
    ///
    /// # Errors
    /// When the terminal cannot be set.
    pub fn as_it_was(&self) -> io::Result<()> {
        Ok(tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.saved)?)
    }

    /// Takes the terminal over again if it has the shell's mode, as after Ctrl-Z and `fg`; returns whether it did.
    pub fn keep(&self) -> bool {
        let stdin = io::stdin();
        let in_front = tcgetpgrp(&stdin).is_ok_and(|group| group == getpgrp());
        let lost = |mode: &Termios| mode.local_flags.contains(LocalFlags::ICANON);
        in_front && tcgetattr(&stdin).is_ok_and(|mode| lost(&mode)) && self.by_key().is_ok()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.as_it_was();
        let _ = self.control.write_all(b"q");
        let _ = self.guard.wait();
    }
}

/// Runs the guard: waits until `watch` has ended, and gives the terminal back if `watch` did not say that it has done
/// so.
pub fn guard() -> ExitCode {
    // In a session of its own, a signal to the process group of `watch` does not end this process, and tcsetattr(3)
    // never stops it (a terminal that controls another session takes the call from any process).
    let _ = setsid();
    let terminal = io::stdout();
    let (Ok(control), Ok(saved)) = (io::stdin().as_fd().try_clone_to_owned(), tcgetattr(&terminal)) else {
        return ExitCode::FAILURE;
    };
    let mut control = UnixStream::from(control);
    let told = control.write_all(b"r").and_then(|()| control.read(&mut [0]));
    if !matches!(told, Ok(1)) {
        let _ = tcsetattr(&terminal, SetArg::TCSANOW, &saved);
        let _ = io::stdout().write_all(PLAIN).and_then(|()| io::stdout().flush());
    }
    ExitCode::SUCCESS
}

/// Sends each key, until no more come or nobody receives them.
pub fn read_keys(keyboard: &Keyboard, send: &impl Fn(Key) -> bool) {
    let stdin = io::stdin();
    loop {
        let keys = {
            let _mine = keyboard.mine();
            let mut fds = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
            match poll(&mut fds, PollTimeout::from(20_u8)) {
                Ok(0) | Err(Errno::EINTR) => Vec::new(),
                Ok(_) => keys(),
                Err(_) => vec![Key::End],
            }
        };
        for key in keys {
            if !send(key) || key == Key::End {
                return;
            }
        }
    }
}

/// Reads the keys that have arrived.
fn keys() -> Vec<Key> {
    let mut bytes = [0; 64];
    match nix::unistd::read(io::stdin(), &mut bytes) {
        Ok(0) => vec![Key::End],
        Ok(n) => letters(&bytes[..n]).map(Key::Char).collect(),
        Err(Errno::EINTR | Errno::EAGAIN) => Vec::new(),
        Err(_) => vec![Key::End],
    }
}

/// Returns the letters in what was typed. It skips arrows and similar keys: Escape, `[` or `O`, and all up to a
/// letter or `~` (ECMA-48, section 5.4).
fn letters(mut bytes: &[u8]) -> impl Iterator<Item = char> {
    std::iter::from_fn(move || {
        loop {
            let (first, rest) = bytes.split_first()?;
            bytes = rest;
            if *first != 0x1b {
                return Some(char::from(*first));
            }
            if let [b'[' | b'O', rest @ ..] = rest {
                let end = rest.iter().position(|byte| matches!(byte, 0x40..=0x7e));
                bytes = &rest[end.map_or(rest.len(), |end| end + 1)..];
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_are_no_letters() {
        let typed = |bytes: &[u8]| letters(bytes).collect::<String>();
        assert_eq!(typed(b"h\n"), "h\n");
        assert_eq!(typed(b"\x1b[Ah\x1b[1;5Dq\x1bOP\x1b[3~d"), "hqd");
        assert_eq!(typed(b"\x1b\x1b["), "");
    }
}
