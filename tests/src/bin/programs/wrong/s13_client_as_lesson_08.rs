// kills calls-100-bytes@plain/unix: the client must connect to the address in its first argument
// kills sends-exact-lines@plain/unix: the client must connect to the address in its first argument
// Mistake: the client of lesson 08 as it is: it knows no path.
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
    let mut reply = Vec::with_capacity(text.len());
    let (mut sender, reader) = (stream, stream);
    thread::scope(|scope| {
        thread::Builder::new().spawn_scoped(scope, move || sender.write_all(text))?;
        let heard = reader.take(text.len() as u64).read_to_end(&mut reply);
        if reply.len() < text.len() {
            let _ = stream.shutdown(Shutdown::Both); // sets a blocked sender free
        }
        heard
    })?;
    if reply.len() < text.len() {
        return Err(io::Error::other(format!("it ended after {} of {} bytes", reply.len(), text.len())));
    }
    Ok(reply)
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
