// kills prints-messages@plain: send nothing else || what came was right
// Mistake: it answers twice: to the size and again when the message has come.
// Breaks "the client answers `receive ok`; then the bytes"; seen from outside: after the body a second `receive ok` comes before the next size.
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
        stream.write_all(b"receive ok")?;
        count += 1;
        show(count, &body)?;
    }
}

fn show(count: usize, text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "message {count}: ")?;
    out.write_all(text)?;
    out.write_all(b"\n")?;
    out.flush()
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
