// kills server-stalls@stall@0: keeps a processor busy
// kills silence-is-no-end@stall@4 in 07: keeps a processor busy
// Mistake: the socket is non-blocking, and the loop asks it for the reply again and again without a pause.
// Breaks "clients that ask … print each reply"; seen from outside: a core is busy while the server is silent.
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match converse(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("client: {addr}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn converse(addr: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line == "q" {
            break;
        }
        if line.is_empty() {
            continue;
        }
        stream.set_nonblocking(false)?;
        stream.write_all(line.as_bytes())?;
        stream.set_nonblocking(true)?;
        let mut reply = Vec::new();
        let mut buf = [0; 1024];
        while reply.len() < line.len() {
            match stream.read(&mut buf) {
                Ok(0) => return Err(io::Error::new(ErrorKind::UnexpectedEof, "the server is gone")),
                Ok(n) => reply.extend_from_slice(&buf[..n]),
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(e) => return Err(e),
            }
        }
        reply.push(b'\n');
        io::stdout().write_all(&reply)?;
    }
    Ok(())
}
