// kills long-reply@plain: the client ended its side instead: one connection serves all lines
// Mistake: it reads each reply into an array of 1024 bytes, sliced to the length of the line.
// Breaks "never a panic or a backtrace (status 101 and signals are never right)"; seen from outside: a line of more than 1024 bytes ends it with status 101.
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
    let mut buffer = [0; 1024];
    let room = &mut buffer[..line.len()];
    thread::scope(|scope| {
        let mut to = stream;
        thread::Builder::new().spawn_scoped(scope, move || to.write_all(line))?;
        let reply = hear(stream, room);
        if reply.is_err() {
            let _ = stream.shutdown(Shutdown::Both); // ends a send that is stuck
        }
        reply
    })
}

fn hear(mut stream: &TcpStream, reply: &mut [u8]) -> io::Result<Vec<u8>> {
    stream.read_exact(reply)?;
    Ok(reply.to_vec())
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
