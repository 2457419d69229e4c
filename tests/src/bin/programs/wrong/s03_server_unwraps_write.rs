// kills rst-while-pushing@plain: because a client vanished
// Mistake: it unwraps the result of its write.
// Breaks "treats no client's behaviour as its own error"; seen from outside: a client that connects and resets before the messages ends the server with a panic, status 101.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];

fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    for message in messages {
        stream.write_all(message.as_bytes()).unwrap();
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
