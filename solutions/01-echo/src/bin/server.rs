//! The echo server: sends back every byte that a client sends, unchanged and in order.
//!
//! Run it alone: `cargo run -p solution-01-echo --bin solution-01-server -- 127.0.0.1:8888`

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// How long the server waits after `accept` has failed. With no file descriptor free it fails again at once, and the loop
/// would spin.
const BREATH: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    // `bind` asks the kernel for three things: a socket, this address for it, and a queue for new clients.
    match TcpListener::bind(&addr) {
        Ok(listener) => {
            println!("listening on {addr}");
            serve(&listener)
        }
        Err(error) => {
            eprintln!("server: bind {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves one client after another, as long as the process lives.
///
/// Takes clients from `listener` with `accept`, one after another, and gives each connection to [`echo`]. When
/// [`echo`] fails, the client has vanished: prints the error and goes on. It must not end the server.
/// `accept` can fail, too, for example when no file descriptor is free: prints the error, sleeps for [`BREATH`], and
/// goes on.
///
/// The type `!` promises that it never returns: its body is a `loop` without `break`. (A `for` over `incoming` never ends,
/// either, but rustc does not know it.)
fn serve(listener: &TcpListener) -> ! {
    // BEGIN SOLUTION: accept clients in an endless loop, and echo each until it is done
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                eprintln!("server: accept: {error}");
                thread::sleep(BREATH);
                continue;
            }
        };
        println!("{peer} connected");
        match echo(stream) {
            Ok(bytes) => println!("{peer} done, {bytes} bytes echoed"),
            Err(error) => println!("{peer} gone: {error}"),
        }
    }
    // END SOLUTION
}

/// Sends back to the client every byte that it sends, until it ends its side.
///
/// `read` returns `Ok(n)`: the first `n` bytes of the buffer are new, the rest is old. `Ok(0)` means that the
/// client has ended its side (FIN): no more bytes will come. Returns the number of bytes echoed, or the error
/// of the call that failed. `stream` is dropped at the end, and that closes the connection.
fn echo(mut stream: TcpStream) -> io::Result<u64> {
    // BEGIN SOLUTION: read, write back exactly what was read, until read returns 0
    let mut buffer = [0; 1024];
    let mut echoed = 0;
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(echoed);
        }
        // `write` may take only some of the bytes; `write_all` goes on until it has written all of them.
        stream.write_all(&buffer[..n])?;
        echoed += n as u64;
    }
    // END SOLUTION
}
