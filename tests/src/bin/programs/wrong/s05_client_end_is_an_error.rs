// kills any-bytes@plain: takes the server's end for one
// kills nothing-pushed@plain: nothing came but the server's end
// Mistake: it takes the end of the stream where a size could stand for an error.
// Breaks "exit 0 when it ends between messages"; seen from outside: after three whole messages and FIN the exit status is 1.
use std::convert::Infallible;
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

fn hear(address: &str) -> io::Result<Infallible> {
    let mut stream = TcpStream::connect(address)?;
    let mut buffer = [0; 1024];
    let mut count = 0;
    loop {
        let n = read_some(&mut stream, &mut buffer)?;
        if n == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
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
    out.write_all(text)?;
    out.write_all(b"\n")?;
    out.flush()
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    match hear(address) {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
