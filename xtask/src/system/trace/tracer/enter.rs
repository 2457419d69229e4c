//! What a call asks for, read at its start.

use super::calls::{Known, Shape};
use super::files::{Files, Who, transport};
use super::memory;
use super::ptrace::Entry;
use super::sockaddr;
use crate::system::trace::call::{Address, Change, Detail, On, Polled, Side};
use std::time::Duration;

/// At most so many files of a `poll` or `select` are looked at.
const FILES: u64 = 1024;

/// What a call of interest asks for.
pub struct Asked {
    /// The descriptor that it is about.
    pub file: Option<i32>,
    /// What that stands for.
    pub on: Option<On>,
    /// Its other arguments.
    pub detail: Detail,
}

/// Returns what a call asks for; `None` when it is about other files than sockets and standard streams.
pub fn asked(known: &Known, entry: &Entry, who: Who, files: &mut Files) -> Option<Asked> {
    let args = &entry.args;
    let fd = args[0] as i32;
    let int = |at: usize| args[at] as i32;
    let time = |at: usize, parts| memory::time(who.tid, args[at], parts);
    match known.shape {
        Shape::Buffer => on(files, who, fd, bytes(args[2], 0, None)),
        Shape::Vector => {
            let asked = total(&memory::vector(who.tid, args[1], args[2]));
            on(files, who, fd, bytes(asked, 0, None))
        }
        Shape::SendTo => {
            let to = address(who, args[4], int(5));
            always(files, who, fd, bytes(args[2], int(3), to))
        }
        Shape::RecvFrom => always(files, who, fd, bytes(args[2], int(3), None)),
        Shape::Message => {
            let message = memory::message(who.tid, args[1]);
            let asked = message.as_ref().map_or(0, |message| total(&message.pieces));
            let to = message.filter(|_| known.name == "sendmsg");
            let to = to.and_then(|message| address(who, message.name.0, message.name.1 as i32));
            always(files, who, fd, bytes(asked, int(2), to))
        }
        Shape::Messages => {
            let all = memory::messages(who.tid, args[1], args[2]);
            let asked = all.iter().map(|(message, _)| total(&message.pieces)).sum();
            always(files, who, fd, bytes(asked, int(3), None))
        }
        Shape::SendFile => on(files, who, fd, bytes(args[3], 0, None)),
        Shape::Splice => {
            let (from, to, detail) = (fd, int(2), bytes(args[4], 0, None));
            let found = on(files, who, from, detail.clone());
            found.or_else(|| on(files, who, to, detail))
        }
        Shape::Socket | Shape::SocketPair => {
            let kind = int(1) & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC);
            let (transport, v6) = (transport(fd, kind)?, fd == libc::AF_INET6);
            Some(Asked { file: None, on: None, detail: Detail::Socket { transport, v6 } })
        }
        Shape::Name => always(files, who, fd, Detail::At(address(who, args[1], int(2)))),
        Shape::Listen => always(files, who, fd, Detail::Backlog(int(1))),
        Shape::Accept => always(files, who, fd, Detail::At(None)),
        Shape::Shutdown => {
            let side = match int(1) {
                libc::SHUT_RD => Side::Read,
                libc::SHUT_WR => Side::Write,
                _ => Side::Both,
            };
            always(files, who, fd, Detail::Ends(side))
        }
        Shape::Close => on(files, who, fd, Detail::None),
        Shape::SetOption => {
            let value = option_value(who, args[3], int(4));
            always(files, who, fd, Detail::Option { level: int(1), option: int(2), value })
        }
        Shape::GetOption => {
            always(files, who, fd, Detail::Option { level: int(1), option: int(2), value: Vec::new() })
        }
        Shape::Dup => socket(files, who, fd, Detail::None),
        Shape::DupOnto => {
            let onto = Detail::Copy(int(1));
            let taken = socket(files, who, int(1), Detail::None).is_some();
            if taken { always(files, who, fd, onto) } else { socket(files, who, fd, onto) }
        }
        Shape::Fcntl => match int(1) {
            libc::F_DUPFD | libc::F_DUPFD_CLOEXEC => socket(files, who, fd, Detail::Copy(int(2))),
            _ => None,
        },
        Shape::Poll => poll(files, who, polled(who, args), millis(int(2))),
        Shape::PollTime => poll(files, who, polled(who, args), time(2, 1_000_000_000)),
        Shape::Select => poll(files, who, selected(who, args), time(4, 1_000_000)),
        Shape::SelectTime => poll(files, who, selected(who, args), time(4, 1_000_000_000)),
        Shape::EpollControl => {
            let change = match int(1) {
                libc::EPOLL_CTL_ADD => Change::Add,
                libc::EPOLL_CTL_DEL => Change::Remove,
                _ => Change::Modify,
            };
            let events = memory::int(who.tid, args[3]).unwrap_or(0) as u32;
            on(files, who, int(2), Detail::Watch { set: fd, change, events })
        }
        Shape::EpollWait => limit(fd, millis(int(3))),
        Shape::EpollWaitTime => limit(fd, time(3, 1_000_000_000)),
        Shape::Sleep => sleep(time(0, 1_000_000_000)?, false),
        Shape::ClockSleep => sleep(time(2, 1_000_000_000)?, int(1) & libc::TIMER_ABSTIME != 0),
        Shape::Exit => Some(Asked { file: None, on: None, detail: Detail::Status(fd & 0xff) }),
        Shape::Restart | Shape::HandlerEnds => None,
    }
}

/// A call that is of interest on a socket or a standard stream.
fn on(files: &mut Files, who: Who, fd: i32, detail: Detail) -> Option<Asked> {
    let on = files.on(who, fd)?;
    Some(Asked { file: Some(fd), on: Some(on), detail })
}

/// A call that is of interest on a socket.
fn socket(files: &mut Files, who: Who, fd: i32, detail: Detail) -> Option<Asked> {
    on(files, who, fd, detail).filter(|asked| matches!(asked.on, Some(On::Socket(_))))
}

/// A call that only sockets have: it is of interest also when the descriptor is none. Sockets of other kinds are not.
fn always(files: &mut Files, who: Who, fd: i32, detail: Detail) -> Option<Asked> {
    let on = files.on(who, fd);
    if on.is_none() && files.is_other(who, fd) {
        return None;
    }
    Some(Asked { file: Some(fd), on, detail })
}

fn bytes(asked: u64, flags: i32, address: Option<Address>) -> Detail {
    Detail::Move { asked, flags, address }
}

fn limit(set: i32, limit: Option<Duration>) -> Option<Asked> {
    Some(Asked { file: Some(set), on: None, detail: Detail::Limit(limit) })
}

fn sleep(time: Duration, absolute: bool) -> Option<Asked> {
    Some(Asked { file: None, on: None, detail: Detail::Sleep { time, absolute } })
}

/// A wait for several files, of which one must be of interest.
fn poll(files: &mut Files, who: Who, polled: Vec<Polled>, limit: Option<Duration>) -> Option<Asked> {
    let of_interest = polled.iter().any(|one| files.on(who, one.file).is_some());
    let (file, found) = match polled[..] {
        [one] => (Some(one.file), files.on(who, one.file)),
        _ => (None, None),
    };
    of_interest.then_some(Asked { file, on: found, detail: Detail::Poll { files: polled, limit } })
}

fn total(pieces: &[memory::Piece]) -> u64 {
    pieces.iter().fold(0, |sum, (_, length)| sum.saturating_add(*length))
}

fn millis(limit: i32) -> Option<Duration> {
    u64::try_from(limit).ok().map(Duration::from_millis)
}

/// Reads an address that a call names.
pub fn address(who: Who, at: u64, length: i32) -> Option<Address> {
    let length = u64::try_from(length).ok().filter(|length| at != 0 && *length > 0)?;
    sockaddr::address(&memory::read(who.tid, &[(at, length)], sockaddr::LARGEST))
}

/// Reads the first words of an option's value.
pub fn option_value(who: Who, at: u64, length: i32) -> Vec<i32> {
    let length = length.clamp(0, 16) as usize;
    let bytes = memory::read(who.tid, &[(at, length as u64)], length);
    bytes.chunks_exact(4).map(|word| i32::from_ne_bytes(word.try_into().expect("4 bytes"))).collect()
}

/// Reads the array of a `poll` (`struct pollfd`, poll(2)).
pub fn polled(who: Who, args: &[u64; 6]) -> Vec<Polled> {
    let size = args[1].min(FILES) * 8;
    let bytes = memory::read(who.tid, &[(args[0], size)], size as usize);
    let one = |bytes: &[u8]| Polled {
        file: i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
        asked: u16::from_ne_bytes([bytes[4], bytes[5]]),
        ready: u16::from_ne_bytes([bytes[6], bytes[7]]),
    };
    bytes.chunks_exact(8).map(one).collect()
}

/// What the three sets of a `select` wait for.
pub const SETS: [u16; 3] = [libc::POLLIN as u16, libc::POLLOUT as u16, libc::POLLPRI as u16];

/// Reads the three sets of a `select`, in the form of a `poll`.
pub fn selected(who: Who, args: &[u64; 6]) -> Vec<Polled> {
    let count = args[0].min(FILES);
    let size = count.div_ceil(64) * 8;
    let sets = [1, 2, 3].map(|at| memory::read(who.tid, &[(args[at], size)], size as usize));
    let in_sets = |file: u64| {
        let bit =
            |bytes: &Vec<u8>| bytes.get(file as usize / 8).is_some_and(|byte| byte & (1 << (file % 8)) != 0);
        sets.iter().zip(SETS).filter(|(set, _)| bit(set)).fold(0, |all, (_, one)| all | one)
    };
    let one = |file| Polled { file: file as i32, asked: in_sets(file), ready: 0 };
    (0..count).map(one).filter(|one| one.asked != 0).collect()
}
