// right, partner: plain: one read for the size, `receive ok`, then exactly that many bytes.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const LIMIT: usize = 67_108_864;

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
    let mut buf = [0; 1024];
    for number in 1.. {
        let n = loop {
            match stream.read(&mut buf) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                other => break other.map_err(|e| format!("the server is gone: {e}"))?,
            }
        };
        if n == 0 {
            break;
        }
        let size = parse(&buf[..n]).ok_or_else(|| format!("this is no size: {}", buf[..n].escape_ascii()))?;
        stream.write_all(b"receive ok").map_err(|e| format!("the server is gone: {e}"))?;
        let mut body = vec![0; size];
        stream.read_exact(&mut body).map_err(|e| format!("message {number} of {size} bytes: {e}"))?;
        show(number, &body).map_err(|e| format!("standard output: {e}"))?;
    }
    Ok(())
}

fn parse(text: &[u8]) -> Option<usize> {
    let digits = (1..=8).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    if !digits || (text[0] == b'0' && text.len() > 1) {
        return None;
    }
    let size = text.iter().fold(0, |size, digit| size * 10 + usize::from(digit - b'0'));
    (size <= LIMIT).then_some(size)
}

fn show(number: usize, body: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "message {number}: ")?;
    out.write_all(body)?;
    out.write_all(b"\n")?;
    out.flush()
}
