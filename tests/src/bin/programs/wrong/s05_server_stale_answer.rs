// kills no-answer@plain: earlier clients left in the middle of an answer: keep nothing of it
// Mistake: it collects answers in a buffer that outlives the connection.
// Breaks "The server reads exactly ten bytes of answer (of that connection)"; seen from outside: after a client that left in the middle of its answer, the next client's right answer is refused.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULTS: [&str; 3] = ["hello", "from the server", "goodbye"];
const ANSWER: &[u8] = b"receive ok";

fn push(stream: &mut TcpStream, messages: &[String], answer: &mut Vec<u8>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    for message in messages {
        let size = message.len().to_string();
        stream.write_all(size.as_bytes())?;
        if !answered(stream, answer)? {
            return Err(io::Error::other("the answer is not `receive ok`"));
        }
        stream.write_all(message.as_bytes())?;
    }
    Ok(())
}

fn answered(stream: &mut TcpStream, answer: &mut Vec<u8>) -> io::Result<bool> {
    while answer.len() < ANSWER.len() {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        answer.push(byte[0]);
    }
    let right = answer == ANSWER;
    answer.clear();
    Ok(right)
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
    let mut answer = Vec::new();
    loop {
        match listener.accept() {
            Ok((mut stream, peer)) => {
                let pushed = push(&mut stream, &messages, &mut answer);
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
