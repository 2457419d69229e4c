// kills half-characters@plain: perhaps it was taken for text
// kills pair-talks@glue: the reply is not what this server should make of the request: perhaps it was taken for text
// kills pair-talks@plain: the reply is not what this server should make of the request: perhaps it was taken for text
// Mistake: it upper-cases with to_uppercase, which knows all of Unicode.
// Breaks "ASCII letters upper-cased, every other byte untouched"; seen from outside: `é` comes back as `É` and `ß` as `SS`.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0u8; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        match std::str::from_utf8(&buffer[..n]) {
            Ok(text) => stream.write_all(text.to_uppercase().as_bytes())?,
            Err(_) => stream.write_all(&buffer[..n].to_ascii_uppercase())?,
        }
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
