// right: it keeps all its output in memory and writes it once, when it exits (on errors too).
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let mut kept = Vec::new();
    let mut result = talk(addr, &mut kept);
    let mut out = io::stdout().lock();
    if let Err(e) = out.write_all(&kept).and_then(|()| out.flush()) {
        result = result.and(Err(format!("cannot write the replies: {e}")));
    }
    if let Err(why) = result {
        let _ = writeln!(io::stderr(), "error: {why}");
        return ExitCode::from(1);
    }
    ExitCode::SUCCESS
}

fn talk(addr: &str, kept: &mut Vec<u8>) -> Result<(), String> {
    let mut stream = TcpStream::connect(addr).map_err(|e| format!("no server at {addr}: {e}"))?;
    let mut stdin = io::stdin().lock();
    let mut line = Vec::new();
    while {
        line.clear();
        stdin.read_until(b'\n', &mut line).map_err(|e| format!("cannot read standard input: {e}"))? > 0
    } {
        let mut text = line.as_slice();
        if let Some(rest) = text.strip_suffix(b"\r\n").or(text.strip_suffix(b"\n")) {
            text = rest;
        }
        match text {
            b"" => continue,
            b"q" => break,
            _ => {}
        }
        stream.write_all(text).map_err(|e| format!("lost the server while sending: {e}"))?;
        let mut buf = [0; 1024];
        let mut answer = stream.read(&mut buf);
        while answer.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::Interrupted) {
            answer = stream.read(&mut buf);
        }
        match answer {
            Ok(0) => return Err("the server ended the connection".to_string()),
            Ok(n) => {
                kept.extend_from_slice(&buf[..n]);
                kept.push(b'\n');
            }
            Err(e) => return Err(format!("lost the server while waiting for the reply: {e}")),
        }
    }
    Ok(())
}
