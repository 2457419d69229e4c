//! A filter of a program's calls (seccomp(2)): steps of classic BPF, which the kernel runs at each call.

use nix::errno::Errno;
use nix::sys::prctl;

/// The machine as the kernel names it (linux/audit.h).
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
    /// Makes a filter of these steps. They begin with the call's number loaded, and [`allow`] follows them. A call of another
    /// machine (32 bits) gets `other` and does not come to them.
    pub fn new(other: u32, steps: impl IntoIterator<Item = libc::sock_filter>) -> Self {
        let mut all = vec![load(ARCH), equals(MACHINE, 1, 0), ends(other), load(NUMBER)];
        all.extend(steps);
        all.push(allow());
        Self(all)
    }

    /// Installs it in this process, for good, and in all that it starts. Programs that need more rights than this process
    /// has (set-user-ID) no longer get them.
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

/// Loads the word at this offset of struct seccomp_data.
const fn load(offset: u32) -> libc::sock_filter {
    step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset)
}

/// Loads the lower half of an argument: all that the kernel itself takes of an `int`. (Both machines are little-endian.)
pub const fn load_argument(index: u32) -> libc::sock_filter {
    load(16 + 8 * index)
}

/// Loads the upper half of an argument.
pub const fn load_upper(index: u32) -> libc::sock_filter {
    load(20 + 8 * index)
}

/// Keeps of the loaded word what is in this mask.
pub const fn keep(mask: u32) -> libc::sock_filter {
    step(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, 0, 0, mask)
}

/// Leaves out `yes` steps if the loaded word is `number`, and else `no` steps.
pub const fn equals(number: u32, yes: u8, no: u8) -> libc::sock_filter {
    step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, yes, no, number)
}

/// Leaves out `yes` steps if the loaded word has one of these bits, and else `no` steps.
pub const fn has(bits: u32, yes: u8, no: u8) -> libc::sock_filter {
    step(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, yes, no, bits)
}

/// Ends the filter with this answer.
pub const fn ends(answer: u32) -> libc::sock_filter {
    step(libc::BPF_RET | libc::BPF_K, 0, 0, answer)
}

/// Lets the call happen.
pub const fn allow() -> libc::sock_filter {
    ends(libc::SECCOMP_RET_ALLOW)
}

/// Lets the call fail with this error.
pub const fn fails(error: i32) -> libc::sock_filter {
    ends(libc::SECCOMP_RET_ERRNO | error as u32)
}

const fn step(code: u32, yes: u8, no: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: yes, jf: no, k }
}
