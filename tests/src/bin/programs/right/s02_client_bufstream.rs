// right: BufWriter (flushed) and a 1024-byte BufReader on the socket; it prompts always, and logs on stderr.
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::net::TcpStream;
use std::process::ExitCode;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match converse(addr) {
        Ok(count) => {
            log(&format!("end, {count} replies"));
            ExitCode::SUCCESS
        }
        Err(e) => {
            log(&format!("failed: {e}"));
            ExitCode::FAILURE
        }
    }
}

fn log(text: &str) {
    let _ = writeln!(io::stderr(), "log: {text}");
}

fn converse(addr: &str) -> io::Result<u64> {
    let stream = TcpStream::connect(addr)?;
    log(&format!("connected to {addr}"));
    let mut writer = BufWriter::new(&stream);
    let mut reader = BufReader::with_capacity(1024, &stream);
    let mut stdin = io::stdin().lock();
    let mut out = io::stdout().lock();
    let mut count = 0;
    loop {
        out.write_all(b">> ")?;
        out.flush()?;
        let mut line = Vec::new();
        if stdin.read_until(b'\n', &mut line)? == 0 {
            out.write_all(b"\n")?;
            out.flush()?;
            return Ok(count);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        if line.is_empty() {
            continue;
        }
        if line == b"q" {
            return Ok(count);
        }
        writer.write_all(&line)?;
        writer.flush()?;
        log(&format!("sent {} bytes", line.len()));
        let n = loop {
            // the buffer is empty here, so this is one read of at most 1024 bytes
            match reader.fill_buf() {
                Ok([]) => return Err(io::Error::new(ErrorKind::UnexpectedEof, "the server ended the connection")),
                Ok(reply) => {
                    out.write_all(reply)?;
                    break reply.len();
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        };
        reader.consume(n);
        out.write_all(b"\n")?;
        out.flush()?;
        log(&format!("got {n} bytes"));
        count += 1;
    }
}
