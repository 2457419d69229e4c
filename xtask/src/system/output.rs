//! What a program prints on one stream: all of it counted and searched, at most 1 MiB of it kept.

use memchr::memmem;
use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// Bytes kept from the start of a stream, and as many from its end: together 1 MiB.
const KEPT_EACH: usize = 512 * 1024;

/// A stream that its own thread reads until its end.
#[derive(Clone)]
pub struct Output {
    shared: Arc<(Mutex<Collected>, Condvar)>,
}

#[derive(Default)]
struct Collected {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: u64,
    ended: bool,
    /// Nothing is read yet: see [`Output::collect_later`].
    held: bool,
    wanted: Wanted,
}

impl Output {
    /// Starts reading `stream`; `wanted` are byte strings to look for, in this order.
    pub fn collect(stream: impl Read + Send + 'static, wanted: &[Vec<u8>]) -> Self {
        Self::start(stream, wanted, false)
    }

    /// As [`Output::collect`], but reads nothing before [`Output::release`].
    pub fn collect_later(stream: impl Read + Send + 'static, wanted: &[Vec<u8>]) -> Self {
        Self::start(stream, wanted, true)
    }

    fn start(mut stream: impl Read + Send + 'static, wanted: &[Vec<u8>], held: bool) -> Self {
        let wanted = Wanted::of(wanted);
        let collected = Collected { wanted, held, ..Collected::default() };
        let shared = Arc::new((Mutex::new(collected), Condvar::new()));
        let output = Self { shared: Arc::clone(&shared) };
        let reads = output.clone();
        thread::spawn(move || {
            reads.wait_released();
            let mut chunk = vec![0; 64 * 1024];
            loop {
                let n = match stream.read(&mut chunk) {
                    Ok(n) if n > 0 => n,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    _ => break,
                };
                let mut collected = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                collected.take(&chunk[..n]);
                shared.1.notify_all();
            }
            shared.0.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
            shared.1.notify_all();
        });
        output
    }

    fn wait_released(&self) {
        let mut collected = self.lock();
        while collected.held {
            collected = self.shared.1.wait(collected).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Reads from now on.
    pub fn release(&self) {
        self.lock().held = false;
        self.shared.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Collected> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, until: Instant, done: impl Fn(&Collected) -> bool) -> bool {
        let mut collected = self.lock();
        loop {
            if done(&collected) {
                return true;
            }
            let Some(left) = until.checked_duration_since(Instant::now()) else { return false };
            let waited = self.shared.1.wait_timeout(collected, left);
            collected = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for the end of the stream; returns `false` when it has not come by `until`.
    pub fn wait_end(&self, until: Instant) -> bool {
        self.wait(until, |collected| collected.ended)
    }

    /// Waits until the first `count` wanted byte strings have come, the stream has ended, or the time is `until`.
    /// Returns whether they have come.
    pub fn wait_found(&self, count: usize, until: Instant) -> bool {
        self.wait(until, |collected| collected.wanted.next >= count || collected.ended);
        self.found() >= count
    }

    /// Returns how many of the wanted byte strings have come so far, in order.
    pub fn found(&self) -> usize {
        self.lock().wanted.next
    }

    /// Returns how many bytes have come so far, kept or not.
    pub fn total(&self) -> u64 {
        self.lock().total
    }

    /// Returns what is kept: the start and the end of the stream, with a line between them where bytes were left out.
    pub fn kept(&self) -> Vec<u8> {
        let collected = self.lock();
        let mut kept = collected.head.clone();
        let left_out = collected.total - (collected.head.len() + collected.tail.len()) as u64;
        if left_out > 0 {
            kept.extend(format!("\n… {left_out} bytes left out …\n").into_bytes());
        }
        kept.extend(&collected.tail);
        kept
    }
}

impl Collected {
    fn take(&mut self, chunk: &[u8]) {
        self.total += chunk.len() as u64;
        self.wanted.search(chunk);
        let room = KEPT_EACH - self.head.len();
        let (head, tail) = chunk.split_at(chunk.len().min(room));
        self.head.extend(head);
        let overflow = (self.tail.len() + tail.len()).saturating_sub(KEPT_EACH);
        self.tail.drain(..overflow.min(self.tail.len()));
        self.tail.extend(tail);
    }
}

/// Returns bytes as Python's `repr` shows them between the quotes of `b'…'`. A program that prints this form counts
/// as having printed the bytes.
pub fn repr(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in bytes {
        match byte {
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\\' => out.extend(b"\\\\"),
            b' '..=b'~' => out.push(*byte),
            _ => out.extend(format!("\\x{byte:02x}").into_bytes()),
        }
    }
    out
}

/// Byte strings to look for in order, across the borders of chunks; each as it is, or as [`repr`] shows it.
#[derive(Default)]
struct Wanted {
    /// Each as it is and, where that differs, as [`repr`] shows it.
    needles: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    next: usize,
    /// The end of what came since the last find, shorter than the next needle.
    carry: Vec<u8>,
}

impl Wanted {
    fn of(wanted: &[Vec<u8>]) -> Self {
        let both = |text: &Vec<u8>| (text.clone(), Some(repr(text)).filter(|shown| shown != text));
        Self { needles: wanted.iter().map(both).collect(), ..Self::default() }
    }

    fn search(&mut self, chunk: &[u8]) {
        if self.next == self.needles.len() {
            return;
        }
        let mut hay = std::mem::take(&mut self.carry);
        hay.extend(chunk);
        let mut from = 0;
        while let Some((needle, shown)) = self.needles.get(self.next) {
            let end = |text: &[u8]| {
                // `find` first prepares for its text. For a long one this is wasted until enough bytes have come.
                let can_be = text.len() <= hay.len() - from;
                can_be.then(|| memmem::find(&hay[from..], text)).flatten().map(|at| at + text.len())
            };
            let ends = end(needle).into_iter().chain(shown.as_ref().and_then(|shown| end(shown)));
            match ends.min() {
                Some(end) => {
                    from += end;
                    self.next += 1;
                }
                None => {
                    let keep = needle
                        .len()
                        .max(shown.as_ref().map_or(0, Vec::len))
                        .saturating_sub(1)
                        .min(hay.len() - from);
                    self.carry = hay.split_off(hay.len() - keep);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_strings_are_found_in_order_and_across_chunks() {
        let mut wanted = Wanted::of(&[b"abc".to_vec(), b"abd".to_vec()]);
        for (chunk, found) in [("abda", 0), ("bca", 1), ("b", 1), ("dabd", 2)] {
            wanted.search(chunk.as_bytes());
            assert_eq!(wanted.next, found, "after {chunk}");
        }
    }

    #[test]
    fn bytes_in_the_form_of_python_are_found_too() {
        let mut wanted = Wanted::of(&["é\t".into(), b"b".to_vec()]);
        for chunk in ["b'\\xc3", "\\xa9\\t'", " b"] {
            wanted.search(chunk.as_bytes());
        }
        assert_eq!(wanted.next, 2);
    }

    #[test]
    fn memory_is_bounded_and_both_ends_are_kept() {
        let mut collected = Collected::default();
        collected.take(b"first");
        for _ in 0..100 {
            collected.take(&[b'.'; 64 * 1024]);
        }
        collected.take(b"last");
        assert_eq!(collected.head.len() + collected.tail.len(), 2 * KEPT_EACH);
        assert!(collected.head.starts_with(b"first"));
        assert!(collected.tail.iter().rev().take(4).eq(b"tsal"));
    }
}
