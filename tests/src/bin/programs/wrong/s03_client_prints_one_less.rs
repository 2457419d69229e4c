// kills reports-reads@glue: is right, but the line of read 1 states
// never: the total is the sum of all reads
// Mistake: it reports `buffer[..n - 1]`.
// Breaks "read K: N bytes: TEXT"; seen from outside: `read 1: 14 bytes` where 15 came; the total is right.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0; 1024];
    let (mut reads, mut total) = (0, 0);
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        reads += 1;
        total += n;
        let text = &buffer[..n - 1];
        write!(output, "read {reads}: {} bytes: ", text.len())?;
        output.write_all(text)?;
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
