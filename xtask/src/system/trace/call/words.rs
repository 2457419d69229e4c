//! A call in words, as short as strace(1) would write it: `read(4, 1024) = 15`.

use super::{Call, Change, Detail, Polled, Side, Transport};
use std::fmt::{self, Write};
use std::time::Duration;

impl fmt::Display for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.asked())?;
        match self.answer() {
            Some(answer) => write!(out, " = {answer}"),
            None => Ok(()),
        }
    }
}

impl Call {
    /// Returns its name with its arguments: `read(4, 1024)`.
    pub fn asked(&self) -> String {
        let mut words: Vec<String> = match self.detail {
            // They name it among others.
            Detail::Poll { .. } | Detail::Watch { .. } => Vec::new(),
            _ => self.file.iter().map(i32::to_string).collect(),
        };
        words.extend(self.detail.words(self.file));
        format!("{}({})", self.name, words.join(", "))
    }

    /// Returns its result, `15`, or its error, `ECONNREFUSED`; `None` while it has not returned.
    pub fn answer(&self) -> Option<String> {
        let result = self.result?;
        Some(match self.error() {
            Some(error) => error_name(error).map_or_else(|| format!("error {error}"), String::from),
            None => result.to_string(),
        })
    }
}

impl Detail {
    fn words(&self, file: Option<i32>) -> Vec<String> {
        match self {
            Detail::None | Detail::At(None) => Vec::new(),
            Detail::Move { asked, flags, address } => {
                let mut words = vec![asked.to_string()];
                let flags = flag_names(*flags);
                words.extend((!flags.is_empty()).then_some(flags));
                words.extend(address.iter().map(|address| address.to_string()));
                words
            }
            Detail::At(Some(address)) => vec![address.to_string()],
            Detail::Backlog(number) | Detail::Copy(number) | Detail::Status(number) => {
                vec![number.to_string()]
            }
            Detail::Ends(Side::Read) => vec!["SHUT_RD".into()],
            Detail::Ends(Side::Write) => vec!["SHUT_WR".into()],
            Detail::Ends(Side::Both) => vec!["SHUT_RDWR".into()],
            Detail::Option { level, option, value } => {
                let mut words = vec![option_name(*level, *option)];
                match value.as_slice() {
                    [] => {}
                    [one] => words.push(one.to_string()),
                    some => {
                        let some: Vec<String> = some.iter().map(i32::to_string).collect();
                        words.push(format!("{{{}}}", some.join(", ")));
                    }
                }
                words
            }
            Detail::Socket { transport, v6 } => vec![
                match (transport, v6) {
                    (Transport::Tcp, false) => "TCP",
                    (Transport::Tcp, true) => "TCP over IPv6",
                    (Transport::Udp, false) => "UDP",
                    (Transport::Udp, true) => "UDP over IPv6",
                    (Transport::Unix, _) => "Unix stream",
                    (Transport::UnixDatagram, _) => "Unix datagrams",
                }
                .into(),
            ],
            Detail::Poll { files, limit } => {
                let mut words: Vec<String> = files.iter().map(Polled::words).collect();
                words.extend(limit.map(seconds));
                words
            }
            Detail::Watch { set, change, events } => {
                let change = match change {
                    Change::Add => "ADD",
                    Change::Remove => "DEL",
                    Change::Modify => "MOD",
                };
                let file = file.map_or(String::new(), |file| file.to_string());
                vec![set.to_string(), change.into(), file, poll_names(*events)]
            }
            Detail::Limit(limit) => limit.iter().map(|limit| seconds(*limit)).collect(),
            Detail::Sleep { time, absolute } => {
                vec![if *absolute { format!("until {}", seconds(*time)) } else { seconds(*time) }]
            }
        }
    }
}

impl Polled {
    fn words(&self) -> String {
        format!("{} {}", self.file, poll_names(self.asked.into())).trim_end().into()
    }
}

fn seconds(time: Duration) -> String {
    match time.as_micros() {
        0 => "0 s".into(),
        1..1_000 => format!("{} µs", time.as_micros()),
        1_000..1_000_000 => format!("{} ms", time.as_micros() as f64 / 1_000.0),
        _ => format!("{} s", time.as_millis() as f64 / 1_000.0),
    }
}

/// Joins the names of the bits that are set; what has no name is given as a number.
fn names(mut bits: u32, known: &[(u32, &str)]) -> String {
    let mut text = String::new();
    for (bit, name) in known.iter().filter(|(bit, _)| bits & bit == *bit).collect::<Vec<_>>() {
        bits &= !bit;
        let _ = write!(text, "{}{name}", if text.is_empty() { "" } else { "|" });
    }
    if bits != 0 {
        let _ = write!(text, "{}{bits:#x}", if text.is_empty() { "" } else { "|" });
    }
    text
}

/// The flags of send(2) and recv(2), without MSG_NOSIGNAL, which every write of Rust and of Python has.
fn flag_names(flags: i32) -> String {
    const NOSIGNAL: i32 = 0x4000;
    let known = [
        (0x1, "MSG_OOB"),
        (0x2, "MSG_PEEK"),
        (0x20, "MSG_TRUNC"),
        (0x40, "MSG_DONTWAIT"),
        (0x100, "MSG_WAITALL"),
        (0x8000, "MSG_MORE"),
        (0x2000_0000, "MSG_FASTOPEN"),
        (0x4000_0000, "MSG_CMSG_CLOEXEC"),
    ];
    names((flags & !NOSIGNAL) as u32, &known)
}

fn poll_names(events: u32) -> String {
    let known = [
        (0x1, "POLLIN"),
        (0x2, "POLLPRI"),
        (0x4, "POLLOUT"),
        (0x8, "POLLERR"),
        (0x10, "POLLHUP"),
        (0x20, "POLLNVAL"),
        (0x2000, "POLLRDHUP"),
        (1 << 30, "EPOLLONESHOT"),
        (1 << 31, "EPOLLET"),
    ];
    names(events, &known)
}

/// The options of socket(7), tcp(7) and ipv6(7), as Linux numbers them.
fn option_name(level: i32, option: i32) -> String {
    match (level, option) {
        (1, 2) => "SO_REUSEADDR",
        (1, 4) => "SO_ERROR",
        (1, 6) => "SO_BROADCAST",
        (1, 7) => "SO_SNDBUF",
        (1, 8) => "SO_RCVBUF",
        (1, 9) => "SO_KEEPALIVE",
        (1, 13) => "SO_LINGER",
        (1, 15) => "SO_REUSEPORT",
        (1, 20 | 66) => "SO_RCVTIMEO",
        (1, 21 | 67) => "SO_SNDTIMEO",
        (6, 1) => "TCP_NODELAY",
        (6, 3) => "TCP_CORK",
        (6, 12) => "TCP_QUICKACK",
        (6, 18) => "TCP_USER_TIMEOUT",
        (41, 26) => "IPV6_V6ONLY",
        _ => return format!("option {option} of level {level}"),
    }
    .into()
}

/// The errors that calls on sockets return, as Linux numbers them (errno(3)).
fn error_name(error: i64) -> Option<&'static str> {
    Some(match error {
        1 => "EPERM",
        2 => "ENOENT",
        4 => "EINTR",
        5 => "EIO",
        9 => "EBADF",
        11 => "EAGAIN",
        12 => "ENOMEM",
        13 => "EACCES",
        14 => "EFAULT",
        17 => "EEXIST",
        20 => "ENOTDIR",
        22 => "EINVAL",
        23 => "ENFILE",
        24 => "EMFILE",
        28 => "ENOSPC",
        32 => "EPIPE",
        36 => "ENAMETOOLONG",
        88 => "ENOTSOCK",
        89 => "EDESTADDRREQ",
        90 => "EMSGSIZE",
        91 => "EPROTOTYPE",
        92 => "ENOPROTOOPT",
        93 => "EPROTONOSUPPORT",
        95 => "EOPNOTSUPP",
        97 => "EAFNOSUPPORT",
        98 => "EADDRINUSE",
        99 => "EADDRNOTAVAIL",
        101 => "ENETUNREACH",
        103 => "ECONNABORTED",
        104 => "ECONNRESET",
        105 => "ENOBUFS",
        106 => "EISCONN",
        107 => "ENOTCONN",
        110 => "ETIMEDOUT",
        111 => "ECONNREFUSED",
        113 => "EHOSTUNREACH",
        114 => "EALREADY",
        115 => "EINPROGRESS",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::stamp::Stamp;
    use crate::system::trace::call::{Address, ProgramId};

    fn call(name: &'static str, file: Option<i32>, detail: Detail, result: Option<i64>) -> Call {
        Call {
            program: ProgramId(0),
            pid: 1,
            tid: 1,
            name,
            file,
            on: None,
            detail,
            start: Stamp(1),
            end: result.map(|_| Stamp(2)),
            result,
            made: None,
            bytes: Vec::new(),
            moved: 0,
        }
    }

    #[test]
    fn calls_read_as_in_strace() {
        let at = || Some(Address::Inet("127.0.0.1:8888".parse().unwrap()));
        let all = [
            call("socket", None, Detail::Socket { transport: Transport::Tcp, v6: false }, Some(3)),
            call("setsockopt", Some(3), Detail::Option { level: 1, option: 2, value: vec![1] }, Some(0)),
            call("bind", Some(3), Detail::At(at()), Some(-98)),
            call("read", Some(4), Detail::Move { asked: 1024, flags: 0, address: None }, Some(15)),
            call("recvfrom", Some(4), Detail::Move { asked: 1, flags: 0x4002, address: at() }, None),
            call("shutdown", Some(4), Detail::Ends(Side::Write), Some(0)),
            call(
                "nanosleep",
                None,
                Detail::Sleep { time: Duration::from_millis(1500), absolute: false },
                Some(0),
            ),
            call(
                "poll",
                Some(4),
                Detail::Poll { files: vec![Polled { file: 4, asked: 5, ready: 0 }], limit: None },
                Some(0),
            ),
            call("epoll_ctl", Some(4), Detail::Watch { set: 5, change: Change::Add, events: 1 }, Some(0)),
        ];
        let texts: Vec<String> = all.iter().map(Call::to_string).collect();
        assert_eq!(
            texts,
            [
                "socket(TCP) = 3",
                "setsockopt(3, SO_REUSEADDR, 1) = 0",
                "bind(3, 127.0.0.1:8888) = EADDRINUSE",
                "read(4, 1024) = 15",
                "recvfrom(4, 1, MSG_PEEK, 127.0.0.1:8888)",
                "shutdown(4, SHUT_WR) = 0",
                "nanosleep(1.5 s) = 0",
                "poll(4 POLLIN|POLLOUT) = 0",
                "epoll_ctl(5, ADD, 4, POLLIN) = 0",
            ]
        );
    }
}
