// kills any-pieces@dribble: letters have changed their case
// kills any-pieces@glue: letters have changed their case
// kills any-pieces@slice: letters have changed their case
// kills only-ascii-letters@plain: letters have changed their case
// Mistake: its range of letters ends before `z`.
// Breaks "ASCII letters upper-cased"; seen from outside: `lazy` comes back as `LAzY`.
#![expect(clippy::almost_complete_range, reason = "that is the mistake")]
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
        for byte in &mut buffer[..n] {
            if (b'a'..b'z').contains(byte) {
                *byte -= b'a' - b'A';
            }
        }
        stream.write_all(&buffer[..n])?;
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
