//! The promises that only a server of lesson 06 makes.

use super::protocol::Framed;
use crate::bench::{Bench, nagle};
use crate::finding::Outcome;
use crate::promises::inputs::random_from;
use crate::promises::pushing::{LETTERS, Push};
use crate::promises::{Check, server};

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
    }
    Ok(())
}
