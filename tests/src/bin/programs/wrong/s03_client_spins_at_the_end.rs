// kills nothing-pushed@plain: the client's loop does not end there: look at what ends it
// Mistake: it does not know that Ok(0) is the end and reads on.
// Breaks "the client reads until EOF, prints the total; exit 0 when the server ends"; seen from outside: after the server's FIN it prints `read K: 0 bytes:` without end and never exits.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn hear(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0u8; 1024];
    let mut reads = 0u64;
    loop {
        let n = stream.read(&mut buffer)?;
        reads += 1;
        write!(output, "read {reads}: {n} bytes: ")?;
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
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
