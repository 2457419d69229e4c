//! `cargo xtask wire --udp`

use super::words::{address, quoted_in, say_and_flush};
use crate::cli;
use crate::commands::shared::Usage;
use crate::finding::count;
use crate::system::datagrams;
use crate::wire::{DatagramWire, Fate, Kind, Passage};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// The columns of a terminal that a line fits.
const WIDTH: usize = 80;

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
    let mut text = format!("send to {} to reach {to} ({kind}); Ctrl-C ends it\n", wire.addr);
    if to.ip().is_loopback() && datagrams::taking(to).is_ok_and(|entries| entries.is_empty()) {
        text += &format!("nobody has bound {to} yet: start the server, or no reply comes\n");
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
                    news.push((passage.came, line(passage, passage.came, fate(passage.fate))));
                    shown.push(if passage.fate == Fate::Late { 0 } else { passage.passed.len() });
                }
                Some(0) if passage.fate == Fate::Late && !passage.passed.is_empty() => {
                    let passed = passage.passed[0];
                    let millis = passed.saturating_sub(passage.came).as_secs_f64() * 1e3;
                    news.push((passed, line(passage, passed, &format!("late: +{millis:.1} ms"))));
                    shown[at] = 1;
                }
                Some(_) => {}
            }
        }
        news.sort_by_key(|(at, _)| *at);
        text = news.into_iter().map(|(_, line)| line).collect();
    }
}

/// Returns what the wire does with a datagram as soon as it comes, in the words of a run's picture.
fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Pass => "sent",
        Fate::Lose => "lost",
        Fate::Double => "doubled",
        Fate::Late => "late",
    }
}

/// Draws one datagram: when, which way, which one of its flow and direction, size, first bytes, and its fate. The bytes
/// get what the rest leaves of 80 columns.
fn line(passage: &Passage, at: Duration, fate: &str) -> String {
    // Most often there is one client, and it needs no number.
    let client = match passage.flow {
        1 => "client".into(),
        flow => format!("client {flow}"),
    };
    let way = passage.direction.arrow().replace("client", &client);
    let size = count(passage.len);
    let start = format!("{:>7.2} s  {way} {:>3} {size:>10}", at.as_secs_f64(), passage.number);
    let room = WIDTH.saturating_sub(start.chars().count() + fate.chars().count() + " ".len() + "  ".len());
    format!("{start} {}  {fate}\n", quoted_in(room, passage.len, &passage.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Direction;

    fn passage(flow: usize, len: usize, bytes: &[u8]) -> Passage {
        let direction = Direction::ServerToClient;
        let (came, fate) = (Duration::from_millis(12_345), Fate::Late);
        Passage {
            flow,
            direction,
            number: 1,
            len,
            bytes: bytes.to_vec(),
            came,
            passed: Vec::new(),
            left: None,
            fate,
        }
    }

    #[test]
    fn a_line_shows_what_fits() {
        let shown = |passage: &Passage, fate| line(passage, passage.came, fate);
        let short = passage(1, 9, b"\0\0\0\x01HELLO");
        assert_eq!(
            shown(&short, "sent"),
            "  12.35 s  server → client   1    9 bytes \"\\0\\0\\0\\x01HELLO\"  sent\n"
        );
        let long = passage(12, 65_507, &[1; 24]);
        for fate in ["lost", "late: +1204.3 ms"] {
            let line = shown(&long, fate);
            assert!(line.trim_end().chars().count() <= 80 && line.contains("client 12"), "{line}");
        }
        assert_eq!(
            shown(&passage(1, 0, b""), "lost"),
            "  12.35 s  server → client   1    0 bytes \"\"  lost\n"
        );
    }
}
