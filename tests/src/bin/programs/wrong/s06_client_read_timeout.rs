// kills waits-for-server@plain: it gave up by a time limit of its own
// Mistake: `read` has a time limit of 600 ms, and its error ends the client.
// A message that comes a second after the one before is not printed.
use serde_json::Value;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const MAX_HEADER: usize = 64 * 1024;
const MAX_BODY: u64 = 64 * 1024 * 1024;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match listen(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn listen(addr: &str) -> Result<(), String> {
    let mut stream = TcpStream::connect(addr).map_err(|e| format!("cannot connect to {addr}: {e}"))?;
    let limit = Some(Duration::from_millis(600));
    stream.set_read_timeout(limit).map_err(|e| format!("a time limit: {e}"))?;
    let mut count = 0;
    while let Some(length) = header_length(&mut stream)? {
        if length > MAX_HEADER {
            return Err(format!("a header of {length} bytes is too long"));
        }
        let mut header = vec![0; length];
        stream.read_exact(&mut header).map_err(|e| gone("a header", &e))?;
        let size = data_size(&header)?;
        let mut body = vec![0; size];
        stream.read_exact(&mut body).map_err(|e| gone("a body", &e))?;
        count += 1;
        show(count, &body).map_err(|e| format!("standard output: {e}"))?;
    }
    Ok(())
}

/// `None` when the stream ends before the first of the four bytes.
fn header_length(stream: &mut TcpStream) -> Result<Option<usize>, String> {
    let mut bytes = [0; 4];
    let mut have = 0;
    while have < bytes.len() {
        match stream.read(&mut bytes[have..]) {
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err(gone("a length", &ErrorKind::UnexpectedEof.into())),
            Ok(n) => have += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(gone("a length", &e)),
        }
    }
    Ok(Some(u32::from_be_bytes(bytes) as usize))
}

fn data_size(header: &[u8]) -> Result<usize, String> {
    let header: Value = serde_json::from_slice(header).map_err(|e| format!("the header is no JSON: {e}"))?;
    let size = header
        .get("data_size")
        .and_then(Value::as_u64)
        .ok_or("the header has no good data_size")?;
    if size > MAX_BODY {
        return Err(format!("a body of {size} bytes is too long"));
    }
    Ok(size as usize)
}

fn show(count: u64, body: &[u8]) -> io::Result<()> {
    let mut line = format!("message {count}: ").into_bytes();
    line.extend_from_slice(body);
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

fn gone(place: &str, e: &io::Error) -> String {
    format!("the server is gone at {place}: {e}")
}
