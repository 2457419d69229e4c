//! A network of a process's own, in which it may see packets: no right beyond the user's is needed.
//!
//! The new process has a user namespace and a network namespace of its own (user_namespaces(7),
//! network_namespaces(7)); a user who may make a network namespace without a user namespace keeps his own, and so his
//! rights over other users' files. Loopback is the only interface, with all of 127.0.0.0/8 and ::1. There is no other
//! network: what has to be downloaded or built must be there before. User and group keep their numbers.
//!
//! The rights in the namespace end when the program begins, unless its user is root (capabilities(7)). So loopback is set up
//! and the packet socket is made before that, and the program inherits the socket: see [`VARIABLE`]. The namespaces
//! are gone with their last process; nothing has to be taken away.

use std::fmt;
use std::io;
use std::process::{Child, Command};

/// The variable that holds the number of the inherited packet socket.
pub const VARIABLE: &str = "SOCKET_LAB_SEGMENTS";

/// What a machine may refuse, in the order in which it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// This platform has no such thing.
    Platform,
    /// The namespaces: unshare(2).
    Namespaces,
    /// The user's own numbers in them: `/proc/self/uid_map`.
    Identity,
    /// Loopback, which is down at first: netdevice(7).
    Loopback,
    /// The length of its packets: netdevice(7).
    Mtu,
    /// The packet socket: packet(7).
    PacketSocket,
    /// The memory in which the kernel lays down packets: PACKET_RX_RING.
    Ring,
    /// The packet that was sent to try it.
    Packet,
    /// The program itself.
    Program,
}

/// Why no process with a network of its own can be started.
#[derive(Debug)]
pub struct Refused {
    /// What was refused.
    pub step: Step,
    /// How.
    pub error: io::Error,
    /// The setting of this machine that refuses it, where one is known; it is one cause among several when the error
    /// does not name it.
    pub setting: Option<Setting>,
}

/// A setting that refuses namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name for sysctl(8).
    pub name: &'static str,
    /// What it has to be.
    pub wanted: &'static str,
}

/// The settings that can refuse, each with the value that does.
const SETTINGS: [(Setting, &str); 4] = [
    (Setting { name: "user.max_net_namespaces", wanted: "1000" }, "0"),
    (Setting { name: "user.max_user_namespaces", wanted: "1000" }, "0"),
    (Setting { name: "kernel.unprivileged_userns_clone", wanted: "1" }, "0"),
    (Setting { name: "kernel.apparmor_restrict_unprivileged_userns", wanted: "0" }, "1"),
];

impl Refused {
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux tries it"))]
    fn new(step: Step, error: io::Error) -> Self {
        let refuses = |(setting, value): &&(Setting, &str)| {
            let path = format!("/proc/sys/{}", setting.name.replace('.', "/"));
            std::fs::read_to_string(path).is_ok_and(|text| text.trim() == *value)
        };
        let setting = match step {
            Step::Namespaces | Step::Identity | Step::Loopback | Step::PacketSocket => {
                SETTINGS.iter().find(refuses).map(|(setting, _)| *setting)
            }
            _ => None,
        };
        Self { step, error, setting }
    }

    /// Returns the command that mends it, or what to do.
    pub fn mend(&self) -> String {
        match (self.step, self.setting) {
            (Step::Platform, _) if cfg!(windows) => "use Linux, for instance in WSL".into(),
            (Step::Platform, _) => "use Linux, for instance in a virtual machine".into(),
            (_, Some(Setting { name, wanted })) => format!("sysctl -w {name}={wanted}"),
            (Step::Ring, _) => "free some memory: 4 MiB in one piece are enough".into(),
            (Step::Program, _) => "cargo build -p xtask".into(),
            _ => "allow user namespaces (a container: --security-opt seccomp=unconfined, or --cap-add SYS_ADMIN)".into(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.step {
            Step::Platform => return write!(out, "only Linux lets a program see its packets"),
            Step::Namespaces => "the system refuses a network namespace",
            Step::Identity => "the system refuses to keep the user's number in a user namespace",
            Step::Loopback => "the system refuses to set up loopback in a network namespace",
            Step::Mtu => "the system refuses to set the MTU of loopback in a network namespace",
            Step::PacketSocket => "the system refuses a packet socket in a network namespace",
            Step::Ring => "the system has no memory for packets",
            Step::Packet => "a packet that was sent over loopback is not seen",
            Step::Program => "the program cannot be started in a network namespace",
        };
        write!(out, "{what} ({})", self.error)?;
        match self.setting {
            Some(Setting { name, .. }) => write!(out, "; {name} is set so"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refused {}

/// Starts a program in a network of its own, from which [`Capture::inherited`](super::Capture::inherited) sees the
/// packets. When the thread that called this ends, the kernel kills the program.
///
/// # Errors
/// What was refused. The program does not run then.
pub fn start(command: Command) -> Result<Child, Refused> {
    imp::start(command, None)
}

/// Does what [`start`] does; no packet on that network's loopback is longer than `mtu` bytes. The kernel then neither cuts
/// nor joins segments behind the packet socket's back: TSO, GSO and GRO are off (ethtool(8)). Below 1280 bytes there is
/// no IPv6 (RFC 8200).
///
/// # Errors
/// What was refused. The program does not run then.
pub fn start_with_mtu(command: Command, mtu: u32) -> Result<Child, Refused> {
    imp::start(command, Some(mtu))
}

/// Tries all that [`start`] needs, and that a packet is seen; takes some milliseconds.
///
/// # Errors
/// What was refused.
pub fn probe() -> Result<(), Refused> {
    imp::probe()
}

#[cfg(target_os = "linux")]
mod imp {
    use super::super::ring;
    use super::{Refused, Step, VARIABLE};
    use nix::libc;
    use std::ffi::CStr;
    use std::fs::File;
    use std::io::{self, Read};
    use std::os::fd::{AsRawFd, RawFd};
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    const STEPS: [Step; 7] = [
        Step::Namespaces,
        Step::Identity,
        Step::Loopback,
        Step::Mtu,
        Step::PacketSocket,
        Step::Ring,
        Step::Packet,
    ];

    pub fn start(command: Command, mtu: Option<u32>) -> Result<Child, Refused> {
        match run(command, mtu, false) {
            Ok(child) => Ok(child),
            Err((Some(step), error)) => Err(Refused::new(step, error)),
            Err((None, error)) => Err(Refused::new(Step::Program, error)),
        }
    }

    pub fn probe() -> Result<(), Refused> {
        // The program is never reached: the child ends before.
        match run(Command::new("/proc/self/exe"), None, true) {
            Ok(mut child) => {
                let _ = (child.kill(), child.wait());
                Ok(())
            }
            Err((None, error)) if error.raw_os_error() == Some(DONE) => Ok(()),
            Err((step, error)) => Err(Refused::new(step.unwrap_or(Step::Program), error)),
        }
    }

    /// The error with which a child says that all was done, and that it ends before the program.
    const DONE: i32 = libc::ECANCELED;

    fn run(
        mut command: Command,
        mtu: Option<u32>,
        only_tries: bool,
    ) -> Result<Child, (Option<Step>, io::Error)> {
        let prepared = || -> io::Result<_> { Ok((File::open("/dev/null")?, io::pipe()?)) };
        // The descriptor keeps a number free: in the child the socket takes its place.
        let (place, (mut reader, writer)) = prepared().map_err(|error| (None, error))?;
        // SAFETY: both calls only return a number.
        let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
        let plan = Plan {
            uid_map: format!("{uid} {uid} 1\n"),
            gid_map: format!("{gid} {gid} 1\n"),
            parent: std::process::id() as libc::pid_t,
            place: place.as_raw_fd(),
            mtu,
            only_tries,
        };
        command.env(VARIABLE, plan.place.to_string());
        let telling = writer.as_raw_fd();
        // SAFETY: between fork and exec, only async-signal-safe calls (signal-safety(7)) on what was prepared before.
        unsafe {
            command.pre_exec(move || match plan.set_up() {
                Ok(()) if plan.only_tries => Err(io::Error::from_raw_os_error(DONE)),
                Ok(()) => Ok(()),
                Err((step, error)) => {
                    let number = [step as u8];
                    libc::write(telling, number.as_ptr().cast(), 1);
                    Err(error)
                }
            });
        }
        let child = command.spawn();
        drop((command, place, writer)); // Now the pipe's end comes when the child has begun its program or has ended.
        child.map_err(|error| {
            let mut number = [0];
            let told = reader.read(&mut number).is_ok_and(|n| n == 1);
            let step = STEPS.into_iter().find(|step| told && *step as u8 == number[0]);
            (step, error)
        })
    }

    /// What the child does before its program begins, with all that would need memory.
    struct Plan {
        uid_map: String,
        gid_map: String,
        parent: libc::pid_t,
        place: RawFd,
        mtu: Option<u32>,
        only_tries: bool,
    }

    impl Plan {
        /// Makes the namespaces and all that is in them.
        fn set_up(&self) -> Result<(), (Step, io::Error)> {
            let at = |step| move |error| (step, error);
            enter(&self.uid_map, &self.gid_map)?;
            // After the namespaces: a change of rights takes this away (prctl(2)).
            // SAFETY: the calls touch no memory.
            unsafe {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                if libc::getppid() != self.parent {
                    libc::_exit(1); // The parent ended before that.
                }
            }
            loopback_up().map_err(at(Step::Loopback))?;
            if let Some(mtu) = self.mtu {
                shorten(mtu).map_err(at(Step::Mtu))?;
            }
            let socket = ring::open().map_err(at(Step::PacketSocket))?;
            ring::make(socket).map_err(at(Step::Ring))?;
            ring::begin(socket).map_err(at(Step::PacketSocket))?;
            if self.only_tries {
                send_and_see(socket).map_err(at(Step::Packet))?;
            }
            // SAFETY: the call touches no memory; nothing else in this process uses the number.
            checked(unsafe { libc::dup2(socket, self.place) }).map_err(at(Step::PacketSocket))?;
            Ok(())
        }
    }

    fn enter(uid_map: &str, gid_map: &str) -> Result<(), (Step, io::Error)> {
        // SAFETY: the call touches no memory.
        let unshare = |flags| checked(unsafe { libc::unshare(flags) });
        if unshare(libc::CLONE_NEWNET).is_ok() {
            return Ok(());
        }
        unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET).map_err(|error| (Step::Namespaces, error))?;
        // Without this a user may not keep his group's number.
        let _ = write(c"/proc/self/setgroups", "deny");
        let wrote =
            write(c"/proc/self/uid_map", uid_map).and_then(|()| write(c"/proc/self/gid_map", gid_map));
        wrote.map_err(|error| (Step::Identity, error))
    }

    fn write(path: &CStr, text: &str) -> io::Result<()> {
        // SAFETY: the path ends with NUL, the text lives, and the descriptor is closed by this function alone.
        unsafe {
            let file = checked(libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC))?;
            let wrote = libc::write(file, text.as_ptr().cast(), text.len());
            let wrote = if wrote < 0 { Err(io::Error::last_os_error()) } else { Ok(()) };
            libc::close(file);
            wrote
        }
    }

    fn loopback_up() -> io::Result<()> {
        let flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        ask_loopback(libc::SIOCSIFFLAGS, |request| request.ifr_ifru.ifru_flags = flags)
    }

    /// Bounds the packets of loopback, and ends that the kernel hands on several segments as one.
    fn shorten(mtu: u32) -> io::Result<()> {
        /// `struct ethtool_value` of linux/ethtool.h.
        #[repr(C)]
        struct Value {
            command: u32,
            data: u32,
        }
        /// ETHTOOL_STSO, ETHTOOL_SGSO and ETHTOOL_SGRO.
        const OFF: [u32; 3] = [0x1f, 0x24, 0x2c];
        ask_loopback(libc::SIOCSIFMTU, |request| request.ifr_ifru.ifru_mtu = mtu as libc::c_int)?;
        for command in OFF {
            let mut value = Value { command, data: 0 };
            ask_loopback(libc::SIOCETHTOOL, |request| request.ifr_ifru.ifru_data = (&raw mut value).cast())?;
        }
        Ok(())
    }

    /// Makes one request about loopback (netdevice(7)); `fill` writes what it carries.
    fn ask_loopback(number: libc::c_ulong, fill: impl FnOnce(&mut libc::ifreq)) -> io::Result<()> {
        // SAFETY: the request reads and writes an `ifreq`, and the pointer is that of a live one, all zero at first: its
        // name ends with NUL. What it points to lives in the caller.
        unsafe {
            let socket = checked(libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0))?;
            let mut request: libc::ifreq = std::mem::zeroed();
            request.ifr_name[0] = b'l' as libc::c_char;
            request.ifr_name[1] = b'o' as libc::c_char;
            fill(&mut request);
            let done = checked(libc::ioctl(socket, number as _, &raw mut request));
            libc::close(socket);
            done.map(drop)
        }
    }

    /// Sends a datagram over loopback, and waits until the packet socket shows it.
    fn send_and_see(packets: RawFd) -> io::Result<()> {
        /// How long the kernel may keep a packet back, in milliseconds; it does so for a few.
        const LIMIT: libc::c_int = 2000;
        // SAFETY: every pointer is that of a live object of the length that is given with it.
        unsafe {
            let socket = checked(libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0))?;
            let mut addr: libc::sockaddr_in = std::mem::zeroed();
            addr.sin_family = libc::AF_INET as libc::sa_family_t;
            addr.sin_addr.s_addr = u32::from(std::net::Ipv4Addr::LOCALHOST).to_be();
            let mut length = size_of::<libc::sockaddr_in>() as libc::socklen_t;
            checked(libc::bind(socket, (&raw const addr).cast(), length))?;
            checked(libc::getsockname(socket, (&raw mut addr).cast(), &raw mut length))?;
            let sent = libc::sendto(socket, c"?".as_ptr().cast(), 1, 0, (&raw const addr).cast(), length);
            checked(sent as libc::c_int)?;
            let mut wait = libc::pollfd { fd: packets, events: libc::POLLIN, revents: 0 };
            match checked(libc::poll(&raw mut wait, 1, LIMIT))? {
                0 => Err(io::Error::from_raw_os_error(libc::ETIMEDOUT)),
                _ => Ok(()),
            }
        }
    }

    /// Turns what a system call returned into a result.
    pub fn checked(returned: libc::c_int) -> io::Result<libc::c_int> {
        if returned < 0 { Err(io::Error::last_os_error()) } else { Ok(returned) }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::{Refused, Step};
    use std::io;
    use std::process::{Child, Command};

    fn refused() -> Refused {
        Refused { step: Step::Platform, error: io::ErrorKind::Unsupported.into(), setting: None }
    }

    pub fn start(_: Command, _: Option<u32>) -> Result<Child, Refused> {
        Err(refused())
    }

    pub fn probe() -> Result<(), Refused> {
        Err(refused())
    }
}
