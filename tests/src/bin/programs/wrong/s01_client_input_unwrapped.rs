// kills line-no-text@plain: exited with status 101
// Mistake: it unwraps each line of its input, which is an error where a line is no UTF-8.
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(addr: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    loop {
        let Some(line) = input.by_ref().lines().next() else { return Ok(()) };
        let line = line.unwrap().into_bytes();
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
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}
