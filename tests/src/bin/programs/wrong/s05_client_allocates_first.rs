// kills refuses-bad-sizes@plain: check it before you answer it (a parser of numbers accepts more than that)
// Mistake: it allocates the message before it asks whether the size is allowed.
// Breaks "1 to 8 digits, no sign, no blank, no leading zero except `0` itself, at most 67108864; else it is an error … never a panic"; seen from outside: the size `9999999999999999999` ends it with a panic (capacity overflow), status 101.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const LIMIT: usize = 67_108_864;

fn invalid(text: &[u8]) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("not a size: {}", text.escape_ascii()))
}

fn parse(text: &[u8]) -> io::Result<usize> {
    if !text.iter().all(u8::is_ascii_digit) {
        return Err(invalid(text));
    }
    if text.len() > 1 && text[0] == b'0' {
        return Err(invalid(text));
    }
    let size = str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or_else(|| invalid(text))?;
    Ok(size)
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
        let mut body = vec![0; size];
        if n > 8 || size > LIMIT {
            return Err(invalid(&buffer[..n]));
        }
        stream.write_all(b"receive ok")?;
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
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
