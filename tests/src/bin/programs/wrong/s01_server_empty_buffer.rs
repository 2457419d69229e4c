// kills echo-bytes@plain: the buffer has length 0
// never: silence was taken for the end
// never: no answer after
// Mistake: its buffer has a capacity, and a length of 0.
// Breaks "returns every byte"; seen from outside: it closes each connection as soon as the first byte comes.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(1024);
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..n])?;
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
        if let Err(error) = listener.accept().and_then(|(stream, _)| echo(stream)) {
            println!("gone: {error}");
        }
    }
}
