//! Where connections are accepted, in any family.

use super::kernel;
use super::name::Endpoint;
use super::stream::{Stream, address, domain};
use socket2::{SockRef, Socket, Type};
use std::io;
use std::net::{Shutdown, TcpListener};
use std::path::PathBuf;

/// How many connections may wait for `accept` at a Unix socket. TCP has the standard library's number.
const BACKLOG: i32 = 128;

/// A listening socket. Dropping it removes the file of a Unix socket.
pub struct Listener {
    socket: Socket,
    endpoint: Endpoint,
    /// The file that it has made, and its inode.
    file: Option<(PathBuf, u64)>,
}

impl Listener {
    /// Listens at `endpoint`.
    ///
    /// # Errors
    /// When it is taken: for a Unix socket, when there is anything at its path.
    pub fn bind(endpoint: Endpoint) -> io::Result<Self> {
        if let Endpoint::Inet(addr) = endpoint {
            let listener = TcpListener::bind(addr)?;
            let endpoint = listener.local_addr()?.into();
            return Ok(Self { socket: listener.into(), endpoint, file: None });
        }
        let socket = Socket::new(domain(endpoint), Type::STREAM, None)?;
        socket.bind(&address(endpoint)?)?;
        let file = endpoint.path().and_then(|path| kernel::file_of(&path).map(|inode| (path, inode)));
        let listener = Self { socket, endpoint, file };
        listener.socket.listen(BACKLOG)?;
        Ok(listener)
    }

    /// Listens at `endpoint`, and first removes a socket file there at which nobody listens any more.
    ///
    /// # Errors
    /// As [`Listener::bind`].
    pub fn replace(endpoint: Endpoint) -> io::Result<Self> {
        match Self::bind(endpoint) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                let refused = || Stream::connect(endpoint, None).err().map(|error| error.kind());
                match endpoint.path().filter(|path| kernel::file_of(path).is_some()) {
                    Some(path) if refused() == Some(io::ErrorKind::ConnectionRefused) => {
                        std::fs::remove_file(path)?;
                        Self::bind(endpoint)
                    }
                    _ => Err(error),
                }
            }
            bound => bound,
        }
    }

    /// Returns where it listens.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// Returns the socket, to set its options: the connections that it accepts have them, too (tcp(7)).
    pub fn options(&self) -> SockRef<'_> {
        SockRef::from(&self.socket)
    }

    /// Lets `accept` wait, or not.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.socket.set_nonblocking(nonblocking)
    }

    /// Accepts the next connection.
    ///
    /// # Errors
    /// Those of `accept`; `WouldBlock` when it does not wait and there is none.
    pub fn accept(&self) -> io::Result<Stream> {
        let (socket, _) = self.socket.accept()?;
        socket.set_nonblocking(false)?;
        Stream::new(socket)
    }

    /// Ends an `accept` that waits in another thread: with a connection, or with an error.
    pub fn wake(&self) {
        if Stream::connect(self.endpoint, None).is_err() {
            let _ = self.socket.shutdown(Shutdown::Both); // Somebody has removed the file: only Linux wakes by this.
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some((path, inode)) = &self.file
            && kernel::file_of(path) == Some(*inode)
        {
            let _ = std::fs::remove_file(path);
        }
    }
}
