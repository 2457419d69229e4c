// kills pair-messages@plain: write each message by itself, and pause between one write and the next
// Mistake: it writes to a `BufWriter` that is flushed only at the end: the pauses lie between copies into memory.
// Breaks "as 03 (one write a message) with 500 ms between writes"; seen from outside: nothing for a second, then all three messages in one piece.
use std::io::{self, BufWriter, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];
const PAUSE: Duration = Duration::from_millis(500);

fn push(stream: TcpStream, messages: &[String]) -> io::Result<()> {
    let mut writer = BufWriter::new(&stream);
    for (i, message) in messages.iter().enumerate() {
        if i > 0 {
            thread::sleep(PAUSE);
        }
        writer.write_all(message.as_bytes())?;
    }
    writer.flush()?;
    drop(writer);
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
