//! Tests of the model, with made-up calls and segments.

use super::Seen;
use super::made::{at, call, conversation, program, segment};
use super::model::{Cause, Party, Picture, Piece, What};
use crate::system::segments::Segment;
use crate::system::stamp::Stamp;
use crate::system::trace::Traced;

/// Returns the rows in words.
fn rows(picture: &Picture) -> Vec<String> {
    let call = |n: usize| {
        let made = &picture.calls[n];
        format!("{:?} {}", made.party, made.call.name)
    };
    let one = |row: &super::model::Row| {
        let what = match &row.what {
            What::Call(n) => call(*n),
            What::Starts(n) => format!("{} …", call(*n)),
            What::Returns(n) => format!("… {}", call(*n)),
            What::Segment(n) => {
                let sent = &picture.segments[*n];
                let flags = sent.passed.as_ref().map_or(String::new(), |one| one.flags.to_string());
                let cause = match sent.cause {
                    Cause::Call(n) => format!("by {}", picture.calls[n].call.name),
                    cause => format!("{cause:?}"),
                };
                format!("{:?}: {flags} {cause}", sent.from)
            }
            What::Piece(piece) => format!("{:?} passed {}", piece.from, piece.len),
            What::Ended { party, signal, .. } => format!("{party:?} ended {signal:?}"),
        };
        let changes: Vec<String> =
            row.changes.iter().map(|one| format!(" {:?} {}", one.party, one.state.name())).collect();
        what + &changes.concat()
    };
    picture.rows.iter().map(one).collect()
}

fn picture(programs: &[Traced], segments: &[Segment]) -> Picture {
    Picture::of(Seen { programs, segments: Some(segments), ..Seen::default() })
}

#[test]
fn a_conversation_in_the_order_of_time() {
    let (programs, segments) = conversation();
    let picture = picture(&programs, &segments);
    assert_eq!(
        rows(&picture),
        [
            "Server listen Server LISTEN",
            "Server accept4 …",
            "Client connect …",
            "Client: SYN by connect Server SYN_RECEIVED Client SYN_SENT",
            "Server: SYN ACK Kernel Client ESTABLISHED",
            "Client: ACK Kernel Server ESTABLISHED",
            "… Client connect",
            "… Server accept4",
            "Server read …",
            "Client write",
            "Client: PSH ACK by write",
            "Server: ACK Kernel",
            "Client read …",
            "… Server read",
            "Server write",
            "Server: PSH ACK by write",
            "Client: ACK Kernel",
            "Server read …",
            "… Client read",
            "Client close",
            "Client: FIN ACK by close Server CLOSE_WAIT Client FIN_WAIT_1",
            "… Server read",
            "Server close",
            "Server: FIN ACK by close Server LAST_ACK Client TIME_WAIT",
            "Client: ACK Kernel Server CLOSED",
            "Server accept4 …",
            "Server ended Some(15)",
        ]
    );
    let unread: Vec<(u64, u64)> = picture
        .segments
        .iter()
        .map(|sent| sent.ends.map_or((0, 0), |ends| (ends.server.unread, ends.client.unread)))
        .collect();
    assert_eq!(unread, [(0, 0), (0, 0), (0, 0), (5, 0), (5, 0), (0, 5), (0, 5), (0, 0), (0, 0), (0, 0)]);
}

/// A segment is caused by the call that wrote its first byte, whenever that was.
#[test]
fn the_cause_is_found_by_the_place_in_the_stream() {
    let mut calls = vec![call("client", 0, Some(100), "connect", 0, b"")];
    calls.extend([10, 20, 30].map(|n| call("client", 100 * n, Some(100 * n + 10), "write", 4, b"abcd")));
    let segments = [
        at(10, segment('c', "S", 0, 0, 0)),
        at(20, segment('s', "SA", 0, 1, 0)),
        at(30, segment('c', "A", 1, 1, 0)),
        at(1005, segment('c', "PA", 1, 1, 4)),
        // Nagle's algorithm kept two writes back.
        at(9000, segment('c', "PA", 5, 1, 8)),
        at(9500, segment('c', "PA", 9, 1, 4)),
        at(9900, segment('c', "FA", 13, 1, 0)),
    ];
    let programs = [program("client", calls, Some((9800, 9)))];
    let picture = picture(&programs, &segments);
    let causes: Vec<Cause> = picture.segments.iter().map(|sent| sent.cause).collect();
    use Cause::{Call, Kernel};
    // A process that was killed has called nothing that ends its connection.
    assert_eq!(causes, [Call(0), Kernel, Kernel, Call(1), Call(2), Call(3), Kernel]);
    // Nobody else has calls: the other side is the check.
    assert_eq!(picture.segments[1].from, Party::Runner);
}

#[test]
fn a_connection_that_is_refused_belongs_to_its_client() {
    let mut connect = call("client", 0, Some(100), "connect", -111, b"");
    if let Some(crate::system::trace::call::On::Socket(socket)) = &mut connect.on {
        (socket.local, socket.peer) = (None, None);
    }
    let segments = [at(10, segment('c', "S", 0, 0, 0)), at(20, segment('s', "RA", 0, 1, 0))];
    let picture = picture(&[program("client", vec![connect], None)], &segments);
    assert_eq!(
        rows(&picture),
        [
            "Client connect …",
            "Client: SYN by connect Client SYN_SENT",
            "Runner: RST ACK Unknown Client CLOSED",
            "… Client connect",
        ]
    );
}

#[test]
fn without_calls_the_segments_say_who_is_who() {
    let (mut programs, segments) = conversation();
    programs.iter_mut().for_each(|program| program.calls.clear());
    let picture = picture(&programs, &segments);
    assert_eq!((picture.links[0].caller, picture.links[0].called), (Party::Client, Party::Server));
    assert_eq!(
        rows(&picture)[..2],
        [
            "Client: SYN Unknown Server SYN_RECEIVED Client SYN_SENT",
            "Server: SYN ACK Kernel Client ESTABLISHED",
        ]
    );
}

#[test]
fn without_segments_the_wire_says_what_passed() {
    let (programs, _) = conversation();
    let piece = Piece {
        at: Stamp(2_015_000),
        from: Party::Client,
        bytes: Some(b"hello".to_vec()),
        len: 5,
        resets: false,
    };
    let seen = Seen { programs: &programs, pieces: vec![piece.clone()], has_wire: true, ..Seen::default() };
    let picture = Picture::of(seen);
    assert!(!picture.has_segments && picture.segments.is_empty());
    assert!(rows(&picture).contains(&"Client passed 5".to_string()));
    // Where the segments are known, they tell all of it.
    let seen = Seen { programs: &programs, segments: Some(&[]), pieces: vec![piece], ..Seen::default() };
    assert!(!rows(&Picture::of(seen)).contains(&"Client passed 5".to_string()));
}
