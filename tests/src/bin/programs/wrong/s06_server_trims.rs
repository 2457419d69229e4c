// kills pushes-messages@plain: and do not trim it
// never: one frame for each message, in the order of the arguments
// Mistake: it trims the white space at the end of each message, as of a line that a person typed.
// Breaks "the body is the message, byte by byte"; seen from outside: the frame of `two  ` has a body of 3 bytes.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const DEFAULTS: [&str; 3] = ["hello", "a frame has a header", "goodbye"];

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let frames: Arc<Vec<Vec<u8>>> = Arc::new(if args.len() > 1 {
        args[1..]
            .iter()
            .map(|message| frame(message.trim_end().as_bytes()))
            .collect()
    } else {
        DEFAULTS.iter().map(|message| frame(message.as_bytes())).collect()
    });
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot bind {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    say(&format!("listening on {addr}"));
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(pair) => pair,
            Err(e) => {
                say(&format!("accept: {e}"));
                thread::sleep(Duration::from_millis(50));
                continue;
            }
        };
        let frames = Arc::clone(&frames);
        let started = thread::Builder::new().spawn(move || match push(stream, &frames) {
            Ok(()) => say(&format!("{peer}: served")),
            Err(e) => say(&format!("{peer}: {e}")),
        });
        if let Err(e) = started {
            say(&format!("{peer}: no thread: {e}"));
        }
    }
}

fn frame(body: &[u8]) -> Vec<u8> {
    let header = serde_json::json!({ "data_size": body.len() }).to_string();
    let mut frame = Vec::with_capacity(4 + header.len() + body.len());
    frame.extend_from_slice(&(header.len() as u32).to_be_bytes());
    frame.extend_from_slice(header.as_bytes());
    frame.extend_from_slice(body);
    frame
}

fn push(mut stream: TcpStream, frames: &[Vec<u8>]) -> io::Result<()> {
    for frame in frames {
        stream.write_all(frame)?;
    }
    stream.shutdown(Shutdown::Write)?;
    let end = Instant::now() + Duration::from_secs(1);
    let mut sink = [0; 4096];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut sink) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(()),
            Err(e) => return Err(e),
        }
    }
}

fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
