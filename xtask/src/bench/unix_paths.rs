//! What stands at the path of a Unix socket (unix(7)), and what the runner puts there.

use super::Dir;
#[cfg(unix)]
use super::facts::can;
use crate::finding::Outcome;
#[cfg(not(unix))]
use crate::finding::skip;
use std::path::PathBuf;

/// What stands at a path: of what kind it is, which file it is, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its kind, in words.
    kind: &'static str,
    /// The device and the inode: together they name one file as long as it is there.
    file: (u64, u64),
    /// Its kind and permissions, as inode(7) writes them.
    mode: u32,
    /// When it was made, or last changed in any way, in seconds and nanoseconds: the number of an inode that is gone may
    /// be given to the next file. Not of a folder: [`Dir::entries`] shows what is in it.
    changed: (i64, i64),
    /// The bytes of a regular file, the first 32 MiB at most.
    bytes: Option<Vec<u8>>,
    /// What a symbolic link names.
    link: Option<PathBuf>,
}

impl Standing {
    /// Returns in words what of it has changed; `None` when nothing has.
    pub fn change(&self, later: Option<&Self>) -> Option<String> {
        let kind = self.kind;
        match later {
            None => Some(format!("{kind} is gone")),
            Some(later) if later == self => None,
            Some(later) if later.kind != kind => {
                Some(format!("{} stands there, in place of {kind}", later.kind))
            }
            Some(later) if later.file != self.file => Some(format!("{kind} stands there, but another one")),
            Some(later) if later.mode != self.mode => {
                Some(format!("{kind} is there, but its permissions have changed"))
            }
            Some(later) if (&later.bytes, &later.link) != (&self.bytes, &self.link) => {
                Some(format!("{kind} is there, but what is in it has changed"))
            }
            Some(_) => Some(format!("{kind} is there, but another one, or this one was changed")),
        }
    }
}

/// A datagram socket of the runner that is bound to a path. Dropping it leaves the file there.
pub struct DatagramSocket {
    #[cfg(unix)]
    _socket: std::os::unix::net::UnixDatagram,
}

impl Dir {
    /// Makes a socket file as a server leaves it that was killed: nobody listens there, and `connect` is refused.
    ///
    /// # Errors
    /// When it cannot be made. A skip where the platform has no Unix sockets.
    pub fn stale_socket(&self, name: &str) -> Outcome {
        // It never listens: another thread that starts a program just now would lend the listener to its child until `exec`.
        #[cfg(unix)]
        return can("make a socket file", self.bind(name).map_err(Into::into));
        #[cfg(not(unix))]
        skip(format!("the runner makes no Unix socket {name} on this platform"))
    }

    /// Binds a stream socket that does not listen.
    #[cfg(unix)]
    fn bind(&self, name: &str) -> std::io::Result<()> {
        use socket2::{Domain, SockAddr, Socket, Type};
        Socket::new(Domain::UNIX, Type::STREAM, None)?.bind(&SockAddr::unix(self.at(name))?)
    }

    /// Makes a datagram socket.
    ///
    /// # Errors
    /// As [`Dir::stale_socket`].
    pub fn datagram_socket(&self, name: &str) -> Outcome<DatagramSocket> {
        #[cfg(unix)]
        return can(
            "make a datagram socket",
            std::os::unix::net::UnixDatagram::bind(self.at(name))
                .map(|socket| DatagramSocket { _socket: socket })
                .map_err(Into::into),
        );
        #[cfg(not(unix))]
        skip(format!("the runner makes no Unix socket {name} on this platform"))
    }

    /// Returns what stands under this name; `None` where nothing does, or where the platform does not tell.
    pub fn standing(&self, name: &str) -> Option<Standing> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{FileTypeExt, MetadataExt};
            let path = self.at(name);
            let found = std::fs::symlink_metadata(&path).ok()?;
            let what = found.file_type();
            let kind = match () {
                () if what.is_symlink() => "a symbolic link",
                () if what.is_dir() => "a folder",
                () if what.is_file() => "a regular file",
                () if what.is_socket() => "a socket file",
                () if what.is_fifo() => "a FIFO",
                () => "a device",
            };
            Some(Standing {
                kind,
                file: (found.dev(), found.ino()),
                mode: found.mode(),
                changed: if what.is_dir() { (0, 0) } else { (found.ctime(), found.ctime_nsec()) },
                bytes: self.read(name),
                link: std::fs::read_link(&path).ok(),
            })
        }
        #[cfg(not(unix))]
        {
            let _ = name;
            None
        }
    }
}
