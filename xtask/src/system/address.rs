//! One address for each program under test, so that runs at the same time never clash.

use crate::system::endpoint::Endpoint;
use crate::system::family::Family;
use crate::system::folder::Folder;
use crate::system::patience::{AT_MOST, Patience};
use crate::system::sockets;
use anyhow::{Context, bail};
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// First port handed out; all are below the ephemeral range, so that no outgoing connection takes one.
const FIRST_PORT: u16 = 20_000;
const PORTS: u32 = 8_000;
/// The port whose UDP socket reserves a block of addresses for one runner.
const CLAIM_PORT: u16 = 19_999;
/// How many hosts of a block are handed out: 127.x.y.2 to 127.x.y.251.
const HOSTS: u32 = 250;
/// How many ports of one host are handed out from [`FIRST_PORT`] on.
const ALL_PORTS: u16 = 12_000;
/// How many ports of one host one UDP socket reserves.
const AT_ONCE: u16 = 200;
/// The port of a host whose UDP socket reserves the first so many ports from [`FIRST_PORT`] on; the next one the next.
const FIRST_CLAIM: u16 = 19_900;
/// The longest path of a Unix socket, in bytes: every system has room for it (unix(7)).
const LONGEST: usize = 99;

/// 127.x.y.0/24, reserved by a bound UDP socket: the kernel gives an address and port to one process only, and takes
/// it back however that process ends. A lock file would stay behind.
struct Block {
    x: u8,
    y: u8,
    next: AtomicU32,
    _claim: UdpSocket,
}

/// An address for a program under test.
#[derive(Debug)]
pub struct Fresh {
    /// The address.
    pub endpoint: Endpoint,
    /// The folder of a Unix socket: keep it as long as the address is used.
    pub folder: Option<Folder>,
}

/// Returns an address of this family at which nothing has listened or been connected in this run.
///
/// # Errors
/// When there is none: see [`lacks`] for what a machine may lack.
pub fn fresh(family: Family) -> anyhow::Result<Fresh> {
    Ok(match family {
        Family::V4 => Fresh { endpoint: free()?.into(), folder: None },
        Family::V6 => Fresh { endpoint: free_v6()?.into(), folder: None },
        Family::Unix => {
            let folder = Folder::short(LONGEST - "/s".len())?;
            let endpoint = Endpoint::unix(&folder.path().join("s")).context("a short path for a socket")?;
            Fresh { endpoint, folder: Some(folder) }
        }
    })
}

/// Returns what this machine lacks for programs of this family, in words; `None` where it lacks nothing.
pub fn lacks(family: Family) -> Option<&'static str> {
    static V6: OnceLock<bool> = OnceLock::new();
    let has_v6 = || *V6.get_or_init(|| UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok());
    match family {
        Family::V6 if !has_v6() => Some("this machine has no IPv6: nothing can be bound at ::1"),
        Family::Unix if !cfg!(unix) => Some("on this platform the runner does not try Unix sockets"),
        _ => None,
    }
}

/// Returns a loopback address at which nothing has listened or been connected in this run.
///
/// On Linux each call returns a new 127.x.y.z. Elsewhere only 127.0.0.1 can be bound: a call returns another port of it.
///
/// # Errors
/// When no block of addresses is free, or the socket table cannot be read.
pub fn free() -> anyhow::Result<SocketAddr> {
    if !sockets::known() {
        static PORTS: Mutex<Ports> = Mutex::new(Ports::of(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        return Ports::next(&PORTS);
    }
    static BLOCK: OnceLock<Block> = OnceLock::new();
    let block = match BLOCK.get() {
        Some(block) => block,
        None => {
            let claimed = claim()?;
            BLOCK.get_or_init(|| claimed)
        }
    };
    for _ in 0..PORTS {
        let n = block.next.fetch_add(1, Ordering::Relaxed);
        let host = Ipv4Addr::new(127, block.x, block.y, 2 + (n % HOSTS) as u8);
        let port = FIRST_PORT + (n % PORTS) as u16;
        // A program that listens on every address has taken this port here, too.
        let taken = |entry: &sockets::Entry| entry.local.ip().is_unspecified() || entry.local.ip() == host;
        if !sockets::listening(Some(port)).is_ok_and(|entries| entries.iter().any(taken)) {
            return Ok(SocketAddr::from((host, port)));
        }
    }
    bail!("no free port from {FIRST_PORT} on; something listens on all of them")
}

/// Ports of one host, reserved by bound UDP sockets as a [`Block`] is.
struct Ports {
    host: IpAddr,
    claims: Vec<UdpSocket>,
    left: Vec<u16>,
}

/// Does for ::1, which is one host, what [`free`] does: a call returns another port.
fn free_v6() -> anyhow::Result<SocketAddr> {
    static PORTS: Mutex<Ports> = Mutex::new(Ports::of(IpAddr::V6(Ipv6Addr::LOCALHOST)));
    Ports::next(&PORTS)
}

impl Ports {
    const fn of(host: IpAddr) -> Self {
        Self { host, claims: Vec::new(), left: Vec::new() }
    }

    /// Returns another port of this host.
    fn next(ports: &Mutex<Self>) -> anyhow::Result<SocketAddr> {
        let mut ports = ports.lock().unwrap_or_else(PoisonError::into_inner);
        let port = loop {
            if let Some(port) = ports.left.pop() {
                break port;
            }
            ports.claim()?;
            if ports.left.is_empty() {
                // TIME_WAIT lasts 60 s on Linux, so ports come back all the time.
                let came = Patience::limited(AT_MOST, &[]).until(|| match ports.claim() {
                    Ok(()) => (!ports.left.is_empty()).then_some(Ok(())),
                    Err(error) => Some(Err(error)),
                });
                let host = ports.host;
                came.unwrap_or_else(|| {
                    bail!("no free port of {host}: other runs, or connections in TIME_WAIT, hold all {ALL_PORTS}")
                })?;
            }
        };
        Ok((ports.host, port).into())
    }

    /// Returns which ports are taken, as a question.
    fn taken(&self) -> anyhow::Result<Box<dyn Fn(u16) -> bool>> {
        let host = self.host;
        if !sockets::known() {
            return Ok(Box::new(move |port| TcpListener::bind((host, port)).is_err()));
        }
        let is_here = |ip: IpAddr| ip.is_ipv6() == host.is_ipv6() || ip.is_unspecified();
        let entries = sockets::all()?;
        let used: HashSet<u16> = entries
            .iter()
            .map(|entry| entry.local)
            .filter(|at| is_here(at.ip()))
            .map(|at| at.port())
            .collect();
        Ok(Box::new(move |port| used.contains(&port)))
    }

    /// Reserves more ports, and keeps those that no socket is bound to: neither one that listens, nor a connection's, not
    /// even in TIME_WAIT. When no more can be reserved, those that this run has used, and that are free again, come back:
    /// perhaps none.
    fn claim(&mut self) -> anyhow::Result<()> {
        let (host, taken) = (self.host, self.taken()?);
        let groups = ALL_PORTS / AT_ONCE;
        let start = fastrand::u16(..groups);
        let others = (0..groups).map(|n| (start + n) % groups);
        let claimed = others.filter_map(|n| {
            let claim = UdpSocket::bind((host, FIRST_CLAIM + n)).ok()?;
            Some((n, claim))
        });
        let free = |n: u16| {
            let first = FIRST_PORT + n * AT_ONCE;
            let mut left: Vec<u16> = (first..first + AT_ONCE).filter(|port| !taken(*port)).collect();
            fastrand::shuffle(&mut left);
            left
        };
        for (n, claim) in claimed {
            self.claims.push(claim);
            self.left = free(n);
            if !self.left.is_empty() {
                return Ok(());
            }
        }
        let ours = self.claims.iter().filter_map(|claim| Some(claim.local_addr().ok()?.port() - FIRST_CLAIM));
        self.left = ours.flat_map(free).collect();
        Ok(())
    }
}

/// The address of a program that is started without an argument.
pub const DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8888);
/// The port of 127.0.0.1 whose UDP socket reserves [`DEFAULT`] for one check of one run.
const DEFAULT_CLAIM: u16 = 19_998;

/// Reserves [`DEFAULT`]; `None` while another check, or another run, has reserved it. The claim lasts until the socket is
/// dropped. As with [`Block`], no lock file stays behind, and none belongs to another user.
///
/// # Errors
/// When the claim fails for another reason.
pub fn claim_default() -> io::Result<Option<UdpSocket>> {
    match UdpSocket::bind((Ipv4Addr::LOCALHOST, DEFAULT_CLAIM)) {
        Ok(claim) => Ok(Some(claim)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns an address of this machine that is no loopback address; `None` where the runner finds none. Nothing is sent:
/// to connect a UDP socket only looks up the route (udp(7)).
pub fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // A documentation address (RFC 5737): it is routed like any other far one.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

fn claim() -> anyhow::Result<Block> {
    let table = sockets::all().unwrap_or_default();
    for _ in 0..1000 {
        let (x, y) = (fastrand::u8(1..=254), fastrand::u8(..));
        let claim = match UdpSocket::bind((Ipv4Addr::new(127, x, y, 1), CLAIM_PORT)) {
            Ok(claim) => claim,
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => continue,
            Err(error) => return Err(error).context("bind a loopback address"),
        };
        // A server that has just ended leaves its address in TIME_WAIT. One without SO_REUSEADDR could not bind it.
        let used = |ip: IpAddr| matches!(ip, IpAddr::V4(ip) if ip.octets()[..3] == [127, x, y]);
        if !table.iter().any(|entry| used(entry.local.ip()) || used(entry.remote.ip())) {
            let next = AtomicU32::new(fastrand::u32(..PORTS));
            return Ok(Block { x, y, next, _claim: claim });
        }
    }
    bail!("no free block of loopback addresses in 1000 tries")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn addresses_differ() {
        let all: HashSet<SocketAddr> = (0..500).map(|_| free().unwrap()).collect();
        assert_eq!(all.len(), 500);
        assert!(all.iter().all(|addr| addr.ip().is_loopback()));
    }

    #[test]
    fn addresses_of_every_family_differ() {
        for family in [Family::V6, Family::Unix] {
            if let Some(why) = lacks(family) {
                println!("not tried: {why}");
                continue;
            }
            let all: Vec<Fresh> = (0..250).map(|_| fresh(family).unwrap()).collect();
            let different: HashSet<Endpoint> = all.iter().map(|fresh| fresh.endpoint).collect();
            assert_eq!(different.len(), all.len());
            assert!(all.iter().all(|fresh| fresh.endpoint.family() == family && fresh.endpoint.is_local()));
            assert!(all.iter().all(|fresh| fresh.endpoint.to_string().len() <= "unix:".len() + LONGEST));
        }
    }
}
