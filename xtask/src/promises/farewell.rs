//! How a server ends a connection early: it says its last word, half-closes, and reads on for about a second. A socket
//! that is closed with bytes unread sends RST, and that may destroy the last word on its way.

use crate::bench::{Bench, Peer, Staying};
use crate::finding::{Outcome, broken};
use std::thread;
use std::time::{Duration, Instant};

/// The shortest time, from its last reply on, for which a server must read on: 0.5 s, less 50 ms for the clocks.
const SHORTEST: Duration = Duration::from_millis(450);
/// The longest, from when its FIN has come: 3 s, and a second until it is seen.
const LONGEST_STAY: Duration = Duration::from_secs(4);

/// Goes on talking after the server's last word, and checks that the server lets go of the connection after a second
/// or so, neither at once nor never.
///
/// `whats` names what ends a connection. For each one `last` says it on a new connection, and checks the last reply;
/// the number is its place in `whats`.
///
/// # Errors
/// Those of `last`, and the finding that the server let go too soon, or not at all.
pub fn reads_on_for_a_second(
    bench: &mut Bench,
    whats: &[&'static str],
    last: impl Fn(&mut Peer, usize) -> Outcome,
) -> Outcome {
    // Only a look that comes soon after the one before tells: the machine may have been busy in between.
    for _ in 0..3 {
        let mut server = bench.server()?;
        let mut talks = Vec::new();
        for (n, what) in whats.iter().enumerate() {
            let mut peer = bench.connect(&mut server)?;
            let start = Instant::now();
            last(&mut peer, n)?;
            // RST in place of FIN is not judged.
            if peer.is_at_end() {
                talks.push((what, start, Instant::now(), peer));
            }
        }
        let stays: Vec<_> = thread::scope(|scope| {
            let wait = |(what, start, fin, mut peer): (_, Instant, Instant, Peer)| {
                scope.spawn(move || (what, start, fin, peer.say_until_let_go(LONGEST_STAY)))
            };
            let waits: Vec<_> = talks.into_iter().map(wait).collect();
            waits.into_iter().filter_map(|wait| wait.join().ok()).collect()
        });
        let mut in_doubt = false;
        for (what, start, fin, stay) in stays {
            match stay {
                Staying::Longer(waited) => {
                    return broken(
                        format!(
                            "after {what} and its reply the server ends the connection (FIN), reads on for a second, \
                             and then closes its socket"
                        ),
                        format!(
                            "{:.0} s after its FIN, of which the client was silent for the last ones, it still has the socket",
                            waited.as_secs_f32()
                        ),
                        "one second from the half-close on, also when the client neither sends nor ends: a \
                         client that stays must not keep the connection",
                    );
                }
                Staying::Until { gone, .. } if gone.duration_since(start) < SHORTEST => {
                    return broken(
                        format!(
                            "after {what} and its reply the server ends the connection (FIN) and reads on for a second"
                        ),
                        format!(
                            "it let go of the connection less than {} ms after the client sent {what}",
                            gone.duration_since(start).as_millis() + 1
                        ),
                        CLOSES_SOON,
                    );
                }
                Staying::Until { held, .. } => in_doubt |= held.duration_since(fin) < SHORTEST,
            }
        }
        if !in_doubt {
            break;
        }
    }
    Ok(())
}

const CLOSES_SOON: &str = "what the client still sends then meets a closed socket, which answers with RST, and a \
                           client that is still writing may never read the reply: after the half-close (`shutdown`) \
                           read on until the client's end, or for a second";
