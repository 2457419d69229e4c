// kills nobody-at-path@plain/unix: the error was not handled
// kills nobody-listens@plain/unix: the error was not handled
// Mistake: it unwraps what connect to a path returns.
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::thread;

enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Stream {
    fn connect(addr: &str) -> io::Result<Self> {
        match addr.strip_prefix("unix:") {
            None => TcpStream::connect(addr).map(Self::Tcp),
            #[cfg(unix)]
            Some(path) => Ok(Self::Unix(UnixStream::connect(path).expect("a server"))),
            #[cfg(not(unix))]
            Some(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => (&mut &*stream).read(buf),
            #[cfg(unix)]
            Self::Unix(stream) => (&mut &*stream).read(buf),
        }
    }

    fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => (&mut &*stream).write_all(bytes),
            #[cfg(unix)]
            Self::Unix(stream) => (&mut &*stream).write_all(bytes),
        }
    }

    fn shutdown(&self) {
        let _ = match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
            #[cfg(unix)]
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn talk(addr: &str) -> Result<(), String> {
    let stream = Stream::connect(addr).map_err(|e| format!("cannot connect to {addr}: {e}"))?;
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        if io::stdin().is_terminal() {
            show(b">> ")?;
        }
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|e| format!("standard input: {e}"))? == 0 {
            return Ok(());
        }
        let text = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(&line);
        match text {
            b"" => {}
            b"q" => return Ok(()),
            text => {
                let mut reply = ask(&stream, text).map_err(|e| format!("the server is gone: {e}"))?;
                reply.push(b'\n');
                show(&reply)?;
            }
        }
    }
}

fn ask(stream: &Stream, text: &[u8]) -> io::Result<Vec<u8>> {
    thread::scope(|scope| {
        thread::Builder::new().spawn_scoped(scope, || stream.write_all(text))?;
        let reply = hear(stream, text.len());
        if reply.is_err() {
            stream.shutdown(); // sets a blocked sender free
        }
        reply
    })
}

fn hear(stream: &Stream, size: usize) -> io::Result<Vec<u8>> {
    let mut reply = vec![0; size];
    let mut got = 0;
    while got < size {
        match stream.read(&mut reply[got..]) {
            Ok(0) => return Err(io::Error::other(format!("it ended after {got} of {size} bytes"))),
            Ok(n) => got += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(reply)
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
