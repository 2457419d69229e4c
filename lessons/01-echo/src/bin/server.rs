//! The echo server: returns every byte that a client sends, unchanged and in order.
//!
//! Run it alone: `cargo run -p lesson-01-echo --bin lesson-01-server -- 127.0.0.1:8888`

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    // `bind` asks the kernel for three things at once: a socket, this address for it, and a queue for callers.
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

/// Serves one client after the other, for as long as the process lives.
///
/// Takes the next client from `listener` with `accept`, hands its connection to [`echo`], and goes on to the
/// next whatever became of that one: a client that vanishes is an event to print, never the server's end.
/// `accept` itself can fail too, for instance when the caller has already gone: print it and go on.
fn serve(listener: &TcpListener) -> ! {
    // TODO: accept clients in an endless loop, and echo each until it is done
    todo!("accept clients in an endless loop, and echo each until it is done")
}

/// Returns to the client every byte that it sends, until it has no more to say.
///
/// `read` gives `Ok(n)`: the first `n` bytes of the buffer are new, the rest is old. `Ok(0)` means that the
/// client has ended its side (FIN): nothing will follow. The answer is the number of bytes echoed, or the error
/// of the call that failed. `stream` is dropped at the end, and that closes the connection.
fn echo(mut stream: TcpStream) -> io::Result<u64> {
    // TODO: read, write back exactly what was read, until read returns 0
    todo!("read, write back exactly what was read, until read returns 0")
}
