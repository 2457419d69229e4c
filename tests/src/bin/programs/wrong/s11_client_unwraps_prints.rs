// kills output-fails@plain: a print can fail, when the disk is full
// Mistake: it unwraps what its writes of the list to standard output return.
use crate::sha256::Sha256;
use serde_json::{Map, Value, json};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const PIECE: usize = 1 << 16;

type Outcome<T> = Result<T, String>;

pub fn main(args: &[String]) -> ExitCode {
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Outcome<()> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let last = |path: &str| Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    match args[..] {
        [addr, "put", file] => put(addr, file, &last(file)),
        [addr, "put", file, name] => put(addr, file, name),
        [addr, "get", name] => get(addr, name, name),
        [addr, "get", name, file] => get(addr, name, file),
        [addr, "list"] => list(addr),
        _ => Err("usage: client ADDR put FILE [NAME] | get NAME [FILE] | list".into()),
    }
}

fn connect(addr: &str) -> Outcome<TcpStream> {
    let stream = TcpStream::connect(addr).map_err(|e| format!("cannot connect to {addr}: {e}"))?;
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

fn keeps_the_rule(name: &str) -> Outcome<()> {
    let is_bad = |byte: u8| byte < 0x20 || matches!(byte, b'/' | b'\\' | 0x7f);
    let is_good = (1..=240).contains(&name.len()) && !name.starts_with('.') && !name.bytes().any(is_bad);
    if is_good { Ok(()) } else { Err(format!("the name {name:?} breaks the rule")) }
}

fn ask(mut stream: &TcpStream, header: &Value) -> io::Result<()> {
    let text = header.to_string().into_bytes();
    let mut frame = (text.len() as u32).to_be_bytes().to_vec();
    frame.extend(text);
    stream.write_all(&frame)
}

/// Reads a reply that is no refusal, and its `data_size`.
fn reply(mut stream: &TcpStream) -> Outcome<(Map<String, Value>, u64)> {
    let ended = |e: io::Error| match e.kind() {
        ErrorKind::UnexpectedEof => "the server ended the connection".to_string(),
        _ => e.to_string(),
    };
    let mut size = [0; 4];
    stream.read_exact(&mut size).map_err(ended)?;
    let size = u32::from_be_bytes(size) as usize;
    if size > 65536 {
        return Err("the server's header is over 64 KiB".into());
    }
    let mut header = vec![0; size];
    stream.read_exact(&mut header).map_err(ended)?;
    let reply: Map<String, Value> =
        serde_json::from_slice(&header).map_err(|_| "the server's header is no JSON object")?;
    let data_size = reply.get("data_size").map_or(Some(0), Value::as_u64).ok_or("data_size is no size")?;
    match reply.get("ok") {
        Some(Value::Bool(true)) => Ok((reply, data_size)),
        Some(Value::Bool(false)) => {
            Err(format!("refused: {}", reply.get("error").and_then(Value::as_str).unwrap_or("no reason")))
        }
        _ => Err("the server's header is no reply".into()),
    }
}

fn put(addr: &str, path: &str, name: &str) -> Outcome<()> {
    keeps_the_rule(name)?;
    let at = |e: io::Error| format!("{path}: {e}");
    let mut file = File::open(path).map_err(at)?;
    if !file.metadata().map_err(at)?.is_file() {
        return Err(format!("{path} is no regular file"));
    }
    let (mut hash, mut piece, mut size) = (Sha256::new(), vec![0; PIECE], 0_u64);
    loop {
        let n = file.read(&mut piece).map_err(at)?;
        if n == 0 {
            break;
        }
        hash.update(&piece[..n]);
        size += n as u64;
    }
    file.rewind().map_err(at)?;
    let stream = connect(addr)?;
    let header = json!({"op": "put", "name": name, "data_size": size, "sha256": hash.finish()});
    let mut sent = ask(&stream, &header);
    let mut left = size;
    while left > 0 && sent.is_ok() {
        let room = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let n = file.read(&mut piece[..room]).map_err(at)?;
        if n == 0 {
            return Err(format!("{path} has become shorter"));
        }
        sent = (&stream).write_all(&piece[..n]);
        left -= n as u64;
    }
    match (reply(&stream), sent) {
        (Err(why), Err(e)) if !why.starts_with("refused") => Err(format!("cannot send: {e}")),
        (Err(why), _) => Err(why),
        (Ok(_), Err(e)) => Err(format!("cannot send: {e}")),
        (Ok(_), Ok(())) => Ok(()),
    }
}

fn get(addr: &str, name: &str, path: &str) -> Outcome<()> {
    keeps_the_rule(name)?;
    let part = PathBuf::from(format!("{path}.part"));
    let at = |e: io::Error| format!("{}: {e}", part.display());
    let have = match fs::symlink_metadata(&part) {
        Ok(facts) => facts.len(),
        Err(e) if e.kind() == ErrorKind::NotFound => 0,
        Err(e) => return Err(at(e)),
    };
    let mut stream = connect(addr)?;
    ask(&stream, &json!({"op": "get", "name": name, "offset": have})).map_err(|e| e.to_string())?;
    let (header, mut left) = reply(&stream)?;
    let total = header.get("size").and_then(Value::as_u64).ok_or("the reply has no size")?;
    if total.checked_sub(have) != Some(left) {
        return Err("the reply's sizes contradict each other".into());
    }
    let is_hash = |hash: &&str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let want = header.get("sha256").and_then(Value::as_str).filter(is_hash).ok_or("the reply has no sha256")?;

    let mut options = OpenOptions::new();
    let mut file = options.read(true).write(true).create(true).truncate(false).open(&part).map_err(at)?;
    let (mut hash, mut piece, mut old) = (Sha256::new(), vec![0; PIECE], have);
    while old > 0 {
        let room = piece.len().min(usize::try_from(old).unwrap_or(usize::MAX));
        let n = file.read(&mut piece[..room]).map_err(at)?;
        if n == 0 {
            return Err(format!("{} has become shorter", part.display()));
        }
        hash.update(&piece[..n]);
        old -= n as u64;
    }
    while left > 0 {
        let room = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let n = match stream.read(&mut piece[..room]) {
            Ok(0) => return Err("the server ended the connection inside the file".into()),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(format!("the connection failed inside the file: {e}")),
        };
        hash.update(&piece[..n]);
        file.write_all(&piece[..n]).map_err(at)?;
        left -= n as u64;
    }
    if hash.finish() != want.to_ascii_lowercase() {
        fs::remove_file(&part).map_err(at)?;
        return Err("the file's sha256 is wrong".into());
    }
    fs::rename(&part, path).map_err(at)
}

fn list(addr: &str) -> Outcome<()> {
    let mut stream = connect(addr)?;
    ask(&stream, &json!({"op": "list"})).map_err(|e| e.to_string())?;
    let (_, mut left) = reply(&stream)?;
    let mut piece = vec![0; PIECE];
    while left > 0 {
        let room = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let n = stream.read(&mut piece[..room]).map_err(|e| e.to_string())?;
        if n == 0 {
            return Err("the server ended the connection inside the list".into());
        }
        io::stdout().write_all(&piece[..n]).expect("a list that is printed");
        left -= n as u64;
    }
    io::stdout().flush().expect("a list that is printed");
    Ok(())
}
