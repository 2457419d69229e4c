//! The promises that only a server of lesson 06 makes.

use super::protocol::Framed;
use crate::bench::{Bench, Peer, nagle};
use crate::finding::Outcome;
use crate::promises::frames;
use crate::promises::inputs::random_from;
use crate::promises::pushing::{LETTERS, Push};
use crate::promises::{Check, server};
use std::time::{Duration, Instant};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("six-hundred", "pushes six hundred messages", six_hundred),
    server!("whole-frames", "pushes a small frame whole", whole_frames),
];

/// Gives the server messages whose frames have more parts than one vectored write takes (IOV_MAX, 1024 on Linux).
fn six_hundred(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (0..600).map(|n| random_from(bench, LETTERS, 1 + n % 5)).collect();
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    Framed::hear(&server, &mut peer, &messages)
}

/// Notes a frame that leaves in several writes: it is right, but slow wherever a program waits for an answer. The
/// kernel counts the segments. The cost is measured now, between two sockets of the runner.
fn whole_frames(bench: &mut Bench) -> Outcome {
    let messages = vec![random_from(bench, LETTERS, 12)];
    let mut server = bench.server_with(&messages)?;
    let mut peer = bench.connect(&mut server)?;
    peer.delay_acknowledgements();
    Framed::hear(&server, &mut peer, &messages)?;
    let segments = peer.segments().unwrap_or(1);
    if segments > 1 {
        let cost = match nagle::cost() {
            Some(cost) => {
                format!("{:.0} ms a message on this machine, measured now", cost.as_secs_f64() * 1e3)
            }
            None => "some 40 ms a message on Linux".to_string(),
        };
        bench.notes.push(format!(
            "right, but slow: one small frame came in {segments} segments, so it was written in parts. Where an answer \
             is waited for, that costs {cost}, unless TCP_NODELAY is set: Nagle's algorithm holds the second part \
             back until the first is acknowledged. Write each frame in one call"
        ));
        return Ok(());
    }
    drop(server);
    let gap = after_the_first(bench)?;
    if gap.as_secs_f64() * 1e3 >= nagle::SLOW_MILLIS {
        bench.notes.push(format!(
            "right, but slow: the second frame came {:.0} ms after the first, measured now (the shortest of {TRIES} \
             times). Nagle's algorithm holds it back until the first is acknowledged; set TCP_NODELAY",
            gap.as_secs_f64() * 1e3
        ));
    }
    Ok(())
}

/// How many times [`after_the_first`] looks.
const TRIES: usize = 3;

/// Returns the shortest time between a server's first frame and its second one, for clients that delay their
/// acknowledgements.
fn after_the_first(bench: &mut Bench) -> Outcome<Duration> {
    let messages: Vec<String> = [12, 13].iter().map(|n| random_from(bench, LETTERS, *n)).collect();
    let mut server = bench.server_with(&messages)?;
    let mut shortest = Duration::MAX;
    for _ in 0..TRIES {
        // The first frame must not come before its acknowledgement is delayed.
        let mut peer = server.while_stopped(|server| -> Outcome<Peer> {
            let peer = bench.connect(server)?;
            peer.delay_acknowledgements();
            Ok(peer)
        })?;
        let mut came = Vec::new();
        for (number, message) in (1..).zip(&messages) {
            let header = frames::hear_header(&mut peer, number)?;
            frames::hear_body(&mut peer, &header, message.as_bytes(), number)?;
            came.push(Instant::now());
        }
        shortest = shortest.min(came[1].duration_since(came[0]));
    }
    Ok(shortest)
}
