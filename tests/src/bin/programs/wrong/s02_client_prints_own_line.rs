// kills sends-exact-lines@plain: print every reply as it came: exactly the bytes that `read`
// kills whole-replies@dribble: print every reply as it came: exactly the bytes that `read` returned
// kills whole-replies@slice: print every reply as it came: exactly the bytes that `read` returned
// Mistake: it prints the line that it sent in the place of the reply.
// Breaks "print each reply on a line of its own"; seen from outside: `hello` prints `hello` though the server answered `HELLO`.
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
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Err(io::Error::other("the server has closed the connection"));
        }
        output.write_all(&line)?;
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
