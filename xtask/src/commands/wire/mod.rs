//! `cargo xtask wire`

mod datagrams;

use super::shared::{Usage, find_wire};
use crate::cli;
use crate::system::sockets;
use crate::wire::{Kind, Passed, Piece, Setup, Wire};
use std::io::Write;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::time::{Duration, Instant};

/// The number of bytes of a piece that are shown.
const SHOWN: usize = 24;

/// Starts a wire and prints what passes, until it is interrupted.
pub fn wire(args: &cli::Wire) -> anyhow::Result<u8> {
    let kind = match (find_wire(&args.wire)?, args.delay) {
        (Kind::Slow(_), Some(millis)) => find_wire(&format!("slow@{millis}"))?,
        (kind, None) => kind,
        (kind, Some(_)) => {
            return Err(Usage(format!("--delay is for `slow`; `{kind}` delays nothing")).into());
        }
    };
    if args.udp {
        return datagrams::wire(args, kind);
    }
    if !kind.is_for_streams() {
        return Err(Usage(format!("`{kind}` is for datagrams: add --udp")).into());
    }
    let to = address(&args.to)?;
    let listen = address(&args.listen)?;
    if let Err(error) = TcpListener::bind(listen) {
        let text =
            format!("cannot listen at {listen}: {error}; name another address with --listen HOST:PORT");
        return Err(Usage(text).into());
    }
    let turns = (args.client_turn.clone(), args.server_turn.clone());
    let wire = Wire::start(Setup::new(kind, args.seed).with_turns(turns.0, turns.1), listen, to)?;
    let mut text = format!("call {} to reach {to} on a {kind} wire; Ctrl-C ends it\n", wire.addr);
    // The runner asks the kernel: a trial connection would be the server's first client.
    let here = |entry: &sockets::Entry| entry.local.ip() == to.ip() || entry.local.ip().is_unspecified();
    let nobody = |entries: Vec<sockets::Entry>| !entries.iter().any(here);
    if to.ip().is_loopback() && sockets::listening(Some(to.port())).is_ok_and(nobody) {
        text += &format!("nobody listens at {to} yet: start the server there\n");
    }
    let mut seen = 0;
    loop {
        if !say_and_flush(&text) {
            return Ok(0); // Nobody reads the output any more.
        }
        let news = wire.record.pieces_from(seen, Instant::now() + Duration::from_secs(1));
        seen += news.len();
        text = news.iter().map(line).collect();
    }
}

fn line(piece: &Piece) -> String {
    let what = match &piece.what {
        Passed::Bytes { len, start, .. } => quoted_start(*len, start),
        Passed::Fin => "   FIN".into(),
        Passed::Rst => "   RST".into(),
    };
    let wait = if piece.waited { "  (a wait)" } else { "" };
    let (at, number, arrow) = (piece.at.as_secs_f64(), piece.connection, piece.direction.arrow());
    format!("{at:>9.3} s  #{number} {arrow} {what}{wait}\n")
}

fn address(text: &str) -> anyhow::Result<SocketAddr> {
    let mut found = text.to_socket_addrs().map_err(|error| {
        Usage(format!("`{text}` is no address ({error}); type HOST:PORT, for instance 127.0.0.1:8888"))
    })?;
    found.next().ok_or_else(|| Usage(format!("`{text}` leads to no address")).into())
}

/// Returns how many bytes there are, and the first of them.
fn quoted_start(len: usize, bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let more = if shown.len() < len { "…" } else { "" };
    let unit = if len == 1 { "byte" } else { "bytes" };
    // A record has room for the first bytes of a long conversation only; an empty datagram has none.
    let quoted =
        if shown.is_empty() { String::new() } else { format!(" \"{}\"{more}", shown.escape_ascii()) };
    format!("{len:>6} {unit:<5}{quoted}")
}

/// Prints at once; returns whether somebody still reads the output.
fn say_and_flush(text: &str) -> bool {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}
