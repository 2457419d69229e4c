// kills pushes-defaults@plain: one frame for each message, the empty ones too, and FIN only after the
// Mistake: it keeps the connections of the clients it has served in a list.
// Breaks "pushes … then close"; seen from outside: all messages arrive, but no end of stream.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
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

fn push(stream: &mut TcpStream, messages: &[String]) -> io::Result<()> {
    for message in messages {
        stream.write_all(&frame(message))?;
    }
    Ok(())
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
    let mut clients = Vec::new();
    loop {
        match listener.accept() {
            Ok((mut stream, peer)) => match push(&mut stream, &messages) {
                Ok(()) => clients.push(stream),
                Err(error) => eprintln!("{peer}: {error}"),
            },
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
