// kills sends-exact-lines@plain: the buffer has length 0 || did not go on after the reply
// never: was taken for success
// Mistake: its buffer has room for 1024 bytes and the length 0, so each `read` returns 0.
// Breaks "prints the reply"; seen from outside: it reports that the server has ended, with the reply unread.
use std::io::{self, BufRead, ErrorKind, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "client: {why}");
            ExitCode::FAILURE
        }
    }
}

fn talk(addr: &str) -> Result<(), String> {
    let mut stream = TcpStream::connect(addr).map_err(|e| format!("cannot connect to {addr}: {e}"))?;
    let stdin = io::stdin();
    let prompt = stdin.is_terminal();
    let mut stdin = stdin.lock();
    let mut line = Vec::new();
    let mut buf: Vec<u8> = Vec::with_capacity(1024);
    loop {
        if prompt {
            show(b">> ")?;
        }
        line.clear();
        let n = stdin.read_until(b'\n', &mut line).map_err(|e| format!("standard input: {e}"))?;
        if n == 0 {
            return Ok(());
        }
        let text = match line.strip_suffix(b"\n") {
            Some(rest) => rest.strip_suffix(b"\r").unwrap_or(rest),
            None => &line,
        };
        if text.is_empty() {
            continue;
        }
        if text == b"q" {
            return Ok(());
        }
        stream.write_all(text).map_err(|e| format!("the server is gone: {e}"))?;
        let n = loop {
            match stream.read(&mut buf) {
                Ok(0) => return Err("the server closed the connection without a reply".into()),
                Ok(n) => break n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(format!("the server is gone: {e}")),
            }
        };
        let mut reply = buf[..n].to_vec();
        reply.push(b'\n');
        show(&reply)?;
    }
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
