// kills empty-message@plain: called `read` to take at most 0 bytes
// Mistake: its loop reads at least once, so that an empty message is a read into no bytes, which waits and then returns 0.
// Breaks "for each message (`0` is a size as any other)"; seen from outside: after `0`, the answer and the next size it says that the server has ended, status 1.
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
        let mut got = 0;
        loop {
            match read_some(&mut stream, &mut body[got..])? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                n => got += n,
            }
            if got == size {
                break;
            }
        }
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
