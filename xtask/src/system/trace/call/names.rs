//! The names of all calls that are followed.

/// All names, as in syscalls(2).
const NAMES: &[&str] = &[
    "accept",
    "accept4",
    "bind",
    "clock_nanosleep",
    "close",
    "connect",
    "dup",
    "dup2",
    "dup3",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "exit",
    "exit_group",
    "fcntl",
    "getsockopt",
    "listen",
    "nanosleep",
    "poll",
    "ppoll",
    "pselect6",
    "read",
    "readv",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "select",
    "sendfile",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "socket",
    "socketpair",
    "splice",
    "write",
    "writev",
];

/// Returns the name as it is stored; `None` for a call that is not followed.
pub fn name(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|known| **known == name).copied()
}
