// kills says-why-it-cannot-bind@plain: the error of `bind` was ignored || 0 means that all went well: after an error exit
// Mistake: it says why it cannot bind and then exits with status 0.
// Breaks "binds the address and no other, or says why it cannot and exits with a status other than 0"; seen from outside: with the address taken, the exit status is 0.
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
            return ExitCode::SUCCESS;
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
