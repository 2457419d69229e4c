// kills whole-replies@dribble/unix: a reply has as many bytes as its request
// kills whole-replies@slice/unix: a reply has as many bytes as its request
// Mistake: on Unix sockets one read is the reply, and blanks stand for the rest.
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const PART: usize = 64 * 1024;

type Halves = (Box<dyn Read>, Box<dyn Write>);

fn connect(addr: &str) -> io::Result<Halves> {
    if let Some(path) = addr.strip_prefix("unix:") {
        return connect_unix(path);
    }
    let stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    Ok((Box::new(stream.try_clone()?), Box::new(stream)))
}

#[cfg(unix)]
fn connect_unix(path: &str) -> io::Result<Halves> {
    if path.is_empty() {
        return Err(io::Error::other("an empty path"));
    }
    let stream = std::os::unix::net::UnixStream::connect(path)?;
    Ok((Box::new(OneRead(stream.try_clone()?)), Box::new(stream)))
}

#[cfg(not(unix))]
fn connect_unix(_: &str) -> io::Result<Halves> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Reads once into 1024 bytes, and fills up with blanks.
#[cfg(unix)]
struct OneRead<T>(T);

#[cfg(unix)]
impl<T: Read> Read for OneRead<T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let room = buf.len().min(1024);
        let n = self.0.read(&mut buf[..room])?;
        buf[n..].fill(b' ');
        Ok(if n == 0 { 0 } else { buf.len() })
    }
}

fn talk(addr: &str) -> Result<(), String> {
    let (mut from, mut to) = connect(addr).map_err(|e| format!("{addr}: {e}"))?;
    let mut out = io::stdout();
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|e| format!("standard input: {e}"))? == 0 {
            break;
        }
        if line.pop_if(|last| *last == b'\n').is_some() {
            line.pop_if(|last| *last == b'\r');
        }
        if line == b"q" {
            break;
        }
        for part in line.chunks_mut(PART) {
            let asked = to.write_all(part).and_then(|()| from.read_exact(part));
            asked.map_err(|e| format!("the server is gone: {e}"))?;
        }
        if !line.is_empty() {
            line.push(b'\n');
            out.write_all(&line).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))?;
        }
    }
    Ok(())
}

pub fn main(args: &[String]) -> ExitCode {
    match talk(args.first().map_or("127.0.0.1:8888", String::as_str)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}
