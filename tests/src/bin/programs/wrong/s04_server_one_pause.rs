// kills pauses@plain: it slept before the first message and not between
// Mistake: it pauses once a connection, before the first message, and then sends all back to back.
// Breaks "as 03 with 500 ms between writes"; seen from outside: three messages arrive within a few milliseconds of each other.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];
const PAUSE: Duration = Duration::from_millis(500);

fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    thread::sleep(PAUSE);
    for message in messages {
        stream.write_all(message.as_bytes())?;
    }
    finish(stream)
}

// Half-closes and discards what the client still says, until its end or for a second.
fn finish(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(250)))?;
    let (start, mut sink) = (Instant::now(), [0; 1024]);
    while start.elapsed() < Duration::from_secs(1) {
        if matches!(stream.read(&mut sink), Ok(0)) {
            break;
        }
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
