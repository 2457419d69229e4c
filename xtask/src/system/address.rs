//! One address for each program under test, so that runs at the same time never clash.

use crate::system::sockets;
use anyhow::{Context, bail};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// First port handed out; all are below the ephemeral range, so that no outgoing connection takes one.
const FIRST_PORT: u16 = 20_000;
const PORTS: u32 = 8_000;
/// The port whose UDP socket reserves a block of addresses for one runner.
const CLAIM_PORT: u16 = 19_999;
/// How many hosts of a block are handed out: 127.x.y.2 to 127.x.y.251.
const HOSTS: u32 = 250;

/// 127.x.y.0/24, reserved by a bound UDP socket: the kernel gives an address and port to one process only, and takes
/// it back however that process ends. A lock file would stay behind.
struct Block {
    x: u8,
    y: u8,
    next: AtomicU32,
    _claim: UdpSocket,
}

/// Returns a loopback address at which nothing has listened or been connected in this run.
///
/// On Linux each call returns a new 127.x.y.z. Elsewhere only 127.0.0.1 can be bound: a call returns a port that was
/// free a moment ago. A program that finds it taken says so, and the caller tries again.
///
/// # Errors
/// When no block of addresses is free, or the socket table cannot be read.
pub fn free() -> anyhow::Result<SocketAddr> {
    if !cfg!(target_os = "linux") {
        return Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?);
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
}
