//! How the runner keeps the means to reset a Unix connection.
//!
//! A Unix socket has no RST. The other side sees a reset when this side closes with bytes unread (unix(7),
//! ECONNRESET). So the runner reads ahead without taking (MSG_PEEK), and leaves the last byte of a short piece in the
//! queue: to close then is a reset, and to take that byte first and then to close is an end. Only Linux can do so
//! (SO_PEEK_OFF).
//!
//! The byte that is left is no more than one small buffer of the sender's memory. Of a longer piece nothing is left:
//! the kernel counts a piece as unread until its last byte is taken, and a sender that waits for room would wait for
//! ever.

use super::kernel;
use socket2::Socket;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most bytes of a piece whose last byte is left in the queue.
const SHORT: usize = 4096;

/// How many bytes each such socket of this process has read, by its inode. Increased `registered` tells that one more
/// is here.
static READERS: Mutex<Readers> = Mutex::new(Readers { registered: 0, heard: BTreeMap::new() });

struct Readers {
    registered: u64,
    heard: BTreeMap<u64, Arc<AtomicU64>>,
}

/// What a Unix stream of the runner has read, and whether its last byte is still in the queue.
pub struct LastByte {
    inode: u64,
    heard: Arc<AtomicU64>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// The last byte that was read is still there.
    left: bool,
    /// How many bytes were read since the queue was last seen empty: no piece in it can be longer.
    piece: usize,
}

impl LastByte {
    /// Begins to read from a Unix socket in this way.
    ///
    /// # Errors
    /// When the kernel cannot do it.
    pub fn of(socket: &Socket) -> io::Result<Self> {
        kernel::peeks_on(socket)?;
        let (inode, heard) = (kernel::inode(socket)?, Arc::default());
        let mut readers = lock(&READERS);
        readers.heard.insert(inode, Arc::clone(&heard));
        readers.registered += 1;
        Ok(Self { inode, heard, queue: Mutex::default() })
    }

    /// Reads what comes next, as `read` does.
    pub fn read(&self, socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let n = kernel::peek(socket, buffer)?;
        if n > 0 {
            let mut queue = lock(&self.queue);
            queue.piece += n;
            let leave = queue.piece <= SHORT;
            take(socket, usize::from(queue.left) + n - usize::from(leave));
            queue.left = leave;
            if n < buffer.len() {
                queue.piece = 0;
            }
            self.heard.fetch_add(n as u64, Ordering::SeqCst);
        }
        Ok(n)
    }

    /// Takes the byte that is left: then to close is no reset.
    pub fn take_it(&self, socket: &Socket) {
        if std::mem::take(&mut lock(&self.queue).left) {
            take(socket, 1);
        }
    }
}

impl Drop for LastByte {
    fn drop(&mut self) {
        lock(&READERS).heard.remove(&self.inode);
    }
}

/// Takes this many bytes, which are there, out of the queue.
fn take(socket: &Socket, mut n: usize) {
    let mut taken = [0; 16 * 1024];
    while n > 0 {
        let room = n.min(taken.len());
        match kernel::take_one(socket, &mut taken[..room]) {
            Ok(0) | Err(_) => return,
            Ok(some) => n -= some,
        }
    }
}

/// The other end of a Unix connection, in case it is a socket of this process, too: the kernel calls its last byte
/// unread.
#[derive(Default)]
pub struct OtherEnd {
    known: Mutex<(u64, Option<Arc<AtomicU64>>)>,
}

impl OtherEnd {
    /// Returns how many bytes the other end has read, if it is a socket of this process; `find` returns its inode.
    pub fn heard(&self, find: impl FnOnce() -> Option<u64>) -> Option<u64> {
        let mut known = lock(&self.known);
        if known.1.is_none() {
            let registered = lock(&READERS).registered;
            if known.0 != registered {
                let found = find().and_then(|inode| lock(&READERS).heard.get(&inode).cloned());
                *known = (registered, found);
            }
        }
        known.1.as_ref().map(|heard| heard.load(Ordering::SeqCst))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
