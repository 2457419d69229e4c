// kills pushes-messages@plain: write each message as it is, in order
// Mistake: it pushes a blank for each tab of a message.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

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
        match listener.accept() {
            Ok((stream, _)) => drop(serve(stream, &messages)),
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn serve(mut stream: TcpStream, messages: &[String]) -> io::Result<()> {
    messages.iter().try_for_each(|message| stream.write_all(message.replace('\t', " ").as_bytes()))
}
