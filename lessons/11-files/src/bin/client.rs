//! The file client: sends a file, fetches one (and goes on where it was cut off), or lists them.
//!
//! Run it against the server: `cargo run -p lesson-11-files --bin lesson-11-client -- 127.0.0.1:8888 list`

use lesson_11_files::blocks::{CopyError, copy, hash_of, is_hash};
use lesson_11_files::message::{Message, Reply, read_reply, write_message};
use lesson_11_files::names::place;
use lesson_11_files::progress::Progress;

use serde_json::{Value, json};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: client HOST:PORT put FILE [NAME] | get NAME [FILE] | list";

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("client: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments ask for.
fn run(args: &[OsString]) -> io::Result<()> {
    let usage = || io::Error::other(USAGE);
    let [addr, verb, files @ ..] = args else { return Err(usage()) };
    let addr = addr.to_string_lossy();
    match (verb.to_str(), files) {
        (Some("put"), [file]) => {
            let name = Path::new(file).file_name().unwrap_or_default();
            put(&addr, Path::new(file), checked(name)?)
        }
        (Some("put"), [file, name]) => put(&addr, Path::new(file), checked(name)?),
        (Some("get"), [name]) => get(&addr, checked(name)?, Path::new(name)),
        (Some("get"), [name, file]) => get(&addr, checked(name)?, Path::new(file)),
        (Some("list"), []) => show_list(&addr),
        _ => Err(usage()),
    }
}

/// Returns the name if it keeps the rule, before anything is sent or written for it.
fn checked(name: &OsStr) -> io::Result<&str> {
    let name = name.to_str().ok_or_else(|| io::Error::other("bad name: it is not UTF-8"))?;
    place(Path::new(""), name)?;
    Ok(name)
}

/// Sends `file`, which the server stores as `name`.
fn put(addr: &str, file: &Path, name: &str) -> io::Result<()> {
    let named = |error| told(file.display(), error);
    if !fs::metadata(file).map_err(named)?.is_file() {
        return Err(named(io::Error::other("this is no regular file")));
    }
    let mut source = File::open(file).map_err(named)?;
    let size = source.metadata().map_err(named)?.len();
    // The hash goes first, so the file is read twice.
    let sha256 = hash_of(&mut source, size).map_err(named)?;
    source.rewind().map_err(named)?;
    let mut stream = connect(addr)?;
    let request = json!({"op": "put", "name": name, "data_size": size, "sha256": sha256});
    let reply = send(&mut stream, &request, &mut source, size);
    if accepted(addr, reply)?.data_size > 0 {
        return Err(told(addr, io::Error::other("the reply contradicts itself: data after a put")));
    }
    writeln!(io::stdout(), "stored {name}, {size} bytes")
}

/// Sends a request with `size` bytes of `source` as its data, and returns the reply.
///
/// When a write fails, perhaps the server has refused the request and ended the connection. Then its reply states why.
fn send(stream: &mut TcpStream, request: &Value, source: &mut File, size: u64) -> io::Result<Reply> {
    let sent = write_message(stream, request).map_err(CopyError::Write);
    let sent = sent.and_then(|()| copy(source, &mut Progress::new(&mut *stream, size), size));
    match sent {
        Ok(()) => read_reply(stream),
        Err(CopyError::Read(error)) => Err(error),
        Err(CopyError::Write(error)) => match read_reply(stream) {
            Ok(refused @ Reply::Refused(_)) => Ok(refused),
            _ => Err(error),
        },
    }
}

/// Fetches the file `name` into `file`. Goes on with `FILE.part` when there is one.
fn get(addr: &str, name: &str, file: &Path) -> io::Result<()> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    if file.is_dir() {
        return Err(told(file.display(), io::Error::other("this is a folder")));
    }
    // Its length is enough. Nothing is opened before the server has sent `ok`.
    let mut offset = match fs::symlink_metadata(part) {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        Ok(_) => return Err(told(part.display(), io::Error::other("this is no regular file"))),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(told(part.display(), error)),
    };
    let mut stream = connect(addr)?;
    let reply = loop {
        match ask(&mut stream, &json!({"op": "get", "name": name, "offset": offset})) {
            Ok(Reply::Refused(why)) if offset > 0 => {
                // A wrong part must lock nobody out.
                eprintln!("client: {addr}: refused: {why}; deletes {} and asks for all", part.display());
                fs::remove_file(part).map_err(|error| told(part.display(), error))?;
                offset = 0;
            }
            reply => break accepted(addr, reply)?,
        }
    };
    let (size, sha256) = whole(&reply, offset).map_err(|error| told(addr, error))?;
    receive(&mut stream, reply.data_size, sha256, part, file)?;
    writeln!(io::stdout(), "saved {}, {size} bytes", file.display())
}

/// Returns the size and the hash of the whole file, as the reply to a `get` from `offset` on states them.
fn whole(reply: &Message, offset: u64) -> io::Result<(u64, &str)> {
    let (size, sha256) = (reply.number("size")?, reply.text("sha256")?);
    match size {
        Some(size) if is_hash(sha256) && size.checked_sub(offset) == Some(reply.data_size) => {
            Ok((size, sha256))
        }
        _ => Err(io::Error::other("the reply contradicts itself: its sizes or its hash cannot be right")),
    }
}

/// Appends the next `data_size` bytes of `stream` to the file `part`, which need not exist. Gives it the name `file` when
/// the SHA-256 of all that stands in it is `sha256`.
///
/// Shows the [`Progress`] of the bytes. An older `file` is replaced, and only by a whole one.
///
/// # Errors
/// Another hash: `part` is deleted, because nobody knows which of its bytes are wrong. The stream ends or a call fails:
/// `part` stays with all that came, for the next time. In both cases `file` is as it was.
fn receive(stream: &mut TcpStream, data_size: u64, sha256: &str, part: &Path, file: &Path) -> io::Result<()> {
    // TODO: append to the part, go back to its beginning, hash it, and delete it or rename it
    todo!("append to the part, go back to its beginning, hash it, and delete it or rename it")
}

/// Prints the list of files.
fn show_list(addr: &str) -> io::Result<()> {
    let mut stream = connect(addr)?;
    let reply = accepted(addr, ask(&mut stream, &json!({"op": "list"})))?;
    copy(&mut stream, &mut io::stdout(), reply.data_size).map_err(|error| told(addr, error.into()))
}

/// Returns the reply if it is a yes. All else is an error that names the server.
fn accepted(addr: &str, reply: io::Result<Reply>) -> io::Result<Message> {
    match reply {
        Ok(Reply::Ok(reply)) => Ok(reply),
        Ok(Reply::Refused(why)) => Err(io::Error::other(format!("{addr}: refused: {why}"))),
        Err(error) => Err(told(addr, error)),
    }
}

/// Sends a request without data, and returns the reply.
fn ask(stream: &mut TcpStream, request: &Value) -> io::Result<Reply> {
    write_message(stream, request)?;
    read_reply(stream)
}

/// Connects, and has every write leave at once.
fn connect(addr: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(addr).and_then(|stream| stream.set_nodelay(true).map(|()| stream));
    stream.map_err(|error| told(format!("connect {addr}"), error))
}

/// Puts what it was about before the error.
fn told(what: impl std::fmt::Display, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lesson_11_files::message::read_message;
    use std::net::TcpListener;
    use std::path::PathBuf;
    use std::thread;

    /// Fetches `a` where `part` stands in `a.part` and `old` in `a`. The server gives the replies one by one, and ends.
    /// Returns whether it went well, what then stands in the two files, and the offsets that the server was asked for.
    fn fetched(
        test: &str,
        part: &str,
        replies: &[(Value, &str)],
    ) -> (bool, String, Option<String>, Vec<u64>) {
        let dir = env::temp_dir().join(format!("lesson-11-client-{}-{test}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        let (file, part_file): (PathBuf, PathBuf) = (dir.join("a"), dir.join("a.part"));
        fs::write(&file, "old").unwrap();
        fs::write(&part_file, part).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let (result, offsets) = thread::scope(|scope| {
            let server = scope.spawn(|| {
                let mut stream = listener.accept().unwrap().0;
                let mut offsets = Vec::new();
                for (object, data) in replies {
                    let request = read_message(&mut stream).unwrap().unwrap();
                    offsets.push(request.number("offset").unwrap().unwrap());
                    write_message(&mut stream, object).unwrap();
                    // A client that takes the reply for wrong may be gone.
                    let _ = stream.write_all(data.as_bytes());
                }
                offsets
            });
            (get(&addr, "a", &file), server.join().unwrap())
        });
        let after = (fs::read_to_string(&file).unwrap(), fs::read_to_string(&part_file).ok());
        fs::remove_dir_all(dir).unwrap();
        (result.is_ok(), after.0, after.1, offsets)
    }

    /// A reply that announces `size` bytes of `hello`.
    fn ok(size: u64) -> Value {
        let hash = hash_of(&mut &b"hello"[..], 5).unwrap();
        json!({"ok": true, "size": 5, "sha256": hash, "data_size": size})
    }

    #[test]
    fn goes_on_where_the_part_ends() {
        assert_eq!(fetched("goes-on", "hel", &[(ok(2), "lo")]), (true, "hello".into(), None, vec![3]));
        assert_eq!(fetched("all-there", "hello", &[(ok(0), "")]), (true, "hello".into(), None, vec![5]));
    }

    #[test]
    fn keeps_what_came_when_the_connection_ends() {
        let kept = Some("hell".to_string());
        assert_eq!(fetched("ends", "hel", &[(ok(2), "l")]), (false, "old".into(), kept, vec![3]));
    }

    #[test]
    fn deletes_a_part_with_a_wrong_hash() {
        assert_eq!(fetched("wrong", "xxx", &[(ok(2), "lo")]), (false, "old".into(), None, vec![3]));
    }

    #[test]
    fn begins_again_when_the_offset_is_refused() {
        let no = json!({"ok": false, "error": "offset", "data_size": 0});
        let replies = [(no, ""), (ok(5), "hello")];
        assert_eq!(fetched("again", "too long", &replies), (true, "hello".into(), None, vec![8, 0]));
    }

    #[test]
    fn touches_nothing_after_a_reply_that_contradicts_itself() {
        for (n, reply) in
            [ok(5), ok(1), json!({"ok": true, "data_size": 2}), json!({})].into_iter().enumerate()
        {
            let kept = Some("hel".to_string());
            let found = fetched(&format!("contradicts-{n}"), "hel", &[(reply, "lo")]);
            assert_eq!(found, (false, "old".into(), kept, vec![3]));
        }
    }
}
