// right: a non-blocking socket, naps when nothing is there; all output is kept until it exits.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let mut kept = Vec::new();
    let heard = hear(addr, &mut kept);
    let mut out = io::stdout().lock();
    let shown = out.write_all(&kept).and_then(|()| out.flush());
    match heard.and(shown) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(io::stderr(), "client: {addr}: {e}");
            ExitCode::FAILURE
        }
    }
}

fn hear(addr: &str, kept: &mut Vec<u8>) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nonblocking(true)?;
    let mut buf = [0; 1024];
    let (mut reads, mut total) = (0, 0);
    let mut nap = Duration::from_micros(100);
    loop {
        match stream.read(&mut buf) {
            Ok(0) => break,
            Ok(n) => {
                nap = Duration::from_micros(100);
                reads += 1;
                total += n;
                write!(kept, "read {reads}: {n} bytes: ")?;
                kept.extend_from_slice(&buf[..n]);
                kept.push(b'\n');
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                thread::sleep(nap);
                nap = (nap * 5 / 4).min(Duration::from_millis(10));
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    writeln!(kept, "total: {total} bytes in {reads} reads")
}
