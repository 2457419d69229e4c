//! Linux: what the arguments of the call in which a thread sleeps tell: whether it writes, how much it can take, and when
//! it returns although nothing has come.

use super::{Pid, children, descendants, stat, tasks};
use std::fs;
use std::mem::{MaybeUninit, size_of};
use std::time::Duration;

/// After which time an alarm clock may ring of which the kernel only tells that the process waits for it.
const MAY_RING: Duration = Duration::from_secs(3);

/// A call in which a thread sleeps, as `/proc/PID/task/TID/syscall` shows it (proc_pid_syscall(5)).
struct Asleep {
    pid: Pid,
    number: i64,
    arguments: [u64; 6],
}

/// Returns the calls in which the threads of the descendants of `root` sleep.
fn asleep(root: Pid) -> impl Iterator<Item = Asleep> {
    tasks(root).filter_map(|(pid, tid)| (state(pid, tid)? == "S").then(|| call(pid, tid))?)
}

/// Returns the state of a thread, one letter; `None` when it is gone.
fn state(pid: Pid, tid: Pid) -> Option<String> {
    stat(&format!("/proc/{pid}/task/{tid}/stat"))?.into_iter().next()
}

/// Returns the call in which a thread is that sleeps.
fn call(pid: Pid, tid: Pid) -> Option<Asleep> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{tid}/syscall")).ok()?;
    let mut words = text.split_ascii_whitespace();
    let number = words.next()?.parse().ok()?;
    let mut arguments = [0; 6];
    for argument in &mut arguments {
        *argument = u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
    }
    Some(Asleep { pid, number, arguments })
}

pub fn one_writes(root: Pid) -> bool {
    asleep(root).any(|call| call.writes())
}

pub fn one_reads_into_nothing(root: Pid) -> bool {
    asleep(root).any(|call| call.number == libc::SYS_recvfrom && call.arguments[2] == 0)
}

pub fn one_prints(root: Pid) -> bool {
    let programs = children(root);
    asleep(root)
        .any(|call| call.writes() && matches!(call.arguments[0], 1 | 2) && programs.contains(&call.pid))
}

pub fn time_limits(root: Pid) -> Vec<Duration> {
    let mut limits: Vec<Duration> = asleep(root).filter_map(|call| call.time_limit()).collect();
    if descendants(root).into_iter().any(catches_alarm) {
        limits.push(MAY_RING);
    }
    limits
}

pub fn sleep_for_good(root: Pid) -> bool {
    let states = tasks(root).filter_map(|(pid, tid)| Some((pid, tid, state(pid, tid)?)));
    let mut left = states.filter(|(.., state)| !matches!(state.as_str(), "Z" | "X")).peekable();
    left.peek().is_some()
        && left.all(|(pid, tid, state)| state == "S" && call(pid, tid).is_some_and(|call| call.is_endless()))
        && !descendants(root).into_iter().any(|pid| catches_alarm(pid) || has_timer(pid))
}

/// Returns whether a process has a timer (timer_create(2), timerfd_create(2)), or a ring, which can hold one
/// (io_uring_setup(2)).
fn has_timer(pid: Pid) -> bool {
    let of_posix = fs::read(format!("/proc/{pid}/timers")).is_ok_and(|timers| !timers.is_empty());
    let can_wake = |fd: fs::DirEntry| {
        let file = fs::read_link(fd.path()).unwrap_or_default();
        let kind = file.to_string_lossy();
        kind.ends_with("[timerfd]") || kind.ends_with("[io_uring]")
    };
    of_posix || fs::read_dir(format!("/proc/{pid}/fd")).is_ok_and(|all| all.flatten().any(can_wake))
}

/// Returns whether a process has a handler for SIGALRM, which alarm(2) sends: the kernel does not tell when.
fn catches_alarm(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    // A runtime that catches every signal has no alarm clock of its own.
    let (alarm, urgent) = (1 << (libc::SIGALRM - 1), 1 << (libc::SIGURG - 1));
    caught & alarm != 0 && caught & urgent == 0
}

/// The shape of a time limit among the arguments of a call; the number is the argument's, from 0.
enum Limit {
    /// Milliseconds, an `int`; negative is none.
    Millis(usize),
    /// The address of a `timespec`; null is none.
    Time(usize),
    /// The address of a `timeval`; null is none.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "newer machines lack the older calls"))]
    TimeOfMicros(usize),
    /// The address of a moment of this clock, if `absolute`, or of a time.
    Moment { at: usize, absolute: bool, clock: libc::clockid_t },
    /// An option of the socket that is argument 0.
    Option(libc::c_int),
    /// None at all.
    No,
}

impl Asleep {
    /// Returns whether it waits for room for what it writes.
    fn writes(&self) -> bool {
        let calls = [
            libc::SYS_write,
            libc::SYS_writev,
            libc::SYS_sendto,
            libc::SYS_sendmsg,
            libc::SYS_sendmmsg,
            libc::SYS_sendfile,
        ];
        calls.contains(&self.number)
    }

    fn limit(&self) -> Limit {
        #[cfg(target_arch = "x86_64")]
        match self.number {
            libc::SYS_poll => return Limit::Millis(2),
            libc::SYS_select => return Limit::TimeOfMicros(4),
            libc::SYS_epoll_wait => return Limit::Millis(3),
            _ => {}
        }
        let flags = self.arguments[1];
        match self.number {
            libc::SYS_ppoll | libc::SYS_rt_sigtimedwait => Limit::Time(2),
            libc::SYS_pselect6 | libc::SYS_recvmmsg => Limit::Time(4),
            libc::SYS_epoll_pwait => Limit::Millis(3),
            libc::SYS_epoll_pwait2 => Limit::Time(3),
            libc::SYS_nanosleep => Limit::Time(0),
            libc::SYS_clock_nanosleep => Limit::Moment {
                at: 2,
                absolute: flags & libc::TIMER_ABSTIME as u64 != 0,
                clock: self.arguments[0] as libc::clockid_t,
            },
            libc::SYS_futex => match (flags & 0x7f) as libc::c_int {
                libc::FUTEX_WAIT => Limit::Time(3),
                libc::FUTEX_WAIT_BITSET => Limit::Moment {
                    at: 3,
                    absolute: true,
                    clock: match flags & libc::FUTEX_CLOCK_REALTIME as u64 {
                        0 => libc::CLOCK_MONOTONIC,
                        _ => libc::CLOCK_REALTIME,
                    },
                },
                _ => Limit::No,
            },
            libc::SYS_read
            | libc::SYS_readv
            | libc::SYS_recvfrom
            | libc::SYS_recvmsg
            | libc::SYS_accept
            | libc::SYS_accept4 => Limit::Option(libc::SO_RCVTIMEO),
            _ if self.writes() => Limit::Option(libc::SO_SNDTIMEO),
            _ => Limit::No,
        }
    }

    /// Returns whether no time limit ends this call; `false` where the kernel does not tell.
    fn is_endless(&self) -> bool {
        match self.limit() {
            Limit::No => {
                // To open a file sleeps, other than for a disk, only at a FIFO, until somebody opens its other end.
                let opens = self.number == libc::SYS_openat;
                #[cfg(target_arch = "x86_64")]
                let opens = opens || self.number == libc::SYS_open;
                let endless = [libc::SYS_wait4, libc::SYS_waitid, libc::SYS_rt_sigsuspend];
                opens || endless.contains(&self.number)
            }
            Limit::Millis(at) => (self.arguments[at] as libc::c_int) < 0,
            Limit::Time(at) | Limit::TimeOfMicros(at) | Limit::Moment { at, .. } => self.arguments[at] == 0,
            Limit::Option(option) => {
                let fd = self.arguments[0] as libc::c_int;
                let file = fs::read_link(format!("/proc/{}/fd/{fd}", self.pid)).unwrap_or_default();
                let file = file.to_string_lossy();
                file.starts_with("pipe:")
                    || (file.starts_with("socket:")
                        && option_of(self.pid, fd, option).is_some_and(|limit| limit.is_zero()))
            }
        }
    }

    /// Returns after which time, from now on or from the start of the call, it returns although nothing has come, twice that
    /// for a clock; `None` where it has no limit, or the kernel does not tell.
    fn time_limit(&self) -> Option<Duration> {
        let found = match self.limit() {
            Limit::No => None,
            Limit::Millis(at) => {
                u64::try_from(self.arguments[at] as libc::c_int).ok().map(Duration::from_millis)
            }
            Limit::Time(at) => self.time_at(self.arguments[at], 1_000_000_000),
            Limit::TimeOfMicros(at) => self.time_at(self.arguments[at], 1_000_000),
            Limit::Moment { at, absolute, clock } => {
                let time = self.time_at(self.arguments[at], 1_000_000_000)?;
                Some(if absolute { time.saturating_sub(now(clock)?) } else { time })
            }
            Limit::Option(option) => option_of(self.pid, self.arguments[0] as libc::c_int, option),
        };
        // A clock beside the call that waits may ring once before it sees that nothing has come since.
        let rings = matches!(self.number, libc::SYS_nanosleep | libc::SYS_clock_nanosleep | libc::SYS_futex);
        found.filter(|limit| !limit.is_zero()).map(|limit| limit * if rings { 2 } else { 1 })
    }

    /// Reads two numbers of the process's memory: seconds, and parts of which a second has so many.
    fn time_at(&self, address: u64, parts: u64) -> Option<Duration> {
        if address == 0 {
            return None;
        }
        let mut words = [0_i64; 2];
        let local = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: size_of::<[i64; 2]>() };
        let remote = libc::iovec { iov_base: address as *mut _, iov_len: size_of::<[i64; 2]>() };
        // SAFETY: the kernel writes at most 16 bytes, to `words`, which has 16; the other address is not of this process.
        let read = unsafe { libc::process_vm_readv(self.pid as libc::pid_t, &local, 1, &remote, 1, 0) };
        if read != size_of::<[i64; 2]>() as isize {
            return None;
        }
        let [seconds, rest] = words.map(|word| u64::try_from(word).ok());
        let nanos = rest?.checked_mul(1_000_000_000 / parts)?;
        Duration::from_secs(seconds?).checked_add(Duration::from_nanos(nanos))
    }
}

/// Returns the time on this clock.
pub fn now(clock: libc::clockid_t) -> Option<Duration> {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the call writes a whole `timespec`, or fails.
    let time = unsafe {
        if libc::clock_gettime(clock, time.as_mut_ptr()) != 0 {
            return None;
        }
        time.assume_init()
    };
    Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
}

/// Returns a time limit of another process's socket (socket(7), SO_RCVTIMEO): by a copy of its descriptor
/// (pidfd_getfd(2)), where that is permitted.
fn option_of(pid: Pid, fd: libc::c_int, option: libc::c_int) -> Option<Duration> {
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    let owned = |fd: libc::c_long| {
        // SAFETY: the kernel has just made this descriptor for this process; nothing else owns it.
        (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as libc::c_int) })
    };
    // SAFETY: these two calls take numbers only.
    let process = owned(unsafe { libc::syscall(libc::SYS_pidfd_open, pid as libc::pid_t, 0) })?;
    // SAFETY: as above.
    let copy = owned(unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0) })?;
    let mut limit = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let mut size = size_of::<libc::timeval>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `size` bytes to `limit`, which has so many.
    let result = unsafe {
        let limit = (&raw mut limit).cast();
        libc::getsockopt(copy.as_raw_fd(), libc::SOL_SOCKET, option, limit, &mut size)
    };
    if result != 0 {
        return None;
    }
    let seconds = Duration::from_secs(limit.tv_sec.try_into().ok()?);
    Some(seconds + Duration::from_micros(limit.tv_usec.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::processes;
    use std::process::{Command, Stdio};

    /// Starts a shell with these commands, of which `programs` are to run, and returns whether its children sleep for good.
    fn sleeps(commands: &str, programs: &[&str]) -> bool {
        let mut shell = Command::new("sh");
        let mut shell = shell
            .args(["-c", commands])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let root = shell.id();
        let is_there = |name: &&str| {
            let named =
                |pid| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == *name);
            descendants(root).into_iter().any(named)
        };
        let rest = || programs.iter().all(is_there) && processes::at_rest(root);
        let rests = (0..10_000).any(|_| {
            std::thread::sleep(Duration::from_millis(5));
            rest()
        });
        let found = sleep_for_good(root);
        for pid in descendants(root) {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid as i32), nix::sys::signal::SIGKILL);
        }
        shell.wait().unwrap();
        assert!(rests, "{commands}");
        found
    }

    #[test]
    fn who_waits_for_a_pipe_sleeps_for_good_and_who_waits_for_a_clock_does_not() {
        assert!(sleeps("cat; true", &["cat"]));
        assert!(!sleeps("sleep 300; true", &["sleep"]));
        assert!(!sleeps("sleep 300 | cat; true", &["sleep", "cat"]));
    }

    #[test]
    fn who_opens_a_fifo_that_nobody_else_opens_sleeps_for_good() {
        assert!(sleeps("fifo=$(mktemp -u); mkfifo \"$fifo\"; cat \"$fifo\"; rm \"$fifo\"", &["cat"]));
    }

    #[test]
    fn what_has_ended_does_not_sleep() {
        assert!(!sleep_for_good(Pid::MAX));
    }
}
