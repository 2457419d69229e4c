//! Whether the runner asks the kernel what programs and their sockets do. Only Linux answers; elsewhere the runner does
//! without, and says so in its reports.
//!
//! On Linux a variable makes it do without, too, so that a test can judge as other systems do.

use std::io;
use std::sync::LazyLock;

/// With the value `1` the runner asks the kernel nothing, and keeps programs by their process group, as on other systems.
pub const VARIABLE: &str = "SOCKET_LAB_PORTABLE";

/// Returns whether the kernel is asked.
pub fn asks_kernel() -> bool {
    static ASKS: LazyLock<bool> = LazyLock::new(|| {
        cfg!(target_os = "linux") && std::env::var_os(VARIABLE).is_none_or(|set| set != "1")
    });
    *ASKS
}

/// Checks that the kernel is asked, for a question that returns an error where it is not.
///
/// # Errors
/// `Unsupported` where it is not asked.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "other systems never ask"))]
pub fn may_ask() -> io::Result<()> {
    if asks_kernel() { Ok(()) } else { Err(io::ErrorKind::Unsupported.into()) }
}
