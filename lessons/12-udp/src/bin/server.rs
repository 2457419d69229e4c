//! The datagram server: returns each text with its ASCII letters upper-cased, to where it came from.
//!
//! Run it alone: `cargo run -p lesson-12-udp --bin lesson-12-server -- 127.0.0.1:8888`

use lesson_12_udp::{MAX_DATAGRAM, datagram, parse};
use std::env;
use std::net::UdpSocket;
use std::process::ExitCode;

fn main() -> ExitCode {
    let addr = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8888".to_string());
    // No `listen` and no `accept`: one socket hears all clients.
    match UdpSocket::bind(&addr) {
        Ok(socket) => {
            println!("bound to {addr}");
            serve(&socket)
        }
        Err(error) => {
            eprintln!("server: bind {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers datagrams for as long as the process lives.
///
/// The reply bears the number of the request, and its text with the ASCII letters upper-cased; it goes to where the request
/// came from. A datagram that [`parse`] refuses is ignored. The buffer has room for one byte more than the longest
/// datagram: the kernel drops what does not fit, and a longer one would look like the longest.
///
/// The server keeps nothing of a client, so the same request gets the same reply again. An error of one call concerns one
/// datagram: it is printed, and the server goes on.
fn serve(socket: &UdpSocket) -> ! {
    // TODO: receive, parse, upper-case, and send back, for ever
    todo!("receive, parse, upper-case, and send back, for ever")
}
