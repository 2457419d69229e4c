//! Ctrl-C in `talk`.

use crate::commands::shared::INTERRUPTED;
use anyhow::Context;
use std::sync::atomic::{AtomicBool, Ordering};

/// It was interrupted.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Returns whether Ctrl-C was pressed.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

/// Makes Ctrl-C end the connection, so that the other side sees it, and the file of a Unix socket is removed. `wake`
/// ends an `accept` that waits. A second Ctrl-C ends the process at once.
///
/// # Errors
/// When the handler cannot be set.
pub fn at_ctrl_c(wake: impl Fn() + Send + 'static) -> anyhow::Result<()> {
    ctrlc::set_handler(move || {
        if STOPPED.swap(true, Ordering::SeqCst) {
            std::process::exit(INTERRUPTED.into());
        }
        wake();
    })
    .context("Ctrl-C handler")
}
