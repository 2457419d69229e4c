//! The scenario in which the server pushes messages and the client prints them. Its lessons differ only in framing.

pub mod client;
pub mod gave_up;
pub mod measure;
pub mod pair;
pub mod printed;
pub mod server;
pub mod stream;
pub mod waits;
pub mod writes;

use crate::bench::{Bench, Call, Endpoint, Peer, Server};
use crate::finding::{Cause, Finding, Hindrance, Outcome, Stop, Words, quoted};
use crate::promises::inputs::random_from;
use crate::wire::Kind::{self, Dribble, Glue, Plain, Slice};
use crate::wire::{self, Direction, Passed, Record, Wire};

/// How a lesson frames the messages that a server pushes.
pub trait Push: Sized + 'static {
    /// Whether the server pauses half a second between messages; checks then give it few of them.
    const PAUSES: bool = false;

    /// What the server does with its messages, in words that follow "the server".
    const PUSHES: &'static str = "pushes exactly its messages, then ends";

    /// What the client does with them, in words that follow "the client".
    const PRINTS: &'static str = "prints each message as it was sent";

    /// Other titles for that, on some wires.
    const PRINTS_TITLES: &'static [(Kind, &'static str)] = &[];

    /// What a server does on a wire that cuts the bytes to it, in words that follow "the server".
    const PIECES: &'static str = "pushes the same whatever the pieces";

    /// The wires on which the pair is tried.
    const PAIR_ON: &'static [Kind] = &[Plain, Glue, Dribble, Slice];

    /// The wires on which a server is tried besides `plain`.
    const PIECES_ON: &'static [Kind] = &[];

    /// The wires on which a client gets messages that are no text.
    const ANY_BYTES_ON: &'static [Kind] = &[Plain];

    /// The number of bytes after which a fault wire cuts off the first message; what the framing puts before it counts.
    const INSIDE: u64;

    /// Returns the byte counts of the turns of both sides, the client's first; empty where they cannot be known.
    fn turns(messages: &[String]) -> (Vec<usize>, Vec<usize>);

    /// Where a message ends, in words that follow "each ends where".
    const ENDS: &'static str;

    /// Returns the cause of a client's mistake, if its standard error shows it; `cuts` says whether the wire cuts what
    /// passes.
    fn cause_of_error(stderr: &str, messages: &[Vec<u8>], cuts: bool) -> Option<Cause> {
        let _ = (stderr, messages, cuts);
        None
    }

    /// Returns the cause of a client's mistake, if its output shows it.
    fn cause_of_printed(printed: &str) -> Option<Cause> {
        let _ = printed;
        None
    }

    /// Whether the client speaks, too.
    const SPEAKS: bool = false;

    /// What a client says, in words that follow "the client says".
    const SAYS: &'static str = "nothing: it only listens";

    /// How a client reads, in a sentence for a client that broke off.
    const HOW: &'static str;

    /// Returns the parts in which a server may send this message, the first one; none where each `read` is a message.
    fn parts(message: &[u8]) -> Vec<Part> {
        let _ = message;
        Vec::new()
    }

    /// The lengths of the messages that the pair shows: at least ten bytes, so that a size can be cut.
    const EXAMPLE: &'static [usize] = &[10, 12, 10];

    /// Returns the lengths of the server's writes, if the protocol says them; `stream` is what the server said.
    fn writes(messages: &[Vec<u8>], stream: &[u8]) -> Vec<usize> {
        let _ = stream;
        messages.iter().map(Vec::len).collect()
    }

    /// Acts as the client: hears exactly these messages and then FIN.
    ///
    /// # Errors
    /// The finding that the server did something else.
    fn hear(server: &Server, peer: &mut Peer, messages: &[String]) -> Outcome;

    /// Does what [`Push::hear`] does, and `late` before it hears the first message, and before it answers, where it has to.
    ///
    /// # Errors
    /// Those of [`Push::hear`] and of `late`.
    fn hear_late(
        server: &Server,
        peer: &mut Peer,
        messages: &[String],
        late: &mut dyn FnMut(&mut Peer) -> Outcome,
    ) -> Outcome {
        late(peer)?;
        Self::hear(server, peer, messages)
    }

    /// Acts as the client of a server whose messages it does not know, and returns their number.
    ///
    /// # Errors
    /// The finding that the server broke the protocol.
    fn hear_any(server: &Server, peer: &mut Peer) -> Outcome<usize>;

    /// Acts as the server: says these messages. `taken(n)` waits until the client has read `n` bytes in all, on wires
    /// where only that keeps two messages apart.
    ///
    /// # Errors
    /// The finding that the client broke the protocol. A client that is gone is no error: its status tells more.
    fn say(peer: &mut Peer, messages: &[Vec<u8>], taken: &dyn Fn(u64)) -> Outcome;

    /// Returns what is wrong with the server's own bytes, for a pair whose client did not print the messages.
    fn servers_fault(messages: &[String], passed: &Traffic) -> Option<Finding>;

    /// Returns what a right client of this lesson prints on a wire that cuts and joins like this, if that differs from
    /// the messages.
    fn predicted(messages: &[Vec<u8>], pieces: &[Vec<u8>]) -> Option<Prediction>;
}

/// A framing that marks where a message ends.
pub trait Framing: Push {
    /// The wires that end the stream inside a message.
    const FIN_INSIDE: &'static [Kind];

    /// The wire that resets where the first message has just ended.
    const RST_BETWEEN: &'static [Kind];
}

/// How a program breaks when it relies on a promise that TCP never made.
pub struct Prediction {
    /// What the client takes for messages, from number 1.
    pub printed: Vec<Vec<u8>>,
    /// Whether it notices nothing and exits with status 0; otherwise it says what is wrong and exits with 1.
    pub unnoticed: bool,
    /// The lengths of its reads.
    pub reads: Vec<usize>,
    /// What happened, in one sentence.
    pub got: String,
    /// Why, in one sentence.
    pub cause: &'static str,
}

/// A part of what a server sends, after which the client must wait for more.
pub struct Part {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it is, in words that follow "received".
    pub what: String,
    /// The number of bytes that the client answers.
    pub answer: usize,
    /// Whether a right client takes it in whatever pieces it comes.
    pub may_come_in_pieces: bool,
}

/// What passed a wire on one connection.
pub struct Traffic {
    /// What the client said.
    pub to_server: Vec<u8>,
    /// What the server said.
    pub to_client: Vec<u8>,
    /// Whether the server has ended its direction.
    pub server_ended: bool,
    /// Whether the client was gone before the server ended.
    pub client_left: bool,
    /// Whether the client left bytes unread for as long as the wire waits: what the server said after them is not known.
    pub ignored: bool,
}

impl Traffic {
    /// Reads it from this record; `exited` says whether the client has exited by itself.
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
            ignored: record.reading(Direction::ServerToClient).ignored,
        }
    }
}

/// Puts the check's wire in front of `server`, which will push these messages. If `slice` would cut exactly between the
/// messages, it draws other cuts: those would show nothing.
///
/// # Errors
/// No address is free.
pub fn wire_to<P: Push>(bench: &mut Bench, server: Endpoint, messages: &[String]) -> Outcome<Wire> {
    let (client_turns, turns) = P::turns(messages);
    let lengths: Vec<usize> = messages.iter().map(String::len).collect();
    let mut seed = bench.rng.u64(..);
    while wire::slices(seed, Direction::ServerToClient, &turns) == lengths && lengths.len() > 1 {
        seed = bench.rng.u64(..);
    }
    bench.wire_with(seed, server, client_turns, turns)
}

/// The cause where a client of which the kernel shows that it has read no byte left.
pub const READ_NOTHING: &str = "the client left and had read no byte of what came (the kernel shows that): a `read` into a \
                                buffer of length 0 returns 0, as if that were the end, as soon as there is something \
                                to read (`Vec::with_capacity` makes such a buffer: use `[0; 1024]`)";

/// The cause where a server sends a message without the white space at its ends.
pub const TRIMS: &str = "the blanks (tabs and line ends, too) at the ends of the messages are missing: write each message of \
                         `messages` as it is, and do not trim it";

/// The cause where the first message is the address.
pub const ADDRESS_SENT: &str = "the server's address was sent as a message: the first argument is the address, and the messages are \
                            those after it";

/// Returns the finding that a client spoke which only listens, if it did.
pub fn spoke<P: Push>(passed: &Traffic) -> Option<Finding> {
    let finding = || {
        Finding::new(
            format!("the client sends {}", P::SAYS),
            format!("it sent {}", quoted(&passed.to_server)),
            "the client only listens: a server that does not read what was sent to it resets the connection when it \
             closes it (RST), and that destroys what is still on its way",
        )
    };
    (!P::SPEAKS && !passed.to_server.is_empty()).then(finding)
}

/// Returns what the wire passed to the client, piece by piece.
pub fn pieces(record: &Record) -> Vec<Vec<u8>> {
    let to_client = |piece: &crate::wire::Piece| piece.direction == Direction::ServerToClient;
    let bytes = |piece| if let Passed::Bytes { start, .. } = piece { Some(start) } else { None };
    record.pieces().into_iter().filter(to_client).filter_map(|piece| bytes(piece.what)).collect()
}

/// Returns why a server that waits in this call cannot be judged in a lesson where servers push.
pub fn waits_for_client(call: Call) -> Words {
    format!(
        "the server waits for the client to send first (in {call}), but the client of this lesson waits for \
         the server to push: that is another protocol, so nothing can be judged here"
    )
    .into()
}

/// Returns the stop of a pair whose server waits for the client to speak, if nothing has passed the wire.
pub fn other_protocol(server: &Server, record: &Record) -> Option<Box<Stop>> {
    let call = server.waits_to_read().filter(|_| record.carried() == (0, 0))?;
    Some(Box::new(Stop::Unable(Hindrance::OtherProtocol, waits_for_client(call))))
}

/// The letters of messages that a check looks for in a program's output.
pub const LETTERS: &[u8] = b"QXZJVK";

/// Returns three short messages of letters that a program hardly prints otherwise.
pub fn three_messages(bench: &mut Bench) -> Vec<String> {
    [5, 3, 7].iter().map(|n| random_from(bench, LETTERS, *n)).collect()
}

/// Returns messages of the lengths that the lesson's pair shows, at least ten bytes each.
pub fn long_messages<P: Push>(bench: &mut Bench) -> Vec<String> {
    P::EXAMPLE.iter().map(|n| random_from(bench, LETTERS, *n)).collect()
}

/// Returns the messages as bytes.
pub fn bytes_of(messages: &[String]) -> Vec<Vec<u8>> {
    messages.iter().map(|message| message.clone().into_bytes()).collect()
}
