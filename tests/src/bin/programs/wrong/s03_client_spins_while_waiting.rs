// kills silence-is-no-end@stall@5: keeps a processor busy
// Mistake: the socket is non-blocking, and the loop asks it for more again and again without a pause.
// Breaks "reads into 1024 bytes until EOF"; seen from outside: a core is busy while the server is silent.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match report(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("client: {addr}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn report(addr: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nonblocking(true)?;
    let mut buf = [0; 1024];
    let (mut reads, mut total) = (0, 0);
    loop {
        match stream.read(&mut buf) {
            Ok(0) => break,
            Ok(n) => {
                reads += 1;
                total += n;
                let mut line = format!("read {reads}: {n} bytes: ").into_bytes();
                line.extend_from_slice(&buf[..n]);
                line.push(b'\n');
                io::stdout().write_all(&line)?;
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(e) => return Err(e),
        }
    }
    println!("total: {total} bytes in {reads} reads");
    Ok(())
}
