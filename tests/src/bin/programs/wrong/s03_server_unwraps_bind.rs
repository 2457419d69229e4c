// kills says-why-it-cannot-bind@plain: an address that cannot be bound is no bug of the program
// Mistake: it unwraps what bind returns.
// A taken address gives status 101 and a backtrace instead of a message.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let messages: Vec<&[u8]> = match args.get(1..) {
        Some(given) if !given.is_empty() => given.iter().map(String::as_bytes).collect(),
        _ => vec![b"first message", b"second message", b"third message"],
    };
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            panic!("{e}");
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                let _ = match push(stream, &messages) {
                    Ok(()) => writeln!(io::stdout(), "{peer}: {} messages", messages.len()),
                    Err(e) => writeln!(io::stdout(), "{peer}: {e}"),
                };
            }
            Err(e) => {
                let _ = writeln!(io::stderr(), "server: accept: {e}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn push(mut stream: TcpStream, messages: &[&[u8]]) -> io::Result<()> {
    for message in messages {
        stream.write_all(message)?;
    }
    Ok(())
}
