//! Addresses that a check names itself, in place of the one that each program gets.

use super::facts::can;
use super::{Bench, Endpoint, Family, Folder, Host};
use crate::finding::{Half, Outcome, skip, unable};
use crate::system::{address, sockets};
use std::net::{Ipv4Addr, SocketAddr};

/// The longest path of a folder for sockets, in bytes: a name has room below it.
const LONGEST: usize = 80;
/// How many ports are tried until one is free at both addresses.
const TRIES: usize = 20;

impl Bench<'_> {
    /// Makes an empty folder whose path is so short that sockets in it can have names (see [`Bench::folder`]).
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn socket_folder(&self) -> Outcome<Folder> {
        can("make a folder for sockets", Folder::short(LONGEST)).inspect(|folder| self.names_folder(folder))
    }

    /// Returns `[::1]` and `127.0.0.1` with one port at which nobody listens, neither here nor there.
    ///
    /// # Errors
    /// When none is found. A skip where the machine has no IPv6, and for a half that is fixed to one address.
    pub fn one_port(&self, half: Half) -> Outcome<(Endpoint, Endpoint)> {
        if let Some(fixed) = self.programs.fixed_of(half) {
            return skip(format!(
                "the {} is fixed to {fixed}, and this check needs two addresses",
                half.word()
            ));
        }
        if let Some(why) = address::lacks(Family::V6) {
            return skip(format!("this check needs both IPv4 and IPv6: {why}"));
        }
        for _ in 0..TRIES {
            let six = can("find a free address", address::fresh(Family::V6))?.endpoint;
            let port = six.inet().map_or(0, |addr| addr.port());
            let four = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            if self.is_free(four)? {
                self.names(six);
                self.is_about_binding();
                return Ok((six, four.into()));
            }
        }
        unable(format!("no port is free both at [::1] and at 127.0.0.1, in {TRIES} tries"))
    }

    /// Returns whether no socket is bound to `addr`, or to its port at every address. Where the kernel's table is known it is
    /// asked: a socket that the runner opens to try the address may live on for a moment, in a child of another thread.
    fn is_free(&self, addr: SocketAddr) -> Outcome<bool> {
        if !sockets::known() {
            return Ok(self.hold(addr.into()).is_some());
        }
        let all = can("read the socket table", sockets::all().map_err(Into::into))?;
        let is_there = |one: SocketAddr| {
            one.port() == addr.port() && (one.ip() == addr.ip() || one.ip().is_unspecified())
        };
        Ok(!all.iter().any(|entry| is_there(entry.local)))
    }

    /// Opens a listening socket of the runner at `addr`, for a client.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn host_at(&self, addr: Endpoint) -> Outcome<Host> {
        self.names(addr);
        can("listen for the client", Host::listen(addr).map_err(Into::into))
    }
}
