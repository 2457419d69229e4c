// right: it does not look at what a write returns: the read that follows tells that the server is gone.
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match run(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(addr: &str) -> Result<(), String> {
    let stream = TcpStream::connect(addr).map_err(|e| format!("cannot reach {addr}: {e}"))?;
    let (sender, lines) = mpsc::sync_channel(8);
    thread::Builder::new()
        .name("stdin".into())
        .spawn(move || read_lines(&sender))
        .map_err(|e| format!("no thread for standard input: {e}"))?;
    talk(&stream, &lines)
}

fn read_lines(sender: &SyncSender<io::Result<Vec<u8>>>) {
    let mut stdin = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let item = match stdin.read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) => {
                if line.ends_with(b"\n") {
                    line.pop();
                    if line.ends_with(b"\r") {
                        line.pop();
                    }
                }
                Ok(line)
            }
            Err(e) => Err(e),
        };
        let failed = item.is_err();
        if sender.send(item).is_err() || failed {
            return;
        }
    }
}

fn talk(mut stream: &TcpStream, lines: &Receiver<io::Result<Vec<u8>>>) -> Result<(), String> {
    let mut buf = [0; 1024];
    for line in lines {
        let line = line.map_err(|e| format!("standard input: {e}"))?;
        if line.is_empty() {
            continue;
        }
        if line == b"q" {
            break;
        }
        let _ = stream.write_all(&line); // the read fails as well, or returns 0
        let n = loop {
            match stream.read(&mut buf) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                other => break other.map_err(|e| format!("the server went away: {e}"))?,
            }
        };
        if n == 0 {
            return Err("the server hung up instead of answering".into());
        }
        let mut out = io::stdout().lock();
        out.write_all(&buf[..n])
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush())
            .map_err(|e| format!("standard output: {e}"))?;
    }
    Ok(())
}
