//! Other systems and processors: calls are not seen.

/// Why calls cannot be seen on this system at all.
pub const WHY_NOT: Option<&str> =
    Some("calls are not seen on this system: only on Linux, on x86-64 and aarch64");

#[cfg(target_os = "linux")]
mod never {
    use crate::system::exit::Exit;
    use crate::system::processes::Pid;
    use std::io::{self, Write};
    use std::process::Command;

    /// Never made here.
    pub enum Tracer {}

    impl Tracer {
        /// Never called.
        pub fn next_end(&mut self) -> Option<(Pid, Exit)> {
            match *self {}
        }
    }

    /// Starts the program without a tracer.
    ///
    /// # Errors
    /// When it cannot be started.
    ///
    /// # Safety
    /// None is needed here.
    pub unsafe fn start(mut command: Command, _: impl Write) -> io::Result<(Pid, Option<Tracer>)> {
        Ok((command.spawn()?.id(), None))
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    ///
    /// # Safety
    /// None is needed here.
    pub unsafe fn try_here(_: Command) -> Result<(), String> {
        Err(super::WHY_NOT.unwrap_or_default().into())
    }

    /// Does nothing.
    ///
    /// # Errors
    /// None.
    pub fn tried() -> io::Result<()> {
        Ok(())
    }
}
#[cfg(target_os = "linux")]
pub use never::{Tracer, start, tried, try_here};
