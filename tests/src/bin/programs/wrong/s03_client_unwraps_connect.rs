// kills nobody-listens@plain: the error was not handled: no `unwrap` on what the network decides
// Mistake: it unwraps what connect returns.
// With nobody listening it ends with status 101 and a backtrace.
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match listen(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn listen(addr: &str) -> Result<(), String> {
    let mut stream = TcpStream::connect(addr).unwrap();
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
                show(&line)?;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(format!("the server is gone: {e}")),
        }
    }
    show(format!("total: {total} bytes in {reads} reads\n").as_bytes())
}

fn show(line: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(line).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
