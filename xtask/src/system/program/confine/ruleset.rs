//! Landlock, by its raw calls: what a process may do with files, TCP ports and signals (landlock(7), linux/landlock.h).

use super::rights::{MAKE_BLOCK, MAKE_CHAR, OF_FILE, READ, known};
use super::{Confinement, Ports, essentials};
use nix::errno::Errno;
use nix::sys::prctl;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

// The same numbers on every machine.
const CREATE: libc::c_long = 444;
const ADD_RULE: libc::c_long = 445;
const RESTRICT_SELF: libc::c_long = 446;

const ASK_VERSION: u32 = 1;
const PATH_BENEATH: libc::c_int = 1;
const NET_PORT: libc::c_int = 2;

// Rights to TCP ports.
const BIND_TCP: u64 = 1 << 0;
const CONNECT_TCP: u64 = 1 << 1;

/// No socket with an abstract name of a process outside, and no signal to one.
const SCOPES: u64 = 1 << 0 | 1 << 1;

/// struct landlock_ruleset_attr. A kernel that knows only its beginning takes zeros for the rest.
#[repr(C)]
struct Handled {
    fs: u64,
    net: u64,
    scoped: u64,
}

/// struct landlock_path_beneath_attr.
#[repr(C, packed)]
struct PathBeneath {
    allowed: u64,
    parent: i32,
}

/// struct landlock_net_port_attr.
#[repr(C)]
struct NetPort {
    allowed: u64,
    port: u64,
}

/// Returns the ABI of this kernel's Landlock; `None` where there is none, or it is kept from this process.
pub fn abi() -> Option<u32> {
    // SAFETY: asked for its version, the kernel reads nothing.
    let version = unsafe { libc::syscall(CREATE, std::ptr::null::<Handled>(), 0_usize, ASK_VERSION) };
    u32::try_from(version).ok().filter(|version| *version > 0)
}

/// What a process may do, ready to be applied.
pub struct Ruleset(OwnedFd);

impl Ruleset {
    /// Makes the rules. `None` where this kernel has no Landlock.
    pub fn new(confinement: &Confinement) -> Option<Self> {
        Self::with(confinement, abi()?)
    }

    /// Makes the rules of this ABI, which the kernel has.
    fn with(confinement: &Confinement, abi: u32) -> Option<Self> {
        let is_held = |ports: &Ports| abi >= 4 && *ports != Ports::Any;
        let net = [(&confinement.bind, BIND_TCP), (&confinement.connect, CONNECT_TCP)];
        let handled = Handled {
            fs: known(abi),
            net: net.iter().filter(|(ports, _)| is_held(ports)).map(|(_, right)| right).sum(),
            scoped: if abi >= 6 { SCOPES } else { 0 },
        };
        // SAFETY: the kernel reads the struct, whose size it gets.
        let made = unsafe { libc::syscall(CREATE, &raw const handled, size_of::<Handled>(), 0_u32) };
        let made = i32::try_from(Errno::result(made).ok()?).ok()?;
        // SAFETY: the kernel has just made this descriptor; nothing else owns it.
        let ruleset = Self(unsafe { OwnedFd::from_raw_fd(made) });
        essentials::each(|path, rights| ruleset.let_use(path, rights & handled.fs));
        let everything = handled.fs & !(MAKE_CHAR | MAKE_BLOCK);
        confinement.read.iter().for_each(|path| ruleset.let_use(path, READ & handled.fs));
        confinement.write.iter().for_each(|path| ruleset.let_use(path, everything));
        for (ports, right) in net {
            if let (true, Ports::These(ports)) = (is_held(ports), ports) {
                ports.iter().for_each(|port| ruleset.let_name(*port, right));
            }
        }
        Some(ruleset)
    }

    /// Grants these rights to a file, or to all below a folder. What is not there grants nothing.
    fn let_use(&self, path: &Path, rights: u64) {
        let Ok(place) = File::options().read(true).custom_flags(libc::O_PATH).open(path) else { return };
        let is_dir = place.metadata().is_ok_and(|place| place.is_dir());
        let allowed = if is_dir { rights } else { rights & OF_FILE };
        self.add(PATH_BENEATH, &PathBeneath { allowed, parent: place.as_raw_fd() });
    }

    fn let_name(&self, port: u16, right: u64) {
        self.add(NET_PORT, &NetPort { allowed: right, port: port.into() });
    }

    fn add<T>(&self, kind: libc::c_int, rule: &T) {
        // SAFETY: the kernel reads one struct of this kind. A rule that it refuses grants nothing.
        let _ = unsafe { libc::syscall(ADD_RULE, self.0.as_raw_fd(), kind, std::ptr::from_ref(rule), 0_u32) };
    }

    /// Holds this thread, and all that it starts, to the rules, for good. Only async-signal-safe calls.
    ///
    /// # Errors
    /// When the kernel refuses: sixteen of them are in force already (E2BIG).
    pub fn apply(&self) -> io::Result<()> {
        prctl::set_no_new_privs()?;
        // SAFETY: two numbers.
        let applied = unsafe { libc::syscall(RESTRICT_SELF, self.0.as_raw_fd(), 0_u32) };
        Ok(Errno::result(applied).map(drop)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Folder;
    use std::net::TcpListener;
    use std::thread;

    /// A kernel takes the rules of each older one: so the rules of an old kernel are tried here, too.
    #[test]
    fn each_abi_has_its_rules() {
        let Some(newest) = abi() else { return println!("NOT CHECKED: this kernel has no Landlock") };
        let (own, other) = (Folder::new().unwrap(), Folder::new().unwrap());
        let secret = other.path().join("secret");
        std::fs::write(&secret, "").unwrap();
        for abi in 1..=newest {
            let confinement = Confinement { write: vec![own.path().into()], ..Confinement::default() };
            let (mine, theirs) = (own.path().join("mine"), secret.clone());
            let ruleset = Ruleset::with(&confinement, abi).unwrap();
            let tried = thread::spawn(move || {
                let free = (File::open(&theirs).is_ok(), TcpListener::bind("127.0.0.1:0").is_ok());
                ruleset.apply().unwrap();
                let held = (File::open(&theirs).is_ok(), TcpListener::bind("127.0.0.1:0").is_ok());
                (free, held, std::fs::write(&mine, "").is_ok())
            });
            assert_eq!(tried.join().unwrap(), ((true, true), (false, abi < 4), true), "ABI {abi}");
        }
    }
}
