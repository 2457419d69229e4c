// kills pushes-any-pieces@dribble: a message is missing, changed, or not in its place: write them as they
// kills pushes-any-pieces@glue: a message is missing, changed, or not in its place: write them as they
// kills pushes-any-pieces@slice: a message is missing, changed, or not in its place: write them as they
// kills pushes-messages@plain: a message is missing, changed, or not in its place
// Mistake: it pops its messages from the end of the vector.
// Breaks "on each connection one write a message (in the order given)"; seen from outside: `alpha beta` arrives as `betaalpha`.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];

fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    let mut waiting = messages.to_vec();
    while let Some(message) = waiting.pop() {
        stream.write_all(message.as_bytes())?;
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
