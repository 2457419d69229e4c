// kills reports-reads@glue: the `read` that returns 0 is the end: it is not counted
// Mistake: it counts the Ok(0) of the end as a read.
// Breaks "total: N bytes in K reads"; seen from outside: one read of 5 bytes gives `total: 5 bytes in 2 reads`.
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
        reads += 1;
        if n == 0 {
            break;
        }
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
    match hear(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
