// kills reset-inside@rst@4: it took the part that had come for the reply
// Mistake: it takes one read for the whole reply, as lessons 01 and 02 did.
// Breaks "the others read until they have what the protocol says is coming (07, 08, 13: as many bytes as were sent)"; seen from outside: of a reply that comes in pieces only the first is printed, and the rest as the next reply.
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

fn talk(addr: &str) -> Result<(), String> {
    let stream = TcpStream::connect(addr).map_err(|e| format!("{addr}: {e}"))?;
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
        if line.pop_if(|last| *last == b'\n').is_some() {
            line.pop_if(|last| *last == b'\r');
        }
        if line == b"q" {
            return Ok(());
        }
        if !line.is_empty() {
            let mut reply = ask(&stream, &line).map_err(|e| format!("the server is gone: {e}"))?;
            reply.push(b'\n');
            show(&reply)?;
        }
    }
}

fn ask(stream: &TcpStream, line: &[u8]) -> io::Result<Vec<u8>> {
    thread::scope(|scope| {
        let mut to = stream;
        thread::Builder::new().spawn_scoped(scope, move || to.write_all(line))?;
        let reply = hear(stream, line.len());
        if reply.is_err() {
            let _ = stream.shutdown(Shutdown::Both); // ends a send that is stuck
        }
        reply
    })
}

fn hear(mut stream: &TcpStream, size: usize) -> io::Result<Vec<u8>> {
    let mut reply = vec![0; size];
    let n = stream.read(&mut reply)?;
    if n == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    reply.truncate(n);
    Ok(reply)
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
