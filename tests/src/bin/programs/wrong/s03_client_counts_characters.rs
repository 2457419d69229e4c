// kills any-bytes@slice: count bytes, not characters: the number is what
// Mistake: it prints and adds the number of characters, not of bytes.
// Breaks "`read K: N bytes: TEXT`, N is bytes"; seen from outside: `é` (2 bytes) is printed as `1 bytes`.
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
        let n_chars = String::from_utf8_lossy(&buffer[..n]).chars().count();
        reads += 1;
        total += n_chars;
        write!(output, "read {reads}: {n_chars} bytes: ")?;
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
