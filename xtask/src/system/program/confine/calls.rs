//! The filter of calls that go around Landlock, or harm other processes: each fails as it does on a system that lacks what it
//! asks for.

use crate::system::filter::{Filter, allow, equals, fails, has, keep, load_argument, load_upper};
use libc::sock_filter;

/// Numbers of x32, which x86-64 takes, too.
const X32: u32 = 1 << 30;

/// What `socket` is asked for beside the kind: SOCK_NONBLOCK, SOCK_CLOEXEC.
const KIND: u32 = 0xf;

// Of linux/tcp.h.
const TCP_FASTOPEN_CONNECT: u32 = 30;
const TCP_ULP: u32 = 31;

/// `setpriority` names one process (of linux/resource.h), and `ioprio_set` does (of linux/ioprio.h).
const PRIO_PROCESS: u32 = 0;
const IOPRIO_WHO_PROCESS: u32 = 1;

/// When, and on which processors, a process runs.
const SCHEDULES: [libc::c_long; 4] = [
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setaffinity,
];

/// Queues, memory and semaphores of System V (sysvipc(7)): all of a user's programs share them, and they outlive all.
const OF_SYSTEM_V: [libc::c_long; 11] = [
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
];

/// Extended attributes of files (xattr(7)), of which Landlock knows nothing. The last two are `setxattrat` and `removexattrat`.
const SETS_ATTRIBUTES: [libc::c_long; 8] = [
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    463,
    466,
];

/// Makes the filter.
pub fn filter() -> Filter {
    let mut steps = vec![has(X32, 0, 1), fails(libc::ENOSYS)];
    let rules = [
        (libc::SYS_socket, socket()),
        (libc::SYS_socketpair, socket()),
        // It connects without `connect`, which is all that Landlock sees.
        (libc::SYS_sendto, no_fast_open(3)),
        (libc::SYS_sendmsg, no_fast_open(2)),
        (libc::SYS_sendmmsg, no_fast_open(3)),
        (libc::SYS_setsockopt, set_option()),
        // Its calls come to no filter.
        (libc::SYS_io_uring_setup, vec![fails(libc::ENOSYS)]),
        (libc::SYS_prlimit64, limit_of_another()),
        (libc::SYS_setpriority, priority_of_another(PRIO_PROCESS)),
        (libc::SYS_ioprio_set, priority_of_another(IOPRIO_WHO_PROCESS)),
    ];
    let schedules = SCHEDULES.iter().map(|number| (*number, schedule_of_another()));
    let messages = OF_SYSTEM_V.iter().map(|number| (*number, vec![fails(libc::ENOSYS)]));
    let attributes = SETS_ATTRIBUTES.iter().map(|number| (*number, vec![fails(libc::EPERM)]));
    for (number, rule) in rules.into_iter().chain(schedules).chain(messages).chain(attributes) {
        // Each rule ends: what follows it is for another call.
        steps.push(equals(number as u32, 0, rule.len() as u8));
        steps.extend(rule);
    }
    Filter::new(libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32, steps)
}

/// TCP and UDP, and sockets of the file system. Other families and protocols (MPTCP, SCTP, SMC, vsock, packets) know no rules of
/// Landlock.
fn socket() -> Vec<sock_filter> {
    let [tcp, udp, icmp, icmp6] =
        [libc::IPPROTO_TCP, libc::IPPROTO_UDP, libc::IPPROTO_ICMP, libc::IPPROTO_ICMPV6]
            .map(|number| number as u32);
    vec![
        load_argument(0),
        equals(libc::AF_UNIX as u32, 0, 1),
        allow(),
        equals(libc::AF_INET as u32, 2, 0),
        equals(libc::AF_INET6 as u32, 1, 0),
        fails(libc::EAFNOSUPPORT),
        load_argument(1),
        keep(KIND),
        equals(libc::SOCK_STREAM as u32, 4, 0),
        equals(libc::SOCK_DGRAM as u32, 3, 0),
        // As for everybody but root.
        equals(libc::SOCK_RAW as u32, 0, 1),
        fails(libc::EPERM),
        fails(libc::ESOCKTNOSUPPORT),
        load_argument(2),
        equals(0, 5, 0),
        equals(tcp, 4, 0),
        equals(udp, 3, 0),
        equals(icmp, 2, 0),
        equals(icmp6, 1, 0),
        fails(libc::EPROTONOSUPPORT),
        allow(),
    ]
}

/// No TCP Fast Open by the flags of a call that sends.
fn no_fast_open(flags: u32) -> Vec<sock_filter> {
    vec![load_argument(flags), has(libc::MSG_FASTOPEN as u32, 0, 1), fails(libc::EOPNOTSUPP), allow()]
}

/// No TCP Fast Open for `connect`, and no other protocol on top of TCP.
fn set_option() -> Vec<sock_filter> {
    vec![
        load_argument(1),
        equals(libc::IPPROTO_TCP as u32, 0, 4),
        load_argument(2),
        equals(TCP_FASTOPEN_CONNECT, 1, 0),
        equals(TCP_ULP, 0, 1),
        fails(libc::ENOPROTOOPT),
        allow(),
    ]
}

/// No limits for another process, such as the runner: Landlock does not hold that. A process may name itself by 0.
fn limit_of_another() -> Vec<sock_filter> {
    vec![
        load_argument(0),
        equals(0, 4, 0),
        load_argument(2),
        equals(0, 0, 3),
        load_upper(2),
        equals(0, 0, 1),
        allow(),
        fails(libc::EPERM),
    ]
}

/// No other priority for other processes. A process, or thread, may name itself by 0. `one` is the kind of a single process.
fn priority_of_another(one: u32) -> Vec<sock_filter> {
    vec![load_argument(0), equals(one, 0, 3), load_argument(1), equals(0, 0, 1), allow(), fails(libc::EPERM)]
}

/// No other scheduler and no other processors for other processes. A thread may name itself by 0.
fn schedule_of_another() -> Vec<sock_filter> {
    vec![load_argument(0), equals(0, 0, 1), allow(), fails(libc::EPERM)]
}
