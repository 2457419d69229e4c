// kills pair-messages@glue: mend the server: its own checks tell more
// kills pushes-large@plain: a line end (0a) stands behind a message
// Mistake: it writes each message with `writeln!`, as if for a terminal.
// Breaks "one write a message"; seen from outside: `hello` arrives as `hello\n`.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];
const PAUSE: Duration = Duration::from_millis(500);

fn push(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    for (i, message) in messages.iter().enumerate() {
        if i > 0 {
            thread::sleep(PAUSE);
        }
        stream.write_all(format!("{message}\n").as_bytes())?;
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
