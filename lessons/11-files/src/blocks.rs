//! Data, block by block: copied without ever being in memory as a whole, and hashed on the way.

use sha2::{Digest, Sha256};
use std::io::{self, ErrorKind, Read, Write};

/// How many bytes of data are in memory at a time: 64 KiB, however large the file is.
pub const BLOCK: usize = 64 * 1024;

/// The reason why [`copy`] failed: which of the two sides it was.
#[derive(Debug)]
pub enum CopyError {
    /// A read failed, or the source ended too early ([`ErrorKind::UnexpectedEof`]).
    Read(io::Error),
    /// A write failed.
    Write(io::Error),
}

/// Copies exactly `size` bytes from `from` to `to`, through one buffer of [`BLOCK`] bytes.
///
/// Writes what each read has returned before it reads again: whatever ends the copy, all that came has been written.
/// Never reads more than the `size` bytes, because what follows them is the next message. Tries again when a read was
/// only interrupted ([`ErrorKind::Interrupted`]).
///
/// # Errors
/// [`CopyError::Read`]: a read failed, or `from` ended before `size` bytes came. [`CopyError::Write`]: a write failed.
pub fn copy(from: &mut impl Read, to: &mut impl Write, size: u64) -> Result<(), CopyError> {
    let mut block = vec![0; BLOCK];
    let mut left = size;
    while left > 0 {
        let most = left.min(BLOCK as u64) as usize;
        match from.read(&mut block[..most]) {
            Ok(0) => {
                let ended = format!("the data ended after {} of {size} bytes", size - left);
                return Err(CopyError::Read(io::Error::new(ErrorKind::UnexpectedEof, ended)));
            }
            Ok(n) => {
                to.write_all(&block[..n]).map_err(CopyError::Write)?;
                left -= n as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(CopyError::Read(error)),
        }
    }
    Ok(())
}

/// A writer that passes on what is written to it and computes its SHA-256.
pub struct Hashed<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Hashed<W> {
    /// Passes on to `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    /// Returns the SHA-256 of all that was passed on, as 64 lower-case hexadecimal digits.
    pub fn hex(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Reads the next `size` bytes and returns their SHA-256, as [`Hashed::hex`] does.
pub fn hash_of(from: &mut impl Read, size: u64) -> io::Result<String> {
    let mut hashed = Hashed::new(io::sink());
    copy(from, &mut hashed, size)?;
    Ok(hashed.hex())
}

/// Returns whether `text` can be a hash: 64 hexadecimal digits, in lower case.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl From<CopyError> for io::Error {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Read(error) | CopyError::Write(error) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns at most 1000 bytes a read, is interrupted before each, and counts them.
    struct Pieces {
        left: u64,
        reads: u64,
    }

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(buffer.len() <= BLOCK);
            self.reads += 1;
            if self.reads % 2 == 1 {
                return Err(ErrorKind::Interrupted.into());
            }
            let n = self.left.min(buffer.len() as u64).min(1000);
            buffer[..n as usize].fill(b'x');
            self.left -= n;
            Ok(n as usize)
        }
    }

    #[test]
    fn copies_exactly_as_much_as_it_was_asked_for() {
        for size in [0, 1, BLOCK as u64 - 1, BLOCK as u64, BLOCK as u64 + 1, 1_000_000] {
            let (mut from, mut to) = (Pieces { left: size + 5, reads: 0 }, Vec::new());
            copy(&mut from, &mut to, size).unwrap();
            assert_eq!((to.len() as u64, from.left), (size, 5));
        }
    }

    #[test]
    fn what_came_is_written_when_the_source_ends_and_the_sides_are_told_apart() {
        let mut to = Vec::new();
        let ended = copy(&mut Pieces { left: 2500, reads: 0 }, &mut to, 3000).unwrap_err();
        assert!(matches!(ended, CopyError::Read(error) if error.kind() == ErrorKind::UnexpectedEof));
        assert_eq!(to.len(), 2500);
        let full = copy(&mut Pieces { left: 9, reads: 0 }, &mut [0; 4].as_mut_slice(), 9).unwrap_err();
        assert!(matches!(full, CopyError::Write(_)));
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        // FIPS 180-4, the examples: no byte, `abc`, and a million times `a`.
        for (bytes, hash) in [
            (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (&[b'a'; 1_000_000], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            assert_eq!(hash_of(&mut &bytes[..], bytes.len() as u64).unwrap(), hash);
            assert!(is_hash(hash) && !is_hash(&hash[1..]) && !is_hash(&hash.to_uppercase()));
        }
        assert!(!is_hash(&"g".repeat(64)) && !is_hash(&"é".repeat(32)));
    }
}
