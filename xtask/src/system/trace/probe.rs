//! Tries whether calls can be seen here, for `doctor`.

use super::tracer::WHY_NOT;
use crate::system::portable;

/// Tries whether the calls of a program can be seen here: traces a small one.
///
/// # Errors
/// Why they cannot.
pub fn probe() -> Result<(), String> {
    match WHY_NOT {
        Some(why) => Err(why.into()),
        None if !portable::asks_kernel() => Err("this run does without the kernel's facts".into()),
        None => imp::probe(),
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use crate::system::program::{keeper, own_executable};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    pub fn probe() -> Result<(), String> {
        let mut command = Command::new(own_executable());
        // A process of its own: only one without threads may start a traced program.
        command.arg0("xtask").args([keeper::VERB, keeper::TRY]).stdin(Stdio::null()).stderr(Stdio::null());
        let output = command.output().map_err(|error| error.to_string())?;
        match (output.status.success(), String::from_utf8_lossy(&output.stdout).trim()) {
            (true, _) => Ok(()),
            (false, "") => Err(format!("the trial has failed ({})", output.status)),
            (false, why) => Err(why.into()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    pub fn probe() -> Result<(), String> {
        Ok(())
    }
}
