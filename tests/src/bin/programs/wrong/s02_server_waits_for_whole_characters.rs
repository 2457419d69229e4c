// kills half-characters@plain: the server treats what one `read` returned as text
// kills silence-is-no-end@plain: the server stopped after
// kills silent-client@plain: the server stopped after
// Mistake: it holds back the beginning of a character until the rest of it comes, and forgets it at the end.
// Breaks "every other byte untouched; characters cut in two are no error"; seen from outside: the last byte of `ab\xC3` is never returned, not even at the client's EOF.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0u8; 1024];
    let mut held: Vec<u8> = Vec::new();
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        held.extend_from_slice(&buffer[..n]);
        // How much of it can go: all but a character that is still incomplete.
        let mut from = 0;
        let ready = loop {
            match std::str::from_utf8(&held[from..]) {
                Ok(_) => break held.len(),
                Err(error) => match error.error_len() {
                    Some(bad) => from += error.valid_up_to() + bad,
                    None => break from + error.valid_up_to(),
                },
            }
        };
        let rest = held.split_off(ready);
        held.make_ascii_uppercase();
        stream.write_all(&held)?;
        held = rest;
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
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
                if let Err(error) = serve(stream) {
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
