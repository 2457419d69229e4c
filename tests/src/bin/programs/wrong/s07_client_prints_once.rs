// kills stopped-while-printing@plain: `write` took only a part
// Mistake: it prints a reply with `write` and never looks how much went.
// A client that is stopped while its standard output is full, and goes on, loses the rest of the reply.
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;

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
        let text = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(&line);
        match text {
            b"" => {}
            b"q" => return Ok(()),
            text => {
                let mut reply = ask(&stream, text).map_err(|e| format!("the server is gone: {e}"))?;
                reply.push(b'\n');
                show(&reply)?;
            }
        }
    }
}

fn ask(stream: &TcpStream, text: &[u8]) -> io::Result<Vec<u8>> {
    let mut reply = vec![0; text.len()];
    let (mut sender, mut reader) = (stream, stream);
    thread::scope(|scope| {
        let sending = thread::Builder::new().spawn_scoped(scope, move || sender.write_all(text))?;
        let heard = reader.read_exact(&mut reply);
        if heard.is_err() {
            let _ = stream.shutdown(Shutdown::Both); // sets a blocked sender free
        }
        let sent = sending.join().unwrap_or_else(|_| Err(io::Error::other("the sender failed")));
        heard.and(sent)
    })?;
    Ok(reply)
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write(bytes).and_then(|_| out.flush()).map_err(|e| format!("standard output: {e}"))
}
