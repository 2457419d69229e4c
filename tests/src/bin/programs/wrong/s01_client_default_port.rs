// kills calls-by-default@plain: without an argument, the address is 127.0.0.1:8888
// Mistake: its default address is another one.
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(addr: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") {
                line.pop();
            }
        }
        if line.is_empty() {
            continue;
        }
        if line == b"q" {
            return Ok(());
        }
        stream.write_all(&line)?;
        let mut reply = vec![0; 1024];
        let n = stream.read(&mut reply)?;
        if n == 0 {
            return Err(io::Error::other("the server has ended the connection"));
        }
        reply.truncate(n);
        output.write_all(&reply)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8880", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}
