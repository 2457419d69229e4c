//! The filter that stops a traced program only at calls of interest (seccomp(2)).

use super::calls;
use nix::errno::Errno;
use nix::sys::prctl;

// linux/audit.h
#[cfg(target_arch = "x86_64")]
const MACHINE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const MACHINE: u32 = 0xc000_00b7;
// Where struct seccomp_data (linux/seccomp.h) has the call's number and the machine.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;

/// A filter, ready to be installed between fork and exec: that allocates nothing.
pub struct Filter(Vec<libc::sock_filter>);

impl Filter {
    /// Makes the filter for the calls of interest. It lets all others pass, and all of another machine's (32 bits).
    pub fn new() -> Self {
        let load = |offset| step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset);
        let equals = |number, yes, no| step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, yes, no, number);
        let ends = |action| step(libc::BPF_RET | libc::BPF_K, 0, 0, action);
        let mut steps = vec![load(ARCH), equals(MACHINE, 1, 0), ends(libc::SECCOMP_RET_ALLOW), load(NUMBER)];
        for number in calls::numbers() {
            steps.push(equals(number as u32, 0, 1));
            steps.push(ends(libc::SECCOMP_RET_TRACE));
        }
        steps.push(ends(libc::SECCOMP_RET_ALLOW));
        Self(steps)
    }

    /// Installs it in this process, for good, and in all that it starts. Without a tracer, the calls of interest then
    /// fail with ENOSYS. Programs that need more rights than this process has (set-user-ID) no longer get them.
    ///
    /// # Errors
    /// When the system does not permit it.
    pub fn install(&self) -> Result<(), Errno> {
        prctl::set_no_new_privs()?;
        let program = libc::sock_fprog { len: self.0.len() as u16, filter: self.0.as_ptr().cast_mut() };
        // SAFETY: the kernel reads the `len` steps at `filter`, which live longer than the call, and writes nothing.
        let result = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW, // Else the program may run slower.
                &raw const program,
            )
        };
        Errno::result(result).map(drop)
    }
}

fn step(code: u32, yes: u8, no: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: yes, jf: no, k }
}
