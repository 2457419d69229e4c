//! The file server: stores, sends and lists the files of one folder.
//!
//! Run it alone: `cargo run -p solution-11-files --bin solution-11-server -- 127.0.0.1:8888 some/folder`

use solution_11_files::blocks::{copy, hash_of, is_hash};
use solution_11_files::folder::{list, open, store};
use solution_11_files::message::{MAX_DATA, Message, read_message, write_message};

use serde_json::{Value, json};
use solution_06_header::FrameError;
use solution_09_lines::say_last;
use std::env;
use std::fmt::Display;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let (Some(addr), Some(dir), None) = (args.next(), args.next(), args.next()) else {
        eprintln!("server: usage: server HOST:PORT DIR");
        return ExitCode::FAILURE;
    };
    let (addr, dir) = (addr.to_string_lossy(), PathBuf::from(dir));
    if !dir.is_dir() {
        eprintln!("server: {}: this is no folder", dir.display());
        return ExitCode::FAILURE;
    }
    match TcpListener::bind(addr.as_ref()) {
        Ok(listener) => {
            println!("listening on {addr}");
            serve(&listener, &dir)
        }
        Err(error) => {
            eprintln!("server: bind {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A server that is out of file descriptors or threads waits this long before it tries again.
const BREATH: Duration = Duration::from_millis(50);

/// Accepts clients for as long as the process lives, and has each one served in a thread of its own.
fn serve(listener: &TcpListener, dir: &Path) -> ! {
    loop {
        let dir = dir.to_path_buf();
        let started = listener
            .accept()
            .and_then(|(stream, peer)| thread::Builder::new().spawn(move || handle(&stream, peer, &dir)));
        if let Err(error) = started {
            eprintln!("server: no more clients for now: {error}");
            thread::sleep(BREATH);
        }
    }
}

/// Answers one client and prints how it went.
fn handle(stream: &TcpStream, peer: SocketAddr, dir: &Path) {
    match answer(stream, dir) {
        Ok(1) => println!("{peer} done, 1 request answered"),
        Ok(requests) => println!("{peer} done, {requests} requests answered"),
        Err(error) => println!("{peer} gone: {error}"),
    }
}

/// Answers the requests of one client, one after the other, and returns how many there were.
///
/// A request that cannot be done is refused, and the connection goes on. What breaks the framing, and too much data,
/// is refused too, and ends the connection.
fn answer(mut stream: &TcpStream, dir: &Path) -> Result<u64, FrameError> {
    // A reply must leave at once, also behind another one.
    stream.set_nodelay(true)?;
    let mut requests = 0;
    loop {
        let request = match read_message(&mut stream) {
            Ok(Some(request)) if request.data_size <= MAX_DATA => request,
            Ok(Some(request)) => {
                let error = io::Error::other(format!("{} bytes of data are too many", request.data_size));
                refuse_last(stream, &error)?;
                return Err(error.into());
            }
            Ok(None) => return Ok(requests),
            Err(error @ (FrameError::Io(_) | FrameError::CutShort)) => return Err(error),
            Err(error) => {
                refuse_last(stream, &error)?;
                return Err(error);
            }
        };
        // A reader that ends where the next request begins.
        let mut body = stream.take(request.data_size);
        let reply = match request.text("op") {
            Ok("put") => put(dir, &request, &mut body),
            Ok("get") => get(dir, &request),
            Ok("list") => {
                list(dir).map(|lines| Reply::new(json!({}), lines.len() as u64, Cursor::new(lines)))
            }
            Ok(_) => Err(io::Error::other("unknown `op`")),
            Err(error) => Err(error),
        };
        // What is left of it, because the request was refused, say, is read and dropped.
        io::copy(&mut body, &mut io::sink())?;
        if body.limit() > 0 {
            return Err(FrameError::CutShort);
        }
        match reply {
            Ok(mut reply) => {
                write_message(&mut stream, &reply.object)?;
                copy(&mut reply.data, &mut stream, reply.data_size).map_err(io::Error::from)?;
            }
            Err(error) => write_message(&mut stream, &refusal(&error))?,
        }
        requests += 1;
    }
}

/// A reply that is no refusal: its object, and the data that follows it.
struct Reply {
    object: Value,
    data_size: u64,
    data: Box<dyn Read>,
}

impl Reply {
    /// Makes a reply whose object has `ok`, `data_size` and the keys of `object`. Of `data`, the next `data_size` bytes
    /// are sent.
    fn new(mut object: Value, data_size: u64, data: impl Read + 'static) -> Self {
        object["ok"] = true.into();
        object["data_size"] = data_size.into();
        Self { object, data_size, data: Box::new(data) }
    }
}

/// Stores the data of a request, and replies when the file stands under its name.
fn put(dir: &Path, request: &Message, body: &mut impl Read) -> io::Result<Reply> {
    let (name, sha256) = (request.text("name")?, request.text("sha256")?);
    if !is_hash(sha256) {
        return Err(io::Error::other("`sha256` is not 64 lower-case hexadecimal digits"));
    }
    store(dir, name, request.data_size, sha256, body)?;
    Ok(Reply::new(json!({}), 0, io::empty()))
}

/// Opens the file that the request names, and replies with its bytes from `offset` on (0 when absent).
///
/// The reply's `size` and `sha256` are those of the whole file, whatever the offset is. All of it comes from one open
/// file: a put that replaces the file meanwhile does not mix two versions.
///
/// # Errors
/// The reason why the request is refused: no `name`, no such regular file ([`open`]), an `offset` that is no number or
/// is larger than the file, or a read that fails.
fn get(dir: &Path, request: &Message) -> io::Result<Reply> {
    let (mut file, size) = open(dir, request.text("name")?)?;
    let offset = request.number("offset")?.unwrap_or(0);
    let Some(left) = size.checked_sub(offset) else {
        return Err(io::Error::other(format!("`offset` is {offset}, and the file has {size} bytes")));
    };
    let sha256 = hash_of(&mut file, size)?;
    file.seek(SeekFrom::Start(offset))?;
    Ok(Reply::new(json!({"size": size, "sha256": sha256}), left, file))
}

/// Returns the object of a reply that refuses a request.
fn refusal(error: &impl Display) -> Value {
    json!({"ok": false, "error": error.to_string(), "data_size": 0})
}

/// Refuses a request, and ends the connection so that the client receives the reason.
fn refuse_last(stream: &TcpStream, error: &impl Display) -> io::Result<()> {
    let mut reply = Vec::new();
    write_message(&mut reply, &refusal(error))?;
    say_last(stream, &reply)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;
    use std::net::Shutdown;

    /// Sends `requests` to a server of a folder that has the file `a` with `hello` in it, half-closes, and returns the
    /// replies with their data.
    fn replies(test: &str, requests: &[(Value, &[u8])]) -> Vec<(Message, String)> {
        let dir = env::temp_dir().join(format!("solution-11-server-{}-{test}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("a"), "hello").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        for (object, data) in requests {
            write_message(&mut client, object).unwrap();
            client.write_all(data).unwrap();
        }
        client.shutdown(Shutdown::Write).unwrap();
        let _ = answer(&listener.accept().unwrap().0, &dir);
        let mut replies = Vec::new();
        while let Some(reply) = read_message(&mut client).unwrap() {
            let mut data = String::new();
            (&client).take(reply.data_size).read_to_string(&mut data).unwrap();
            replies.push((reply, data));
        }
        fs::remove_dir_all(dir).unwrap();
        replies
    }

    #[test]
    fn a_refusal_drops_the_data_and_the_connection_goes_on() {
        let hash = hash_of(&mut &b"data"[..], 4).unwrap();
        let replies = replies(
            "refusal",
            &[
                (json!({"op": "put", "name": "../b", "data_size": 4, "sha256": hash}), b"data"),
                (json!({"op": "put", "name": "b", "data_size": 4, "sha256": "0".repeat(64)}), b"data"),
                (json!({"op": "put", "name": "b", "data_size": 4}), b"data"),
                (json!({"op": "push", "data_size": 4}), b"data"),
                (json!({"op": "get", "name": "a", "offset": 6}), b""),
                (json!({"op": "get", "name": "a", "offset": -1}), b""),
                (json!({"op": "get"}), b""),
                (json!({"op": "list"}), b""),
            ],
        );
        let (list, refused) = replies.split_last().unwrap();
        assert_eq!((refused.len(), list.1.as_str()), (7, "5 a\n"));
        for (reply, _) in refused {
            assert!(reply.object["ok"] == false && reply.object["error"].is_string(), "{reply:?}");
        }
    }

    #[test]
    fn the_rest_of_a_file_comes_with_the_size_and_the_hash_of_all() {
        let hash = hash_of(&mut &b"hello"[..], 5).unwrap();
        for (offset, rest) in [(0, "hello"), (3, "lo"), (5, "")] {
            let get = json!({"op": "get", "name": "a", "offset": offset});
            let (reply, data) = replies(&offset.to_string(), &[(get, b"")]).remove(0);
            assert_eq!((&reply.object["size"], &reply.object["sha256"]), (&json!(5), &json!(hash)));
            assert_eq!(data, rest);
        }
    }

    #[test]
    fn what_follows_too_much_data_is_not_answered() {
        let put = json!({"op": "put", "name": "b", "data_size": MAX_DATA + 1, "sha256": "0".repeat(64)});
        let replies = replies("too-much", &[(put, b""), (json!({"op": "list"}), b"")]);
        assert_eq!(replies.len(), 1);
        assert_eq!(replies[0].0.object["ok"], false);
    }
}
