// kills stores-files@plain: the file stands under its name, whole, and no reply came
// Mistake: it replies to refused puts only.
use crate::sha256::Sha256;
use serde_json::{Map, Value, json};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const GIB: u64 = 1 << 30;
const PIECE: usize = 1 << 16;
const LONGEST: usize = 240;
static PUTS: AtomicU64 = AtomicU64::new(0);

/// Why a request has no good end.
enum Fault {
    /// The client is gone.
    Gone(io::Error),
    /// It is refused, and the connection goes on.
    Refused(String),
    /// It is refused, and the connection ends.
    Broken(&'static str),
}

type Outcome<T> = Result<T, Fault>;

fn refused<T>(why: impl ToString) -> Outcome<T> {
    Err(Fault::Refused(why.to_string()))
}

fn on_disk(e: io::Error) -> Fault {
    Fault::Refused(e.to_string())
}

/// The bytes behind a header.
struct Body<'a> {
    stream: &'a TcpStream,
    left: u64,
}

impl Body<'_> {
    /// Reads some bytes; 0 at the body's end.
    fn read(&mut self, piece: &mut [u8]) -> Outcome<usize> {
        let room = piece.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if room == 0 {
            return Ok(0);
        }
        match self.stream.read(&mut piece[..room]) {
            Ok(0) => Err(Fault::Gone(ErrorKind::UnexpectedEof.into())),
            Ok(n) => {
                self.left -= n as u64;
                Ok(n)
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => self.read(piece),
            Err(e) => Err(Fault::Gone(e)),
        }
    }

    fn drop_rest(&mut self) -> Outcome<()> {
        let mut piece = vec![0; PIECE];
        while self.read(&mut piece)? > 0 {}
        Ok(())
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let folder: Arc<Path> = Path::new(args.get(1).map_or(".", String::as_str)).into();
    if !folder.is_dir() {
        let _ = writeln!(io::stderr(), "{} is no folder", folder.display());
        return ExitCode::FAILURE;
    }
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        let folder = Arc::clone(&folder);
        let started = listener.accept().and_then(|(stream, peer)| {
            thread::Builder::new().spawn(move || {
                let _ = stream.set_nodelay(true);
                let how = match serve(&stream, &folder) {
                    Ok(()) => "left".to_string(),
                    Err(Fault::Gone(e)) => e.to_string(),
                    Err(Fault::Refused(why)) => why,
                    Err(Fault::Broken(why)) => {
                        let _ = part(&stream, why);
                        why.to_string()
                    }
                };
                let _ = writeln!(io::stdout(), "{peer}: {how}");
            })
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "no client now: {e}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A refusal and FIN; then what still comes is dropped, for a second at most.
fn part(mut stream: &TcpStream, why: &str) -> io::Result<()> {
    stream.write_all(&frame(&refusal(why)))?;
    stream.shutdown(Shutdown::Write)?;
    let until = Instant::now() + Duration::from_secs(1);
    let mut drain = vec![0; PIECE];
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut drain) {
            Ok(1..) => {}
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break, // its end, or the second is over
        }
    }
    Ok(())
}

fn refusal(why: &str) -> Value {
    json!({"ok": false, "error": why, "data_size": 0})
}

fn frame(header: &Value) -> Vec<u8> {
    let text = header.to_string().into_bytes();
    let mut frame = (text.len() as u32).to_be_bytes().to_vec();
    frame.extend(text);
    frame
}

fn send(mut stream: &TcpStream, bytes: &[u8]) -> Outcome<()> {
    stream.write_all(bytes).map_err(Fault::Gone)
}

fn serve(mut stream: &TcpStream, folder: &Path) -> Outcome<()> {
    loop {
        let mut size = [0; 4];
        match stream.read_exact(&mut size) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            Err(e) => return Err(Fault::Gone(e)),
        }
        let size = u32::from_be_bytes(size) as usize;
        if size > 65536 {
            return Err(Fault::Broken("the header is over 64 KiB"));
        }
        let mut header = vec![0; size];
        stream.read_exact(&mut header).map_err(Fault::Gone)?;
        let ask: Map<String, Value> =
            serde_json::from_slice(&header).map_err(|_| Fault::Broken("the header is no JSON object"))?;
        let left = match ask.get("data_size") {
            None => 0,
            Some(size) => size.as_u64().ok_or(Fault::Broken("data_size is no non-negative integer"))?,
        };
        if left > GIB {
            return Err(Fault::Broken("data_size is over 1 GiB"));
        }
        let mut body = Body { stream, left };
        match answer(folder, &ask, &mut body) {
            Err(Fault::Refused(why)) => {
                body.drop_rest()?;
                send(stream, &frame(&refusal(&why)))?;
            }
            other => other?,
        }
    }
}

fn answer(folder: &Path, ask: &Map<String, Value>, body: &mut Body) -> Outcome<()> {
    match ask.get("op").and_then(Value::as_str) {
        Some("put") => put(folder, ask, body),
        Some("get") => get(folder, ask, body),
        Some("list") => list(folder, body),
        _ => refused("op is missing, or unknown"),
    }
}

fn keeps_the_rule(name: &str) -> bool {
    let is_bad = |byte: u8| byte < 0x20 || matches!(byte, b'/' | b'\\' | 0x7f);
    (1..=LONGEST).contains(&name.len()) && !name.starts_with('.') && !name.bytes().any(is_bad)
}

fn path_of(folder: &Path, ask: &Map<String, Value>) -> Outcome<PathBuf> {
    match ask.get("name").and_then(Value::as_str) {
        Some(name) if keeps_the_rule(name) => Ok(folder.join(name)),
        Some(_) => refused("the name breaks the rule"),
        None => refused("name is missing, or no string"),
    }
}

fn put(folder: &Path, ask: &Map<String, Value>, body: &mut Body) -> Outcome<()> {
    let path = path_of(folder, ask)?;
    let is_hash = |hash: &&str| hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let Some(want) = ask.get("sha256").and_then(Value::as_str).filter(is_hash) else {
        return refused("sha256 is missing, or not 64 lower-case digits");
    };
    let part = folder.join(format!(".{}-{}", std::process::id(), PUTS.fetch_add(1, Ordering::Relaxed)));
    let put = receive(body, &part, want).and_then(|()| fs::rename(&part, &path).map_err(on_disk));
    if put.is_err() {
        let _ = fs::remove_file(&part);
    }
    put
}

fn receive(body: &mut Body, part: &Path, want: &str) -> Outcome<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(part).map_err(on_disk)?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        let n = body.read(&mut piece)?;
        if n == 0 {
            break;
        }
        hash.update(&piece[..n]);
        file.write_all(&piece[..n]).map_err(on_disk)?;
    }
    if hash.finish() == want { Ok(()) } else { refused("sha256 differs") }
}

/// Opens a regular file, without following a link, and without waiting for a FIFO's other end.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("no regular file")) }
}

fn get(folder: &Path, ask: &Map<String, Value>, body: &mut Body) -> Outcome<()> {
    let mut file = open(&path_of(folder, ask)?).map_err(on_disk)?;
    let total = file.metadata().map_err(on_disk)?.len();
    let offset = ask.get("offset").map_or(Some(0), Value::as_u64);
    let Some(offset) = offset.filter(|offset| *offset <= total) else {
        return refused("offset is no integer from 0 to the file's size");
    };
    let (mut hash, mut piece, mut left) = (Sha256::new(), vec![0; PIECE], total);
    while left > 0 {
        let n = some(&mut file, &mut piece, left).map_err(on_disk)?;
        hash.update(&piece[..n]);
        left -= n as u64;
    }
    body.drop_rest()?;
    let mut left = total - offset;
    let header = json!({"ok": true, "size": total, "sha256": hash.finish(), "data_size": left});
    send(body.stream, &frame(&header))?;
    file.seek(SeekFrom::Start(offset)).map_err(Fault::Gone)?;
    while left > 0 {
        let n = some(&mut file, &mut piece, left).map_err(Fault::Gone)?;
        send(body.stream, &piece[..n])?;
        left -= n as u64;
    }
    Ok(())
}

/// Reads some of the `left` bytes.
fn some(file: &mut File, piece: &mut [u8], left: u64) -> io::Result<usize> {
    let room = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
    match file.read(&mut piece[..room])? {
        0 => Err(io::Error::other("the file has become shorter")),
        n => Ok(n),
    }
}

fn list(folder: &Path, body: &mut Body) -> Outcome<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(on_disk)?.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        // This does not follow a link.
        let Ok(facts) = entry.metadata() else { continue };
        if facts.is_file() && keeps_the_rule(&name) {
            files.push((name, facts.len()));
        }
    }
    files.sort();
    let text: String = files.iter().map(|(name, size)| format!("{size} {name}\n")).collect();
    body.drop_rest()?;
    send(body.stream, &frame(&json!({"ok": true, "data_size": text.len()})))?;
    send(body.stream, text.as_bytes())
}
