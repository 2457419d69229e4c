// kills keeps-no-sockets@plain: the server must close every connection that is over
// Mistake: it keeps a stream of each client for a log of its sessions; `shutdown` ends the connection, the socket stays.
// Breaks "serves until it is ended"; seen from outside: the client hears FIN, and each client costs a file descriptor, until none is left.
use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];

fn frame(message: &str) -> Vec<u8> {
    let header = format!("{{\"data_size\":{}}}", message.len());
    let mut frame = (header.len() as u32).to_be_bytes().to_vec();
    frame.extend_from_slice(header.as_bytes());
    frame.extend_from_slice(message.as_bytes());
    frame
}

fn push(mut stream: &TcpStream, messages: &[String]) -> io::Result<()> {
    for message in messages {
        stream.write_all(&frame(message))?;
    }
    stream.shutdown(Shutdown::Write)
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    let messages = if args.len() > 1 {
        args[1..].to_vec()
    } else {
        DEFAULTS.map(String::from).to_vec()
    };
    let listener = match TcpListener::bind(address) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen on {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("listening on {address}");
    let mut sessions = Vec::new();
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                let end = push(&stream, &messages);
                println!("{peer}: {end:?}, client {}", sessions.len() + 1);
                sessions.push(stream);
            }
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
