//! How the programs of lesson 03 talk.

use crate::bench::{Peer, Server};
use crate::finding::{Finding, Outcome};
use crate::promises::pushing::{Prediction, Push, Traffic, stream};
use crate::wire::Kind::{self, Dribble, Glue, Slice};

/// No framing at all.
pub struct Bare;

impl Push for Bare {
    const INSIDE: u64 = 5;
    const PIECES_ON: &'static [Kind] = &[Glue, Dribble, Slice];
    const ENDS: &str = "its `read` ends";
    const HOW: &str = "each `read` is reported, and 0 bytes are the end";
    fn turns(messages: &[String]) -> (Vec<usize>, Vec<usize>) {
        (Vec::new(), vec![messages.concat().len()])
    }

    fn hear(server: &Server, peer: &mut Peer, messages: &[String]) -> Outcome {
        stream::hear(server, peer, messages)
    }

    fn hear_any(_: &Server, peer: &mut Peer) -> Outcome<usize> {
        stream::hear_any(peer)
    }

    fn say(peer: &mut Peer, messages: &[Vec<u8>], _: &dyn Fn(u64)) -> Outcome {
        stream::say(peer, messages);
        Ok(())
    }

    fn servers_fault(messages: &[String], passed: &Traffic) -> Option<Finding> {
        stream::servers_fault(messages.concat().as_bytes(), passed)
    }

    fn predicted(_: &[Vec<u8>], _: &[Vec<u8>]) -> Option<Prediction> {
        None // Its client reports reads, and is right about them on every wire.
    }
}
