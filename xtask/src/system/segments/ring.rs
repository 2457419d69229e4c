//! The packet socket, and the ring of memory in which the kernel lays down packets for it (packet(7), and
//! Documentation/networking/packet_mmap.rst of Linux).
//!
//! A ring, because a user namespace gives no right to a longer queue (SO_RCVBUFFORCE: EPERM), and the queue that everybody may
//! have holds two or three of loopback's segments of 64 KiB.

use crate::system::stamp::Stamp;
use nix::libc;
use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU32, Ordering};

// linux/if_packet.h
const PACKET_RX_RING: libc::c_int = 5;
const PACKET_STATISTICS: libc::c_int = 6;
const PACKET_VERSION: libc::c_int = 10;
const PACKET_IGNORE_OUTGOING: libc::c_int = 23;
const TPACKET_V3: libc::c_int = 2;
const TP_STATUS_KERNEL: u32 = 0;
const TP_STATUS_USER: u32 = 1;
const PACKET_OUTGOING: u8 = 4;
/// `struct tpacket_block_desc`: where its state, its count of packets, and the place of the first one stand.
const STATE: usize = 8;
const COUNT: usize = 12;
const FIRST: usize = 16;
/// `struct tpacket3_hdr`: next packet, seconds, nanoseconds, length kept, length sent; then where the packet stands;
/// behind it all `struct sockaddr_ll`, and in that the kind of packet.
const NEXT: usize = 0;
const SECONDS: usize = 4;
const NANOSECONDS: usize = 8;
const KEPT: usize = 12;
const SENT: usize = 16;
const NETWORK: usize = 26;
const KIND: usize = 48 + 10;

/// The bytes of one block: room for at least three of the largest segments.
const BLOCK: usize = 256 * 1024;
/// The most and the fewest blocks. The kernel refuses more than it has memory for.
const MOST: usize = 256;
const FEWEST: usize = 16;
/// How long the kernel may keep a block back that is not full, in milliseconds.
const KEEPS_BACK: u32 = 4;
const ETH_P_ALL: u16 = 3;
/// The number of loopback in every network namespace (LOOPBACK_IFINDEX, net/flow.h).
const LOOPBACK: libc::c_int = 1;

/// Makes the packet socket, which sees nothing yet. Safe between fork and exec.
pub fn open() -> io::Result<RawFd> {
    // SAFETY: the call touches no memory.
    checked(unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) })
}

/// Makes its ring, as large as the kernel permits. Safe between fork and exec.
pub fn make(socket: RawFd) -> io::Result<()> {
    set(socket, PACKET_VERSION, &TPACKET_V3)?;
    // Since Linux 4.20; without it each packet is laid down twice, and the copy is dropped here.
    let _ = set(socket, PACKET_IGNORE_OUTGOING, &1);
    let mut blocks = MOST;
    loop {
        // struct tpacket_req3: block size and count, frame size and count, then how long a block is kept back.
        let request = [BLOCK as u32, blocks as u32, BLOCK as u32, blocks as u32, KEEPS_BACK, 0, 0];
        match set(socket, PACKET_RX_RING, &request) {
            Err(error) if error.raw_os_error() == Some(libc::ENOMEM) && blocks > FEWEST => blocks /= 2,
            done => return done,
        }
    }
}

/// From now on it sees what passes loopback. Safe between fork and exec.
pub fn begin(socket: RawFd) -> io::Result<()> {
    // SAFETY: the pointer is that of a live `sockaddr_ll` of this length.
    unsafe {
        let mut addr: libc::sockaddr_ll = std::mem::zeroed();
        addr.sll_family = libc::AF_PACKET as u16;
        addr.sll_protocol = ETH_P_ALL.to_be();
        addr.sll_ifindex = LOOPBACK;
        let length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
        checked(libc::bind(socket, (&raw const addr).cast(), length)).map(drop)
    }
}

fn set<T>(socket: RawFd, option: libc::c_int, value: &T) -> io::Result<()> {
    let length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the pointer is that of a live value of this length.
    let done =
        unsafe { libc::setsockopt(socket, libc::SOL_PACKET, option, (&raw const *value).cast(), length) };
    checked(done).map(drop)
}

fn get<T>(socket: RawFd, level: libc::c_int, option: libc::c_int, value: &mut T) -> io::Result<()> {
    let mut length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the pointers are those of a live value, and of its length.
    let done = unsafe { libc::getsockopt(socket, level, option, (&raw mut *value).cast(), &raw mut length) };
    checked(done).map(drop)
}

fn checked(returned: libc::c_int) -> io::Result<libc::c_int> {
    if returned < 0 { Err(io::Error::last_os_error()) } else { Ok(returned) }
}

/// Returns whether this descriptor is a packet socket.
pub fn is_packet_socket(socket: RawFd) -> bool {
    let mut domain: libc::c_int = 0;
    get(socket, libc::SOL_SOCKET, libc::SO_DOMAIN, &mut domain).is_ok() && domain == libc::AF_PACKET
}

/// Returns how many packets the kernel has not laid down since the last call, because the ring was full.
pub fn lost(socket: RawFd) -> u64 {
    // struct tpacket_stats_v3: packets, drops, and how often the ring was full.
    let mut counts = [0u32; 3];
    let _ = get(socket, libc::SOL_PACKET, PACKET_STATISTICS, &mut counts);
    u64::from(counts[1])
}

/// The ring as a process sees it.
pub struct Ring {
    memory: *mut libc::c_void,
    blocks: usize,
    next: usize,
}

// SAFETY: the memory belongs to this value alone, beside the kernel, and is bound to no thread.
unsafe impl Send for Ring {}

impl Ring {
    /// Maps the ring of this socket.
    ///
    /// # Errors
    /// When the socket has none.
    pub fn of(socket: RawFd) -> io::Result<Self> {
        // How large it is the kernel does not tell, but it maps nothing but all of it.
        let mut blocks = MOST;
        loop {
            let (length, access) = (blocks * BLOCK, libc::PROT_READ | libc::PROT_WRITE);
            // SAFETY: a new mapping at a place that the kernel chooses.
            let memory =
                unsafe { libc::mmap(std::ptr::null_mut(), length, access, libc::MAP_SHARED, socket, 0) };
            if memory != libc::MAP_FAILED {
                return Ok(Self { memory, blocks, next: 0 });
            }
            if blocks == FEWEST {
                return Err(io::Error::last_os_error());
            }
            blocks /= 2;
        }
    }

    /// Passes the packets of the next block to `seen`; returns whether the kernel had filled one.
    pub fn take(&mut self, seen: impl FnMut(Packet<'_>)) -> bool {
        // SAFETY: the block lies within the mapping, which lives as long as this value.
        let block = unsafe { self.memory.cast::<u8>().add(self.next * BLOCK) };
        // SAFETY: the kernel lets this word stand at a multiple of four, and writes it as a whole.
        let state = unsafe { AtomicU32::from_ptr(block.add(STATE).cast()) };
        if state.load(Ordering::Acquire) & TP_STATUS_USER == 0 {
            return false;
        }
        // SAFETY: until the state is given back the kernel writes nothing into the block; the slice ends before.
        packets(unsafe { std::slice::from_raw_parts(block, BLOCK) }, seen);
        state.store(TP_STATUS_KERNEL, Ordering::Release);
        self.next = (self.next + 1) % self.blocks;
        true
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own, and no slice of it lives.
        unsafe { libc::munmap(self.memory, self.blocks * BLOCK) };
    }
}

/// One packet in a block.
#[derive(Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// When the kernel took it from loopback.
    pub at: Stamp,
    /// Its first bytes, from IP on.
    pub bytes: &'a [u8],
    /// How many bytes it had.
    pub sent: usize,
}

/// Reads the packets of a block, but for the copies of what goes out: loopback shows each packet as going out and as
/// coming in.
fn packets(block: &[u8], mut seen: impl FnMut(Packet<'_>)) {
    let count = word(block, COUNT).unwrap_or(0);
    let mut at = word(block, FIRST).unwrap_or(0);
    for _ in 0..count {
        let Some(header) = block.get(at..) else { return };
        let Some(packet) = packet(header) else { return };
        if header.get(KIND) != Some(&PACKET_OUTGOING) {
            seen(packet);
        }
        at += word(header, NEXT).unwrap_or(0);
    }
}

fn packet(header: &[u8]) -> Option<Packet<'_>> {
    let network = usize::from(u16::from_ne_bytes(header.get(NETWORK..NETWORK + 2)?.try_into().ok()?));
    let (seconds, nanoseconds) = (word(header, SECONDS)? as u64, word(header, NANOSECONDS)? as u64);
    Some(Packet {
        at: Stamp(seconds * 1_000_000_000 + nanoseconds),
        bytes: header.get(network..network + word(header, KEPT)?)?,
        sent: word(header, SENT)?,
    })
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a block of packets: each with its kind and its bytes.
    fn block(all: &[(u8, &[u8])]) -> Vec<u8> {
        let mut block = vec![0; 48];
        block[COUNT..COUNT + 4].copy_from_slice(&(all.len() as u32).to_ne_bytes());
        block[FIRST..FIRST + 4].copy_from_slice(&48u32.to_ne_bytes());
        for (number, (kind, bytes)) in all.iter().enumerate() {
            let mut header = vec![0; 80];
            header.extend(*bytes);
            header.resize(header.len().next_multiple_of(8), 0xee);
            let mut put = |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_ne_bytes());
            put(SECONDS, 7);
            put(NANOSECONDS, number as u32);
            put(KEPT, bytes.len() as u32);
            put(SENT, 100);
            header[NETWORK..NETWORK + 2].copy_from_slice(&80u16.to_ne_bytes());
            header[KIND] = *kind;
            let length = header.len() as u32;
            header[NEXT..NEXT + 4].copy_from_slice(&length.to_ne_bytes());
            block.extend(header);
        }
        block
    }

    #[test]
    fn a_block_gives_its_packets_without_the_copies() {
        let block = block(&[(PACKET_OUTGOING, b"one"), (0, b"one"), (0, b"second")]);
        let mut all = Vec::new();
        packets(&block, |packet| all.push((packet.at.0, packet.bytes.to_vec(), packet.sent)));
        assert_eq!(all, [(7_000_000_001, b"one".to_vec(), 100), (7_000_000_002, b"second".to_vec(), 100)]);
    }

    #[test]
    fn a_cut_block_ends_early() {
        let whole = block(&[(0, b"one"), (0, b"second")]);
        for end in 0..whole.len() {
            let mut count = 0;
            packets(&whole[..end], |_| count += 1);
            assert!(count <= 2);
        }
    }
}
