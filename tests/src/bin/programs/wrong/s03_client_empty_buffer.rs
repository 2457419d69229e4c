// kills pair-reads@dribble: had read no byte of what came
// kills pair-reads@glue: perhaps its buffer has length 0
// kills reports-reads@glue: the buffer has length 0 || its buffer has length 0
// never: only a `read` of 0 bytes is the end
// never: mend the server
// Mistake: its buffer has a capacity, and a length of 0.
// Breaks "prints every read"; seen from outside: `total: 0 bytes in 0 reads`, as soon as the first byte comes.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = Vec::with_capacity(1024);
    let (mut reads, mut total) = (0, 0);
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        reads += 1;
        total += n;
        write!(output, "read {reads}: {n} bytes: ")?;
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    writeln!(output, "total: {total} bytes in {reads} reads")
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
