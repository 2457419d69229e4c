//! Both programs together, with the wire between them: the conversation that a run shows.

use super::asking::{of_printed, of_request};
use super::{diagnosis, one_read};
use crate::bench::peer::Heard;
use crate::bench::{Bench, Client, Role, Server};
use crate::finding::{Comparison, Finding, Half, Outcome, blame, count, quoted};
use crate::system::patience::Patience;
use crate::system::processes::Pid;
use crate::system::program::Exit;
use crate::wire::{Direction, Passed, Record, Wire};
use std::time::{Duration, Instant};

/// Types `lines` and `q` for the client, and holds that each is answered and printed.
///
/// # Errors
/// A finding that names the half at fault.
pub fn talks(bench: &mut Bench, lines: &[String]) -> Outcome {
    let mut server = bench.server()?;
    let wanted: Vec<Vec<u8>> = lines.iter().map(|line| (bench.answer)(line.as_bytes())).collect();
    let client_turns = lines.iter().map(String::len).collect();
    let wire = bench.wire_to(server.addr, client_turns, wanted.iter().map(Vec::len).collect())?;
    let mut client = bench.client(wire.addr, &wanted)?;
    let mut show = Show::default();
    let outcome = talk(bench, &mut show, lines, &wanted, &wire, &server, &mut client);
    // Before the programs are ended: what passes then is the runner's doing.
    show.pieces(bench, &wire.record);
    client.program.end();
    let alive = server.alive("its client left");
    if outcome.is_ok() && alive.is_ok() {
        server.wait_idle(); // It may still be telling that the client left.
    }
    server.program.end();
    show.outputs(bench, &server, &client);
    outcome?;
    alive
}

fn talk(
    bench: &mut Bench,
    show: &mut Show,
    lines: &[String],
    wanted: &[Vec<u8>],
    wire: &Wire,
    server: &Server,
    client: &mut Client,
) -> Outcome {
    bench.is_called(wire, client).map_err(|stop| blame(stop, Half::Client))?;
    let roots = [server.program.root(), client.program.root()];
    let mut sizes = (0, 0);
    for (n, line) in lines.iter().enumerate() {
        bench.scene.push((Role::Client, format!("(typed)   {line}")));
        client.line(line);
        sizes.0 += line.len() as u64;
        sizes.1 += wanted[n].len() as u64;
        let whole = |record: &Record| record.carried().0 >= sizes.0 && record.carried().1 >= sizes.1;
        wait_passed(&wire.record, client, &roots, whole);
        show.pieces(bench, &wire.record);
        // Only so that the lines stand in a good order; a client may well keep its output back.
        client.program.stdout.wait_found(n + 1, Instant::now() + Duration::from_millis(200));
        show.client(bench, client);
        if !whole(&wire.record) {
            return cut_short(wire.record.carried(), sizes, line, &wanted[n], client);
        }
    }
    bench.scene.push((Role::Client, "(typed)   q".into()));
    client.line("q");
    let ended = client.exits_well("after `q`").map_err(|stop| blame(stop, Half::Client));
    let asked = wire.record.ribbon(Direction::ClientToServer).bytes;
    if let Some(comparison) = Comparison::of(lines.concat().as_bytes(), &asked) {
        let heard = Heard { bytes: asked, ending: None };
        return Finding {
            at_fault: Some(Half::Client),
            ..Finding::new(
                format!("the client sends {}", quoted(lines.concat().as_bytes())),
                quoted(&heard.bytes),
                of_request(lines.concat().as_bytes(), &heard),
            )
            .comparing(comparison)
        }
        .broken();
    }
    let said = wire.record.ribbon(Direction::ServerToClient).bytes;
    if let Some(comparison) = Comparison::of(&wanted.concat(), &said) {
        let heard = Heard { bytes: said, ending: None };
        return Finding {
            at_fault: Some(Half::Server),
            ..Finding::new(
                format!("the server's replies: {}", quoted(&wanted.concat())),
                quoted(&heard.bytes),
                diagnosis::of_reply(lines.concat().as_bytes(), &wanted.concat(), &heard),
            )
            .comparing(comparison)
        }
        .broken();
    }
    ended?;
    wait_passed(&wire.record, client, &roots, |record| record.fins() == 2);
    show.pieces(bench, &wire.record);
    client.printed_all(wanted, of_printed).or_else(|stop| {
        // Whether the pieces of a reply come in one read is luck, and so it must not decide a verdict.
        let printed = client.program.stdout.kept();
        if !one_read::reply_was_cut(&wire.record, wanted)
            || one_read::one_part_a_line(&printed, &wanted.concat(), wanted.len()).is_none()
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

/// Less passed than should have: whose fault that is.
fn cut_short(carried: (u64, u64), sizes: (u64, u64), line: &str, reply: &[u8], client: &Client) -> Outcome {
    let (at_fault, expected, passed) = if carried.0 < sizes.0 {
        (Half::Client, format!("the client sends the {} of \"{line}\"", count(line.len())), carried.0)
    } else {
        (Half::Server, format!("the server replies to \"{line}\" with {}", count(reply.len())), carried.1)
    };
    let ended = client.program.exit().map_or("gave up waiting".into(), |exit| format!("the client {exit}"));
    let got = format!("{} in all went that way; {ended}", count(passed as usize));
    let cause = format!("mend the {}: its own checks tell more", at_fault.word());
    Finding { at_fault: Some(at_fault), ..Finding::new(expected, got, cause) }.broken()
}

/// Waits until `done`, or until the client has failed, or until there is no reason to wait.
fn wait_passed(record: &Record, client: &Client, roots: &[Pid], done: impl Fn(&Record) -> bool) {
    let patience = Patience::with(roots);
    let failed = || client.program.exit().is_some_and(|exit| exit != Exit::Code(0));
    while !done(record) && !failed() && !patience.is_over() {
        std::thread::sleep(Duration::from_micros(500)); // Only the interval at which to look again.
    }
}

/// What of each source has been shown already.
#[derive(Default)]
struct Show {
    pieces: usize,
    client: usize,
}

impl Show {
    fn pieces(&mut self, bench: &mut Bench, record: &Record) {
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

    fn client(&mut self, bench: &mut Bench, client: &Client) {
        let kept = client.program.stdout.kept();
        for line in String::from_utf8_lossy(&kept[self.client.min(kept.len())..]).lines() {
            bench.scene.push((Role::Client, format!("(printed) {line}")));
        }
        self.client = kept.len();
    }

    fn outputs(&mut self, bench: &mut Bench, server: &Server, client: &Client) {
        self.client(bench, client);
        for line in String::from_utf8_lossy(&server.program.stdout.kept()).lines().take(20) {
            bench.scene.push((Role::Server, format!("(printed) {line}")));
        }
    }
}
