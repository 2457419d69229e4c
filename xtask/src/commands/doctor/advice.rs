//! What mends a thing, in the words of the system that the doctor stands on.

/// A system that advice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux.
    Linux,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
    /// Another Unix.
    Unix,
}

impl System {
    /// Returns the system that this runner was built for.
    pub const fn here() -> Self {
        match () {
            () if cfg!(target_os = "linux") => Self::Linux,
            () if cfg!(target_os = "macos") => Self::Mac,
            () if cfg!(windows) => Self::Windows,
            () => Self::Unix,
        }
    }

    /// Returns where all can be judged, when this system cannot.
    pub const fn use_linux(self) -> &'static str {
        match self {
            Self::Windows => "use Linux, for instance in WSL",
            _ => "use Linux, for instance in a virtual machine",
        }
    }

    /// Returns how to make 127.0.0.1 work.
    pub const fn loopback(self) -> &'static str {
        match self {
            Self::Linux => "ip link set lo up",
            Self::Mac | Self::Unix => "ifconfig lo0 up",
            Self::Windows => "let the firewall pass connections to 127.0.0.1",
        }
    }

    /// Returns how to make ::1 work.
    pub const fn ipv6(self) -> &'static str {
        match self {
            Self::Linux => "sysctl -w net.ipv6.conf.lo.disable_ipv6=0",
            Self::Mac | Self::Unix => "ifconfig lo0 inet6 ::1 prefixlen 128",
            Self::Windows => {
                "let the firewall pass connections to ::1, and IPv6 be on (registry: DisabledComponents = 0)"
            }
        }
    }

    /// Returns how to find the programs that hold ports.
    pub const fn ports(self) -> &'static str {
        match self {
            Self::Linux => "end the programs that hold all the ports (ss -tln lists them)",
            Self::Mac | Self::Unix => "end the programs that hold all the ports (netstat -an lists them)",
            Self::Windows => "end the programs that hold all the ports (netstat -ano lists them)",
        }
    }

    /// Returns how to install Python.
    pub const fn python(self) -> &'static str {
        match self {
            Self::Linux => "apt install python3 (or as your system installs it)",
            Self::Mac => "xcode-select --install, or https://www.python.org",
            Self::Windows => "install Python: https://www.python.org",
            Self::Unix => "install Python, as your system does",
        }
    }

    /// Returns how Python is called.
    pub const fn python_name(self) -> &'static str {
        if let Self::Windows = self { "python" } else { "python3" }
    }

    /// Returns the editors that are looked for, the easiest first: the first one is part of the system, or is soon installed.
    pub const fn editors(self) -> &'static [&'static str] {
        match self {
            Self::Windows => &["notepad", "vim"],
            _ => &["nano", "vim", "vi", "emacs", "hx"],
        }
    }

    /// Returns how to name `editor` for the programs that open one.
    pub fn set_editor(self, editor: &str) -> String {
        match self {
            Self::Windows => {
                format!("setx EDITOR {editor}, or the one that you like, and open a new terminal")
            }
            _ => format!("export EDITOR={editor}, or the one that you like"),
        }
    }

    /// Returns how the runner ends programs here, without a keeper, and what that leaves.
    pub const fn ends(self) -> (&'static str, &'static str) {
        match self {
            Self::Windows => (
                "the runner ends a program, and not what that has started",
                "a process that a program starts stays behind",
            ),
            _ => (
                "the runner ends them with their process group",
                "a process that a program starts in a session of its own stays behind",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(system: System) -> Vec<String> {
        let said = [system.use_linux(), system.loopback(), system.ipv6(), system.ports(), system.python()];
        let said = said.into_iter().chain(<[&str; 2]>::from(system.ends())).map(String::from);
        said.chain([system.set_editor(system.editors()[0])]).collect()
    }

    #[test]
    fn no_system_gets_the_advice_of_another() {
        let of_linux = ["apt ", "sysctl", "ip link", "ss -"];
        let of_unix = ["export ", "ifconfig", "process group", "nano", "sudo"];
        let foreign: [(System, &[&[&str]]); 4] = [
            (System::Windows, &[&of_linux, &of_unix]),
            (System::Mac, &[&of_linux, &["WSL", "setx", "registry"]]),
            (System::Unix, &[&of_linux, &["WSL", "setx", "registry"]]),
            (System::Linux, &[&["setx", "registry", "ifconfig", "WSL"]]),
        ];
        for (system, words) in foreign {
            for text in all(system) {
                let found = words.iter().copied().flatten().find(|word| text.contains(**word));
                assert_eq!(found, None, "{system:?}: {text}");
            }
        }
    }
}
