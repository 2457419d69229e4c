//! How the programs of lesson 06 talk.

use crate::bench::{Peer, Server, fin_next};
use crate::finding::{Cause, Finding, Outcome, broken, quoted};
use crate::promises::frames::{self, frame};
use crate::promises::pushing::{Framing, Part, Prediction, Push, Traffic};
use crate::wire::Cut;
use crate::wire::Kind::{self, Dribble, Glue, Plain, Slice, Slow};

/// A frame for each message.
pub struct Framed;

/// Why a client ends with an exception where the wire cuts.
const PARTS: &str = "one `read` returned fewer bytes than it was asked for (1 of the 4 of the length, for example): read \
                     again until all are there";

impl Push for Framed {
    const PUSHES: &'static str = "pushes a frame for each message, then ends";
    const PRINTS: &'static str = "prints the message of each frame";
    const PAIR_ON: &'static [Kind] = &[Plain, Glue, Dribble, Slice, Slow(20)];
    const PIECES_ON: &'static [Kind] = &[Slice];
    const ANY_BYTES_ON: &'static [Kind] = &[Slice];
    const INSIDE: u64 = 30;
    const ENDS: &'static str = "its `data_size` states";
    const HOW: &'static str = "read the length (big-endian), the header and the body each until all of its bytes are \
                               there, in however many pieces they come, and nothing past it";
    /// Returns nothing: a server may add keys and blanks to its headers, so only its end is known.
    fn turns(_: &[String]) -> (Vec<usize>, Vec<usize>) {
        (Vec::new(), Vec::new())
    }

    fn parts(message: &[u8]) -> Vec<Part> {
        let frame = frame(message);
        let (length, rest) = frame.split_at(4);
        let (header, body) = rest.split_at(rest.len() - message.len());
        let parts = [
            (length, format!("the length of the header, {} (big-endian: {})", quoted(length), header.len())),
            (header, format!("the header, {}", quoted(header))),
            (body, format!("the body, {}", quoted(body))),
        ];
        parts
            .map(|(bytes, what)| Part { bytes: bytes.to_vec(), what, answer: 0, may_come_in_pieces: true })
            .into()
    }

    fn cause_of_error(stderr: &str, messages: &[Vec<u8>], cuts: bool) -> Option<Cause> {
        let headers: Vec<u32> =
            messages.iter().map(|message| (frame(message).len() - message.len() - 4) as u32).collect();
        let is_swapped = |n: &u32| {
            let is_size = messages.iter().any(|message| message.len() == *n as usize);
            *n > 65536 && !is_size && headers.contains(&n.swap_bytes())
        };
        let number = |word: &str| word.parse::<u32>().ok().filter(is_swapped);
        if let Some(n) = stderr.split(|c: char| !c.is_ascii_digit()).find_map(number) {
            let right = n.swap_bytes();
            return Some(match cuts {
                true => format!(
                    "{n} is {right} with its bytes in other places: perhaps each `read` writes to the start of the \
                     buffer (read into `&mut buffer[filled..]`); perhaps the length is taken as little-endian \
                     (`from_be_bytes`)"
                )
                .into(),
                false => format!(
                    "{n} is {right} with its bytes in the wrong order: the length is big-endian (`from_be_bytes`)"
                )
                .into(),
            });
        }
        if cuts && stderr.contains("Traceback (most recent call last)") {
            return Some(PARTS.into());
        }
        stderr.contains("failed to fill whole buffer").then(|| {
            "`read_exact` cannot tell the end between two frames from an end inside one: an end before the first byte \
             of a frame is the end, and no error"
                .into()
        })
    }

    fn cause_of_printed(printed: &str) -> Option<Cause> {
        printed.contains("{\"data_size\"").then(|| {
            "the start of the next frame was printed with a message: read exactly `data_size` bytes, none past them"
                .into()
        })
    }

    /// Returns the lengths of the frames in `stream`.
    fn writes(_: &[Vec<u8>], stream: &[u8]) -> Vec<usize> {
        let mut rest = stream;
        std::iter::from_fn(|| {
            let (_, after) = frames::first(rest)?;
            let length = rest.len() - after.len();
            rest = after;
            Some(length)
        })
        .collect()
    }

    fn hear(server: &Server, peer: &mut Peer, messages: &[String]) -> Outcome {
        for (n, message) in messages.iter().enumerate() {
            let gone = |stop| server.alive("a client that only listens").err().unwrap_or(stop);
            let header = frames::hear_header(peer, n + 1).map_err(gone)?;
            frames::hear_body(peer, &header, message.as_bytes(), n + 1).map_err(gone)?;
        }
        fin_next(
            &peer.hear_to_end(4096),
            "after its last frame the server closes the connection, with nothing behind the body: drop the stream",
        )
    }

    fn hear_any(_: &Server, peer: &mut Peer) -> Outcome<usize> {
        for n in 0..1000 {
            if peer.is_at_end() {
                return Ok(n);
            }
            let header = frames::hear_header(peer, n + 1)?;
            frames::hear_any_body(peer, &header)?;
        }
        broken(
            "some frames, then FIN",
            "1000 frames",
            "after its last frame the server closes the connection",
        )
    }

    fn say(peer: &mut Peer, messages: &[Vec<u8>], _: &dyn Fn(u64)) -> Outcome {
        for message in messages {
            if peer.say(&frame(message)).is_err() {
                return Ok(()); // It is gone: its status tells more.
            }
        }
        Ok(())
    }

    fn servers_fault(messages: &[String], passed: &Traffic) -> Option<Finding> {
        let mut rest = passed.to_client.as_slice();
        let mut sent = 0;
        while let Some((body, after)) = frames::first(rest) {
            if messages.get(sent).map(String::as_bytes) != Some(body) {
                break;
            }
            rest = after;
            sent += 1;
        }
        let whole = rest.is_empty() && sent == messages.len() && passed.server_ended;
        let so_far = rest.is_empty()
            || messages.get(sent).is_some_and(|next| frames::may_begin(rest, next.as_bytes()));
        let right = whole || (passed.client_left && so_far);
        let finding = || {
            Finding::new(
                format!("the server pushes {} frames and ends", messages.len()),
                format!("{sent} right frames passed; then {}", quoted(rest)),
                "mend the server: its own checks tell more",
            )
        };
        (!right).then(finding)
    }

    fn predicted(_: &[Vec<u8>], _: &[Vec<u8>]) -> Option<Prediction> {
        None // A right client is right on every wire.
    }
}

impl Framing for Framed {
    const FIN_INSIDE: &'static [Kind] = &[Kind::ends(Cut::Fin, 30)];
    const RST_BETWEEN: &'static [Kind] = &[Kind::ends(Cut::Rst, 35)];
}
