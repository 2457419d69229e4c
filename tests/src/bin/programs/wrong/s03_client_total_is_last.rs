// kills reports-reads@dribble: the total is the sum of all reads, in bytes (not characters)
// Mistake: it sets the total to the size of each read instead of adding it.
// Breaks "last `total: N bytes in K reads`"; seen from outside: three reads of 5, 4 and 5 bytes give `total: 5 bytes in 3 reads`.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn hear(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0u8; 1024];
    let mut reads = 0;
    let mut total: usize = 0;
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        reads += 1;
        total = n;
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
