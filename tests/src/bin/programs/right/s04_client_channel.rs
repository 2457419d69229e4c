// right: one thread reads, the other prints, with a diary on standard output around it.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match run(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(io::stderr(), "{addr}: {e}");
            ExitCode::from(1)
        }
    }
}

fn run(addr: &str) -> io::Result<()> {
    let stream = TcpStream::connect(addr)?;
    let (sender, receiver) = mpsc::channel();
    let reader = thread::Builder::new().spawn(move || hear(stream, &sender))?;
    let mut out = io::stdout();
    let mut number = 0;
    writeln!(out, "connected, listening")?;
    loop {
        match receiver.recv_timeout(Duration::from_millis(800)) {
            Ok(message) => {
                number += 1;
                write!(out, "message {number}: ")?;
                out.write_all(&message)?;
                writeln!(out)?;
            }
            Err(RecvTimeoutError::Timeout) => writeln!(out, "(still nothing, waiting)")?,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    reader.join().map_err(|_| io::Error::other("the reading thread is gone"))??;
    writeln!(out, "the server has ended")
}

fn hear(mut stream: TcpStream, sender: &Sender<Vec<u8>>) -> io::Result<()> {
    loop {
        let mut message = vec![0; 1024];
        match stream.read(&mut message) {
            Ok(0) => return Ok(()),
            Ok(n) => {
                message.truncate(n);
                if sender.send(message).is_err() {
                    return Ok(());
                }
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
