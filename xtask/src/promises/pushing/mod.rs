//! The scenario in which the server pushes messages and the client prints them. Its lessons differ only in framing.

pub mod client;
pub mod measure;
pub mod pair;
pub mod printed;
pub mod server;
pub mod stream;

use crate::bench::{Bench, Call, Peer, Server};
use crate::finding::{Cause, Finding, Hindrance, Outcome, Stop, Words};
use crate::promises::inputs::random_from;
use crate::wire::Kind::{self, Dribble, Glue, Plain, Slice};
use crate::wire::{self, Direction, Passed, Record, Wire};
use std::net::SocketAddr;

/// How a lesson frames the messages that a server pushes.
pub trait Push: Sized + 'static {
    /// The server pauses half a second between messages: checks give it few of them.
    const PAUSES: bool = false;

    /// What the server does with its messages, in words that follow "the server".
    const PUSHES: &'static str = "pushes exactly its messages, then ends";

    /// What the client does with them, in words that follow "the client".
    const PRINTS: &'static str = "prints each message as it was sent";

    /// The same in other words on some wires.
    const PRINTS_TITLES: &'static [(Kind, &'static str)] = &[];

    /// What a server does on a wire that cuts what it is sent, in words that follow "the server".
    const PIECES: &'static str = "pushes the same whatever the pieces";

    /// The wires on which the pair is tried.
    const PAIR_ON: &'static [Kind] = &[Plain, Glue, Dribble, Slice];

    /// The wires on which a server is tried; on `plain` it always is.
    const PIECES_ON: &'static [Kind] = &[];

    /// The wires on which a client gets messages that are no text.
    const ANY_BYTES_ON: &'static [Kind] = &[Plain];

    /// Bytes of the first message, with what the framing puts before it, after which a fault wire cuts it off.
    const INSIDE: u64;

    /// The byte counts of the turns of both sides, the client's first; empty where they cannot be known.
    fn turns(messages: &[String]) -> (Vec<usize>, Vec<usize>);

    /// Where a message ends, in words that follow "each ends where".
    const ENDS: &'static str;

    /// What is known of a client's mistake from what it says on standard error.
    fn cause_of_error(stderr: &str) -> Option<Cause> {
        let _ = stderr;
        None
    }

    /// What is known of a client's mistake from what it prints.
    fn cause_of_printed(printed: &str) -> Option<Cause> {
        let _ = printed;
        None
    }

    /// What a client says, in words that follow "the client says".
    const SAYS: &'static str = "nothing: it only listens";

    /// How a client reads, in a sentence for one that broke off.
    const HOW: &'static str;

    /// The lengths of the messages that the pair is seen with: at least ten bytes, so that a size can be cut.
    const EXAMPLE: &'static [usize] = &[10, 12, 10];

    /// The lengths of the server's writes, where the protocol says them; `stream` is what it said.
    fn writes(messages: &[Vec<u8>], stream: &[u8]) -> Vec<usize> {
        let _ = stream;
        messages.iter().map(Vec::len).collect()
    }

    /// The runner as the client: hears exactly these messages and then FIN.
    ///
    /// # Errors
    /// The finding that the server did otherwise.
    fn hear(server: &Server, peer: &mut Peer, messages: &[String]) -> Outcome;

    /// The runner as the client of a server whose messages it does not know: hears how many there are.
    ///
    /// # Errors
    /// The finding that the server does not keep to the protocol.
    fn hear_any(server: &Server, peer: &mut Peer) -> Outcome<usize>;

    /// The runner as the server: says these messages. `taken` waits until the client has read so many bytes in all, on
    /// wires where only that keeps one message from the next.
    ///
    /// # Errors
    /// The finding that the client did not keep to the protocol. That it is gone is no error: its status tells more.
    fn say(peer: &mut Peer, messages: &[Vec<u8>], taken: &dyn Fn(u64)) -> Outcome;

    /// What is wrong with what a server has said, and it alone, on a wire whose client did not print the messages.
    fn servers_fault(messages: &[String], passed: &Traffic) -> Option<Finding>;

    /// What a right client of this lesson prints on a wire that cuts and joins like this, where that is not what it was
    /// sent.
    fn predicted(messages: &[Vec<u8>], pieces: &[Vec<u8>]) -> Option<Prediction>;
}

/// What a framing promises that marks where a message ends.
pub trait Framing: Push {
    /// The wires that end the stream inside a message.
    const FIN_INSIDE: &'static [Kind];

    /// The wire that resets where the first message has just ended.
    const RST_BETWEEN: &'static [Kind];
}

/// How a program breaks when it leans on a promise that TCP never made.
pub struct Prediction {
    /// What the client takes for messages, from number 1.
    pub printed: Vec<Vec<u8>>,
    /// It notices nothing and exits with status 0; otherwise it says what is wrong and exits with 1.
    pub unnoticed: bool,
    /// The lengths of its reads.
    pub reads: Vec<usize>,
    /// What happened, in one sentence.
    pub got: String,
    /// Why, in one sentence.
    pub cause: &'static str,
}

/// What passed a wire with one connection.
pub struct Traffic {
    /// What the client said.
    pub to_server: Vec<u8>,
    /// What the server said.
    pub to_client: Vec<u8>,
    /// The server has ended its direction.
    pub server_ended: bool,
    /// The client was gone before the server ended.
    pub client_left: bool,
}

impl Traffic {
    /// Of this record; `exited` when the client has exited by itself.
    pub fn of(record: &Record, exited: bool) -> Self {
        let ended = |direction| {
            let ends = |piece: &crate::wire::Piece| {
                piece.direction == direction && !matches!(piece.what, Passed::Bytes { .. })
            };
            record.pieces().iter().position(ends).unwrap_or(usize::MAX)
        };
        let (client, server) = (ended(Direction::ClientToServer), ended(Direction::ServerToClient));
        Self {
            to_server: record.ribbon(Direction::ClientToServer).bytes,
            to_client: record.ribbon(Direction::ServerToClient).bytes,
            server_ended: record.has_fin(Direction::ServerToClient),
            client_left: exited && (client < server || server == usize::MAX),
        }
    }
}

/// Stands the check's wire up in front of `server`, which will push these messages. Where `slice` might by chance cut
/// just between the messages, other cuts are drawn: nothing would be seen of them.
///
/// # Errors
/// When no address is free.
pub fn wire_to<P: Push>(bench: &mut Bench, server: SocketAddr, messages: &[String]) -> Outcome<Wire> {
    let (client_turns, turns) = P::turns(messages);
    let lengths: Vec<usize> = messages.iter().map(String::len).collect();
    let mut seed = bench.rng.u64(..);
    while wire::slices(seed, Direction::ServerToClient, &turns) == lengths && lengths.len() > 1 {
        seed = bench.rng.u64(..);
    }
    bench.wire_with(seed, server, client_turns, turns)
}

/// What the wire passed to the client, piece by piece.
pub fn pieces(record: &Record) -> Vec<Vec<u8>> {
    let to_client = |piece: &crate::wire::Piece| piece.direction == Direction::ServerToClient;
    let bytes = |piece| if let Passed::Bytes { start, .. } = piece { Some(start) } else { None };
    record.pieces().into_iter().filter(to_client).filter_map(|piece| bytes(piece.what)).collect()
}

/// Why a server cannot be judged in a lesson in which servers push: it waits in this call.
pub fn waits_for_client(call: Call) -> Words {
    format!(
        "the server waits for the client to speak first (in `{call}`), but the client of this lesson waits for the server \
         to push: that is another protocol, so nothing can be said of it here"
    )
    .into()
}

/// The stop of a pair whose server waits for the client to speak, on a wire that nothing has passed.
pub fn other_protocol(server: &Server, record: &Record) -> Option<Box<Stop>> {
    let call = server.waits_to_read().filter(|_| record.carried() == (0, 0))?;
    Some(Box::new(Stop::Unable(Hindrance::OtherProtocol, waits_for_client(call))))
}

/// The letters of messages whose bytes are looked for in what a program prints.
pub const LETTERS: &[u8] = b"QXZJVK";

/// Three short messages whose letters hardly occur in anything else that a program may print.
pub fn three_messages(bench: &mut Bench) -> Vec<String> {
    [5, 3, 7].iter().map(|n| random_from(bench, LETTERS, *n)).collect()
}

/// Messages of at least ten bytes, as the lesson's pair is seen with.
pub fn long_messages<P: Push>(bench: &mut Bench) -> Vec<String> {
    P::EXAMPLE.iter().map(|n| random_from(bench, LETTERS, *n)).collect()
}

/// The same as bytes.
pub fn bytes_of(messages: &[String]) -> Vec<Vec<u8>> {
    messages.iter().map(|message| message.clone().into_bytes()).collect()
}
