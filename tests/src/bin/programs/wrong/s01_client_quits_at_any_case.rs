// kills sends-exact-lines@plain: a line that is `q` and nothing else ends it
// Mistake: it ends at `Q` too: it compares without regard to case.
// Breaks "`q` … ends them", any other line being sent; seen from outside: the line `Q` ends the client, and is never sent.
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let prompting = io::stdin().is_terminal();
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    let mut buffer = [0u8; 1024];
    loop {
        if prompting {
            output.write_all(b">> ")?;
            output.flush()?;
        }
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.is_empty() {
            continue;
        }
        if text.eq_ignore_ascii_case(b"q") {
            return Ok(());
        }
        stream.write_all(text)?;
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Err(io::Error::other("the server has closed the connection"));
        }
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
