// kills leaves-a-datagram-socket@plain/unix: to connect to a socket of another type fails with EPROTOTYPE
// Mistake: it asks only whether connect failed, not how: a datagram socket is replaced.
#[cfg(unix)]
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::fs::FileTypeExt;
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Listener {
    fn bind(addr: &str) -> io::Result<Self> {
        match addr.strip_prefix("unix:") {
            None => TcpListener::bind(addr).map(Self::Tcp),
            #[cfg(unix)]
            Some(path) => bind_unix(path).map(Self::Unix),
            #[cfg(not(unix))]
            Some(_) => Err(ErrorKind::Unsupported.into()),
        }
    }

    fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => listener.accept().map(|(stream, _)| Stream::Tcp(stream)),
            #[cfg(unix)]
            Self::Unix(listener) => listener.accept().map(|(stream, _)| Stream::Unix(stream)),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buf),
            #[cfg(unix)]
            Self::Unix(stream) => stream.read(buf),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(buf),
            #[cfg(unix)]
            Self::Unix(stream) => stream.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
fn bind_unix(path: &str) -> io::Result<UnixListener> {
    if path.is_empty() {
        return Err(io::Error::other("the path is empty"));
    }
    match UnixListener::bind(path) {
        Err(e) if e.kind() == ErrorKind::AddrInUse && is_stale(path) => {
            fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        other => other,
    }
}

#[cfg(unix)]
fn is_stale(path: &str) -> bool {
    fs::symlink_metadata(path).is_ok_and(|facts| facts.file_type().is_socket())
        && UnixStream::connect(path).is_err()
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match Listener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        let started = listener.accept().and_then(|stream| {
            thread::Builder::new().spawn(move || {
                let why = serve(stream).map_or_else(|e| e.to_string(), |n| format!("{n} bytes"));
                let _ = writeln!(io::stdout(), "a client: {why}");
            })
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "server: {e}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn serve(mut stream: Stream) -> io::Result<u64> {
    let mut buf = [0; 4096];
    let mut total = 0;
    loop {
        match stream.read(&mut buf) {
            Ok(0) => return Ok(total),
            Ok(n) => {
                buf[..n].make_ascii_uppercase();
                stream.write_all(&buf[..n])?;
                total += n as u64;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
