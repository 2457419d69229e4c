//! What both kinds of wires read and print.

use crate::commands::shared::Usage;
use crate::system::endpoint::Endpoint;
use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};

/// The number of bytes of a piece that are shown.
const SHOWN: usize = 24;

/// Returns the place that was typed, in any family of addresses.
///
/// # Errors
/// What to type instead.
pub fn endpoint(text: &str) -> anyhow::Result<Endpoint> {
    let wrong = |why| {
        Usage(format!("`{text}` {why}; type HOST:PORT, for instance 127.0.0.1:8888, or unix:PATH")).into()
    };
    Endpoint::read(text).map_err(wrong)
}

/// Returns the address of datagrams that was typed.
///
/// # Errors
/// What to type instead.
pub fn address(text: &str) -> anyhow::Result<SocketAddr> {
    if text.starts_with("unix:") {
        return Err(
            Usage(format!("`{text}`: there is no wire for Unix datagrams; --udp takes HOST:PORT")).into()
        );
    }
    let mut found = text.to_socket_addrs().map_err(|error| {
        Usage(format!("`{text}` is no address ({error}); type HOST:PORT, for instance 127.0.0.1:8888"))
    })?;
    found.next().ok_or_else(|| Usage(format!("`{text}` leads to no address")).into())
}

/// Returns how many bytes there are, and the first of them.
pub fn quoted_start(len: usize, bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let more = if shown.len() < len { "…" } else { "" };
    let unit = if len == 1 { "byte" } else { "bytes" };
    // A record has room for the first bytes of a long conversation only; an empty datagram has none.
    let quoted =
        if shown.is_empty() { String::new() } else { format!(" \"{}\"{more}", shown.escape_ascii()) };
    format!("{len:>6} {unit:<5}{quoted}")
}

/// Returns the first of `len` bytes in quotes, at most `room` columns of them; `…` stands for those that do not fit.
pub fn quoted_in(room: usize, len: usize, bytes: &[u8]) -> String {
    let shown = |n: usize| {
        let text: String = bytes[..n].iter().map(|byte| escaped(*byte)).collect();
        format!("\"{text}\"{}", if n < len { "…" } else { "" })
    };
    let fits = |n: &usize| shown(*n).chars().count() <= room;
    shown((0..=bytes.len().min(room)).rev().find(fits).unwrap_or(0))
}

/// Returns a byte as Rust writes it in a string, and the byte 0 in two columns in place of four.
fn escaped(byte: u8) -> String {
    match byte {
        0 => "\\0".into(),
        _ => byte.escape_ascii().to_string(),
    }
}

/// Prints at once; returns whether somebody still reads the output.
pub fn say_and_flush(text: &str) -> bool {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}
