// kills says-why-it-cannot-bind@plain: `bind` or `listen` has failed, so there is nothing to serve
// Mistake: when its port is taken it tries the next one until one is free.
// Breaks "binds the address and no other, or says why it cannot and exits with a status other than 0"; seen from outside: started on a taken port it does not exit but listens on a port nobody asked for.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0u8; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        buffer[..n].make_ascii_uppercase();
        stream.write_all(&buffer[..n])?;
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "8888"));
    let Ok(first) = port.parse::<u16>() else {
        eprintln!("{address}: not HOST:PORT");
        return ExitCode::FAILURE;
    };
    let mut port = first;
    let listener = loop {
        match TcpListener::bind((host, port)) {
            Ok(listener) => break listener,
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && port < u16::MAX => port += 1,
            Err(error) => {
                eprintln!("cannot listen on {address}: {error}");
                return ExitCode::FAILURE;
            }
        }
    };
    println!("listening on {host}:{port}");
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                if let Err(error) = serve(stream) {
                    eprintln!("{peer}: {error}");
                }
            }
            Err(error) => {
                eprintln!("accept: {error}");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
