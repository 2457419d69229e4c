// kills any-bytes@slice: EF BF BD stands in the output
// never: the total is the sum of all reads
// never: not characters
// Mistake: it converts what it read to text, and reports that.
// Breaks "N bytes: TEXT"; seen from outside: a read of 1 byte is reported as 3 bytes, EF BF BD.
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
        let text = String::from_utf8_lossy(&buffer[..n]);
        write!(output, "read {reads}: {} bytes: {text}", text.len())?;
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
