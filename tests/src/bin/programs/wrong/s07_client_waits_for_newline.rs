// kills long-reply@plain: the client did not go on after the reply to its line
// kills quits-at-end-of-input@plain: the client did not go on after the reply to its line
// kills skips-empty-lines@plain: the client did not go on after the reply to its line
// Mistake: it reads the reply with read_until(b'\n'), though neither line nor reply carries a newline.
// Breaks "read until they have what the protocol says is coming (07, 08, 13: as many bytes as were sent)"; seen from outside: the whole reply is there, and the client prints nothing and waits for ever.
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
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

fn hear(stream: &TcpStream, size: usize) -> io::Result<Vec<u8>> {
    let mut reply = Vec::with_capacity(size);
    BufReader::new(stream).read_until(b'\n', &mut reply)?;
    if reply.len() < size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(reply)
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
