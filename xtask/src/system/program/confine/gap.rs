//! What a confined program may do all the same, because the kernel cannot hold it.

use std::fmt;

/// Something that this system does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Nothing is held: this is not Linux.
    NotLinux,
    /// Files, ports and signals: the kernel has no Landlock, or keeps it from this process.
    NoLandlock,
    /// Truncating files outside its folders (Landlock ABI 3, Linux 6.2).
    Truncate,
    /// TCP ports (ABI 4, Linux 6.7).
    Ports,
    /// Control of devices that it may open (ABI 5, Linux 6.10).
    Devices,
    /// Signals to other processes of its user, and sockets with abstract names (ABI 6, Linux 6.12).
    Signals,
    /// Sockets in the file system (ABI 9, Linux 7.1).
    PathSockets,
    /// UDP: only later kernels can hold it, and this runner does not ask them to.
    Udp,
    /// Names, sizes and modes of files: Landlock holds contents.
    Modes,
    /// Calls that go around Landlock: no filter of calls (seccomp) on this machine.
    Calls,
    /// The number of processes: the kernel counts none for root.
    Processes,
}

impl Gap {
    /// Returns its name for machines.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotLinux => "not_linux",
            Self::NoLandlock => "no_landlock",
            Self::Truncate => "truncate",
            Self::Ports => "ports",
            Self::Devices => "devices",
            Self::Signals => "signals",
            Self::PathSockets => "path_sockets",
            Self::Udp => "udp",
            Self::Modes => "modes",
            Self::Calls => "calls",
            Self::Processes => "processes",
        }
    }

    /// Returns what is not held, in few words: to follow `confined, but for`.
    pub fn short(self) -> &'static str {
        match self {
            Self::NotLinux => "what only Linux has",
            Self::NoLandlock => "Landlock",
            Self::Truncate => "emptying files",
            Self::Ports => "TCP ports",
            Self::Devices => "control of devices",
            Self::Signals => "signals",
            Self::PathSockets => "sockets in the file system",
            Self::Udp => "UDP",
            Self::Modes => "names and modes of files",
            Self::Calls => "calls that go around Landlock",
            Self::Processes => "the number of processes (not limited, because you are root)",
        }
    }

    /// Returns what a program may do, to follow the words "a program": `may send UDP to every address`.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotLinux => "may do what its user may: only Linux can confine it",
            Self::NoLandlock => {
                "may read and write its user's files, use every port and end its user's programs: \
                 this kernel has no Landlock (Linux 5.13)"
            }
            Self::Truncate => "may empty files outside its folders (Linux 6.2 holds that)",
            Self::Ports => "may use every TCP port (Linux 6.7 holds that)",
            Self::Devices => "may control the devices that it may open (Linux 6.10 holds that)",
            Self::Signals => "may end other programs of its user, this runner too (Linux 6.12 holds that)",
            Self::PathSockets => "may call sockets in the file system outside its folders",
            Self::Udp => "may send UDP to every address",
            Self::Modes => "may see names and sizes of files, and change their modes and times",
            Self::Calls => "may use MPTCP, TCP Fast Open and other kinds of sockets: no filter of calls here",
            Self::Processes => "may start as many processes as there is room for: root has no such limit",
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn keys_are_those_of_the_schema() {
        let schema = include_str!("../../../../../docs/src/report.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let contained = &schema["properties"]["made_with"]["properties"]["contained"];
        let all = [
            Gap::NotLinux,
            Gap::NoLandlock,
            Gap::Truncate,
            Gap::Ports,
            Gap::Devices,
            Gap::Signals,
            Gap::PathSockets,
            Gap::Udp,
            Gap::Modes,
            Gap::Calls,
            Gap::Processes,
        ];
        let keys: Vec<&str> = all.into_iter().map(Gap::key).collect();
        assert_eq!(contained["properties"]["but_for"]["items"]["enum"], serde_json::json!(keys));
    }
}
