//! The arguments of a call, beside its descriptor.

use super::socket::{Address, Transport};
use std::time::Duration;

/// The arguments of a call, beside its descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// It has none that matter here.
    None,
    /// It moves bytes: `read`, `write` and the like.
    Move {
        /// For how many bytes it asked, in all its buffers together.
        asked: u64,
        /// The flags of send(2) and recv(2), as Linux numbers them; 0 for `read` and `write`.
        flags: i32,
        /// Where the datagram goes, or where it came from; `None` where the call names no address.
        address: Option<Address>,
    },
    /// `bind`, `connect` and `accept`: the address, if one is named.
    At(Option<Address>),
    /// `listen`: how many connections may wait for `accept`.
    Backlog(i32),
    /// `shutdown`: which direction ends.
    Ends(Side),
    /// `setsockopt` and `getsockopt`.
    Option {
        /// The protocol's number (SOL_SOCKET is 1 on Linux).
        level: i32,
        /// The option's number in it.
        option: i32,
        /// The value in words of 32 bits, at most 4 of them; empty while it is not known.
        value: Vec<i32>,
    },
    /// `socket` and `socketpair`: what is made. IPv6 where `v6` says so.
    Socket {
        /// What carries its bytes.
        transport: Transport,
        /// Its addresses are those of IPv6.
        v6: bool,
    },
    /// `dup2` and `dup3`: the number of the copy. `fcntl` with F_DUPFD: the lowest number that the copy may have.
    Copy(i32),
    /// `poll` and `select`, of one or more files.
    Poll {
        /// The files. Those that are neither sockets nor standard streams are among them.
        files: Vec<Polled>,
        /// When it returns although nothing has come; `None`: never.
        limit: Option<Duration>,
    },
    /// `epoll_ctl`; the descriptor of the call is the file that is watched.
    Watch {
        /// The descriptor of the set of watched files.
        set: i32,
        /// What changes.
        change: Change,
        /// For what it is watched, by the numbers of poll(2).
        events: u32,
    },
    /// `epoll_wait`: when it returns although nothing has come; `None`: never.
    Limit(Option<Duration>),
    /// `nanosleep`, `clock_nanosleep`: how long, or, if `absolute`, until when on the clock that is named.
    Sleep {
        /// The time.
        time: Duration,
        /// It is a moment, and not a time from now.
        absolute: bool,
    },
    /// `exit` and `exit_group`: the status.
    Status(i32),
}

/// A direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// SHUT_RD: it reads no more.
    Read,
    /// SHUT_WR: it writes no more.
    Write,
    /// SHUT_RDWR.
    Both,
}

/// What `epoll_ctl` changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// EPOLL_CTL_ADD.
    Add,
    /// EPOLL_CTL_DEL.
    Remove,
    /// EPOLL_CTL_MOD.
    Modify,
}

/// One file of a `poll` or `select`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polled {
    /// The descriptor.
    pub file: i32,
    /// For what it waits: POLLIN, POLLOUT and the like, as poll(2) numbers them on Linux.
    pub asked: u16,
    /// What has come.
    pub ready: u16,
}
