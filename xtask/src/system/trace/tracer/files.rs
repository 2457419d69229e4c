//! What a descriptor of a traced process stands for.

use super::sockaddr;
use crate::system::processes::Pid;
use crate::system::sockets::{self, unix};
use crate::system::trace::call::{Address, On, Socket, Transport};
use nix::errno::Errno;
use std::collections::HashMap;
use std::fs;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// The sockets that are known, by their inodes.
#[derive(Default)]
pub struct Files(HashMap<u64, Option<Socket>>);

/// A thread and its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The process.
    pub pid: Pid,
    /// The thread.
    pub tid: Pid,
}

impl Files {
    /// Returns what a descriptor stands for; `None` when it is neither a socket nor a standard stream.
    pub fn on(&mut self, who: Who, fd: i32) -> Option<On> {
        let target = fs::read_link(format!("/proc/{}/fd/{fd}", who.tid)).ok()?;
        if let Some(inode) = inode_of(&target) {
            let known = self.0.entry(inode).or_insert_with(|| ask(who, fd, inode));
            return known.clone().map(On::Socket);
        }
        match fd {
            0 => Some(On::Input),
            1 => Some(On::Output),
            2 => Some(On::Error),
            _ => None,
        }
    }

    /// Returns the socket that a descriptor stands for, if it is one.
    pub fn socket(&mut self, who: Who, fd: i32) -> Option<Socket> {
        match self.on(who, fd)? {
            On::Socket(socket) => Some(socket),
            _ => None,
        }
    }

    /// Returns whether a descriptor is a socket of a kind that is not followed.
    pub fn is_other(&self, who: Who, fd: i32) -> bool {
        let target = fs::read_link(format!("/proc/{}/fd/{fd}", who.tid)).ok();
        let inode = target.and_then(|target| inode_of(&target));
        inode.is_some_and(|inode| matches!(self.0.get(&inode), Some(None)))
    }

    /// Asks the kernel again for the socket: its addresses have changed.
    pub fn renew(&mut self, who: Who, fd: i32) -> Option<Socket> {
        let inode = inode_of(&fs::read_link(format!("/proc/{}/fd/{fd}", who.tid)).ok()?)?;
        if let Some(socket) = ask(who, fd, inode) {
            self.0.insert(inode, Some(socket));
        }
        self.0.get(&inode).cloned().flatten()
    }

    /// Notes a socket that was just made, and returns it.
    pub fn made(&mut self, who: Who, fd: i32, transport: Transport) -> Option<Socket> {
        let inode = inode_of(&fs::read_link(format!("/proc/{}/fd/{fd}", who.tid)).ok()?)?;
        let socket = Socket { inode, transport, local: None, peer: None };
        self.0.insert(inode, Some(socket.clone()));
        Some(socket)
    }

    /// Notes the other end's address of a socket that is about to be connected: the kernel tells it later.
    pub fn calls_at(&mut self, inode: u64, address: Option<&Address>) {
        if let Some(Some(socket)) = self.0.get_mut(&inode) {
            socket.peer = socket.peer.take().or_else(|| address.cloned());
        }
    }
}

fn inode_of(target: &std::path::Path) -> Option<u64> {
    target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// Asks for a socket: by a copy of its descriptor for a moment (pidfd_getfd(2)), else in the kernel's tables.
fn ask(who: Who, fd: i32, inode: u64) -> Option<Socket> {
    match copy(who.pid, fd) {
        Some(copy) => of_copy(&copy, inode),
        None => in_tables(inode),
    }
}

fn copy(pid: Pid, fd: i32) -> Option<OwnedFd> {
    let owned = |fd: libc::c_long| {
        // SAFETY: the kernel has just made this descriptor for this process; nothing else owns it.
        (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as i32) })
    };
    // SAFETY: these two calls take numbers only.
    let process = owned(unsafe { libc::syscall(libc::SYS_pidfd_open, pid as libc::pid_t, 0) })?;
    // SAFETY: as above.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0) })
}

fn of_copy(copy: &OwnedFd, inode: u64) -> Option<Socket> {
    let transport = transport(option(copy, libc::SO_DOMAIN)?, option(copy, libc::SO_TYPE)?)?;
    Some(Socket {
        inode,
        transport,
        local: name(copy, libc::getsockname).filter(has_port),
        peer: name(copy, libc::getpeername),
    })
}

/// Returns what carries the bytes of a socket of this family and type; `None` for other sockets, such as netlink(7).
pub fn transport(family: i32, kind: i32) -> Option<Transport> {
    match (family, kind) {
        (libc::AF_INET | libc::AF_INET6, libc::SOCK_STREAM) => Some(Transport::Tcp),
        (libc::AF_INET | libc::AF_INET6, libc::SOCK_DGRAM) => Some(Transport::Udp),
        (libc::AF_UNIX, libc::SOCK_STREAM) => Some(Transport::Unix),
        (libc::AF_UNIX, libc::SOCK_DGRAM | libc::SOCK_SEQPACKET) => Some(Transport::UnixDatagram),
        _ => None,
    }
}

fn option(socket: &OwnedFd, option: i32) -> Option<i32> {
    let (mut value, mut size) = (0_i32, 4);
    // SAFETY: the kernel writes at most `size` bytes to `value`, which has 4.
    let result = unsafe {
        let value = (&raw mut value).cast();
        libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, value, &mut size)
    };
    (result == 0).then_some(value)
}

type Ask = unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut libc::socklen_t) -> i32;

fn name(socket: &OwnedFd, ask: Ask) -> Option<Address> {
    let (mut bytes, mut size) = ([0_u8; sockaddr::LARGEST], sockaddr::LARGEST as libc::socklen_t);
    // SAFETY: the kernel writes at most `size` bytes to `bytes`, which has as many.
    Errno::result(unsafe { ask(socket.as_raw_fd(), bytes.as_mut_ptr().cast(), &mut size) }).ok()?;
    sockaddr::address(bytes.get(..size as usize)?)
}

/// Returns whether an address is one: a socket that is bound nowhere is at port 0.
fn has_port(address: &Address) -> bool {
    address.inet().is_none_or(|addr| addr.port() != 0)
}

fn in_tables(inode: u64) -> Option<Socket> {
    let bare = |transport| Socket { inode, transport, local: None, peer: None };
    let tcp = sockets::all().unwrap_or_default().into_iter().find(|entry| entry.inode == inode);
    if let Some(entry) = tcp {
        let address = |addr| Some(Address::Inet(addr)).filter(has_port);
        let (local, peer) = (address(entry.local), address(entry.remote));
        return Some(Socket { local, peer, ..bare(Transport::Tcp) });
    }
    if let Ok(Some(_)) = unix::of(inode) {
        return Some(bare(Transport::Unix));
    }
    let udp = crate::system::datagrams::sockets().unwrap_or_default();
    let udp = udp.into_iter().find(|entry| entry.inode == inode)?;
    Some(Socket { local: Some(Address::Inet(udp.local)), ..bare(Transport::Udp) })
}
