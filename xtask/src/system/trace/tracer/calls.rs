//! The calls of interest: their numbers, their names, and the shapes of their arguments.

/// How a call's arguments are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "newer machines lack the older calls"))]
pub enum Shape {
    /// Descriptor, buffer, length: `read`, `write`.
    Buffer,
    /// Descriptor, vector of buffers, their number: `readv`, `writev`.
    Vector,
    /// As `Buffer`, then flags, address and its length, which is itself an address for `recvfrom`.
    SendTo,
    RecvFrom,
    /// Descriptor, message, flags.
    Message,
    /// Descriptor, messages, their number, flags.
    Messages,
    /// To, from, offset, length.
    SendFile,
    /// From, offset, to, offset, length, flags.
    Splice,
    Socket,
    SocketPair,
    /// Descriptor, address, its length: `bind`, `connect`.
    Name,
    Listen,
    Accept,
    Shutdown,
    Close,
    SetOption,
    GetOption,
    Dup,
    /// `dup2`, `dup3`.
    DupOnto,
    Fcntl,
    /// Files, their number, milliseconds.
    Poll,
    /// Files, their number, address of a time.
    PollTime,
    /// Number, three sets, address of a time in seconds and microseconds.
    Select,
    /// As `Select`, with nanoseconds.
    SelectTime,
    EpollControl,
    /// Set, events, their number, milliseconds.
    EpollWait,
    /// Set, events, their number, address of a time.
    EpollWaitTime,
    /// Address of a time.
    Sleep,
    /// Clock, flags, address of a time.
    ClockSleep,
    Exit,
    /// The kernel goes on with a call that a signal has interrupted (restart_syscall(2)).
    Restart,
    /// A signal handler ends (sigreturn(2)).
    HandlerEnds,
}

/// A call of interest.
#[derive(Debug)]
pub struct Known {
    number: libc::c_long,
    /// Its name; empty for those that are no calls of a program's own.
    pub name: &'static str,
    /// How its arguments are read.
    pub shape: Shape,
}

const fn known(number: libc::c_long, name: &'static str, shape: Shape) -> Known {
    Known { number, name, shape }
}

const CALLS: &[Known] = &[
    known(libc::SYS_read, "read", Shape::Buffer),
    known(libc::SYS_write, "write", Shape::Buffer),
    known(libc::SYS_readv, "readv", Shape::Vector),
    known(libc::SYS_writev, "writev", Shape::Vector),
    known(libc::SYS_recvfrom, "recvfrom", Shape::RecvFrom),
    known(libc::SYS_sendto, "sendto", Shape::SendTo),
    known(libc::SYS_recvmsg, "recvmsg", Shape::Message),
    known(libc::SYS_sendmsg, "sendmsg", Shape::Message),
    known(libc::SYS_recvmmsg, "recvmmsg", Shape::Messages),
    known(libc::SYS_sendmmsg, "sendmmsg", Shape::Messages),
    known(libc::SYS_sendfile, "sendfile", Shape::SendFile),
    known(libc::SYS_splice, "splice", Shape::Splice),
    known(libc::SYS_socket, "socket", Shape::Socket),
    known(libc::SYS_socketpair, "socketpair", Shape::SocketPair),
    known(libc::SYS_bind, "bind", Shape::Name),
    known(libc::SYS_connect, "connect", Shape::Name),
    known(libc::SYS_listen, "listen", Shape::Listen),
    known(libc::SYS_accept, "accept", Shape::Accept),
    known(libc::SYS_accept4, "accept4", Shape::Accept),
    known(libc::SYS_shutdown, "shutdown", Shape::Shutdown),
    known(libc::SYS_close, "close", Shape::Close),
    known(libc::SYS_setsockopt, "setsockopt", Shape::SetOption),
    known(libc::SYS_getsockopt, "getsockopt", Shape::GetOption),
    known(libc::SYS_dup, "dup", Shape::Dup),
    known(libc::SYS_dup3, "dup3", Shape::DupOnto),
    known(libc::SYS_fcntl, "fcntl", Shape::Fcntl),
    known(libc::SYS_ppoll, "ppoll", Shape::PollTime),
    known(libc::SYS_pselect6, "pselect6", Shape::SelectTime),
    known(libc::SYS_epoll_ctl, "epoll_ctl", Shape::EpollControl),
    known(libc::SYS_epoll_pwait, "epoll_pwait", Shape::EpollWait),
    known(libc::SYS_epoll_pwait2, "epoll_pwait2", Shape::EpollWaitTime),
    known(libc::SYS_nanosleep, "nanosleep", Shape::Sleep),
    known(libc::SYS_clock_nanosleep, "clock_nanosleep", Shape::ClockSleep),
    known(libc::SYS_exit, "exit", Shape::Exit),
    known(libc::SYS_exit_group, "exit_group", Shape::Exit),
    known(libc::SYS_restart_syscall, "", Shape::Restart),
    known(libc::SYS_rt_sigreturn, "", Shape::HandlerEnds),
];

/// Older calls, which newer machines do not have.
#[cfg(target_arch = "x86_64")]
const OLD: &[Known] = &[
    known(libc::SYS_dup2, "dup2", Shape::DupOnto),
    known(libc::SYS_poll, "poll", Shape::Poll),
    known(libc::SYS_select, "select", Shape::Select),
    known(libc::SYS_epoll_wait, "epoll_wait", Shape::EpollWait),
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[Known] = &[];

/// Returns the numbers of all calls of interest.
pub fn numbers() -> impl Iterator<Item = libc::c_long> {
    CALLS.iter().chain(OLD).map(|known| known.number)
}

/// Returns the call of this number, if it is of interest.
pub fn of(number: libc::c_long) -> Option<&'static Known> {
    CALLS.iter().chain(OLD).find(|known| known.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::trace::call::name;

    #[test]
    fn the_model_knows_each_name() {
        for known in CALLS.iter().chain(OLD).filter(|known| !known.name.is_empty()) {
            assert_eq!(name(known.name), Some(known.name));
        }
    }
}
