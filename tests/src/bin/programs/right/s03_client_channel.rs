// right: two threads: one reads the socket, the other prints, with a channel between them.
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let result = TcpStream::connect(addr).and_then(|stream| {
        let (sender, pieces) = mpsc::channel();
        thread::Builder::new().spawn(move || receive(stream, &sender))?;
        print(&pieces)
    });
    if let Err(e) = result {
        let _ = writeln!(io::stderr(), "error: {addr}: {e}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn receive(mut stream: TcpStream, sender: &Sender<io::Result<Vec<u8>>>) {
    loop {
        let mut piece = vec![0; 1024];
        let item = match stream.read(&mut piece) {
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => Err(e),
            Ok(n) => {
                piece.truncate(n);
                Ok(piece)
            }
        };
        let last = !matches!(&item, Ok(piece) if !piece.is_empty());
        if sender.send(item).is_err() || last {
            return;
        }
    }
}

fn print(pieces: &Receiver<io::Result<Vec<u8>>>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut reads, mut total) = (0_u64, 0_u64);
    for piece in pieces {
        let piece = match piece {
            Ok(piece) => piece,
            Err(e) => {
                out.flush()?;
                return Err(e);
            }
        };
        if piece.is_empty() {
            break;
        }
        reads += 1;
        total += piece.len() as u64;
        write!(out, "read {reads}: {} bytes: ", piece.len())?;
        out.write_all(&piece)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    writeln!(out, "total: {total} bytes in {reads} reads")?;
    out.flush()
}
