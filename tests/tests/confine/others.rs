//! Other processes: the keeper, the runner.

use super::{Place, can_try, try_all};
use lab_tests::not_checked;
use xtask::system::program::confine::Gap;

#[test]
fn keeper_and_runner_get_no_signal() {
    if !can_try("signals", &[Gap::Signals]) {
        return;
    }
    let confinement = Place::new("signals").confinement();
    for target in ["keeper", "runner"] {
        // Signal 0 only asks: the program that is not confined ends nobody here.
        try_all(&confinement, &format!("attempt(lambda: os.kill({target}, 0))"), "EPERM", "ok");
        let real = "for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):\n    \
                    attempt(lambda: os.kill(TARGET, number))"
            .replace("TARGET", target);
        // Where it is not confined, it asks three times.
        let attempts = format!(
            "try:\n    os.kill(keeper, 0); held = False\nexcept OSError:\n    held = True\n\
             if not held:\n    print('ok ok ok')\nelse:\n    {}",
            real.replace('\n', "\n    ")
        );
        try_all(&confinement, &attempts, "EPERM EPERM EPERM", "ok ok ok");
    }
}

#[test]
fn its_own_processes_get_signals() {
    if !can_try("signals to its own processes", &[]) {
        return;
    }
    let attempts = "child = subprocess.Popen(['/bin/sleep', '600'])\n\
                    attempt(lambda: child.terminate())\n\
                    print(child.wait())\n\
                    attempt(lambda: os.kill(os.getpid(), 0))";
    try_all(&Place::new("own-signals").confinement(), attempts, "ok -15 ok", "ok -15 ok");
}

#[test]
fn the_runner_is_not_read() {
    if !can_try("the memory of others", &[]) {
        return;
    }
    let [seize, read] = match std::env::consts::ARCH {
        "x86_64" => [101, 310],
        "aarch64" => [117, 270],
        other => return not_checked(&format!("confined programs, the memory of others: numbers of {other}")),
    };
    let confinement = Place::new("memory").confinement();
    let trace = format!("attempt(lambda: call({seize}, 0x4206, runner, 0, 0))");
    let (status, word) =
        match super::end(None, false, &[super::PYTHON, "-c", &format!("{}{trace}", super::ATTEMPT)]) {
            super::End::Status(status, word, _) => (status, word),
            other => panic!("{other:?}"),
        };
    assert_eq!(status, 0);
    if word != "ok" {
        return not_checked("confined programs, the memory of others: no program may trace another here");
    }
    try_all(&confinement, &trace, "EPERM", "ok");
    let attempts = format!(
        "attempt(lambda: open(f'/proc/{{runner}}/mem', 'rb'))\n\
         attempt(lambda: open(f'/proc/{{runner}}/environ').read())\n\
         attempt(lambda: os.readlink(f'/proc/{{runner}}/fd/0'))\n\
         attempt(lambda: os.listdir(f'/proc/{{runner}}/cwd/'))\n\
         attempt(lambda: open(f'/proc/{{runner}}/maps').read())\n\
         try:\n    at = int(open(f'/proc/{{runner}}/maps').read().split('-')[0], 16)\n\
         except OSError:\n    at = 4096\n\
         data = ctypes.create_string_buffer(1)\n\
         ours, theirs = [ctypes.create_string_buffer(struct.pack('=QQ', x, 1)) for x in (ctypes.addressof(data), at)]\n\
         attempt(lambda: call({read}, runner, ours, 1, theirs, 1, 0))"
    );
    try_all(&confinement, &attempts, "EACCES EACCES EACCES EACCES EACCES EPERM", "ok ok ok ok ok ok");
}

#[test]
fn nobody_else_gets_its_limits() {
    if !can_try("limits of others", &[Gap::Calls]) {
        return;
    }
    let attempts = "now = resource.prlimit(0, resource.RLIMIT_NOFILE)\n\
                    attempt(lambda: resource.prlimit(runner, resource.RLIMIT_NOFILE, now))\n\
                    attempt(lambda: resource.prlimit(0, resource.RLIMIT_NOFILE, now))\n\
                    attempt(lambda: resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE))";
    // Without, only who has the same hard limit as the runner does nothing here: they are the same.
    try_all(&Place::new("prlimit").confinement(), attempts, "EPERM ok ok", "ok ok ok");
}

#[test]
fn nobody_else_gets_another_priority_or_other_processors() {
    if !can_try("priorities of others", &[Gap::Calls]) {
        return;
    }
    // Each gives what is there already.
    let attempts = "for who in (runner, keeper, 0):\n    \
                    attempt(lambda: os.setpriority(os.PRIO_PROCESS, who, os.getpriority(os.PRIO_PROCESS, who)))\n    \
                    attempt(lambda: os.sched_setaffinity(who, os.sched_getaffinity(who)))\n    \
                    attempt(lambda: os.sched_setscheduler(who, os.sched_getscheduler(who), os.sched_getparam(who)))\n\
                    attempt(lambda: os.setpriority(os.PRIO_PGRP, 0, os.getpriority(os.PRIO_PGRP, 0)))";
    let confined = "EPERM EPERM EPERM EPERM EPERM EPERM ok ok ok EPERM";
    try_all(&Place::new("priority").confinement(), attempts, confined, "ok ok ok ok ok ok ok ok ok ok");
}

#[test]
fn nothing_of_system_v_is_shared() {
    if !can_try("queues of System V", &[Gap::Calls]) {
        return;
    }
    // msgget, shmget, semget: a key that nobody has.
    let numbers = match std::env::consts::ARCH {
        "x86_64" => "(68, 29, 64)",
        "aarch64" => "(186, 194, 190)",
        other => return not_checked(&format!("confined programs, queues of System V: numbers of {other}")),
    };
    let attempts = format!("for number in {numbers}:\n    attempt(lambda: call(number, 0x5ab1ab, 1, 0))");
    try_all(&Place::new("system-v").confinement(), &attempts, "ENOSYS ENOSYS ENOSYS", "ENOENT ENOENT ENOENT");
}

#[test]
fn files_get_no_attributes() {
    if !can_try("extended attributes", &[Gap::Calls]) {
        return;
    }
    let place = Place::new("attributes");
    // Every file system refuses a name of an unknown kind, with another error.
    let attempts =
        format!("attempt(lambda: os.setxattr({:?}, 'unknown', b''))", place.secret.to_str().unwrap());
    try_all(&place.confinement(), &attempts, "EPERM", "ENOTSUP");
}

#[test]
fn calls_that_no_filter_sees_are_refused() {
    if !can_try("io_uring", &[Gap::Calls]) {
        return;
    }
    let confinement = Place::new("io-uring").confinement();
    let free = super::end(
        None,
        false,
        &[super::PYTHON, "-c", &format!("{}attempt(lambda: call(425, 1, bytes(120)))", super::ATTEMPT)],
    );
    match free {
        super::End::Status(0, word, _) if word == "ok" => {
            try_all(&confinement, "attempt(lambda: call(425, 1, bytes(120)))", "ENOSYS", "ok");
        }
        other => not_checked(&format!("confined programs, io_uring: it does not work here ({other:?})")),
    }
}

/// The calls of 32 bits have other numbers, which the filter does not know.
#[cfg(target_arch = "x86_64")]
#[test]
fn calls_of_another_machine_are_refused() {
    if !can_try("calls of 32 bits", &[Gap::Calls]) {
        return;
    }
    // mov eax, 20 (getpid); int 0x80; ret
    let attempts = "code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)\n\
                    code.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))\n\
                    at = ctypes.addressof(ctypes.c_char.from_buffer(code))\n\
                    answer = ctypes.CFUNCTYPE(ctypes.c_int)(at)()\n\
                    print('own' if answer == os.getpid() else errno.errorcode[-answer])";
    let script = format!("{}{attempts}", super::ATTEMPT);
    match super::end(None, false, &[super::PYTHON, "-c", &script]) {
        super::End::Status(0, word, _) if word == "own" => {
            try_all(&Place::new("machine").confinement(), attempts, "ENOSYS", "own");
        }
        other => not_checked(&format!("confined programs, calls of 32 bits: none here ({other:?})")),
    }
}
