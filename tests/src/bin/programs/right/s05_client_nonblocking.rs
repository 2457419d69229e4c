// right: a non-blocking socket and short naps, bodies 1500 bytes a read, grown as they come, shown at exit.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn patient<T>(mut ask: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match ask() {
            Err(e) if e.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(2)),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn broken(why: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

fn size_of(text: &[u8]) -> io::Result<u32> {
    match text {
        [b'0'] => Ok(0),
        [b'1'..=b'9', rest @ ..] if rest.len() < 8 && rest.iter().all(u8::is_ascii_digit) => {
            Ok(text.iter().fold(0, |sum, d| sum * 10 + u32::from(d & 15)))
        }
        _ => Err(broken(format!("`{}` is no size", text.escape_ascii()))),
    }
}

fn hear(stream: &mut TcpStream, shown: &mut Vec<u8>) -> io::Result<()> {
    let mut buf = [0; 1024];
    let mut number = 0;
    stream.set_nonblocking(true)?;
    loop {
        let n = patient(|| stream.read(&mut buf))?;
        if n == 0 {
            return Ok(());
        }
        let size = size_of(&buf[..n])?;
        if size > 64 << 20 {
            return Err(broken(format!("{size} bytes are too many")));
        }
        let mut answer = &b"receive ok"[..];
        while !answer.is_empty() {
            let n = patient(|| stream.write(answer))?;
            answer = &answer[n..];
        }
        number += 1;
        let mut missing = size as usize;
        let mut message = format!("message {number}: ").into_bytes();
        let mut piece = [0; 1500];
        while missing > 0 {
            let most = missing.min(piece.len());
            let n = patient(|| stream.read(&mut piece[..most]))?;
            if n == 0 {
                return Err(broken(format!("the end came {missing} bytes too early")));
            }
            message.extend_from_slice(&piece[..n]);
            missing -= n;
        }
        message.push(b'\n');
        shown.append(&mut message);
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let mut shown = Vec::new();
    let heard = TcpStream::connect(addr).and_then(|mut stream| hear(&mut stream, &mut shown));
    let mut out = io::stdout().lock();
    let printed = out.write_all(&shown).and_then(|()| out.flush());
    match heard.and(printed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(io::stderr(), "{addr}: {e}");
            ExitCode::FAILURE
        }
    }
}
