// kills fin-ends-connection@plain: what one client does must end its connection only
// kills rst-while-writing@plain: what one client does must end its connection only, never the server
// Mistake: it accepts one client, serves it and then exits.
// Breaks "serves until it is ended; accepts the next"; seen from outside: when the first client ends, the process exits with 0 and the second client is refused.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

fn serve(mut stream: TcpStream) -> io::Result<()> {
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
    match listener.accept() {
        Ok((stream, peer)) => {
            if let Err(error) = serve(stream) {
                eprintln!("{peer}: {error}");
            }
        }
        Err(error) => eprintln!("accept: {error}"),
    }
    ExitCode::SUCCESS
}
