//! The promises of clients that read a whole reply, in however many pieces it comes, and their rows.

use super::client::Asked;
use super::request::hears_request;
use super::{Ask, printed_of, replies_to, request_sizes};
use crate::bench::{Bench, Client, Ending, Peer};
use crate::finding::{Cause, Outcome, Symptom, because};
use crate::promises::inputs::{random_from, random_word};
use crate::promises::{Check, client};
use crate::wire::Kind::{self, Dribble, Slice};
use crate::wire::{Cut, Wire};

/// The rows, for any protocol.
pub trait Rows: Ask {
    /// What every such client promises besides [`super::client::Rows::CLIENT`].
    const EXACT: &'static [Check] = &[
        client!("whole-replies", "prints whole replies", whole_replies::<Self>).on(&[Dribble, Slice]),
        client!("long-reply", "reads a reply longer than one buffer", long_reply::<Self>)
            .after(&["whole-replies"]),
        client!(
            "end-inside",
            "reports it and exits with 1 when the server ends inside a reply",
            end_inside::<Self>
        )
        .after(&["whole-replies", "server-ends"])
        .on(&[Kind::ends(Cut::Fin, 4)]),
        client!(
            "reset-inside",
            "reports it and exits with 1 when the server resets inside a reply",
            reset_inside::<Self>
        )
        .after(&["whole-replies", "server-resets"])
        .on(&[Kind::ends(Cut::Rst, 4)]),
        client!(
            "silence-is-no-end",
            "waits at rest when the server falls silent inside a reply",
            silence_is_no_end::<Self>
        )
        .after(&["whole-replies", "server-stalls"])
        .on(&[Kind::ends(Cut::Stall, 4)]),
    ];
}

impl<P: Ask> Rows for P {}

fn whole_replies<P: Ask>(bench: &mut Bench) -> Outcome {
    let mut lines: Vec<String> = [9, 300, 4].iter().map(|n| random_from(bench, b"qxzj", *n)).collect();
    // A client that counts characters in place of bytes is wrong about the replies that follow.
    lines.insert(1, "粘包 é".into());
    let host = bench.host_behind_wire()?;
    let replies = replies_to::<P>(&lines);
    let wanted: Vec<Vec<u8>> =
        printed_of::<P>(&lines).into_iter().filter(|printed| printed.is_ascii()).collect();
    let wire =
        bench.wire_to(host.addr, request_sizes::<P>(&lines), replies.iter().map(Vec::len).collect())?;
    let mut client = bench.client(wire.addr, &wanted)?;
    for line in &lines {
        client.line(line);
    }
    client.line("q");
    let mut peer = bench.accept(&host, &client)?;
    let mut why = Cause::from(P::WHOLE);
    for (n, (line, reply)) in lines.iter().zip(&replies).enumerate() {
        let request = P::request(line);
        let (heard, replied) = hears_request::<P>(&mut peer, &request);
        if heard.bytes != request {
            if matches!(heard.ending, Some(Ending::Silence(_))) {
                client.was_waited_for();
            }
            // Where it went on too early, or is gone, what it printed tells more.
            let is_request = n == 0 || !heard.bytes.is_empty();
            if is_request && matches!(heard.ending, Some(Ending::Silence(_))) {
                why = P::cause_of_request(&request, &heard);
            }
            break;
        }
        if peer.say(&reply[replied..]).is_err() {
            break;
        }
    }
    client.hear_out(&mut peer, 4096);
    peer.half_close();
    because(client.exits_well("after `q`"), why)?;
    client.printed_all(&wanted, |printed| match printed.trim() {
        "" => P::cause_of_printed(printed),
        _ => Cause::from(P::WHOLE),
    })
}

fn long_reply<P: Ask>(bench: &mut Bench) -> Outcome {
    let lines = [random_word(bench, P::LONG), random_word(bench, 5)];
    let mut asked = Asked::<P>::start(bench, &lines)?;
    for line in &lines {
        asked.exchange(line)?;
    }
    asked.client.line("q");
    asked.ends("after `q`")
}

/// Types one line, and sends a reply that the check's fault wire cuts off.
fn cut_off<P: Ask>(bench: &mut Bench) -> Outcome<(Client, Wire, Peer)> {
    let line = random_from(bench, b"qxzj", 12);
    let host = bench.host_behind_wire()?;
    let wire = bench.wire_to(host.addr, Vec::new(), Vec::new())?;
    let mut client = bench.client(wire.addr, &[])?;
    client.line(&line);
    let mut peer = bench.accept(&host, &client)?;
    let request = P::request(&line);
    let (_, replied) = hears_request::<P>(&mut peer, &request);
    let _ = peer.say(&P::reply(&request[replied..]));
    Ok((client, wire, peer))
}

fn end_inside<P: Ask>(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<P>(bench)?;
    because(
        client.exits_with_error("when the server ends the connection (FIN) inside a reply"),
        "`read` returned 0 before the reply was whole: that is an error, and what has come is no reply",
    )
}

fn reset_inside<P: Ask>(bench: &mut Bench) -> Outcome {
    let (mut client, _wire, _peer) = cut_off::<P>(bench)?;
    let outcome = client.exits_with_error("when the server resets the connection (RST)");
    match &outcome {
        Err(stop) if stop.symptom() == (Symptom::StillWaits { on_input: true }) => because(
            outcome,
            format!(
                "it took the part that had come for the reply, and waits for the next line: {}",
                P::WHOLE
            ),
        ),
        _ => outcome,
    }
}

fn silence_is_no_end<P: Ask>(bench: &mut Bench) -> Outcome {
    let (client, wire, _peer) = cut_off::<P>(bench)?;
    client.waits_at_rest(|| wire.has_stalled(), "the server falls silent inside a reply")
}
