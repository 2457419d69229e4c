//! How a program ended.

use std::fmt;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this status.
    Code(i32),
    /// A signal of this number ended it.
    #[cfg_attr(not(unix), allow(dead_code, reason = "only Unix has signals"))]
    Signal(i32),
    /// The runner has ended it, on a system whose status does not tell that.
    ByRunner,
}

impl fmt::Display for Exit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(101) => write!(out, "exited with status 101 (a Rust panic)"),
            Exit::Code(code) => write!(out, "exited with status {code}"),
            Exit::ByRunner => write!(out, "was ended by the runner"),
            Exit::Signal(number) => write!(out, "was ended by {}", signal_name(*number)),
        }
    }
}

fn signal_name(number: i32) -> String {
    #[cfg(unix)]
    if let Ok(signal) = nix::sys::signal::Signal::try_from(number) {
        return signal.as_str().to_string();
    }
    format!("signal {number}")
}
