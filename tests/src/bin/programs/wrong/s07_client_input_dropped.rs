// kills line-no-text@plain: the line was dropped, and the next one sent
// Mistake: it takes a line that is no UTF-8 for an empty one, and skips it.
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(addr: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    loop {
        let Some(line) = input.by_ref().lines().next() else { return Ok(()) };
        let line = line.unwrap_or_default().into_bytes();
        if line.is_empty() {
            continue;
        }
        if line == b"q" {
            return Ok(());
        }
        let mut reply = vec![0; line.len()];
        for (sent, received) in line.chunks(65536).zip(reply.chunks_mut(65536)) {
            stream.write_all(sent)?;
            stream.read_exact(received)?;
        }
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
