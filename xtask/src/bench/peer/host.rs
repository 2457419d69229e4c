//! Where the runner accepts clients under test.

use super::Peer;
use crate::system::endpoint::{Endpoint, Listener};
#[cfg(target_os = "linux")]
use crate::system::portable;
use std::io::{self, ErrorKind};
use std::thread;
use std::time::Duration;

/// A listening socket of the runner, for clients under test.
pub struct Host {
    listener: Listener,
    /// Where clients must connect.
    pub addr: Endpoint,
}

impl Host {
    /// Listens at `addr`.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn listen(addr: Endpoint) -> io::Result<Self> {
        let listener = Listener::bind(addr)?;
        listener.set_nonblocking(true)?;
        Ok(Self { addr: listener.endpoint(), listener })
    }

    /// Gives connections from now on a receive queue and segments so small that the client's send buffer stays small,
    /// too: see [`Peer::connect_tiny`].
    ///
    /// # Errors
    /// When the kernel refuses these sizes.
    pub fn narrow(&self) -> io::Result<()> {
        self.listener.options().set_recv_buffer_size(2048)?;
        #[cfg(target_os = "linux")]
        if self.addr.inet().is_some() && portable::asks_kernel() {
            self.listener.options().set_tcp_mss(536)?;
        }
        Ok(())
    }

    /// Accepts the next client; `None` when `give_up` says that none will come.
    ///
    /// # Errors
    /// When `accept` fails.
    pub fn accept(&self, give_up: impl Fn() -> bool) -> io::Result<Option<Peer>> {
        loop {
            // Asked before `accept`: a client that connected and ended in between is still in the queue.
            let last_look = give_up();
            match self.listener.accept() {
                Ok(stream) => return Ok(Some(Peer::new(stream, "client"))),
                Err(error) if error.kind() == ErrorKind::WouldBlock && !last_look => {
                    thread::sleep(Duration::from_micros(500)); // Only the interval at which to look again.
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}
