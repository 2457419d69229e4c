// kills pushes-defaults@plain: after its last message the server closes the connection
// Mistake: it keeps every connection in a list and so never closes one.
// Breaks "one write a message …, then close"; seen from outside: after the last message the client waits for an end that never comes.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];
const PAUSE: Duration = Duration::from_millis(500);

fn push(stream: &mut TcpStream, messages: &[String]) -> io::Result<()> {
    for (i, message) in messages.iter().enumerate() {
        if i > 0 {
            thread::sleep(PAUSE);
        }
        stream.write_all(message.as_bytes())?;
    }
    Ok(())
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    let messages: Vec<String> =
        if args.len() > 1 { args[1..].to_vec() } else { DEFAULTS.map(String::from).to_vec() };
    let listener = match TcpListener::bind(address) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen on {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("listening on {address}");
    let mut clients = Vec::new();
    loop {
        match listener.accept() {
            Ok((mut stream, peer)) => {
                if let Err(error) = push(&mut stream, &messages) {
                    eprintln!("{peer}: {error}");
                } else {
                    clients.push(stream);
                }
            }
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
