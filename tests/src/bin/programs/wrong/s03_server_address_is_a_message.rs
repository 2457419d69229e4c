// kills pushes-messages@plain: the server's address was sent as a message
// Mistake: it sends all its arguments, the address too.
// Breaks "server ADDR MESSAGE…"; seen from outside: the first thing a client gets is `127.0.0.1:8888`.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];

fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    for message in messages {
        stream.write_all(message.as_bytes())?;
    }
    Ok(())
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    let messages: Vec<String> = if args.len() > 1 {
        args[0..].to_vec()
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
