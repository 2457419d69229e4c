// right, partner: plain and unbuffered; serde_json
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
        io::stdout().write_all(&piece[..n]).map_err(|e| e.to_string())?;
        left -= n as u64;
    }
    io::stdout().flush().map_err(|e| e.to_string())
}

/// SHA-256 (FIPS 180-4).
struct Sha256 {
    state: [u32; 8],
    block: [u8; 64],
    len: u64,
}

const FIRST: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

impl Sha256 {
    fn new() -> Self {
        Self { state: FIRST, block: [0; 64], len: 0 }
    }

    fn update(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let from = (self.len % 64) as usize;
            let n = data.len().min(64 - from);
            self.block[from..from + n].copy_from_slice(&data[..n]);
            self.len += n as u64;
            data = &data[n..];
            if from + n == 64 {
                self.compress();
            }
        }
    }

    fn compress(&mut self) {
        // Plain loops: without optimization, iterators would make this five times as slow.
        let mut w = [0_u32; 64];
        let mut i = 0;
        while i < 64 {
            if i < 16 {
                let b = &self.block;
                w[i] = u32::from_be_bytes([b[i * 4], b[i * 4 + 1], b[i * 4 + 2], b[i * 4 + 3]]);
            } else {
                let (x, y) = (w[i - 15], w[i - 2]);
                let x = x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3);
                let y = y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10);
                w[i] = w[i - 16].wrapping_add(x).wrapping_add(w[i - 7]).wrapping_add(y);
            }
            i += 1;
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = self.state;
        i = 0;
        while i < 64 {
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let t1 = h.wrapping_add(s1).wrapping_add(e & f ^ !e & g).wrapping_add(ROUNDS[i]).wrapping_add(w[i]);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let t2 = s0.wrapping_add(a & b ^ a & c ^ b & c);
            h = g;
            g = f;
            f = e;
            e = d.wrapping_add(t1);
            d = c;
            c = b;
            b = a;
            a = t1.wrapping_add(t2);
            i += 1;
        }
        for (sum, new) in self.state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *sum = sum.wrapping_add(new);
        }
    }

    fn finish(mut self) -> String {
        let bits = (self.len * 8).to_be_bytes();
        self.update(&[0x80]);
        while self.len % 64 != 56 {
            self.update(&[0]);
        }
        self.update(&bits);
        self.state.iter().map(|word| format!("{word:08x}")).collect()
    }
}
