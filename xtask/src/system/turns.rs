//! How soon a thread that wakes gets a processor on a busy machine.

/// Asks the kernel for short turns for this thread, and for all threads and programs that it starts from now on: one that
/// sleeps much and then works little is served sooner after it wakes, and gets no more processor time than before. Other
/// systems, and Linux before 6.12, take no notice (sched_setattr(2), sched-eevdf.rst).
pub fn shorten() {
    imp::shorten();
}

#[cfg(target_os = "linux")]
mod imp {
    /// The shortest turn that the kernel grants, in nanoseconds.
    const TURN: u64 = 100_000;

    /// `struct sched_attr` in its first version (sched_setattr(2)).
    #[repr(C)]
    struct Attributes {
        size: u32,
        policy: u32,
        flags: u64,
        nice: i32,
        priority: u32,
        runtime: u64,
        deadline: u64,
        period: u64,
    }

    pub fn shorten() {
        // SAFETY: the call takes a number only: 0 is this thread.
        if unsafe { libc::sched_getscheduler(0) } != libc::SCHED_OTHER {
            return; // Somebody has chosen how the runner is served.
        }
        // SAFETY: the call takes numbers only: 0 is this thread.
        let nice = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
        let attributes = Attributes {
            size: size_of::<Attributes>() as u32,
            policy: libc::SCHED_OTHER as u32,
            flags: 0,
            nice,
            priority: 0,
            runtime: TURN,
            deadline: 0,
            period: 0,
        };
        // SAFETY: the kernel reads `size` bytes, all of a live struct; 0 is this thread.
        unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    pub fn shorten() {}
}
