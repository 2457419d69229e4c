//! A client whose standard output takes nothing, because the disk is full for instance: it must not panic.

use super::asking::Ask;
use super::asking::request::hears_request;
use super::inputs::random_word;
use super::pushing::{LETTERS, Push};
use crate::bench::{Bench, Family, With};
use crate::finding::Outcome;
use crate::promises::inputs::random_from;
use crate::promises::{Check, client};

/// What every client promises.
pub const TITLE: &str = "does not panic when its standard output takes nothing";

/// The row, for clients that ask.
pub trait AskedRows: Ask {
    /// What every such client promises.
    const OUTPUT: &'static [Check] = &[client!("output-fails", TITLE, asked::output_fails::<Self>)
        .after(&["server-ends", "reset-is-an-error"])
        .over(&[Family::V4])];
}

impl<P: Ask> AskedRows for P {}

/// The row, for clients that listen.
pub trait PushedRows: Push {
    /// What every such client promises.
    const OUTPUT: &'static [Check] = &[client!("output-fails", TITLE, pushed::output_fails::<Self>)
        .after(&["server-ends", "reset-is-an-error"])];
}

impl<P: Push> PushedRows for P {}

/// The lengths of what the client has to print. What is longer than the buffer of its standard output fails in another
/// call than what is short.
pub const LENGTHS: [usize; 2] = [5, 1024];

mod asked {
    use super::*;

    pub fn output_fails<P: Ask>(bench: &mut Bench) -> Outcome {
        bench.can_fill_output()?;
        for length in LENGTHS {
            let line = random_word(bench, length);
            let host = bench.host()?;
            let mut client = bench.client_as(host.addr, &With::full_output(), &[])?;
            client.line(&line);
            client.line("q");
            client.end_input();
            // A client may print something before it calls, and give up then.
            if let Some(mut peer) = bench.accept_again(&host, &client)? {
                let request = P::request(&line);
                let (_, replied) = hears_request::<P>(&mut peer, &request);
                let _ = peer.say(&P::reply(&request[replied..]));
                let _ = peer.hear_to_end(1024);
            }
            client.fails_to_print()?;
        }
        Ok(())
    }
}

mod pushed {
    use super::*;

    pub fn output_fails<P: Push>(bench: &mut Bench) -> Outcome {
        bench.can_fill_output()?;
        for length in LENGTHS {
            let messages = [random_from(bench, LETTERS, 3 * length).into_bytes()];
            let host = bench.host()?;
            let mut client = bench.client_as(host.addr, &With::full_output(), &[])?;
            client.end_input();
            if let Some(mut peer) = bench.accept_again(&host, &client)? {
                let _ = P::say(&mut peer, &messages, &|_| {});
                peer.half_close();
                let _ = peer.hear_to_end(1024);
            }
            client.fails_to_print()?;
        }
        Ok(())
    }
}
