// kills says-the-error@plain: the text of `error` states why
// Mistake: it drops the error's text.
use serde_json::Value;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const HEADER: usize = 64 << 10;
const MOST: u64 = 64 << 20;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn talk(addr: &str) -> Result<(), String> {
    let mut stream = TcpStream::connect(addr).map_err(|e| format!("cannot connect to {addr}: {e}"))?;
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        if io::stdin().is_terminal() {
            show(io::stdout(), b">> ")?;
        }
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|e| format!("standard input: {e}"))? == 0 {
            return Ok(());
        }
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") {
                line.pop();
            }
        }
        if line == b"q" {
            return Ok(());
        }
        if line.is_empty() {
            continue;
        }
        let last = line == b"exit";
        line.push(b'\n');
        stream.write_all(&line).map_err(|e| format!("the server is gone: {e}"))?;
        if last {
            // Its end, whatever comes before it.
            io::copy(&mut stream, &mut io::sink()).map_err(|e| format!("the server is gone: {e}"))?;
            return Ok(());
        }
        let reply = Reply::read(&mut stream)?;
        show(io::stdout(), &reply.out)?;
        show(io::stderr(), &reply.err)?;
        if let Some(words) = reply.words {
            show(io::stderr(), format!("{words}\n").as_bytes())?;
        }
    }
}

struct Reply {
    out: Vec<u8>,
    err: Vec<u8>,
    /// What to say after a status other than 0.
    words: Option<String>,
}

impl Reply {
    fn read(stream: &mut TcpStream) -> Result<Self, String> {
        let mut len = [0; 4];
        fill(stream, &mut len)?;
        let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
        if len > HEADER {
            return Err(format!("a header of {len} bytes is too long"));
        }
        let mut header = vec![0; len];
        fill(stream, &mut header)?;
        let header: Value = serde_json::from_slice(&header).map_err(|e| format!("no header: {e}"))?;
        let words = match (&header["status"], header.get("status").is_some()) {
            (Value::Null, true) => match header["error"].as_str() {
                Some(_) => None,
                None => return Err("a reply without status and without error".into()),
            },
            (status, _) => match status.as_u64() {
                Some(0) => None,
                Some(status @ 1..=255) => Some(format!("status {status}")),
                _ => return Err(format!("{status} is no status")),
            },
        };
        let size = |key: &str| header[key].as_u64().ok_or_else(|| format!("no {key} in the header"));
        let (out, err) = (size("stdout_size")?, size("stderr_size")?);
        if out.saturating_add(err) > MOST {
            return Err(format!("{out} and {err} bytes of output are too many"));
        }
        let mut bytes = |size| {
            let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
            fill(stream, &mut bytes).map(|()| bytes)
        };
        Ok(Self { out: bytes(out)?, err: bytes(err)?, words })
    }
}

fn fill(stream: &mut TcpStream, buf: &mut [u8]) -> Result<(), String> {
    stream.read_exact(buf).map_err(|e| format!("the server's reply is not whole: {e}"))
}

fn show(mut to: impl Write, bytes: &[u8]) -> Result<(), String> {
    to.write_all(bytes).and_then(|()| to.flush()).map_err(|e| format!("own output: {e}"))
}
