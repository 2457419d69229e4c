// kills pair-messages@plain: must connect to the address in its first argument
// never: what came was right
// Mistake: it calls 127.0.0.1:1, whatever its argument.
// Breaks "the address is the first argument"; seen from outside: it never calls, says so, and exits with 1.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const LIMIT: usize = 67_108_864;

fn invalid(text: &[u8]) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("not a size: {}", text.escape_ascii()))
}

fn parse(text: &[u8]) -> io::Result<usize> {
    if text.len() > 8 || !text.iter().all(u8::is_ascii_digit) {
        return Err(invalid(text));
    }
    if text.len() > 1 && text[0] == b'0' {
        return Err(invalid(text));
    }
    let size = text.iter().fold(0, |size, digit| size * 10 + usize::from(digit - b'0'));
    if size > LIMIT { Err(invalid(text)) } else { Ok(size) }
}

fn read_some(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn hear(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut buffer = [0; 1024];
    let mut count = 0;
    loop {
        let n = read_some(&mut stream, &mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        let size = parse(&buffer[..n])?;
        stream.write_all(b"receive ok")?;
        let mut body = vec![0; size];
        stream.read_exact(&mut body)?;
        count += 1;
        show(count, &body)?;
    }
}

fn show(count: usize, text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "message {count}: ")?;
    out.write_all(text.trim_ascii())?;
    out.write_all(b"\n")?;
    out.flush()
}

pub fn main(_: &[String]) -> ExitCode {
    let address = "127.0.0.1:1";
    match hear(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
