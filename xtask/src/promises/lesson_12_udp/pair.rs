//! Both programs together, with the wire between them, which loses, doubles and delays.

use super::client::{NO_FAILURE, SAME_NUMBER, SEND_LINES, again_if_it_gave_up, cause_of_printed, ended};
use super::client_lost::AGAIN;
use super::protocol::{cause_of_reply, cause_of_request, datagram, reply_to};
use super::replies::AGAIN_ANSWERED;
use super::steps::NOTHING_AT_ALL;
use crate::bench::{Bench, Carrier, Client, Role, Server};
use crate::finding::{
    Cause, Comparison, Finding, Half, Outcome, Perhaps, Symptom, because, blame, count, quoted,
};
use crate::promises::inputs::random_word;
use crate::promises::{Check, pair};
use crate::wire::Direction::{ClientToServer, ServerToClient};
use crate::wire::{Datagram, Direction, Fate, Kind, Passage, number_of};
use std::time::Duration;

/// The rows.
pub const PAIR: &[Check] = &[
    pair!("pair-talks", "talk to each other", pair_talks).on(&[
        Kind::Plain,
        one(Fate::Lose, 1, ClientToServer),
        one(Fate::Lose, 2, ServerToClient),
        one(Fate::Double, 1, ClientToServer),
        one(Fate::Double, 2, ServerToClient),
        one(Fate::Late, 1, ClientToServer),
        one(Fate::Late, 2, ServerToClient),
        Kind::Datagram(Datagram::Lossy),
    ]),
    pair!("pair-in-order", "print twelve replies, once each and in order", pair_in_order)
        .on(&[Kind::Datagram(Datagram::Lossy)])
        .takes(3),
];

const fn one(fate: Fate, nth: u64, direction: Direction) -> Kind {
    Kind::Datagram(Datagram::One { fate, nth, direction })
}

const PRINTED: &str = "print each reply once, as it came; perhaps an old reply was taken for a new one: its number tells \
                       them apart";

/// The lines that a person would type.
fn example(bench: &mut Bench) -> Vec<String> {
    vec!["hello".into(), format!("datagram {}", random_word(bench, 4)), "good bye".into()]
}

fn replies_to(lines: &[String]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| line.to_ascii_uppercase().into_bytes()).collect()
}

/// Returns whether a reply with this number has been passed on to the client.
fn is_answered(passages: &[Passage], number: u32) -> bool {
    let answers = |one: &Passage| {
        one.direction == ServerToClient && number_of(&one.bytes) == Some(number) && !one.passed.is_empty()
    };
    passages.iter().any(answers)
}

fn pair_talks(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines = example(bench);
        let mut server = bench.bound_server()?;
        let carrier = bench.carrier_to(server.bound_at())?;
        let mut client = bench.client(carrier.addr, &replies_to(&lines))?;
        let mut show = Show::default();
        let outcome = talk(bench, &mut show, &lines, &carrier, &server, &mut client);
        show.passages(bench, &carrier);
        client.end();
        let alive = server.alive("its client left");
        if outcome.is_ok() && alive.is_ok() {
            server.wait_idle();
        }
        server.end();
        show.client(bench, &client);
        for line in String::from_utf8_lossy(&server.printed()).lines().take(20) {
            bench.scene.push((Role::Server, format!("(printed) {line}")));
        }
        outcome?;
        alive
    })
}

fn talk(
    bench: &mut Bench,
    show: &mut Show,
    lines: &[String],
    carrier: &Carrier,
    server: &Server,
    client: &mut Client,
) -> Outcome {
    for (number, line) in (1..).zip(lines) {
        bench.scene.push((Role::Client, format!("(typed)   {line}")));
        client.line(line);
        bench.wait_carried(carrier, server, client, |passages| is_answered(passages, number));
        show.passages(bench, carrier);
        // Only for a good order of the lines: a client may hold its output back.
        client.wait_printed(number as usize, Duration::from_millis(200));
        show.client(bench, client);
        are_right(carrier, lines)?;
        if !is_answered(&carrier.passages(), number) {
            server.settles(); // On a busy machine it may still reply.
            return unanswered(carrier, number, line, client);
        }
    }
    bench.scene.push((Role::Client, "(typed)   q".into()));
    client.line("q");
    let ended = client.exits_well("after `q`").map_err(|stop| blame(stop, Half::Client));
    are_right(carrier, lines)?;
    ended?;
    client.printed_all(&replies_to(lines), |_| PRINTED).map_err(|stop| blame(stop, Half::Client))
}

/// Checks that every datagram that came is the request of a line, or the reply to one.
fn are_right(carrier: &Carrier, lines: &[String]) -> Outcome {
    let mut asked = 0;
    for passage in carrier.passages() {
        let number = number_of(&passage.bytes).unwrap_or(0);
        let line = |number: u32| lines.get((number as usize).wrapping_sub(1)).map_or("", String::as_str);
        let is_request = passage.direction == ClientToServer;
        let (half, expected, cause) = if is_request {
            // The current request once more, or the next one.
            let is_renumbered = asked > 0
                && number != asked
                && line(asked + 1) != line(asked)
                && passage.bytes.get(4..) == Some(line(asked).as_bytes())
                && !is_answered(&carrier.passages(), asked);
            let number = if is_renumbered || (number == asked && asked > 0) { asked } else { asked + 1 };
            asked = number;
            let expected = datagram(number, line(number).as_bytes());
            let cause = if is_renumbered { SAME_NUMBER } else { cause_of_request(&expected, &passage.bytes) };
            (Half::Client, expected, Cause::from(cause))
        } else {
            let number = if (1..=asked).contains(&number) { number } else { asked.max(1) };
            let asked = datagram(number, line(number).as_bytes());
            let expected = reply_to(number, line(number).as_bytes());
            let cause = cause_of_reply(&asked, &expected, &passage.bytes);
            (Half::Server, expected, cause)
        };
        if let Some(comparison) = Comparison::of(&expected, &passage.bytes) {
            let words = format!("the {} sends {}", half.word(), quoted(&expected));
            let got = format!("{}: {}", count(passage.len), quoted(&passage.bytes));
            return Finding::new(words, got, cause).comparing(comparison).of(half).broken();
        }
    }
    Ok(())
}

/// Returns the finding that a line has no reply, and whose fault that is, by what came to the wire.
fn unanswered(carrier: &Carrier, number: u32, line: &str, client: &Client) -> Outcome {
    let of = |direction| {
        let mut all = carrier.came(direction);
        all.retain(|one| number_of(&one.bytes) == Some(number));
        all
    };
    let (requests, replies) = (of(ClientToServer), of(ServerToClient));
    let arrived: usize = requests.iter().map(|one| one.passed.len()).sum();
    let gone = client.exit().map_or("the runner gave up waiting".into(), |exit| format!("the client {exit}"));
    let (half, expected, got, cause) = if replies.len() < arrived {
        let sent = match replies.len() {
            0 => "no reply".into(),
            1 => "one reply".into(),
            n => format!("{n} replies"),
        };
        let got = match arrived {
            1 => format!("one request reached it, and it sent {sent}; {gone}"),
            _ => format!("{arrived} requests reached it, and it sent {sent}; {gone}"),
        };
        let cause = match (number, replies.len()) {
            (1, 0) => NOTHING_AT_ALL,
            (_, 0) => "mend the server: its own checks tell more",
            _ => AGAIN_ANSWERED,
        }
        .into();
        (Half::Server, format!("the server replies to \"{line}\""), got, cause)
    } else {
        let has_failed = client.has_failed() && client.ended_itself();
        // More replies with earlier numbers have reached it than it had requests before: one may have been taken.
        let old = |one: &&Passage| number_of(&one.bytes).is_some_and(|old| old < number);
        let replies_before: usize =
            carrier.came(ServerToClient).iter().filter(old).map(|one| one.passed.len()).sum();
        let may_take_old = replies_before > number as usize - 1;
        let (sent, cause): (_, Cause) = match (requests.len(), number) {
            (0, 1) => ("it never sent it".into(), SEND_LINES.into()),
            (0, _) => {
                let guess = Perhaps("it waits for more after a reply, or took it for the end");
                ("it never sent it".into(), guess.into())
            }
            (1, 1) if has_failed => ("it sent it once, and never again".into(), NO_FAILURE.into()),
            (1, _) if may_take_old && !has_failed => {
                ("it sent it once, and never again".into(), PRINTED.into())
            }
            (1, _) => ("it sent it once, and never again".into(), AGAIN.into()),
            (n, _) => (format!("it sent it {n} times"), AGAIN.into()),
        };
        let expected = format!("the client sends \"{line}\" until a reply comes, five times at most");
        (Half::Client, expected, format!("{sent}; {gone}"), cause)
    };
    let symptom = client.exit().map_or(Symptom::Other, ended);
    Finding::new(expected, got, cause).seen(symptom).of(half).broken()
}

/// Types all lines at once: the client asks them one by one, on a wire that loses, doubles and delays.
fn pair_in_order(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines: Vec<String> = (1..=12).map(|n| format!("line {n} {}", random_word(bench, 4))).collect();
        let server = bench.bound_server()?;
        let carrier = bench.carrier_to(server.bound_at())?;
        let mut client = bench.client(carrier.addr, &replies_to(&lines))?;
        client.input(format!("{}\nq\n", lines.join("\n")).as_bytes());
        bench.wait_carried(&carrier, &server, &client, |_| false);
        are_right(&carrier, &lines)?;
        let passages = carrier.passages();
        let missing = (1..).zip(&lines).find(|(number, _)| !is_answered(&passages, *number));
        if let Some((number, line)) = missing {
            server.settles();
            return unanswered(&carrier, number, line, &client);
        }
        client.exits_well("after `q`").map_err(|stop| blame(stop, Half::Client))?;
        client
            .printed_all(&replies_to(&lines), cause_of_printed)
            .map_err(|stop| blame(stop, Half::Client))?;
        server.alive("its client left")
    })
}

/// Judges a pair that is fixed to one address. There is no room for a wire, so the runner cannot see what passes. What the
/// client prints, and how both end, still says whether they talk.
pub fn without_wire(bench: &mut Bench) -> Outcome {
    let lines = example(bench);
    let wanted = replies_to(&lines);
    let server = bench.bound_server()?;
    let mut client = bench.client(server.bound_at(), &wanted)?;
    for line in &lines {
        client.line(line);
    }
    client.line("q");
    because(client.exits_well("after `q`"), "both halves are judged by their own checks: those tell more")?;
    client.printed_all(&wanted, cause_of_printed)?;
    server.alive("its client left")
}

/// How much of each source the scene already shows.
#[derive(Default)]
struct Show {
    passages: usize,
    client: usize,
}

impl Show {
    /// Shows what has come to the wire since the last call.
    fn passages(&mut self, bench: &mut Bench, carrier: &Carrier) {
        let passages = carrier.passages();
        for passage in &passages[self.passages..] {
            let number = number_of(&passage.bytes).map_or("  ".into(), |number| format!("#{number}"));
            let text = passage.bytes.get(4..).unwrap_or_default();
            let text = text[..text.len().min(24)].escape_ascii();
            let arrow = passage.direction.arrow();
            let line = format!("{arrow}  {number:<4} {:>10}  \"{text}\"", count(passage.len));
            bench.scene.push((Role::Wire, line));
        }
        self.passages = passages.len();
    }

    /// Shows what the client has printed since the last call.
    fn client(&mut self, bench: &mut Bench, client: &Client) {
        let kept = client.printed();
        for line in String::from_utf8_lossy(&kept[self.client.min(kept.len())..]).lines() {
            bench.scene.push((Role::Client, format!("(printed) {line}")));
        }
        self.client = kept.len();
    }
}
