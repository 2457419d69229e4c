// kills keeps-no-sockets@plain: the server must close every connection that is over
// Mistake: its table of clients loses one at end of file only; after an error the stream stays in it for ever.
// Breaks "treats no client's behaviour as its own error"; seen from outside: each client that resets costs a file descriptor, until none is left.
use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn echo(mut stream: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let n = match stream.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            other => other?,
        };
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..n])?;
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(address) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen on {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("listening on {address}");
    let mut clients: HashMap<usize, TcpStream> = HashMap::new();
    for number in 0.. {
        match listener.accept() {
            Ok((stream, peer)) => match echo(clients.entry(number).or_insert(stream)) {
                Ok(()) => drop(clients.remove(&number)),
                Err(error) => eprintln!("{peer}: {error}"),
            },
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
    ExitCode::SUCCESS
}
