//! `cargo xtask wire`

mod datagrams;
mod lines;
pub(super) mod words;

use super::shared::{INTERRUPTED, Usage, find_wire};
use crate::cli;
use crate::report::text::WIDTH;
use crate::system::endpoint::{Listener, listening_at};
use crate::wire::{Kind, Setup, Wire};
use anyhow::Context;
use lines::Lines;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use words::{endpoint, say_and_flush};

/// How often it looks whether it is interrupted.
const LOOK: Duration = Duration::from_millis(100);

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
    // Ctrl-C counts also where a script has started the wire with SIGINT ignored.
    let stopped = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&stopped);
    ctrlc::set_handler(move || stop.store(true, Ordering::SeqCst)).context("Ctrl-C handler")?;
    let (mut pieces, mut refusals, mut lines) = (0, 0, Lines::default());
    while say_and_flush(&text) {
        if stopped.load(Ordering::SeqCst) {
            say_and_flush(&lines.at_end());
            return Ok(INTERRUPTED);
        }
        let (news, refused) = wire.record.news_from(pieces, refusals, Instant::now() + LOOK);
        (pieces, refusals) = (pieces + news.len(), refusals + refused.len());
        let no_server = |number: &usize| {
            format!("nobody listens at {to}: connection #{number} is reset (the client gets RST)\n")
        };
        text = refused.iter().map(no_server).collect();
        text += &news.iter().map(|piece| lines.of(piece)).collect::<String>();
        if !news.is_empty() && wire.record.is_full() {
            text += "more pieces than these are passed on, but not shown\n";
            lines.is_cut = true;
        }
    }
    Ok(0) // Nobody reads the output any more.
}
