//! The command client: sends each line of standard input, and passes on what the command wrote.
//!
//! Run it against the server: `cargo run -p solution-10-command --bin solution-10-client -- 127.0.0.1:8888`

use solution_10_command::{Reply, ReplyError, read_reply};
use std::env;
use std::io::{self, BufReader, IsTerminal, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    let stream = match TcpStream::connect(&addr) {
        Ok(stream) => stream,
        Err(error) => {
            eprintln!("client: connect {addr}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match converse(stream) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("client: {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends each line of standard input that is not empty and shows its reply, until `q`, `exit` or the end of the input.
fn converse(stream: TcpStream) -> Result<(), ReplyError> {
    let mut stream = BufReader::new(stream);
    prompt()?;
    for line in io::stdin().lines() {
        let line = line?;
        if line == "q" {
            break;
        }
        if !line.is_empty() {
            stream.get_mut().write_all(&[line.as_bytes(), b"\n"].concat())?;
        }
        if line == "exit" {
            // It has no reply. Now the server ends the connection; here, and nowhere else, that is no error.
            let _ = io::copy(&mut stream, &mut io::sink());
            break;
        }
        if !line.is_empty() {
            show(&read_reply(&mut stream)?, &mut io::stdout(), &mut io::stderr())?;
        }
        prompt()?;
    }
    Ok(())
}

/// Writes what the command wrote to its standard output to `stdout`, unchanged, and the same for `stderr`.
///
/// After a status other than 0 a line follows on `stderr`, `client: status 3`, or with the text of the error where
/// there is no status. If that line follows, and `stderr` has bytes that do not end with `\n`, one `\n` is written before
/// it; the end of `stdout` is not looked at. Flushes `stdout`, so that nothing waits there for a line end. When a write
/// fails, returns its error.
fn show(reply: &Reply, stdout: &mut impl Write, stderr: &mut impl Write) -> io::Result<()> {
    // BEGIN SOLUTION: write both parts, each to its own stream, then the status or the error
    stdout.write_all(&reply.stdout)?;
    stdout.flush()?;
    stderr.write_all(&reply.stderr)?;
    let line_end = if reply.stderr.last().is_none_or(|last| *last == b'\n') { "" } else { "\n" };
    match &reply.status {
        Ok(0) => Ok(()),
        Ok(status) => writeln!(stderr, "{line_end}client: status {status}"),
        Err(error) => writeln!(stderr, "{line_end}client: {error}"),
    }
    // END SOLUTION
}

/// Shows `>> ` to a person; a program that feeds standard input needs no prompt.
fn prompt() -> io::Result<()> {
    if io::stdin().is_terminal() {
        print!(">> ");
        io::stdout().flush()?;
    }
    Ok(())
}
