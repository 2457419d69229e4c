//! Both programs together, with the wire between them: the conversation that a run shows.

use super::{Ask, one_read, printed_of, replies_to, request_sizes};
use crate::bench::{Bench, Client, Heard, Role, Server, ended};
use crate::finding::{
    Cause, Comparison, Finding, Half, Outcome, Perhaps, Symptom, because, blame, count, quoted,
};
use crate::promises::{Check, pair};
use crate::wire::{Direction, Passed, Record, Wire};
use std::time::Duration;

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What every such pair promises.
    const PAIR: &'static [Check] =
        &[pair!("pair-talks", "talk to each other", pair_talks::<Self>).on(Self::PAIR_ON)];
}

impl<P: Ask> Rows for P {}

/// Types the protocol's example and `q` to the client, and checks that each line is answered and printed.
///
/// # Errors
/// A finding that names the half at fault.
pub fn pair_talks<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = P::example(bench);
    let mut server = bench.server()?;
    let replies = replies_to::<P>(&lines);
    let wire = bench.wire_to(server.addr, request_sizes::<P>(&lines), P::turns(&replies))?;
    let mut client = bench.client(wire.addr, &printed_of::<P>(&lines))?;
    let mut show = Show::default();
    let outcome = talk::<P>(bench, &mut show, &lines, &replies, &wire, &server, &mut client);
    // Shown before the runner ends the programs: what passes after that is the runner's doing.
    show.pieces(bench, &wire.record);
    client.end();
    let alive = server.alive("its client left");
    if outcome.is_ok() && alive.is_ok() {
        server.wait_idle(); // It may still be printing that the client left.
    }
    server.end();
    show.outputs(bench, &server, &client);
    outcome?;
    alive
}

fn talk<P: Ask>(
    bench: &mut Bench,
    show: &mut Show,
    lines: &[String],
    replies: &[Vec<u8>],
    wire: &Wire,
    server: &Server,
    client: &mut Client,
) -> Outcome {
    bench.is_called(wire, client).map_err(|stop| blame(stop, Half::Client))?;
    let mut sizes = (0, 0);
    for (n, line) in lines.iter().enumerate() {
        bench.scene.push((Role::Client, format!("(typed)   {line}")));
        client.line(line);
        let request = P::request(line);
        sizes.0 += request.len() as u64;
        sizes.1 += replies[n].len() as u64;
        let whole = |record: &Record| record.carried().0 >= sizes.0 && P::replied(record) >= sizes.1;
        bench.wait_passed(wire, server, client, whole);
        show.pieces(bench, &wire.record);
        // Only for a good order of the lines: a client may hold its output back.
        client.wait_printed(n + 1, Duration::from_millis(200));
        show.client(bench, client);
        if !whole(&wire.record) {
            said_unasked::<P>(wire, lines, replies)?;
            let carried = (wire.record.carried().0, P::replied(&wire.record));
            let why = bench.why_not_called(wire);
            return cut_short(carried, sizes, &request, &replies[n], client, why);
        }
    }
    bench.scene.push((Role::Client, "(typed)   q".into()));
    client.line("q");
    let ended = client.exits_well("after `q`").map_err(|stop| blame(stop, Half::Client));
    said_unasked::<P>(wire, lines, replies)?;
    let requests: Vec<u8> = lines.iter().flat_map(|line| P::request(line)).collect();
    let asked = wire.record.ribbon(Direction::ClientToServer).bytes;
    if let Some(comparison) = Comparison::of(&requests, &asked) {
        let heard = Heard { bytes: asked, ending: None };
        let expected = format!("the client sends {}", quoted(&requests));
        let cause = P::cause_of_request(&requests, &heard);
        let finding = Finding::new(expected, quoted(&heard.bytes), cause);
        return finding.comparing(comparison).of(Half::Client).broken();
    }
    let said = P::as_written(wire.record.ribbon(Direction::ServerToClient).bytes);
    if let Some(comparison) = Comparison::of(&replies.concat(), &said) {
        let heard = Heard { bytes: said, ending: None };
        let expected = format!("the server's replies: {}", quoted(&replies.concat()));
        let cause = P::cause_of_reply(&requests, &replies.concat(), &heard);
        let finding = Finding::new(expected, quoted(&heard.bytes), cause);
        return finding.comparing(comparison).of(Half::Server).broken();
    }
    ended?;
    bench.wait_passed(wire, server, client, |record| record.fins() == 2);
    show.pieces(bench, &wire.record);
    client.printed_all(&printed_of::<P>(lines), P::cause_of_printed).or_else(|stop| {
        // Whether the pieces of a reply come in one read is luck, so it must not decide a verdict.
        let printed = client.printed();
        if !one_read::reply_was_cut(&wire.record, replies)
            || one_read::one_part_a_line(&printed, &replies.concat(), replies.len()).is_none()
        {
            return Err(blame(stop, Half::Client));
        }
        bench.notes.push(
            "a reply came in several pieces, and the client took what one `read` returned for all of it: neither is \
             wrong here; lesson 03 looks at it"
                .into(),
        );
        Ok(())
    })
}

/// Checks that the server has said nothing but the replies, as long as the client has sent nothing but its lines: a
/// client that loses count then is not at fault.
///
/// # Errors
/// The finding that the server said something else.
fn said_unasked<P: Ask>(wire: &Wire, lines: &[String], replies: &[Vec<u8>]) -> Outcome {
    let requests: Vec<u8> = lines.iter().flat_map(|line| P::request(line)).collect();
    let asked = wire.record.ribbon(Direction::ClientToServer).bytes;
    let said = P::as_written(wire.record.ribbon(Direction::ServerToClient).bytes);
    let replies = replies.concat();
    let is_more = said.len() > replies.len() || !replies.starts_with(&said);
    if !requests.starts_with(&asked) || !is_more {
        return Ok(());
    }
    let Some(comparison) = Comparison::of(&replies, &said) else { return Ok(()) };
    let heard = Heard { bytes: said, ending: None };
    let expected = format!("the server's replies: {}", quoted(&replies));
    let first = replies_to::<P>(lines).into_iter().next().unwrap_or_default();
    let is_repeated = !first.is_empty() && heard.bytes.starts_with(&first.repeat(2));
    let cause = match is_repeated {
        true => "the server sent its first reply again: perhaps it calls `peek`, which leaves the bytes in the kernel \
                 (`read` takes them); perhaps it sends what an earlier `read` left in its buffer"
            .into(),
        false => P::cause_of_reply(&requests, &replies, &heard),
    };
    let finding = Finding::new(expected, quoted(&heard.bytes), cause);
    finding.comparing(comparison).of(Half::Server).broken()
}

/// Returns the finding that too little passed, and whose fault that is.
fn cut_short(
    carried: (u64, u64),
    sizes: (u64, u64),
    request: &[u8],
    reply: &[u8],
    client: &Client,
    why_not_called: Option<Perhaps<&str>>,
) -> Outcome {
    let line = String::from_utf8_lossy(request);
    let line = line.trim_end();
    let (at_fault, expected, passed) = if carried.0 < sizes.0 {
        (Half::Client, format!("the client sends the {} of \"{line}\"", count(request.len())), carried.0)
    } else {
        (Half::Server, format!("the server replies to \"{line}\" with {}", count(reply.len())), carried.1)
    };
    let how = client.exit().map_or("gave up waiting".into(), |exit| format!("the client {exit}"));
    let got = format!("{} in all went that way; {how}", count(passed as usize));
    let mut cause = format!("mend the {}: its own checks tell more", at_fault.word());
    if let Some(perhaps) = why_not_called.filter(|_| at_fault == Half::Client) {
        cause += &format!("; {perhaps}");
    }
    let symptom = match (at_fault, client.exit()) {
        (Half::Client, Some(exit)) => ended(exit),
        (Half::Client, None) => Symptom::Other,
        _ => Symptom::Silent,
    };
    Finding::new(expected, got, Cause::general(cause)).seen(symptom).of(at_fault).broken()
}

/// Judges a pair that is fixed to one address. There is no room for a wire, so the runner cannot see what passes. What
/// the client prints, and how both end, still says whether they talk.
pub fn without_wire<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = P::plain_lines(bench);
    let wanted = printed_of::<P>(&lines);
    let server = bench.server()?;
    let mut client = bench.client(server.addr, &wanted)?;
    for line in &lines {
        client.line(line);
    }
    client.line("q");
    because(
        client.exits_well("after `q`"),
        "both halves are judged on all wires by their own checks: those tell more",
    )?;
    client.printed_all(&wanted, P::cause_of_printed)?;
    server.alive("its client left")
}

/// How much of each source the scene already shows.
#[derive(Default)]
pub struct Show {
    pieces: usize,
    client: usize,
}

impl Show {
    /// Shows what has passed the wire since the last call.
    pub fn pieces(&mut self, bench: &mut Bench, record: &Record) {
        let passed = record.pieces();
        for piece in &passed[self.pieces..] {
            let arrow = piece.direction.arrow();
            let what = match &piece.what {
                Passed::Bytes { len, start, .. } => {
                    let shown = &start[..start.len().min(40)];
                    let more = if shown.len() < *len { "…" } else { "" };
                    format!("{:>8}  \"{}\"{more}", count(*len), shown.escape_ascii())
                }
                Passed::Fin => "     FIN  nothing more will come this way".into(),
                Passed::Rst => "     RST  the connection is broken off".into(),
            };
            bench.scene.push((Role::Wire, format!("{arrow} {what}")));
        }
        self.pieces = passed.len();
    }

    /// Shows what the client has printed since the last call.
    pub fn client(&mut self, bench: &mut Bench, client: &Client) {
        let kept = client.printed();
        for line in String::from_utf8_lossy(&kept[self.client.min(kept.len())..]).lines() {
            bench.scene.push((Role::Client, format!("(printed) {line}")));
        }
        self.client = kept.len();
    }

    fn outputs(&mut self, bench: &mut Bench, server: &Server, client: &Client) {
        self.client(bench, client);
        for line in String::from_utf8_lossy(&server.printed()).lines().take(20) {
            bench.scene.push((Role::Server, format!("(printed) {line}")));
        }
    }
}
