// kills pair-reads@glue: the last line always has the word `reads`, also when there was only one
// kills pair-reads@plain: count the bytes of every read until `read` returns
// kills reports-reads@glue: the last line always has the word `reads`, also when there was only one
// Mistake: it says `1 read` where there was only one.
// Breaks "last `total: N bytes in K reads` (always plural)"; seen from outside: one read of 5 bytes gives `total: 5 bytes in 1 read`.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn hear(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0u8; 1024];
    let mut reads = 0;
    let mut total = 0;
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
    let word = if reads == 1 { "read" } else { "reads" };
    writeln!(output, "total: {total} bytes in {reads} {word}")
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
