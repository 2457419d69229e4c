//! Writes files whole or not at all. A path that is no regular file is written to, and never replaced.

use anyhow::Context;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The most symbolic links that are followed in a row, as on Linux (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// What a path leads to, after links are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// A regular file, which may be replaced.
    File,
    /// A folder.
    Folder,
    /// A device, a FIFO, or an open descriptor of this process such as `/dev/stdout`: it takes bytes and stays.
    Stream,
}

impl Standing {
    /// Looks at `path`; opens nothing.
    pub fn at(path: &Path) -> Self {
        // `/dev/stdout` may lead to a regular file. This process has it open, with a place to write at, so it must
        // stay.
        let special = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
        match fs::metadata(path) {
            Err(_) => Self::Nothing,
            Ok(data) if data.is_dir() => Self::Folder,
            Ok(data) if data.is_file() && !special => Self::File,
            Ok(_) => Self::Stream,
        }
    }
}

/// A file's new content, already on the disk beside it. If this is dropped before [`Ready::put`], the content is
/// removed.
pub struct Ready {
    part: PathBuf,
    path: PathBuf,
}

impl Ready {
    /// Writes the bytes beside `path`, in a hidden file; makes the folder if it is missing. If `path` is a link, its
    /// target will be replaced, not the link.
    ///
    /// # Errors
    /// When the bytes cannot be written, or when `path` is no regular file; then nothing stays behind.
    pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<Self> {
        let path = followed(path).with_context(|| format!("write {}", path.display()))?;
        let standing = Standing::at(&path);
        anyhow::ensure!(
            matches!(standing, Standing::Nothing | Standing::File),
            "write {}: it is no regular file",
            path.display()
        );
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let part = path.with_file_name(format!(".{name}.{}", std::process::id()));
        let ready = Self { part, path };
        let written = File::create(&ready.part).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.with_context(|| format!("write {}", ready.path.display()))?;
        Ok(ready)
    }

    /// Puts the content in its place.
    ///
    /// # Errors
    /// When it cannot be renamed; then the old file is as it was.
    pub fn put(self) -> anyhow::Result<()> {
        fs::rename(&self.part, &self.path).with_context(|| format!("write {}", self.path.display()))
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.part); // After `put` there is no such file.
    }
}

/// Writes a file whole or not at all: first beside it, then in its place.
///
/// # Errors
/// When it cannot be written, or is no regular file; then the old one is as it was.
pub fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    Ready::write(path, bytes)?.put()
}

/// Writes a file as [`write_whole`] does. A device, a FIFO or an open descriptor gets the bytes and stays what it is.
///
/// # Errors
/// When the bytes cannot be written; a FIFO that nobody reads is one such case.
pub fn deliver(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if Standing::at(path) != Standing::Stream {
        return write_whole(path, bytes);
    }
    let written = open_stream(path).and_then(|mut stream| stream.write_all(bytes));
    written.with_context(|| format!("write {}", path.display()))
}

/// Opens a stream at its end. It creates no file and truncates none.
fn open_stream(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true);
    #[cfg(unix)]
    {
        use nix::fcntl::{FcntlArg, OFlag, fcntl};
        use std::os::unix::fs::OpenOptionsExt;
        // Otherwise the runner would wait for ever on a FIFO that nobody reads; so open fails with ENXIO (fifo(7)).
        options.custom_flags(OFlag::O_NONBLOCK.bits());
        let stream = options.open(path).map_err(|error| match error.raw_os_error() {
            Some(code) if code == nix::errno::Errno::ENXIO as i32 => {
                io::Error::other("nobody reads it: start its reader first")
            }
            _ => error,
        })?;
        fcntl(&stream, FcntlArg::F_SETFL(OFlag::O_APPEND))?;
        Ok(stream)
    }
    #[cfg(not(unix))]
    options.open(path)
}

/// Returns the path at which a chain of links ends, even if nothing is there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // A relative link starts from the folder that contains it.
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, symlink};

    fn folder(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("socket-lab-files-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    #[test]
    fn a_device_is_written_to_and_stays() {
        deliver(Path::new("/dev/null"), b"report").unwrap();
        assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
        let refused = write_whole(Path::new("/dev/null"), b"report").unwrap_err();
        assert!(refused.to_string().contains("no regular file"));
        assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
    }

    #[test]
    fn a_link_stays_and_what_it_points_to_is_written() {
        let dir = folder("links");
        symlink("second", dir.join("first")).unwrap();
        symlink("file", dir.join("second")).unwrap();
        for text in ["not there yet", "replaced"] {
            deliver(&dir.join("first"), text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(dir.join("file")).unwrap(), text);
        }
        assert!(dir.join("first").is_symlink() && dir.join("second").is_symlink());
        symlink("loop", dir.join("loop")).unwrap();
        assert!(deliver(&dir.join("loop"), b"report").is_err());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 4, "a hidden file stayed behind");
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_fifo_gets_the_bytes_and_one_without_a_reader_is_an_error() {
        let dir = folder("fifo");
        let fifo = dir.join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let refused = format!("{:#}", deliver(&fifo, b"report").unwrap_err());
        assert!(refused.contains("nobody reads it"), "{refused}");
        let reader = {
            let fifo = fifo.clone();
            std::thread::spawn(move || fs::read(fifo).unwrap())
        };
        while deliver(&fifo, b"report").is_err() {
            std::thread::yield_now(); // Until the reader has opened it.
        }
        assert_eq!(reader.join().unwrap(), b"report");
        assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo());
        fs::remove_dir_all(&dir).unwrap();
    }
}
