//! What the runner tells its keeper to do.

use crate::system::folder;
use crate::system::processes::{self, Pid};
use nix::sys::signal::{Signal, kill};
use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Follows the runner's orders. The end of the stream is the order to end everything.
pub fn obey(control: io::Result<UnixStream>, program: Pid, all_gone: &AtomicBool, run: &OsStr) {
    let mut runner_is_gone = true;
    if let Ok(mut control) = control {
        let mut order = [0];
        while let Ok(1) = control.read(&mut order) {
            match order[0] {
                b't' => send(program, Signal::SIGTERM),
                _ => {
                    runner_is_gone = false;
                    break;
                }
            }
        }
    }
    while !all_gone.load(Ordering::SeqCst) {
        // All are stopped first, so that none forks while the next is looked up.
        let mut stopped = Vec::new();
        loop {
            let news: Vec<Pid> = processes::descendants(std::process::id())
                .into_iter()
                .filter(|pid| !stopped.contains(pid))
                .collect();
            if news.is_empty() {
                break;
            }
            news.iter().for_each(|pid| send(*pid, Signal::SIGSTOP));
            stopped.extend(news);
        }
        stopped.iter().for_each(|pid| send(*pid, Signal::SIGKILL));
        // The main thread reaps them; this is only the interval at which to look again.
        thread::sleep(Duration::from_micros(500));
    }
    if runner_is_gone {
        folder::remove_of(run);
    }
}

/// Sends a signal to a process, which may be gone.
fn send(pid: Pid, signal: Signal) {
    let _ = kill(nix::unistd::Pid::from_raw(pid as i32), signal);
}
