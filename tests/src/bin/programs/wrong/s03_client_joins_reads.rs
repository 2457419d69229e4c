// kills reports-reads@dribble: reads were joined before they were reported
// Mistake: it reads everything until EOF first and then cuts it into pieces of 1024 bytes.
// Breaks "prints, for each read, `read K: N bytes: TEXT`"; seen from outside: pieces that come a second apart are printed together as one read at the end.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn hear(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut everything = Vec::new();
    stream.read_to_end(&mut everything)?;
    let mut reads = 0;
    let mut total = 0;
    for piece in everything.chunks(1024) {
        reads += 1;
        total += piece.len();
        write!(output, "read {reads}: {} bytes: ", piece.len())?;
        output.write_all(piece)?;
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
