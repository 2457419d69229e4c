//! `cargo xtask wire --udp`

use super::words::{address, quoted_start, say_and_flush};
use crate::cli;
use crate::commands::shared::Usage;
use crate::system::datagrams;
use crate::wire::{DatagramWire, Fate, Kind, Passage};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// Starts a datagram wire and prints what becomes of each datagram, until it is interrupted.
pub fn wire(args: &cli::Wire, kind: Kind) -> anyhow::Result<u8> {
    if !kind.is_for_datagrams() {
        let text = format!(
            "`{kind}` is for streams (TCP); with --udp type plain, lossy, or for instance lose@2, double@1:c2s, late@1"
        );
        return Err(Usage(text).into());
    }
    if args.delay.is_some() || !(args.client_turn.is_empty() && args.server_turn.is_empty()) {
        return Err(Usage("--delay, --client-turn and --server-turn are not for --udp".into()).into());
    }
    let (to, listen) = (address(&args.to)?, address(&args.listen)?);
    if let Err(error) = UdpSocket::bind(listen) {
        let text = format!("cannot bind {listen}: {error}; name another address with --listen HOST:PORT");
        return Err(Usage(text).into());
    }
    let wire = DatagramWire::start(kind, args.seed, listen, to)?;
    let mut text =
        format!("send datagrams to {} to reach {to} on a {kind} wire; Ctrl-C ends it\n", wire.addr);
    let here = |entry: &datagrams::Entry| {
        entry.local.port() == to.port() && (entry.local.ip() == to.ip() || entry.local.ip().is_unspecified())
    };
    if to.ip().is_loopback() && datagrams::sockets().is_ok_and(|entries| !entries.iter().any(here)) {
        text +=
            &format!("nobody has bound {to} yet: start the server there; until then the wire is silent\n");
    }
    // Of each datagram, how many of its passages are printed already.
    let (mut changes, mut shown): (usize, Vec<usize>) = (0, Vec::new());
    loop {
        if !say_and_flush(&text) {
            return Ok(0); // Nobody reads the output any more.
        }
        let (now, passages) = wire.record.changed(changes, Instant::now() + Duration::from_secs(1));
        changes = now;
        let mut news: Vec<(Duration, String)> = Vec::new();
        for (at, passage) in passages.iter().enumerate() {
            match shown.get(at).copied() {
                None => {
                    news.push((passage.came, line(passage, passage.came, at_once(passage))));
                    shown.push(if passage.fate == Fate::Late { 0 } else { passage.passed.len() });
                }
                Some(0) if passage.fate == Fate::Late && !passage.passed.is_empty() => {
                    news.push((passage.passed[0], line(passage, passage.passed[0], "late: passed on now")));
                    shown[at] = 1;
                }
                Some(_) => {}
            }
        }
        news.sort_by_key(|(at, _)| *at);
        text = news.into_iter().map(|(_, line)| line).collect();
    }
}

/// Returns what the wire does with a datagram as soon as it comes.
fn at_once(passage: &Passage) -> &'static str {
    match passage.fate {
        Fate::Pass => "passed on",
        Fate::Lose => "lost",
        Fate::Double => "passed on twice",
        Fate::Late => "held back: it will be late",
    }
}

fn line(passage: &Passage, at: Duration, what: &str) -> String {
    let (at, flow, number) = (at.as_secs_f64(), passage.flow, passage.number);
    let (arrow, bytes) = (passage.direction.arrow(), quoted_start(passage.len, &passage.bytes));
    format!("{at:>9.3} s  #{flow} {arrow} {number:>3}: {bytes}  {what}\n")
}
