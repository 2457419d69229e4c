//! What a tree of processes is doing: who is in it, which sockets it holds, whether it is at rest.

use std::collections::HashSet;
use std::time::Duration;

/// A process identifier.
pub type Pid = u32;

/// What the threads of a process tree were seen doing at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Every thread sleeps in a call that waits for the outside; the name of the first one's.
    Asleep(&'static str),
    /// At least one thread runs, or sleeps in a call that says nothing (a page being read, say).
    Busy,
    /// There is no such process any more.
    Gone,
    /// This platform does not tell.
    Unknown,
}

/// All descendants of `root`, without `root` itself. Empty where the platform does not tell.
pub fn descendants(root: Pid) -> Vec<Pid> {
    imp::descendants(root)
}

/// The inodes of all sockets that the descendants of `root` hold open.
pub fn socket_inodes(root: Pid) -> HashSet<u64> {
    imp::descendants(root).into_iter().flat_map(imp::socket_inodes).collect()
}

/// What the descendants of `root` are doing.
pub fn activity(root: Pid) -> Activity {
    imp::activity(root)
}

/// Whether every thread of the descendants of `root` sleeps, in whatever call.
pub fn all_sleep(root: Pid) -> bool {
    imp::all_sleep(root)
}

/// Whether every thread sleeps, as [`all_sleep`] says, and no program that has ended waits to be collected by `root`.
pub fn all_wait(root: Pid) -> bool {
    imp::all_wait(root)
}

/// Whether nothing of what `root` started is about to do something by itself, or to end: every thread sleeps, in whatever
/// call, and none of its own children waits to be collected. Always so where the platform does not tell.
pub fn at_rest(root: Pid) -> bool {
    imp::at_rest(root)
}

/// CPU time that the descendants of `root` have used so far, in user and kernel mode.
///
/// Linux counts it in ticks of 10 ms.
pub fn cpu_time(root: Pid) -> Option<Duration> {
    imp::cpu_time(root)
}

/// The call in which the descendants of `root` wait for a connection to bring something, when all of them sleep and at
/// least one of their threads does so.
pub fn waits_to_read(root: Pid) -> Option<&'static str> {
    imp::calls(root)?.into_iter().find(|call| READS.contains(call))
}

/// Whether at least one thread of the descendants of `root` sleeps in a call that waits for input or for a connection.
pub fn one_waits(root: Pid) -> bool {
    imp::one_waits(root)
}

/// Calls that return when a connection brings something.
const READS: [&str; 12] = [
    "read",
    "readv",
    "recvfrom",
    "recvmsg",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "splice",
];

/// Limits the address space of the descendants of `root` to `more` bytes above what each has now (RLIMIT_AS, see
/// getrlimit(2)). Runtimes that reserve much address space at their start are not disturbed by it. Elsewhere than on
/// Linux it does nothing.
pub fn limit_memory(root: Pid, more: u64) {
    imp::limit_memory(root, more);
}

/// Stops the descendants of `root` (SIGSTOP), and waits until none of their threads runs; `false` lets them go on
/// (SIGCONT). Elsewhere than on Linux it does nothing.
pub fn pause(root: Pid, stop: bool) {
    imp::pause(root, stop);
}

#[cfg(target_os = "linux")]
mod imp {
    use super::*;
    use std::fs;

    pub fn descendants(root: Pid) -> Vec<Pid> {
        let mut found = Vec::new();
        let mut next = vec![root];
        while let Some(pid) = next.pop() {
            let children = children(pid);
            found.extend(&children);
            next.extend(children);
        }
        found
    }

    /// `/proc/PID/task/TID/children` (proc_pid_task(5)), of every thread.
    fn children(pid: Pid) -> Vec<Pid> {
        let mut found = Vec::new();
        for tid in threads(pid) {
            let list = fs::read_to_string(format!("/proc/{pid}/task/{tid}/children")).unwrap_or_default();
            found.extend(list.split_ascii_whitespace().filter_map(|word| word.parse::<Pid>().ok()));
        }
        found
    }

    fn threads(pid: Pid) -> Vec<Pid> {
        let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
    }

    pub fn socket_inodes(pid: Pid) -> Vec<u64> {
        let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
        let inode = |entry: fs::DirEntry| {
            let target = fs::read_link(entry.path()).ok()?;
            target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
        };
        entries.flatten().filter_map(inode).collect()
    }

    /// Fields of `/proc/PID/stat` after the name, which may itself hold spaces and parentheses.
    fn stat(path: &str) -> Option<Vec<String>> {
        let text = fs::read_to_string(path).ok()?;
        let (_, rest) = text.rsplit_once(')')?;
        Some(rest.split_ascii_whitespace().map(String::from).collect())
    }

    pub fn cpu_time(root: Pid) -> Option<Duration> {
        let ticks: u64 = descendants(root)
            .into_iter()
            .filter_map(|pid| {
                let fields = stat(&format!("/proc/{pid}/stat"))?;
                Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
            })
            .sum();
        Some(Duration::from_millis(ticks * 10))
    }

    pub fn limit_memory(root: Pid, more: u64) {
        for pid in descendants(root) {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.strip_suffix("kB"));
            let Some(size) = size.and_then(|size| size.trim().parse::<u64>().ok()) else { continue };
            let limit = size * 1024 + more;
            let limit = libc::rlimit64 { rlim_cur: limit, rlim_max: limit };
            // SAFETY: prlimit reads the struct that it is given, and writes nothing: the place for the old limit is null.
            unsafe { libc::prlimit64(pid as libc::pid_t, libc::RLIMIT_AS, &limit, std::ptr::null_mut()) };
        }
    }

    pub fn pause(root: Pid, stop: bool) {
        use nix::sys::signal::{Signal, kill};
        let signal = if stop { Signal::SIGSTOP } else { Signal::SIGCONT };
        let until = std::time::Instant::now() + Duration::from_secs(5);
        loop {
            for pid in descendants(root) {
                let _ = kill(nix::unistd::Pid::from_raw(pid as i32), signal);
            }
            let stopped = |(pid, tid)| {
                let fields = stat(&format!("/proc/{pid}/task/{tid}/stat"));
                fields.is_none_or(|fields| matches!(fields[0].as_str(), "T" | "t" | "Z" | "X"))
            };
            let mut all = descendants(root)
                .into_iter()
                .flat_map(|pid| threads(pid).into_iter().map(move |tid| (pid, tid)));
            if !stop || all.all(stopped) || std::time::Instant::now() > until {
                return;
            }
            std::thread::sleep(Duration::from_micros(200)); // Only the interval at which to look again.
        }
    }

    pub fn all_sleep(root: Pid) -> bool {
        let asleep = |(pid, tid)| {
            let fields = stat(&format!("/proc/{pid}/task/{tid}/stat"));
            fields.is_none_or(|fields| matches!(fields[0].as_str(), "S" | "Z" | "X"))
        };
        descendants(root)
            .into_iter()
            .flat_map(|pid| threads(pid).into_iter().map(move |tid| (pid, tid)))
            .all(asleep)
    }

    pub fn all_wait(root: Pid) -> bool {
        let has_ended = |pid: &Pid| {
            let fields = stat(&format!("/proc/{pid}/stat"));
            fields.is_none_or(|fields| matches!(fields[0].as_str(), "Z" | "X"))
        };
        !children(root).iter().any(has_ended) && all_sleep(root)
    }

    pub fn at_rest(root: Pid) -> bool {
        !children(root).is_empty() && all_wait(root)
    }

    pub fn one_waits(root: Pid) -> bool {
        let waits = |(pid, tid)| {
            let asleep = stat(&format!("/proc/{pid}/task/{tid}/stat")).is_some_and(|fields| fields[0] == "S");
            let call = if asleep { waiting_call(pid, tid) } else { None };
            call.is_some_and(|call| READS.contains(&call) || call.starts_with("accept"))
        };
        let threads = |pid| threads(pid).into_iter().map(move |tid| (pid, tid));
        descendants(root).into_iter().flat_map(threads).any(waits)
    }

    /// The calls in which all threads sleep; `None` when one of them does not.
    pub fn calls(root: Pid) -> Option<Vec<&'static str>> {
        let mut calls = Vec::new();
        for pid in descendants(root) {
            for tid in threads(pid) {
                let Some(fields) = stat(&format!("/proc/{pid}/task/{tid}/stat")) else { continue };
                match fields[0].as_str() {
                    "Z" | "X" => {}
                    "S" => calls.push(waiting_call(pid, tid)?),
                    _ => return None,
                }
            }
        }
        Some(calls)
    }

    pub fn activity(root: Pid) -> Activity {
        match calls(root) {
            None => Activity::Busy,
            Some(calls) => calls.first().map_or(Activity::Gone, |call| Activity::Asleep(call)),
        }
    }

    /// The name of the call in which a thread waits for something outside itself.
    fn waiting_call(pid: Pid, tid: Pid) -> Option<&'static str> {
        let text = fs::read_to_string(format!("/proc/{pid}/task/{tid}/syscall")).ok()?;
        let mut words = text.split_ascii_whitespace();
        let number: i64 = words.next()?.parse().ok()?;
        let on_input = words.next() == Some("0x0");
        CALLS.iter().find(|(known, _)| *known == number).map(|(_, name)| match *name {
            "read" if on_input => "read of its standard input",
            name => name,
        })
    }

    #[cfg(target_arch = "x86_64")]
    const CALLS: &[(i64, &str)] = &[
        (0, "read"),
        (7, "poll"),
        (19, "readv"),
        (23, "select"),
        (34, "pause"),
        (35, "nanosleep"),
        (43, "accept"),
        (45, "recvfrom"),
        (47, "recvmsg"),
        (61, "wait4"),
        (128, "rt_sigtimedwait"),
        (130, "rt_sigsuspend"),
        (202, "futex"),
        (230, "clock_nanosleep"),
        (232, "epoll_wait"),
        (247, "waitid"),
        (270, "pselect6"),
        (275, "splice"),
        (271, "ppoll"),
        (281, "epoll_pwait"),
        (288, "accept4"),
        (299, "recvmmsg"),
        (426, "io_uring_enter"),
        (441, "epoll_pwait2"),
    ];
    /// The numbers of `asm-generic/unistd.h`, for aarch64 and riscv64.
    #[cfg(not(target_arch = "x86_64"))]
    const CALLS: &[(i64, &str)] = &[
        (22, "epoll_pwait"),
        (63, "read"),
        (65, "readv"),
        (72, "pselect6"),
        (73, "ppoll"),
        (76, "splice"),
        (95, "waitid"),
        (98, "futex"),
        (101, "nanosleep"),
        (115, "clock_nanosleep"),
        (133, "rt_sigsuspend"),
        (137, "rt_sigtimedwait"),
        (202, "accept"),
        (207, "recvfrom"),
        (212, "recvmsg"),
        (242, "accept4"),
        (243, "recvmmsg"),
        (260, "wait4"),
        (426, "io_uring_enter"),
        (441, "epoll_pwait2"),
    ];
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::*;

    pub fn descendants(_: Pid) -> Vec<Pid> {
        Vec::new()
    }
    pub fn socket_inodes(_: Pid) -> Vec<u64> {
        Vec::new()
    }
    pub fn cpu_time(_: Pid) -> Option<Duration> {
        None
    }
    pub fn limit_memory(_: Pid, _: u64) {}
    pub fn pause(_: Pid, _: bool) {}
    pub fn calls(_: Pid) -> Option<Vec<&'static str>> {
        None
    }
    pub fn all_sleep(_: Pid) -> bool {
        true
    }
    pub fn at_rest(_: Pid) -> bool {
        true
    }
    pub fn all_wait(_: Pid) -> bool {
        true
    }
    pub fn one_waits(_: Pid) -> bool {
        false
    }
    pub fn activity(_: Pid) -> Activity {
        Activity::Unknown
    }
}
