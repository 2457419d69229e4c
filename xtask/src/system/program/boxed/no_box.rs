//! Why there is no box.

use std::fmt;

/// With the value `1` there is no box, so that a test can judge as machines without namespaces do.
pub const VARIABLE: &str = "SOCKET_LAB_NO_BOX";

/// Why there is no box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoBox {
    /// Only Linux has namespaces.
    NotLinux,
    /// The program `bwrap` is not there.
    NoBubblewrap,
    /// The system does not let a user make namespaces: what bubblewrap says.
    Refused(String),
    /// A variable says so.
    SwitchedOff,
    /// The command line says so.
    Unwanted,
}

impl NoBox {
    /// Returns its name for machines.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NotLinux => "not-linux",
            Self::NoBubblewrap => "no-bubblewrap",
            Self::Refused(_) => "refused",
            Self::SwitchedOff => "switched-off",
            Self::Unwanted => "unwanted",
        }
    }

    /// Returns what to do, where something can be done.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::NotLinux => "judge the class on Linux",
            Self::NoBubblewrap => "apt-get install bubblewrap",
            Self::Refused(_) => {
                "let users make namespaces: on Ubuntu sysctl kernel.apparmor_restrict_unprivileged_userns=0, in Docker \
                 one container for each student instead"
            }
            Self::SwitchedOff => "unset SOCKET_LAB_NO_BOX",
            Self::Unwanted => "leave --no-confine out",
        }
    }
}

impl fmt::Display for NoBox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLinux => write!(out, "only Linux has what a box is made of"),
            Self::NoBubblewrap => write!(out, "bubblewrap is missing"),
            Self::Refused(why) => write!(out, "the system refuses namespaces ({why})"),
            Self::SwitchedOff => write!(out, "{}=1", VARIABLE),
            Self::Unwanted => write!(out, "--no-confine"),
        }
    }
}
