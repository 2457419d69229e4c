// kills accept-fails@plain: no file descriptor was free for the next client
// Mistake: it unwraps what `accept` returns.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

const DEFAULT: &str = "127.0.0.1:8888";

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or(DEFAULT, String::as_str);
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            let _ = writeln!(io::stderr(), "server: bind {addr}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut messages = args.get(1..).unwrap_or_default().to_vec();
    if messages.is_empty() {
        messages = ["first message", "second message", "third message"].map(String::from).to_vec();
    }
    loop {
        let (stream, _) = listener.accept().unwrap();
        let _ = serve(stream, &messages);
    }
}

fn serve(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    messages.iter().try_for_each(|message| stream.write_all(message.as_bytes()))
}
