// kills only-ascii-letters@plain: `peek` leaves them in the kernel
// kills many-requests@plain: `peek` leaves them in the kernel
// never: send exactly the bytes of the line
// never: mend the client
// never: treats what one
// Mistake: it calls `peek` in place of `read`.
// Breaks "answers each request once"; seen from outside: the first reply comes again and again.
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.peek(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        buffer[..n].make_ascii_uppercase();
        stream.write_all(&buffer[..n])?;
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match TcpListener::bind(address) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("bind {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    loop {
        if let Err(error) = listener.accept().and_then(|(stream, _)| serve(stream)) {
            println!("gone: {error}");
        }
    }
}
