//! Tries whether a confined program is held to what the kernel says it holds, for `doctor`.

#[cfg(target_os = "linux")]
use super::{Confinement, Holds, Ready, kernel};
#[cfg(target_os = "linux")]
use crate::system::{folder::Folder, portable, program::shebang::open};
#[cfg(target_os = "linux")]
use socket2::{Domain, Socket, Type};
#[cfg(target_os = "linux")]
use std::thread;

/// Tries whether what [`super::kernel`] says is so.
///
/// # Errors
/// What is not held, in words that follow "a confined program".
pub fn probe() -> Result<(), String> {
    #[cfg(target_os = "linux")]
    if portable::asks_kernel() {
        return try_here(kernel());
    }
    Ok(())
}

#[cfg(target_os = "linux")]
/// Tries, in a thread that ends, whether a confined program is held to what the kernel says it holds.
///
/// # Errors
/// What it may do all the same.
fn try_here(said: Holds) -> Result<(), String> {
    let folder = Folder::new().map_err(|error| format!("could not be tried ({error:#})"))?;
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "").map_err(|error| format!("could not be tried ({error})"))?;
    let ready = Ready::new(&Confinement::default(), Vec::new());
    let confined = move || {
        ready.hold().map_err(|error| format!("could not be confined ({error})"))?;
        if said.landlock.is_some() && open(&secret).is_ok() {
            return Err("may read other files".to_string());
        }
        let netlink = Socket::new(Domain::from(libc::AF_NETLINK), Type::RAW, None);
        let refused = netlink.is_err_and(|error| error.raw_os_error() == Some(libc::EAFNOSUPPORT));
        if said.calls && !refused {
            return Err("may make other kinds of sockets".to_string());
        }
        Ok(())
    };
    thread::spawn(confined).join().unwrap_or_else(|_| Err("could not be tried".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_does_what_it_says() {
        assert_eq!(probe(), Ok(()));
    }
}
