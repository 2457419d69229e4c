//! `cargo xtask wire`

mod datagrams;
mod words;

use super::shared::{Usage, find_wire};
use crate::cli;
use crate::report::text::WIDTH;
use crate::system::endpoint::{Listener, listening_at};
use crate::wire::{Kind, Passed, Piece, Setup, Wire};
use std::time::{Duration, Instant};
use words::{endpoint, quoted_start, say_and_flush};

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
    let to = endpoint(&args.to)?;
    let listen = endpoint(&args.listen)?;
    let listener = Listener::replace(listen).map_err(|error| {
        Usage(format!("cannot listen at {listen}: {error}; name another address with --listen ADDRESS"))
    })?;
    let turns = (args.client_turn.clone(), args.server_turn.clone());
    let wire = Wire::at(Setup::new(kind, args.seed).with_turns(turns.0, turns.1), listener, to);
    let call = format!("call {} to reach {to} on a {kind} wire;", wire.addr);
    let end = "Ctrl-C ends it";
    // The path of a Unix socket may be long.
    let gap = if call.chars().count() + 1 + end.len() > WIDTH { '\n' } else { ' ' };
    let mut text = format!("{call}{gap}{end}\n");
    // The runner asks the kernel: a trial connection would be the server's first client.
    if to.is_local() && listening_at(to).is_ok_and(|found| found.is_empty()) {
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
