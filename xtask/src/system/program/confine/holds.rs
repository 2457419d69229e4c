//! What this machine can hold.

use super::gap::Gap;
#[cfg(target_os = "linux")]
use crate::system::portable;
use std::sync::OnceLock;

/// What is said where the command line wants no confinement.
pub const UNWANTED: &str = "not confined: --no-confine";

/// What this machine can hold. See [`kernel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holds {
    /// Whether this is Linux.
    pub linux: bool,
    /// The ABI of Landlock; `None` where there is none.
    pub landlock: Option<u32>,
    /// Whether a program's calls can be filtered (seccomp).
    pub calls: bool,
    /// Whether the number of processes can be limited: not for root.
    pub processes: bool,
}

/// Returns so many places of `--allow` as one that is not held; `None` for none.
pub fn read_too(allowed: usize) -> Option<String> {
    match allowed {
        0 => None,
        1 => Some("the folder that --allow names".into()),
        n => Some(format!("the {n} folders that --allow names")),
    }
}

/// Returns what this machine can hold. It asks once.
pub fn kernel() -> Holds {
    static KERNEL: OnceLock<Holds> = OnceLock::new();
    *KERNEL.get_or_init(Holds::ask)
}

impl Holds {
    #[cfg(not(target_os = "linux"))]
    fn ask() -> Self {
        Self { linux: false, landlock: None, calls: false, processes: false }
    }

    #[cfg(target_os = "linux")]
    fn ask() -> Self {
        if !portable::asks_kernel() {
            // There is no keeper then.
            return Self { linux: false, landlock: None, calls: false, processes: false };
        }
        // SAFETY: it takes nothing and always succeeds.
        let processes = unsafe { libc::getuid() } != 0;
        Self { linux: true, landlock: super::ruleset::abi(), calls: filters(), processes }
    }

    /// Returns whether anything of a program's files, ports and signals is held.
    pub fn confines(&self) -> bool {
        self.landlock.is_some()
    }

    /// Returns what a confined program may do all the same.
    pub fn but_for(&self) -> Vec<Gap> {
        if !self.linux {
            return vec![Gap::NotLinux];
        }
        let mut gaps = Vec::new();
        match self.landlock {
            None => gaps.push(Gap::NoLandlock),
            Some(abi) => {
                let since = [
                    (3, Gap::Truncate),
                    (4, Gap::Ports),
                    (5, Gap::Devices),
                    (6, Gap::Signals),
                    (9, Gap::PathSockets),
                ];
                gaps.extend(since.into_iter().filter(|(first, _)| abi < *first).map(|(_, gap)| gap));
                gaps.extend([Gap::Udp, Gap::Modes]);
            }
        }
        if !self.calls {
            gaps.push(Gap::Calls);
        }
        if !self.processes {
            gaps.push(Gap::Processes);
        }
        gaps
    }

    /// Returns one short line on programs without a box that may read so many places of `--allow`: `confined without a box, but
    /// for UDP`, or `not confined: …`.
    pub fn short(&self, allowed: usize) -> String {
        let mut gaps: Vec<_> = self.but_for().into_iter().map(|gap| gap.short().to_string()).collect();
        gaps.extend(read_too(allowed));
        match (self.confines(), gaps.is_empty()) {
            (false, _) => self.words(),
            (true, true) => "confined without a box".into(),
            (true, false) => format!("confined without a box, but for {}", gaps.join(", ")),
        }
    }

    /// Returns one line: `confined, but it may …; may …`, or `not confined: …`.
    pub fn words(&self) -> String {
        if !self.linux {
            return "not confined: only Linux can".into();
        }
        let gaps: Vec<_> = self.but_for().into_iter().map(Gap::words).collect();
        let start = if self.confines() { "confined, but a program" } else { "not confined: a program" };
        format!("{start} {}", gaps.join("; it "))
    }
}

/// Returns whether the kernel filters calls, and can let them fail.
#[cfg(target_os = "linux")]
fn filters() -> bool {
    let wanted = libc::SECCOMP_RET_ERRNO;
    let known = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    // SAFETY: the kernel reads one number.
    known
        && unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_GET_ACTION_AVAIL, 0, &raw const wanted) }
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(landlock: Option<u32>) -> Holds {
        Holds { linux: true, landlock, calls: true, processes: true }
    }

    #[test]
    fn each_kernel_has_its_gaps() {
        use Gap::{Devices, Modes, NoLandlock, PathSockets, Ports, Signals, Truncate, Udp};
        let gaps = |abi| holds(abi).but_for();
        assert_eq!(gaps(None), [NoLandlock]);
        assert_eq!(gaps(Some(1)), [Truncate, Ports, Devices, Signals, PathSockets, Udp, Modes]);
        assert_eq!(gaps(Some(4)), [Devices, Signals, PathSockets, Udp, Modes]);
        assert_eq!(gaps(Some(7)), [PathSockets, Udp, Modes]);
        assert_eq!(gaps(Some(9)), [Udp, Modes]);
        let old = Holds { calls: false, processes: false, ..holds(Some(9)) };
        assert_eq!(old.but_for(), [Udp, Modes, Gap::Calls, Gap::Processes]);
        let other = Holds { linux: false, ..holds(None) };
        assert_eq!(other.but_for(), [Gap::NotLinux]);
    }

    #[test]
    fn words_name_each_gap() {
        let words = holds(Some(9)).words();
        assert!(words.starts_with("confined, but a program may send UDP"), "{words}");
        assert!(words.contains("; it may see names"), "{words}");
        assert!(holds(None).words().starts_with("not confined: a program may read"));
        assert_eq!(holds(Some(9)).short(0), "confined without a box, but for UDP, names and modes of files");
        assert!(holds(Some(9)).short(1).ends_with(", the folder that --allow names"));
        assert!(holds(Some(9)).short(2).ends_with(", the 2 folders that --allow names"));
        assert_eq!(Holds { linux: false, ..holds(None) }.words(), "not confined: only Linux can");
    }
}
