// kills pair-messages@slice: what came was right || of the frame || wrong order || `read_exact` cannot
// kills prints-messages@dribble: the first byte of the header
// Mistake: it takes the header with one `read`, however much that gives.
// Breaks "the header, a JSON object"; seen from outside: a header that comes in two pieces is refused as bad JSON; whole it is taken.
use serde_json::Value;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const MAX_HEADER: usize = 64 * 1024;
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// The length of the next header; `None` when the stream ends before it.
fn read_length(stream: &mut TcpStream) -> Result<Option<usize>, String> {
    let mut bytes = [0; 4];
    let mut filled = 0;
    while filled < 4 {
        match stream.read(&mut bytes[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err("the server ended inside a length".to_string()),
            Ok(n) => filled += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(format!("the server is gone: {error}")),
        }
    }
    let length = u32::from_be_bytes(bytes) as usize;
    if length > MAX_HEADER {
        return Err(format!("a header of {length} bytes is too big"));
    }
    Ok(Some(length))
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

fn read_exactly(stream: &mut TcpStream, size: usize) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; size];
    stream
        .read_exact(&mut bytes)
        .map_err(|error| format!("the server is gone: {error}"))?;
    Ok(bytes)
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
    while let Some(length) = read_length(&mut stream)? {
        let mut header = vec![0; length];
        let n = stream.read(&mut header).map_err(|error| error.to_string())?;
        if n == 0 && length > 0 {
            return Err("the server ended inside a header".to_string());
        }
        header.truncate(n);
        let body = read_exactly(&mut stream, data_size(&header)?)?;
        count += 1;
        show(count, &body)?;
    }
    Ok(())
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
