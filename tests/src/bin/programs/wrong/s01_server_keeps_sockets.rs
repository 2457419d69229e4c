// kills rests-after-fin@plain: CLOSE_WAIT means: the client's FIN has come and the server has not closed
// Mistake: it keeps the socket of every client in a list and never lets one go.
// Breaks "until the client's EOF; then it closes that connection (with FIN)"; seen from outside: a client that half-closes waits for ever for the FIN, the socket stays in CLOSE_WAIT, one more for each client.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn serve(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0u8; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
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
    let mut clients = Vec::new();
    loop {
        match listener.accept() {
            Ok((mut stream, peer)) => {
                if let Err(error) = serve(&mut stream) {
                    eprintln!("{peer}: {error}");
                }
                clients.push(stream);
                println!("{} clients so far", clients.len());
            }
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
