// kills reset-between-lines@plain: the error was not handled: no `unwrap` on what the network decides
// Mistake: it unwraps what `write_all` returns: a connection that was reset between two lines makes it an error.
use std::io::{self, BufRead, ErrorKind, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const LONGEST: usize = 8192;

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
    let stream = TcpStream::connect(addr).map_err(|e| format!("cannot connect to {addr}: {e}"))?;
    let mut server = Server { stream, held: Vec::new() };
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        if io::stdin().is_terminal() {
            show(b">> ")?;
        }
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|e| format!("standard input: {e}"))? == 0 {
            return Ok(());
        }
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") {
                line.pop();
            }
        }
        if line == b"q" {
            return Ok(());
        }
        if line.is_empty() {
            continue;
        }
        let last = line == b"exit";
        line.push(b'\n');
        server.stream.write_all(&line).unwrap();
        show(&server.reply()?)?;
        if last {
            while server.more()? {
                server.held.clear();
            }
            return Ok(());
        }
    }
}

struct Server {
    stream: TcpStream,
    /// What was read and belongs to no reply yet.
    held: Vec<u8>,
}

impl Server {
    /// The next line of the server, with its `\n`.
    fn reply(&mut self) -> Result<Vec<u8>, String> {
        loop {
            if let Some(at) = self.held.iter().take(LONGEST + 1).position(|&byte| byte == b'\n') {
                let rest = self.held.split_off(at + 1);
                return Ok(std::mem::replace(&mut self.held, rest));
            }
            if self.held.len() > LONGEST {
                return Err(format!("it sent more than {LONGEST} bytes and no line end"));
            }
            if !self.more()? {
                return Err(format!("it ended after {} bytes of a reply", self.held.len()));
            }
        }
    }

    /// Whether more has come; if not, the server has ended.
    fn more(&mut self) -> Result<bool, String> {
        let mut buf = [0; 4096];
        loop {
            match self.stream.read(&mut buf) {
                Ok(n) => {
                    self.held.extend_from_slice(&buf[..n]);
                    return Ok(n > 0);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(format!("the server is gone: {e}")),
            }
        }
    }
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
