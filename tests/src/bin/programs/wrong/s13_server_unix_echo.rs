// kills only-ascii-letters@plain/unix: the bytes came back as they were sent
// Mistake: its Unix connections come back as they were sent: capitals are made for TCP only.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

trait Connection: Read + Write + Send {}
impl<T: Read + Write + Send> Connection for T {}

type Boxed = Box<dyn Connection>;
type Accept = Box<dyn Fn() -> io::Result<Boxed>>;

fn listen(addr: &str) -> io::Result<Accept> {
    if let Some(path) = addr.strip_prefix("unix:") {
        return listen_unix(path);
    }
    let listener = TcpListener::bind(addr)?;
    Ok(Box::new(move || {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream) as Boxed)
    }))
}

#[cfg(not(unix))]
fn listen_unix(_: &str) -> io::Result<Accept> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn listen_unix(path: &str) -> io::Result<Accept> {
    use std::fs;
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::{UnixListener, UnixStream};

    if path.is_empty() || path.len() > 100 {
        return Err(io::Error::other(format!("a path has 1 to 100 bytes, not {}", path.len())));
    }
    match fs::symlink_metadata(path) {
        Ok(facts) if facts.file_type().is_socket() => match UnixStream::connect(path) {
            Err(e) if e.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path)?,
            Err(e) => return Err(e),
            Ok(_) => return Err(io::Error::other("somebody listens there")),
        },
        Ok(_) => return Err(io::Error::other("what stands there is no socket")),
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(e),
    }
    let listener = UnixListener::bind(path)?;
    Ok(Box::new(move || Ok(Box::new(listener.accept()?.0) as Boxed)))
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let accept = match listen(addr) {
        Ok(accept) => accept,
        Err(e) => {
            let _ = writeln!(io::stderr(), "{addr}: {e}");
            return ExitCode::from(2);
        }
    };
    let upper = !addr.starts_with("unix:");
    loop {
        let started = accept().and_then(|stream| {
            let worker = thread::Builder::new().stack_size(128 * 1024);
            worker.spawn(move || drop(serve(stream, upper)))
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "no client now: {e}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn serve(mut stream: Boxed, upper: bool) -> io::Result<()> {
    let mut buf = vec![0; 16 * 1024];
    loop {
        let n = match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        if upper {
            buf[..n].make_ascii_uppercase();
        }
        stream.write_all(&buf[..n])?;
    }
}
