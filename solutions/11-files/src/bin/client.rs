//! The file client: sends a file, fetches one (and goes on where it was cut off), or lists them.
//!
//! Run it against the server: `cargo run -p solution-11-files --bin solution-11-client -- 127.0.0.1:8888 list`

use serde_json::{Value, json};
use solution_11_files::blocks::{CopyError, copy, hash_of, is_hash};
use solution_11_files::message::{Message, read_message, write_message};
use solution_11_files::names::place;
use solution_11_files::progress::Progress;
use std::env;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
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
    let (addr, rest) = args.split_first().ok_or_else(usage)?;
    let (verb, files) = rest.split_first().ok_or_else(usage)?;
    let first = files.first().map(PathBuf::from);
    match (verb.to_str(), first, files.get(1), files.len()) {
        (Some("put"), Some(file), name, 1 | 2) => {
            let name = name.map(OsString::as_os_str).or(file.file_name()).unwrap_or_default();
            let name = name.to_str().ok_or_else(|| io::Error::other("bad name: it is not UTF-8"))?;
            place(Path::new(""), name)?;
            put(addr, &file, name)
        }
        (Some("get"), Some(name), file, 1 | 2) => {
            let name = name.to_str().ok_or_else(|| io::Error::other("bad name: it is not UTF-8"))?;
            let here = place(Path::new(""), name)?;
            get(addr, name, &file.map_or(here, PathBuf::from))
        }
        (Some("list"), None, None, 0) => show_list(addr),
        _ => Err(usage()),
    }
}

/// Sends `file`, which the server stores as `name`.
fn put(addr: &OsString, file: &Path, name: &str) -> io::Result<()> {
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
    match send(&mut stream, &request, &mut source, size)? {
        Reply::Ok(reply) if reply.data_size == 0 => println!("stored {name}, {size} bytes"),
        Reply::Ok(_) => return Err(io::Error::other("the reply contradicts itself: data after a put")),
        Reply::Refused(why) => return Err(io::Error::other(format!("refused: {why}"))),
    }
    Ok(())
}

// ANCHOR: send
/// Sends a request with `size` bytes of `source` as its data, and returns the reply.
///
/// A write that fails is not the whole story: a server that refuses a request may end the connection, and has said why.
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
// ANCHOR_END: send

/// Fetches the file `name` into `file`. Goes on with `FILE.part` when there is one.
fn get(addr: &OsString, name: &str, file: &Path) -> io::Result<()> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    if file.is_dir() {
        return Err(told(file.display(), io::Error::other("this is a folder")));
    }
    // Its length is enough. Nothing is opened before the server has said `ok`.
    let mut offset = match fs::symlink_metadata(part) {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        Ok(_) => return Err(told(part.display(), io::Error::other("this is no regular file"))),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(told(part.display(), error)),
    };
    let mut stream = connect(addr)?;
    let reply = loop {
        write_message(&mut stream, &json!({"op": "get", "name": name, "offset": offset}))?;
        match read_reply(&mut stream)? {
            Reply::Ok(reply) => break reply,
            Reply::Refused(why) if offset > 0 => {
                // A wrong part must lock nobody out.
                eprintln!("client: refused: {why}; {} is deleted, and all is asked for", part.display());
                fs::remove_file(part).map_err(|error| told(part.display(), error))?;
                offset = 0;
            }
            Reply::Refused(why) => return Err(io::Error::other(format!("refused: {why}"))),
        }
    };
    let (size, sha256) = (reply.number("size")?, reply.text("sha256")?);
    if !is_hash(sha256) || size.checked_sub(offset) != Some(reply.data_size) {
        return Err(io::Error::other(
            "the reply contradicts itself: its size, its offset or its hash is wrong",
        ));
    }
    receive(&mut stream, reply.data_size, sha256, part, file)?;
    println!("saved {}, {size} bytes", file.display());
    Ok(())
}

/// Appends the next `data_size` bytes of `stream` to the file `part`, which need not exist, and gives it the name `file`
/// when the SHA-256 of all that stands in it is `sha256`.
///
/// Shows the [`Progress`] of the bytes. An older `file` is replaced, and only by a whole one.
///
/// # Errors
/// Another hash: `part` is deleted, because nobody knows which of its bytes are wrong. The stream ends or a call fails:
/// `part` stays with all that came, for the next time. In both cases `file` is as it was.
fn receive(stream: &mut TcpStream, data_size: u64, sha256: &str, part: &Path, file: &Path) -> io::Result<()> {
    // BEGIN SOLUTION: append to the part, go back to its beginning, hash it, and delete it or rename it
    let named = |error| told(part.display(), error);
    let mut to = OpenOptions::new().read(true).append(true).create(true).open(part).map_err(named)?;
    copy(stream, &mut Progress::new(&to, data_size), data_size).map_err(|error| named(error.into()))?;
    to.rewind().map_err(named)?;
    let size = to.metadata().map_err(named)?.len();
    if hash_of(&mut to, size).map_err(named)? != sha256 {
        fs::remove_file(part).map_err(named)?;
        return Err(named(io::Error::other("the hash of the whole is wrong; it is deleted")));
    }
    fs::rename(part, file).map_err(named)
    // END SOLUTION
}

/// Prints the list of files.
fn show_list(addr: &OsString) -> io::Result<()> {
    let mut stream = connect(addr)?;
    write_message(&mut stream, &json!({"op": "list"}))?;
    match read_reply(&mut stream)? {
        Reply::Ok(reply) => Ok(copy(&mut stream, &mut io::stdout(), reply.data_size)?),
        Reply::Refused(why) => Err(io::Error::other(format!("refused: {why}"))),
    }
}

/// What the server said: yes, and what it is; or no, and why.
enum Reply {
    Ok(Message),
    Refused(String),
}

/// Reads a reply up to its data. One that does not come, or is none, is an error.
fn read_reply(stream: &mut TcpStream) -> io::Result<Reply> {
    let reply = read_message(stream).map_err(io::Error::other)?;
    let reply = reply.ok_or_else(|| io::Error::other("the server ended the connection before it replied"))?;
    match reply.object.get("ok").and_then(Value::as_bool) {
        Some(true) => Ok(Reply::Ok(reply)),
        // The reason goes to a terminal, which obeys control characters.
        Some(false) => Ok(Reply::Refused(
            reply.text("error").unwrap_or("no reason given").replace(char::is_control, "?"),
        )),
        None => Err(io::Error::other("the reply says neither yes nor no: it has no `ok`")),
    }
}

/// Connects, and has every write leave at once.
fn connect(addr: &OsString) -> io::Result<TcpStream> {
    let addr = addr.to_string_lossy();
    let stream =
        TcpStream::connect(addr.as_ref()).and_then(|stream| stream.set_nodelay(true).map(|()| stream));
    stream.map_err(|error| told(format!("connect {addr}"), error))
}

/// Puts what it was about before the error.
fn told(what: impl std::fmt::Display, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
