//! A person at a terminal: types keys and reads the screen, on a pseudo-terminal (pty(7)).

use crate::{LIMIT, wait_for};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, Termios, tcgetattr};
use nix::unistd::{Pid, setsid};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A program that runs on a pseudo-terminal of 80 columns and 24 lines.
pub struct Terminal {
    keyboard: File,
    /// The program's end. It stays open here, so that the terminal outlives the program, as it does under a shell.
    line: OwnedFd,
    before: Termios,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How many bytes of the screen are read already.
    read: usize,
    /// The program.
    pub child: Child,
}

impl Terminal {
    /// Starts the program on a new terminal, as the leader of the session that this terminal controls.
    ///
    /// # Panics
    /// When there is no pseudo-terminal, or the program cannot be started.
    pub fn start(mut command: Command) -> Self {
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).expect("a pseudo-terminal");
        let before = tcgetattr(&pty.slave).expect("its mode");
        let end = || Stdio::from(pty.slave.try_clone().expect("its end"));
        command.stdin(end()).stdout(end()).stderr(end());
        // SAFETY: setsid and ioctl are async-signal-safe; 0 is the terminal, which controls no other session.
        unsafe {
            command.pre_exec(|| {
                setsid()?;
                match libc::ioctl(0, libc::TIOCSCTTY as _, 0) {
                    0 => Ok(()),
                    _ => Err(std::io::Error::last_os_error()),
                }
            });
        }
        let child = command.spawn().expect("start the program");
        drop(command);
        let keyboard = File::from(pty.master);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (mut reader, seen) = (keyboard.try_clone().expect("its other end"), Arc::clone(&screen));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                seen.lock().expect("nobody panics").extend(&buffer[..n]);
            }
        });
        Self { keyboard, line: pty.slave, before, screen, read: 0, child }
    }

    /// Presses these keys.
    ///
    /// # Panics
    /// When the terminal is gone.
    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("type");
    }

    /// Waits until this text comes, after the text that it saw last. Returns everything up to its end.
    ///
    /// # Panics
    /// When it has not come within [`LIMIT`]; the message shows what came instead.
    pub fn see(&mut self, text: &str) -> String {
        let until = Instant::now() + LIMIT;
        loop {
            let news = plain(&self.screen.lock().expect("nobody panics")[self.read..]);
            if let Some(at) = find(&news.0, text.as_bytes()) {
                let end = at + text.len();
                self.read += news.1[end - 1] + 1;
                return String::from_utf8_lossy(&news.0[..end]).into_owned();
            }
            assert!(
                Instant::now() < until,
                "`{text}` did not come, but:\n{}",
                String::from_utf8_lossy(&news.0)
            );
            thread::sleep(Duration::from_millis(5)); // Only how often it looks again.
        }
    }

    /// Sends the program a signal.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).expect("send the signal");
    }

    /// Waits until the program ends.
    ///
    /// # Panics
    /// When it has not ended within [`LIMIT`].
    pub fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        wait_for("the program's end", || {
            status = self.child.try_wait().expect("wait");
            status.is_some()
        });
        status.expect("it was waited for")
    }

    /// Returns whether the program gets keys one by one, without echo.
    ///
    /// # Panics
    /// When the terminal is gone.
    pub fn is_taken(&self) -> bool {
        let mode = tcgetattr(&self.line).expect("its mode").local_flags;
        !mode.intersects(LocalFlags::ICANON | LocalFlags::ECHO)
    }

    /// Waits until the terminal is as it was before.
    ///
    /// # Panics
    /// When it is not so within [`LIMIT`].
    pub fn is_given_back(&self) {
        wait_for("the terminal as it was", || tcgetattr(&self.line).expect("its mode") == self.before);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the bytes without control sequences, and the place of each in `bytes`.
fn plain(bytes: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let (mut out, mut places) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == 0x1b && bytes.get(at + 1) == Some(&b'[') {
            at += 2;
            while bytes.get(at).is_some_and(|byte| !byte.is_ascii_alphabetic()) {
                at += 1;
            }
        } else if bytes[at] != b'\r' {
            out.push(bytes[at]);
            places.push(at);
        }
        at += 1;
    }
    (out, places)
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}
