// kills pushes-any-pieces@dribble: the server took `receive ok` for a wrong answer: it may come in pieces
// kills pushes-any-pieces@slice: the server took `receive ok` for a wrong answer: it may come in pieces
// kills pair-messages@slice: mend the server: its own checks tell more
// Mistake: it takes one read for the whole answer.
// Breaks "The server reads exactly ten bytes of answer"; seen from outside: an answer that comes in two pieces (`receive `, then `ok`) ends the connection.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];
const ANSWER: &[u8] = b"receive ok";

fn push(stream: &mut TcpStream, messages: &[String]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    for message in messages {
        let size = message.len().to_string();
        stream.write_all(size.as_bytes())?;
        if !answered(stream)? {
            return Err(io::Error::other("the answer is not `receive ok`"));
        }
        stream.write_all(message.as_bytes())?;
    }
    Ok(())
}

fn answered(stream: &mut TcpStream) -> io::Result<bool> {
    let mut answer = [0; ANSWER.len()];
    let n = stream.read(&mut answer)?;
    Ok(answer[..n] == *ANSWER)
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
            Ok((mut stream, peer)) => {
                let pushed = push(&mut stream, &messages);
                if let Err(error) = pushed.and(finish(stream)) {
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
