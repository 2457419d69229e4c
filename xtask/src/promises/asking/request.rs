//! How the runner, as the server, receives the request of a line.

use super::Ask;
use crate::bench::{Heard, Peer};

/// Hears the request of one line, and returns how many of its bytes have got their reply: a client may read the replies
/// to what it has sent before it sends more, and a right server gives them.
pub fn hears_request<P: Ask>(peer: &mut Peer, request: &[u8]) -> (Heard, usize) {
    if !P::BY_BYTE {
        return (peer.hear(request.len()), 0);
    }
    let mut heard = peer.hear_turn(request.len());
    let mut replied = 0;
    while heard.ending.is_none() && heard.bytes.len() < request.len() {
        let left = request.len() - heard.bytes.len();
        let next = if request.starts_with(&heard.bytes) {
            let _ = peer.say(&P::reply(&heard.bytes[replied..])); // A client that has gone is heard next.
            replied = heard.bytes.len();
            peer.hear_some(left)
        } else {
            peer.hear(left)
        };
        heard.bytes.extend(next.bytes);
        heard.ending = next.ending;
    }
    (heard, replied)
}
