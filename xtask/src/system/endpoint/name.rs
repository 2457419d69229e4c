//! The name of a place where a program listens, as the command line writes it.

use crate::system::family::Family;
use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

/// The room for a path in `struct sockaddr_un` (unix(7)), but for its last byte, a 0: 107 bytes on Linux, 103 on macOS.
const MOST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
/// What a Unix socket's name begins with.
const UNIX: &str = "unix:";

/// A place where a program listens.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `127.0.0.1:PORT` or `[::1]:PORT`.
    Inet(SocketAddr),
    /// `unix:PATH`.
    Unix(SocketPath),
}

/// The path of a Unix socket, in as much room as `struct sockaddr_un` has for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SocketPath {
    len: u8,
    bytes: [u8; MOST],
}

impl Endpoint {
    /// Returns the Unix socket at this path; `None` when the path is empty or too long for a socket's name.
    pub fn unix(path: &Path) -> Option<Self> {
        let name = path.as_os_str().as_encoded_bytes();
        let mut bytes = [0; MOST];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        let len = u8::try_from(name.len()).ok().filter(|len| *len > 0)?;
        Some(Endpoint::Unix(SocketPath { len, bytes }))
    }

    /// Reads `HOST:PORT` or `unix:PATH`.
    ///
    /// # Errors
    /// What is wrong with it, in words that follow its quotation.
    pub fn read(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix(UNIX) {
            let wrong = || format!("is no address (the path of a Unix socket has 1 to {MOST} bytes)");
            return Endpoint::unix(Path::new(path)).ok_or_else(wrong);
        }
        let mut found = text.to_socket_addrs().map_err(|error| format!("is no address ({error})"))?;
        found.next().map(Endpoint::Inet).ok_or_else(|| "leads to no address".into())
    }

    /// Returns its family.
    pub fn family(self) -> Family {
        match self {
            Endpoint::Inet(SocketAddr::V4(_)) => Family::V4,
            Endpoint::Inet(SocketAddr::V6(_)) => Family::V6,
            Endpoint::Unix(_) => Family::Unix,
        }
    }

    /// Returns the address and port; `None` for a Unix socket.
    pub fn inet(self) -> Option<SocketAddr> {
        if let Endpoint::Inet(addr) = self { Some(addr) } else { None }
    }

    /// Returns the address; `None` for a Unix socket.
    pub fn ip(self) -> Option<IpAddr> {
        self.inet().map(|addr| addr.ip())
    }

    /// Returns whether only programs on this machine reach it.
    pub fn is_local(self) -> bool {
        self.ip().is_none_or(|ip| ip.is_loopback())
    }

    /// Returns the path of a Unix socket.
    pub fn path(self) -> Option<PathBuf> {
        let Endpoint::Unix(SocketPath { len, bytes }) = self else { return None };
        let bytes = &bytes[..usize::from(len)];
        #[cfg(unix)]
        let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes);
        #[cfg(not(unix))]
        let path = std::str::from_utf8(bytes).unwrap_or_default();
        Some(PathBuf::from(path))
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(addr: SocketAddr) -> Self {
        Endpoint::Inet(addr)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inet() {
            Some(addr) => addr.fmt(out),
            None => write!(out, "{UNIX}{}", self.path().unwrap_or_default().display()),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_as_it_is_written() {
        for (text, family) in [
            ("127.0.0.1:8888", Family::V4),
            ("[::1]:8888", Family::V6),
            ("unix:/tmp/a b", Family::Unix),
            ("unix:@s", Family::Unix),
        ] {
            let endpoint = Endpoint::read(text).unwrap();
            assert_eq!((endpoint.to_string().as_str(), endpoint.family()), (text, family));
        }
        let (longest, longer) =
            (format!("unix:{}", "x".repeat(MOST)), format!("unix:{}", "x".repeat(MOST + 1)));
        assert_eq!(Endpoint::read(&longest).unwrap().to_string(), longest);
        for wrong in ["", "unix:", &longer, "[::1]", "8888"] {
            assert!(Endpoint::read(wrong).is_err(), "{wrong}");
        }
    }
}
