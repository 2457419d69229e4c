//! Both programs together: a file goes up, is listed, and comes down again.

use super::client::start_at;
use crate::bench::{Bench, Client, Dir, Endpoint, Role, Server, With};
use crate::finding::{Half, Outcome, because, blame};
use crate::promises::asking::pair::Show;
use crate::promises::inputs::random_word;
use crate::promises::{Check, pair};
use crate::wire::Direction::{ClientToServer, ServerToClient};
use crate::wire::Kind::{Dribble, Plain, Slice};
use crate::wire::{Direction, Wire};
use serde_json::Value;

/// The row.
pub const PAIR: &[Check] =
    &[pair!("pair-talks", "send a file up, list it, and get it back", pair_talks)
        .on(&[Plain, Dribble, Slice])];

/// What a person would type, one after the other.
const CALLS: [&[&str]; 3] = [&["put", "hello.txt"], &["list"], &["get", "hello.txt", "copy.txt"]];

/// Makes the server's DIR, and the client's folder with a file in it. Returns both, and the file's text.
fn prepare(bench: &mut Bench, around: &Dir) -> Outcome<(Dir, Dir, String)> {
    let (dir, own) = (around.folder("dir")?, around.folder("own")?);
    let text = format!("hello {}\n", random_word(bench, 9));
    own.write("hello.txt", text.as_bytes())?;
    Ok((dir, own, text))
}

fn call(
    bench: &mut Bench,
    own: &Dir,
    addr: Endpoint,
    wire: Option<&Wire>,
    words: &[&str],
    text: &str,
) -> Outcome<Client> {
    let wanted =
        if words[0] == "list" { vec![format!("{} hello.txt", text.len()).into_bytes()] } else { vec![] };
    let mut client = start_at(bench, addr, own, words, &wanted)?;
    if let Some(wire) = wire {
        bench.wait_while_carried(wire, &client);
    }
    because(
        client.exits_well(&format!("after `{}`", words.join(" "))),
        "both halves are judged on all wires by their own checks: those tell more",
    )
    .map_err(|stop| blame(stop, Half::Client))?;
    client.printed_all(&wanted, |_| "print the list as it came").map_err(|stop| blame(stop, Half::Client))?;
    Ok(client)
}

fn pair_talks(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let (dir, own, text) = prepare(bench, &Dir::of(&folder))?;
    let mut server = bench.server_as(&With::words([dir.path()]))?;
    for words in CALLS {
        let wire = bench.wire_to(server.addr, Vec::new(), Vec::new())?;
        let mut show = Show::default();
        bench.scene.push((Role::Client, format!("(called)  {}", words.join(" "))));
        let outcome = call(bench, &own, wire.addr, Some(&wire), words, &text);
        if let Ok(client) = &outcome {
            bench.wait_passed(&wire, &server, client, |record| record.fins() == 2);
        }
        show.pieces(bench, &wire.record);
        match outcome {
            Ok(client) => show.client(bench, &client),
            Err(stop) => {
                server.alive("its client left")?;
                return Err(blame(stop, at_fault(&wire, words[0])));
            }
        }
        // A file that the client did not ask to store, and that got no ok, does not stand: that is the client's fault.
        let never_asked = !asks(&wire, words[0]) && !is_ok(&wire);
        stands(&dir, &own, words, &text)
            .map_err(|stop| if never_asked { blame(stop, Half::Client) } else { stop })?;
    }
    server.alive("its client left")?;
    server.wait_idle(); // It may still be printing that the client left.
    server.end();
    for line in String::from_utf8_lossy(&server.printed()).lines().take(20) {
        bench.scene.push((Role::Server, format!("(printed) {line}")));
    }
    Ok(())
}

/// Checks the files after a call.
fn stands(dir: &Dir, own: &Dir, words: &[&str], text: &str) -> Outcome {
    let (half, place, name) = match words[0] {
        "put" => (Half::Server, dir, "hello.txt"),
        "get" => (Half::Client, own, "copy.txt"),
        _ => return Ok(()),
    };
    super::site::holds(half, place, name, text.as_bytes(), "mend this half: its own checks tell more")
}

/// Returns the header of the first message that passed the wire this way.
fn header(wire: &Wire, direction: Direction) -> Option<Value> {
    let bytes = wire.record.ribbon(direction).bytes;
    let length = u32::from_be_bytes(*bytes.first_chunk::<4>()?) as usize;
    serde_json::from_slice(bytes.get(4..4 + length)?).ok()
}

/// Returns whether the server's first reply is no refusal.
fn is_ok(wire: &Wire) -> bool {
    header(wire, ServerToClient).is_some_and(|reply| reply["ok"] == true)
}

/// Returns whether the client's first request is for this operation.
fn asks(wire: &Wire, op: &str) -> bool {
    header(wire, ClientToServer).is_some_and(|request| request["op"] == op)
}

/// Returns whose fault it is that a call did not go well, by what passed the wire: a client that did not ask for this
/// operation went wrong first, and one that got an ok went wrong last.
fn at_fault(wire: &Wire, op: &str) -> Half {
    if asks(wire, op) && !is_ok(wire) { Half::Server } else { Half::Client }
}

/// Judges a pair that is fixed to one address: there is no room for a wire.
pub fn without_wire(bench: &mut Bench) -> Outcome {
    let folder = bench.folder()?;
    let (dir, own, text) = prepare(bench, &Dir::of(&folder))?;
    let server: Server = bench.server_as(&With::words([dir.path()]))?;
    for words in CALLS {
        call(bench, &own, server.addr, None, words, &text)?;
        stands(&dir, &own, words, &text)?;
    }
    server.alive("its client left")
}
