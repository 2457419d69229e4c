//! Reads the memory of a traced thread (process_vm_readv(2)).

use crate::system::processes::Pid;
use std::time::Duration;

/// A piece of another process's memory: its address and its length.
pub type Piece = (u64, u64);

/// At most so many pieces in one call (IOV_MAX).
const PIECES: usize = 1024;

/// Reads these pieces, one after the other, at most `most` bytes of them together. Returns less when some of it cannot be
/// read.
pub fn read(tid: Pid, pieces: &[Piece], most: usize) -> Vec<u8> {
    let mut left = most;
    let mut there = Vec::new();
    for (address, length) in pieces.iter().take(PIECES) {
        let length = left.min(usize::try_from(*length).unwrap_or(left));
        there.push(libc::iovec { iov_base: *address as *mut _, iov_len: length });
        left -= length;
    }
    let mut bytes = vec![0; most - left];
    let here = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    // SAFETY: the kernel writes at most `iov_len` bytes to `bytes`, which has as many; the other addresses are not of this
    // process.
    let read = unsafe {
        libc::process_vm_readv(tid as libc::pid_t, &here, 1, there.as_ptr(), there.len() as libc::c_ulong, 0)
    };
    bytes.truncate(usize::try_from(read).unwrap_or(0));
    bytes
}

/// Reads exactly `N` bytes.
pub fn exact<const N: usize>(tid: Pid, address: u64) -> Option<[u8; N]> {
    if address == 0 {
        return None;
    }
    read(tid, &[(address, N as u64)], N).try_into().ok()
}

/// Reads a number of 32 bits.
pub fn int(tid: Pid, address: u64) -> Option<i32> {
    exact(tid, address).map(i32::from_ne_bytes)
}

/// Returns the number of 64 bits at this place.
pub fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).map_or(0, |bytes| u64::from_ne_bytes(bytes.try_into().expect("8 bytes")))
}

/// Reads a time in seconds and parts of a second; `None` for no time at all.
pub fn time(tid: Pid, address: u64, parts: u64) -> Option<Duration> {
    let bytes: [u8; 16] = exact(tid, address)?;
    let nanos = word(&bytes, 8).checked_mul(1_000_000_000 / parts)?;
    Duration::from_secs(word(&bytes, 0)).checked_add(Duration::from_nanos(nanos))
}

/// Reads a vector of buffers, `struct iovec` (readv(2)).
pub fn vector(tid: Pid, address: u64, count: u64) -> Vec<Piece> {
    let size = count.min(PIECES as u64) * 16;
    let bytes = read(tid, &[(address, size)], size as usize);
    bytes.chunks_exact(16).map(|one| (word(one, 0), word(one, 8))).collect()
}

/// A `struct msghdr` (recvmsg(2)).
pub struct Message {
    /// Where its address is, or will be, and how long that is.
    pub name: (u64, u32),
    /// Its buffers.
    pub pieces: Vec<Piece>,
}

/// The size of a `struct msghdr`.
const HEADER: usize = 56;
/// The size of a `struct mmsghdr` (recvmmsg(2)): a header and the length of what was moved.
const WITH_LENGTH: u64 = 64;

/// Reads the message at this address.
pub fn message(tid: Pid, address: u64) -> Option<Message> {
    let header: [u8; HEADER] = exact(tid, address)?;
    Some(Message {
        name: (word(&header, 0), word(&header, 8) as u32),
        pieces: vector(tid, word(&header, 16), word(&header, 24)),
    })
}

/// Reads the first `count` of several messages, each with the number of bytes that were moved.
pub fn messages(tid: Pid, address: u64, count: u64) -> Vec<(Message, u64)> {
    let one = |number| {
        let at = address + number * WITH_LENGTH;
        let moved = int(tid, at + HEADER as u64)?;
        Some((message(tid, at)?, moved as u32 as u64))
    };
    (0..count.min(PIECES as u64)).map_while(one).collect()
}
