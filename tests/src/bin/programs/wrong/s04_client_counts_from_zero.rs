// kills long-message@glue: messages are numbered from
// kills pair-messages@slice: messages are numbered from
// kills prints-messages@slice: messages are numbered from
// Mistake: it counts its messages from 0.
// Breaks "`message K: TEXT`"; seen from outside: the first message is printed as `message 0: …`.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn hear(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut buffer = [0; 1024];
    let mut count = 0;
    loop {
        let n = match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        show(count, &buffer[..n])?;
        count += 1;
    }
}

fn show(count: usize, text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "message {count}: ")?;
    out.write_all(text)?;
    out.write_all(b"\n")?;
    out.flush()
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    match hear(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
