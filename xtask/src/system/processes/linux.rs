//! Linux: what /proc tells about processes.

mod asleep;

pub use asleep::{one_prints, one_reads_into_nothing, one_writes, sleep_for_good, time_limits};

use super::told::{Activity, Call, FewDescriptors, Pid, Spent};
use crate::system::trace::stops;
use std::collections::HashSet;
use std::fs;
use std::time::Duration;

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

/// Reads `/proc/PID/task/TID/children` (proc_pid_task(5)) of every thread.
fn children(pid: Pid) -> Vec<Pid> {
    let mut found = Vec::new();
    for tid in threads(pid) {
        let list = fs::read_to_string(format!("/proc/{pid}/task/{tid}/children")).unwrap_or_default();
        found.extend(list.split_ascii_whitespace().filter_map(|word| word.parse::<Pid>().ok()));
    }
    found
}

/// Returns each thread of the descendants of `root`, with its process.
fn tasks(root: Pid) -> impl Iterator<Item = (Pid, Pid)> {
    descendants(root).into_iter().flat_map(|pid| threads(pid).into_iter().map(move |tid| (pid, tid)))
}

/// Returns the call for which a thread sleeps, if it waits for something outside itself.
fn sleeps_in((pid, tid): (Pid, Pid)) -> Option<Call> {
    let asleep = stat(&format!("/proc/{pid}/task/{tid}/stat")).is_some_and(|fields| fields[0] == "S");
    if asleep { waiting_call(pid, tid) } else { None }
}

pub fn threads(pid: Pid) -> Vec<Pid> {
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

/// Returns the fields of `/proc/PID/stat` after the name, which may itself contain spaces and parentheses.
pub fn stat(path: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(path).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_ascii_whitespace().map(String::from).collect())
}

/// Returns what each descendant of `root` has used, and what those have that `root` itself has reaped. A parent stands before
/// its children: one that is reaped between two looks may be missed, and is never counted twice.
pub fn spent(root: Pid) -> Vec<Spent> {
    let of = |pid: Pid| {
        let fields = stat(&format!("/proc/{pid}/stat"))?;
        let number = |n: usize| fields.get(n).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        let ticks = |n: usize| Duration::from_millis(10 * (number(n) + number(n + 1)));
        let own = if pid == root { Duration::ZERO } else { clock_of(pid).unwrap_or_else(|| ticks(11)) };
        Some(Spent { pid, born: number(19), own, reaped: ticks(13) })
    };
    std::iter::once(root).chain(descendants(root)).filter_map(of).collect()
}

/// Reads the clock of a process that counts its CPU time, also that of its ended threads (clock_getcpuclockid(3)), in
/// nanoseconds. (`stat` counts ticks of 10 ms, rounded down: in a crowd that makes seconds.)
fn clock_of(pid: Pid) -> Option<Duration> {
    let mut clock: libc::clockid_t = 0;
    // SAFETY: the call writes one number, to `clock`.
    if unsafe { libc::clock_getcpuclockid(pid as libc::pid_t, &mut clock) } != 0 {
        return None;
    }
    asleep::now(clock)
}

/// Reads the second number of each thread's `schedstat`: nanoseconds.
pub fn waited_for_processor(root: Pid) -> Option<Duration> {
    let of = |(pid, tid): (Pid, Pid)| {
        let text = fs::read_to_string(format!("/proc/{pid}/task/{tid}/schedstat")).ok()?;
        text.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let found: Vec<u64> = tasks(root).filter_map(of).collect();
    if found.is_empty() {
        return None;
    }
    // A traced program that stands still for its tracer waits as long as that waits.
    let tracer = threads(root).into_iter().filter_map(|tid| of((root, tid)));
    Some(Duration::from_nanos(found.iter().sum::<u64>() + tracer.sum::<u64>()))
}

/// Reads `/proc/PID/smaps_rollup` (proc_pid_smaps(5)), which counts pages, and not the kernel's running sum, which may
/// be off by some pages for each thread.
pub fn memory(root: Pid) -> Option<u64> {
    let of = |pid: Pid| {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let size = text.lines().find_map(|line| line.strip_prefix("Anonymous:")?.strip_suffix("kB"))?;
        Some(size.trim().parse::<u64>().ok()? * 1024)
    };
    let found: Vec<u64> = descendants(root).into_iter().filter_map(of).collect();
    if found.is_empty() { None } else { Some(found.iter().sum()) }
}

pub fn zombies(root: Pid) -> Vec<Pid> {
    let below = children(root).into_iter().filter(|pid| !has_ended(*pid)).flat_map(descendants);
    below.filter(|pid| has_ended(*pid)).collect()
}

/// Reads `/proc/PID/cmdline` (proc_pid_cmdline(5)), which is empty for a process that has ended.
pub fn runs(root: Pid, text: &str) -> bool {
    let has = |pid: Pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| memchr::memmem::find(word, text.as_bytes()).is_some())
    };
    descendants(root).into_iter().any(has)
}

/// Returns whether a process has ended. It may still be there as a zombie, until its parent reaps it.
fn has_ended(pid: Pid) -> bool {
    stat(&format!("/proc/{pid}/stat")).is_none_or(|fields| matches!(fields[0].as_str(), "Z" | "X"))
}

pub fn is_exiting(pid: Pid) -> bool {
    /// `PF_EXITING` in the flags of a task (include/linux/sched.h).
    const EXITING: u64 = 4;
    let flags = |fields: Vec<String>| fields.get(6)?.parse::<u64>().ok();
    has_ended(pid)
        || stat(&format!("/proc/{pid}/stat")).and_then(flags).is_none_or(|flags| flags & EXITING != 0)
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

pub fn descriptors(pid: Pid) -> HashSet<u64> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else { return HashSet::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

pub fn limit_descriptors(root: Pid, spare: u64) -> Option<FewDescriptors> {
    let mut few = FewDescriptors { before: Vec::new(), restore: restore_descriptors };
    for pid in descendants(root) {
        match limit_descriptors_of(pid, spare) {
            Some(before) => few.before.push(before),
            None if is_exiting(pid) => {}
            None => return None,
        }
    }
    (!few.before.is_empty()).then_some(few)
}

/// Limits one process. Returns it with its limits of before.
fn limit_descriptors_of(pid: Pid, spare: u64) -> Option<(Pid, u64, u64)> {
    let open = descriptors(pid);
    let limit = (0..).find(|number| !open.contains(number)).unwrap_or(0) + spare;
    if open.is_empty() || threads(pid).into_iter().any(|tid| polled(pid, tid) > limit) {
        return None;
    }
    let mut old = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: prlimit writes the struct that it is given; the place for a new limit is null.
    let got =
        unsafe { libc::prlimit64(pid as libc::pid_t, libc::RLIMIT_NOFILE, std::ptr::null(), &mut old) } == 0;
    (got && set_descriptors((pid, limit.min(old.rlim_cur), old.rlim_max))).then_some((
        pid,
        old.rlim_cur,
        old.rlim_max,
    ))
}

fn restore_descriptors(before: (Pid, u64, u64)) {
    set_descriptors(before);
}

fn set_descriptors((pid, soft, hard): (Pid, u64, u64)) -> bool {
    let limit = libc::rlimit64 { rlim_cur: soft, rlim_max: hard };
    // SAFETY: prlimit reads the struct that it is given, and writes nothing: the place for the old limit is null.
    unsafe { libc::prlimit64(pid as libc::pid_t, libc::RLIMIT_NOFILE, &limit, std::ptr::null_mut()) == 0 }
}

/// Returns the number of entries of the `poll` in which a thread sleeps; 0 when it sleeps in no `poll`.
fn polled(pid: Pid, tid: Pid) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{tid}/syscall")).unwrap_or_default();
    let mut words = text.split_ascii_whitespace();
    let number: Option<i64> = words.next().and_then(|word| word.parse().ok());
    let name = number.and_then(|number| CALLS.iter().find(|(known, _)| *known == number));
    match name {
        Some((_, "poll" | "ppoll")) => {
            words.nth(1).and_then(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()).unwrap_or(0)
        }
        _ => 0,
    }
}

pub fn pause(root: Pid, stop: bool) {
    use nix::sys::signal::{Signal, kill};
    let signal = if stop { Signal::SIGSTOP } else { Signal::SIGCONT };
    let until = std::time::Instant::now() + Duration::from_secs(5);
    let stopped = |(pid, tid)| {
        let fields = stat(&format!("/proc/{pid}/task/{tid}/stat"));
        fields.is_none_or(|fields| match fields[0].as_str() {
            "T" | "Z" | "X" => true,
            // A program that its keeper traces also stops so for a moment at its calls.
            "t" => stops::is_stopped(tid) || tracer(pid, tid) != Some(root),
            _ => false,
        })
    };
    // What a tracer has told of an earlier stop must not be taken for the next one.
    let goes_on = |(_, tid)| !stops::is_stopped(tid);
    loop {
        for pid in descendants(root) {
            let _ = kill(nix::unistd::Pid::from_raw(pid as i32), signal);
        }
        let done = if stop { tasks(root).all(stopped) } else { tasks(root).all(goes_on) };
        if done || std::time::Instant::now() > until {
            return;
        }
        std::thread::sleep(Duration::from_micros(200)); // Only the interval at which to look again.
    }
}

/// Returns the process that traces a thread (ptrace(2)), if one does.
fn tracer(pid: Pid, tid: Pid) -> Option<Pid> {
    let status = fs::read_to_string(format!("/proc/{pid}/task/{tid}/status")).ok()?;
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"))?.trim().parse().ok()?;
    (tracer != 0).then_some(tracer)
}

pub fn all_sleep(root: Pid) -> bool {
    let asleep = |(pid, tid)| {
        let fields = stat(&format!("/proc/{pid}/task/{tid}/stat"));
        fields.is_none_or(|fields| matches!(fields[0].as_str(), "S" | "Z" | "X"))
    };
    tasks(root).all(asleep)
}

pub fn all_wait(root: Pid) -> bool {
    // In this order: a child that ends between the two looks counts as asleep in the first, and is dead, or gone, in the second.
    all_sleep(root) && !children(root).into_iter().any(has_ended)
}

pub fn at_rest(root: Pid) -> bool {
    all_wait(root) && !children(root).is_empty()
}

pub fn one_waits(root: Pid) -> bool {
    tasks(root).filter_map(sleeps_in).any(|call| call.reads_connection() || call.accepts())
}

pub fn accepting(root: Pid) -> usize {
    tasks(root).filter_map(sleeps_in).filter(Call::accepts).count()
}

/// Returns the calls in which all threads sleep; `None` when one thread does not sleep in a call that waits.
pub fn calls(root: Pid) -> Option<Vec<Call>> {
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
        Some(calls) => calls.first().map_or(Activity::Gone, |call| Activity::Asleep(*call)),
    }
}

pub fn call_for(root: Pid, inode: u64) -> Option<Call> {
    let socket = format!("socket:[{inode}]");
    let mut calls = Vec::new();
    for pid in descendants(root) {
        for tid in threads(pid) {
            let Some((call, first)) = waiting_on(pid, tid) else { continue };
            let file = first.and_then(|fd| fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok());
            if call.reads_connection() && file.is_some_and(|file| file.to_str() == Some(&socket)) {
                return Some(call);
            }
            calls.push(call);
        }
    }
    let watches = calls.iter().find(|call| call.watches()).copied();
    watches.or_else(|| if calls.len() == 1 { calls.pop() } else { None })
}

/// Returns the call in which a thread waits for something outside itself.
fn waiting_call(pid: Pid, tid: Pid) -> Option<Call> {
    waiting_on(pid, tid).map(|(call, _)| call)
}

/// Returns that call and its first argument: for most calls a file descriptor.
fn waiting_on(pid: Pid, tid: Pid) -> Option<(Call, Option<u64>)> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{tid}/syscall")).ok()?;
    let mut words = text.split_ascii_whitespace();
    let number: i64 = words.next()?.parse().ok()?;
    let first = words.next().and_then(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok());
    let (_, name) = CALLS.iter().find(|(known, _)| *known == number)?;
    Some((Call { name, on_input: first == Some(0) && *name == "read" }, first))
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
