// kills silence-is-no-end@stall@30: silence is not the end: only a `read` of
// Mistake: it takes what one `read` gives for one whole frame and drops what lies behind it.
// Breaks "Readers … then that many bytes; right on every wire"; seen from outside: a frame in two pieces is refused; of three frames in one piece only the first is printed.
use serde_json::Value;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const MAX_HEADER: usize = 64 * 1024;
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// The length of the header at the beginning of a frame.
fn header_length(frame: &[u8]) -> Result<usize, String> {
    let bytes = frame
        .first_chunk::<4>()
        .ok_or("the server ended inside a length")?;
    let length = u32::from_be_bytes(*bytes) as usize;
    if length > MAX_HEADER {
        return Err(format!("a header of {length} bytes is too big"));
    }
    Ok(length)
}

fn data_size(header: &[u8]) -> Result<usize, String> {
    let header: Value = serde_json::from_slice(header).map_err(|error| format!("bad header: {error}"))?;
    let size = header
        .get("data_size")
        .and_then(Value::as_u64)
        .ok_or("no data_size in the header")?;
    if size > MAX_BODY {
        return Err(format!("a body of {size} bytes is too big"));
    }
    Ok(size as usize)
}

fn show(count: u64, body: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    write!(out, "message {count}: ")
        .and_then(|()| out.write_all(body))
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(|error| format!("standard output: {error}"))
}

fn hear(address: &str) -> Result<(), String> {
    let mut stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
    let mut count = 0;
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let n = match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(format!("the server is gone: {error}")),
        };
        let frame = &buffer[..n];
        let length = header_length(frame)?;
        let rest = &frame[4..];
        let header = rest.get(..length).ok_or("the server ended inside a header")?;
        let body = rest[length..]
            .get(..data_size(header)?)
            .ok_or("the server ended inside a body")?;
        count += 1;
        show(count, body)?;
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    match hear(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
