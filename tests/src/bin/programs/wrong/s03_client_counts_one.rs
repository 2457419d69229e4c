// kills reports-reads@dribble: these are 1, 1
// never: print the bytes of each read
// Mistake: it sets the number of reads to 1 in place of adding 1.
// Breaks "read K"; seen from outside: every read is number 1.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0; 1024];
    let mut reads = 0;
    let mut total = 0;
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        reads = 1;
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
