// kills rests-after-fin@plain: a `read` at the end of the stream returns 0 at once
// kills echo-bytes@plain: at the end of the stream returns 0 at once
// never: the loop makes no call that waits
// Mistake: it takes the Ok(0) of a client's end for data and reads again.
// Breaks "until the client's EOF; then it closes that connection and accepts the next"; seen from outside: after a client's FIN one core at 100 %, that client never sees a FIN, no further client is served.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0u8; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
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
