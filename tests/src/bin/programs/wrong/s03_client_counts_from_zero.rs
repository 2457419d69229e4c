// kills reports-reads@glue: reads are numbered from 1
// Mistake: it numbers its reads from 0.
// Breaks "prints, for each read, `read K: N bytes: TEXT`, and the total in K reads"; seen from outside: the first line is `read 0: …`; the total is right.
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
        total += n;
        write!(output, "read {reads}: {n} bytes: ")?;
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
        reads += 1;
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
