//! The file of a Unix socket: it outlives its server, and then stands in the way of the next one.

use socket2::{Domain, SockAddr, Socket, Type};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// Returns the path of an address `unix:PATH`.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] for an empty path (the kernel would choose a name that nobody knows), and for one
/// that does not fit into an address.
pub fn parse(path: &[u8]) -> io::Result<PathBuf> {
    if path.is_empty() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "the path is empty"));
    }
    let path = PathBuf::from(OsStr::from_bytes(path));
    let length = path.as_os_str().len();
    SockAddr::unix(&path).map_err(|_| {
        let text = format!("the path is too long for the address of a socket: {length} bytes");
        io::Error::new(ErrorKind::InvalidInput, text)
    })?;
    Ok(path)
}

/// Makes sure that nothing stands at `path`, so that `bind` can make its file there.
///
/// Nothing there: returns at once. A socket file at which `connect` is *refused* was left behind by a server that has
/// ended: removes it. Everything else stays untouched: a file, a folder, a symbolic link (it is not followed), and a
/// socket where `connect` succeeds or fails in another way, because perhaps somebody listens there.
///
/// The socket that tries must not block: a `connect` to a live server whose queue is full would wait for it.
///
/// # Errors
/// [`ErrorKind::AddrInUse`], with a text that states what stands there; or the error of the call that failed.
pub fn make_room(path: &Path) -> io::Result<()> {
    // TODO: look what stands at the path, try to connect when it is a socket, remove it when refused
    todo!("look what stands at the path, try to connect when it is a socket, remove it when refused")
}

/// Locks the folder of `path` until the returned file is dropped: at most one server at a time looks, removes and
/// binds there.
///
/// Without it, of two servers that start at the same moment both find the file of a dead one. The first removes it,
/// binds and listens. The second removes the *new* file, and the first is never called again. The lock (flock(2))
/// ends with the process, and leaves no file.
///
/// What is left: programs that know nothing of this lock. One that replaces the file between our look and our removal
/// loses its own; and a socket of theirs that is bound, but does not listen *yet*, refuses as a dead one does.
/// No call removes a file only if it is still the same one. A folder that cannot be locked (we may not read it,
/// or its file system has no locks) leaves our own servers with this race, too.
pub fn lock_folder(path: &Path) -> Option<File> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}
