// kills rests-after-fin@plain: a number or an index was out of range
// never: no `unwrap` or `expect`
// never: taken for text
// Mistake: it looks at the last byte of what came, also when nothing came because the client has ended.
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const SIZE: usize = 256 * 1024;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                let _ = match shout(&stream) {
                    Ok(()) => writeln!(io::stdout(), "{peer}: done"),
                    Err(e) => writeln!(io::stdout(), "{peer}: {e}"),
                };
            }
            Err(e) => {
                let _ = writeln!(io::stderr(), "server: accept: {e}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn shout(stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(SIZE, stream);
    let mut writer = BufWriter::with_capacity(SIZE, stream);
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk.to_ascii_uppercase(),
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        let last = chunk[chunk.len() - 1];
        let _ = writeln!(io::stdout(), "{} bytes, the last one is {last}", chunk.len());
        reader.consume(chunk.len());
        writer.write_all(&chunk)?;
        writer.flush()?;
    }
}
