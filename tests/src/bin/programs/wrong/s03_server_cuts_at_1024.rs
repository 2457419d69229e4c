// kills pushes-large@plain: a message was cut off after
// Mistake: it copies each message into a buffer of 1024 bytes and sends what fitted.
// Breaks "on each connection one write a message"; seen from outside: of a message of 3000 bytes only the first 1024 arrive.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];

fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    for message in messages {
        let mut buffer = [0u8; 1024];
        let n = message.len().min(buffer.len());
        buffer[..n].copy_from_slice(&message.as_bytes()[..n]);
        stream.write_all(&buffer[..n])?;
    }
    Ok(())
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    let messages: Vec<String> = if args.len() > 1 {
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
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                if let Err(error) = push(stream, &messages) {
                    eprintln!("{peer}: {error}");
                }
            }
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
