// kills waits-for-client@plain: it gave up by a time limit of its own
// Mistake: a watchdog of each connection ends it when nothing has come for two seconds.
// A client that says nothing for that long loses its connection, although `read` itself has no limit.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            thread::Builder::new().spawn(move || {
                let why = serve(stream).map_or_else(|e| e.to_string(), |n| format!("{n} bytes"));
                let _ = writeln!(io::stdout(), "{peer}: {why}");
            })
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "server: {e}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn serve(mut stream: TcpStream) -> io::Result<u64> {
    let mut buf = [0; 4096];
    let mut total = 0;
    let reads = Arc::new(AtomicU64::new(0));
    watch(stream.try_clone()?, Arc::clone(&reads))?;
    loop {
        match stream.read(&mut buf) {
            Ok(0) => return Ok(total),
            Ok(n) => {
                reads.fetch_add(1, Ordering::SeqCst);
                buf[..n].make_ascii_uppercase();
                stream.write_all(&buf[..n])?;
                total += n as u64;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

fn watch(stream: TcpStream, reads: Arc<AtomicU64>) -> io::Result<()> {
    thread::Builder::new().spawn(move || {
        let mut before = 0;
        loop {
            thread::sleep(Duration::from_secs(2));
            let now = reads.load(Ordering::SeqCst);
            if now == before {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            before = now;
        }
    })?;
    Ok(())
}
