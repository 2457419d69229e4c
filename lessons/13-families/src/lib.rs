//! Addresses of three families, and the one call of a server that differs between them.

#[cfg(unix)]
mod path;
#[cfg(not(unix))]
#[path = "path_windows.rs"]
mod path;

use socket2::{SockAddr, Socket, Type};
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

/// How many connections may wait in the kernel for `accept`.
const BACKLOG: i32 = 128;

/// Where a server listens. The family of the address is that of the socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `127.0.0.1:8888` (AF_INET) or `[::1]:8888` (AF_INET6).
    Internet(SocketAddr),
    /// `unix:PATH` (AF_UNIX): a file of its own kind. The path is never empty.
    Unix(PathBuf),
}

impl Address {
    /// Returns the addresses that `text` stands for: `unix:PATH` is one, and so is `127.0.0.1:8888`.
    ///
    /// A name, as in `localhost:8888`, may have several. They come in the order in which the system wants them tried
    /// (getaddrinfo(3)), and there is at least one.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for what is no address, for an empty path and for one that is too long (unix(7): on
    /// Linux 108 bytes with the 0 at its end); the error of the look-up of a name; [`ErrorKind::Unsupported`] for
    /// `unix:` on Windows.
    pub fn parse(text: &OsStr) -> io::Result<Vec<Self>> {
        if let Some(path) = text.as_encoded_bytes().strip_prefix(b"unix:") {
            return Ok(vec![Address::Unix(path::parse(path)?)]);
        }
        let text = text.to_str().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "not UTF-8"))?;
        let addresses: Vec<_> = text.to_socket_addrs()?.map(Address::Internet).collect();
        if addresses.is_empty() {
            return Err(io::Error::new(ErrorKind::NotFound, "the name has no address"));
        }
        Ok(addresses)
    }

    /// Returns the address in the kernel's form, a `sockaddr`: it begins with the number of its family.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`]: the path of [`Address::Unix`] is too long.
    pub fn sockaddr(&self) -> io::Result<SockAddr> {
        match self {
            Address::Internet(addr) => Ok((*addr).into()),
            Address::Unix(path) => SockAddr::unix(path),
        }
    }

    /// Returns a socket that listens at this address.
    ///
    /// # Errors
    /// That of the call that failed. Also an error when the path is taken: it states what stands there.
    pub fn listen(&self) -> io::Result<Socket> {
        let _turn = match self {
            Address::Internet(_) => None,
            Address::Unix(path) => {
                let turn = path::lock_folder(path);
                path::make_room(path)?;
                turn
            }
        };
        bind(&self.sockaddr()?)
    }
}

/// As on the command line.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Internet(addr) => write!(f, "{addr}"),
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Makes a stream socket of the family of `addr`, binds it there, and listens with [`BACKLOG`].
///
/// Before `bind` it sets three options, none of them for a Unix socket:
/// - IPV6_V6ONLY, only for IPv6: a socket at `[::]` must not take IPv4 connections, too;
/// - SO_REUSEADDR, as in lesson 07, and not on Windows;
/// - TCP_NODELAY: the sockets that `accept` returns inherit it, and so the code that serves them is free of families.
///
/// When a call fails, returns its error.
fn bind(addr: &SockAddr) -> io::Result<Socket> {
    // TODO: make the socket of the address's family, set its options, bind, listen
    todo!("make the socket of the address's family, set its options, bind, listen")
}
