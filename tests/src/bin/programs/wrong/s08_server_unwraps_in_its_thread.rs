// kills only-ascii-letters@plain: a thread of the server ended with an error: called `Result::unwrap()`
// never: the connection was ended because of
// Mistake: each thread unwraps a conversion to text, and dies of a byte that is none.
// Breaks "bytes that are no text are no error"; seen from outside: the connection ends, with a panic on standard error.
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

fn serve(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        let text = std::str::from_utf8(&buffer[..n]).unwrap();
        if stream.write_all(text.to_ascii_uppercase().as_bytes()).is_err() {
            return;
        }
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(address) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("bind {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    loop {
        if let Ok((stream, _)) = listener.accept() {
            thread::spawn(move || serve(stream));
        }
    }
}
