// right: two boxed halves and a closure that ends either or both; it half-closes before it goes.
use std::io::{self, BufRead, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

/// What is needed of a connection: any stream that can be cloned and shut down has it.
struct Parts {
    from: Box<dyn Read>,
    to: Box<dyn Write + Send>,
    end: Box<dyn Fn(Shutdown)>,
}

fn connect(addr: &str) -> io::Result<Parts> {
    if let Some(path) = addr.strip_prefix("unix:") {
        return connect_unix(path);
    }
    let stream = TcpStream::connect(addr)?;
    let (from, to) = (stream.try_clone()?, stream.try_clone()?);
    let end = move |how| drop(stream.shutdown(how));
    Ok(Parts { from: Box::new(from), to: Box::new(to), end: Box::new(end) })
}

#[cfg(unix)]
fn connect_unix(path: &str) -> io::Result<Parts> {
    let stream = std::os::unix::net::UnixStream::connect(path)?;
    let (from, to) = (stream.try_clone()?, stream.try_clone()?);
    let end = move |how| drop(stream.shutdown(how));
    Ok(Parts { from: Box::new(from), to: Box::new(to), end: Box::new(end) })
}

#[cfg(not(unix))]
fn connect_unix(_: &str) -> io::Result<Parts> {
    Err(io::ErrorKind::Unsupported.into())
}

fn talk(addr: &str) -> io::Result<()> {
    let Parts { mut from, mut to, end } = connect(addr)?;
    let mut input = io::stdin().lock();
    let mut out = io::stdout();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if line.ends_with(b"\n") {
            line.truncate(line.len() - if line.ends_with(b"\r\n") { 2 } else { 1 });
        }
        if line == b"q" {
            break;
        }
        let mut reply = vec![0; line.len()];
        std::thread::scope(|scope| {
            std::thread::Builder::new().spawn_scoped(scope, || to.write_all(&line))?;
            let heard = from.read_exact(&mut reply);
            if heard.is_err() {
                end(Shutdown::Both); // sets a blocked sender free
            }
            heard
        })?;
        if !reply.is_empty() {
            reply.push(b'\n');
            out.write_all(&reply)?;
            out.flush()?;
        }
        line.clear();
    }
    end(Shutdown::Write);
    Ok(())
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}
