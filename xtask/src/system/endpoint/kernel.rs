//! What the kernel tells about one descriptor or one file, and nothing else does.

#[cfg(target_os = "linux")]
pub use linux::{inode, peek, peeks_on, take_one, unread, unsent};

use std::path::Path;

/// Returns the inode of the socket file at `path`; `None` where there is none. Does not follow a symbolic link.
pub fn file_of(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt, MetadataExt};
        let found = std::fs::symlink_metadata(path).ok()?;
        found.file_type().is_socket().then(|| found.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use socket2::Socket;
    use std::io;
    use std::os::fd::AsRawFd;

    /// Returns the inode of a socket, which `/proc/PID/fd` and unix_diag name too.
    pub fn inode(socket: &Socket) -> io::Result<u64> {
        nix::sys::stat::fstat(socket).map(|found| found.st_ino).map_err(Into::into)
    }

    /// Returns how much memory, in bytes, holds what this Unix socket has sent and the other end has not read
    /// (SIOCOUTQ): 0 when all is read.
    pub fn unsent(socket: &Socket) -> io::Result<i32> {
        asked(socket, libc::TIOCOUTQ)
    }

    /// Returns how many bytes have come and were not taken from the queue (SIOCINQ, unix(7)).
    pub fn unread(socket: &Socket) -> io::Result<i32> {
        asked(socket, libc::FIONREAD)
    }

    fn asked(socket: &Socket, what: libc::Ioctl) -> io::Result<i32> {
        let mut answer: libc::c_int = 0;
        // SAFETY: both questions write one int, into `answer`.
        match unsafe { libc::ioctl(socket.as_raw_fd(), what, &mut answer) } {
            0 => Ok(answer),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Makes each [`peek`] begin where the last one ended (SO_PEEK_OFF, socket(7)).
    pub fn peeks_on(socket: &Socket) -> io::Result<()> {
        let zero: libc::c_int = 0;
        let size = size_of_val(&zero) as libc::socklen_t;
        // SAFETY: the kernel reads `size` bytes of `zero`.
        let done = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_PEEK_OFF,
                std::ptr::from_ref(&zero).cast(),
                size,
            )
        };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Reads what comes next and leaves it in the queue.
    pub fn peek(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
        received(socket, buffer, libc::MSG_PEEK)
    }

    /// Takes what is in the queue, and does not wait.
    pub fn take_one(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
        received(socket, buffer, libc::MSG_DONTWAIT)
    }

    fn received(socket: &Socket, buffer: &mut [u8], flags: libc::c_int) -> io::Result<usize> {
        // SAFETY: the kernel writes at most `buffer.len()` bytes into `buffer`.
        let n = unsafe { libc::recv(socket.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), flags) };
        usize::try_from(n).map_err(|_| io::Error::last_os_error())
    }
}
