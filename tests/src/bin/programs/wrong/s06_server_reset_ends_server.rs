// kills rst-while-pushing@plain: because a client vanished
// Mistake: it unwraps what it reads from a client after the last message.
// Breaks "serves until it is ended, treats no client's behaviour as its own error"; seen from outside: a client that takes all messages and then resets the connection ends the whole server with a panic.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

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
    stream.shutdown(Shutdown::Write)
}

/// Throws away what the client still says, until it ends or for one second.
fn drain(stream: &mut TcpStream) -> io::Result<()> {
    let end = Instant::now() + Duration::from_secs(1);
    let mut buffer = [0; 4096];
    while let Some(left) = end
        .checked_duration_since(Instant::now())
        .filter(|left| !left.is_zero())
    {
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(error) => return Err(error),
        }
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
    loop {
        match listener.accept() {
            Ok((mut stream, peer)) => match push(&mut stream, &messages) {
                Ok(()) => drain(&mut stream).unwrap(),
                Err(error) => eprintln!("{peer}: {error}"),
            },
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
