// kills ends-after-exit@plain: after `exit` and its reply, whatever its text is, the client reads on until the server's end
// Mistake: it takes any reply to `exit` but `Byebye!` for an error.
// Breaks "Having sent `exit` and printed its reply (its text is not judged) the client … exits with 0"; seen from outside: a server that says `so long` makes it exit with 1.
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const LONGEST: usize = 8192;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

fn talk(addr: &str) -> Result<(), String> {
    let stream = TcpStream::connect(addr).map_err(|e| format!("{addr}: {e}"))?;
    let (mut writer, mut reader) = (&stream, BufReader::new(&stream));
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
        if text == b"q" {
            return Ok(());
        }
        if text.is_empty() {
            continue;
        }
        writer.write_all(&[text, b"\n"].concat()).map_err(|e| format!("the server is gone: {e}"))?;
        let reply = reply(&mut reader)?;
        show(&reply)?;
        if text == b"exit" && reply != b"Byebye!\n" {
            return Err("the server did not say Byebye!".to_string());
        }
        if text == b"exit" {
            io::copy(&mut reader, &mut io::sink()).map_err(|e| format!("the server is gone: {e}"))?;
            return Ok(());
        }
    }
}

/// The server's next line, with its `\n`.
fn reply(reader: &mut BufReader<&TcpStream>) -> Result<Vec<u8>, String> {
    let mut reply = Vec::new();
    let heard = reader.take(LONGEST as u64 + 1).read_until(b'\n', &mut reply);
    heard.map_err(|e| format!("the server is gone: {e}"))?;
    if reply.ends_with(b"\n") {
        Ok(reply)
    } else if reply.len() > LONGEST {
        Err(format!("more than {LONGEST} bytes of reply and no line end"))
    } else {
        Err(format!("the server ended after {} bytes of its reply", reply.len()))
    }
}

fn show(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}
