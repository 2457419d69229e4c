//! Who listens at an endpoint: the kernel is asked, because a trial connection would be a server's first client.

use super::kernel::file_of;
use super::name::Endpoint;
use crate::system::sockets::{self, unix};
use std::io;

/// A listening socket of some program.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// Its inode, which `/proc/PID/fd` names too.
    pub inode: u64,
    /// How many connections wait for `accept`.
    pub waiting: u32,
    /// No more connections can wait.
    pub is_full: bool,
}

/// Returns the sockets that listen at `endpoint`, or on its port at every address.
///
/// Those of a Unix socket are bound to the file that stands at its path. They are matched by the file's inode: a name says
/// only what the path was when the socket was bound.
///
/// # Errors
/// When the kernel cannot be asked. On other systems than Linux: `Unsupported`.
pub fn listening_at(endpoint: Endpoint) -> io::Result<Vec<Listening>> {
    let Endpoint::Inet(addr) = endpoint else {
        let Some(file) = endpoint.path().and_then(|path| file_of(&path)) else { return Ok(Vec::new()) };
        // The kernel tells 32 bits of the file's inode.
        let here = unix::listening()?.into_iter().filter(|entry| entry.file == Some(file as u32));
        let listening = |entry: unix::Entry| {
            let is_full = entry.queue_is_full();
            Listening { inode: entry.inode, waiting: entry.unread, is_full }
        };
        return Ok(here.map(listening).collect());
    };
    let entries = sockets::listening(Some(addr.port()))?;
    let here = entries.into_iter().filter(|entry| {
        let ip = entry.local.ip();
        ip == addr.ip() || ip.is_unspecified()
    });
    let listening = |entry: sockets::Entry| {
        let is_full = entry.queue_is_full();
        Listening { inode: entry.inode, waiting: entry.unread, is_full }
    };
    Ok(here.map(listening).collect())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::system::address;
    use crate::system::endpoint::{Listener, Stream};
    use crate::system::family::FAMILIES;

    #[test]
    fn a_listener_is_found_by_what_stands_at_its_path() {
        for family in FAMILIES.iter().filter(|family| address::lacks(**family).is_none()) {
            let place = address::fresh(*family).unwrap();
            assert!(listening_at(place.endpoint).unwrap().is_empty(), "{family}");
            let listener = Listener::bind(place.endpoint).unwrap();
            let _waits = Stream::connect(place.endpoint, None).unwrap();
            let found = listening_at(place.endpoint).unwrap();
            assert_eq!(
                found.iter().map(|one| (one.waiting, one.is_full)).collect::<Vec<_>>(),
                [(1, false)],
                "{family}"
            );
            let Some(path) = place.endpoint.path() else { continue };
            // The socket follows its file, and not its name.
            let other = path.with_file_name("other");
            std::fs::rename(&path, &other).unwrap();
            assert!(listening_at(place.endpoint).unwrap().is_empty());
            assert_eq!(listening_at(Endpoint::unix(&other).unwrap()).unwrap().len(), 1);
            std::fs::rename(&other, &path).unwrap();
            // A file that nobody listens at any more is replaced, one at which somebody listens is not.
            assert!(Listener::replace(place.endpoint).is_err());
            drop(listener);
            assert!(!path.exists());
            drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
            assert!(path.exists() && Listener::bind(place.endpoint).is_err());
            Listener::replace(place.endpoint).unwrap();
        }
    }
}
