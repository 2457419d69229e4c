//! A server beside other clients, and the addresses that it refuses.

use super::place::Place;
use super::run::{hears, if_silent, is, run, runs};
use crate::bench::Bench;
use crate::finding::{Outcome, because};
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("beside-a-slow-command", "serves others while a command runs", beside_a_slow_command)
        .after(&["beside-a-silent-client"]),
    server!(
        "leaves-in-the-middle",
        "goes on when clients leave while their commands run",
        leaves_in_the_middle
    )
    .after(&["beside-a-leaver"]),
    server!("loopback-only", "refuses every address that is open to other machines", loopback_only),
];

/// Returns a command that runs until this file is there. The server's time limit also ends it.
fn until(file: &str) -> String {
    format!("while [ ! -e {file} ]; do sleep 0.05 2>/dev/null || sleep 1; done; echo done")
}

fn beside_a_slow_command(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let go = place.path("go");
    let mut server = bench.server()?;
    let mut slow = bench.connect(&mut server)?;
    let line = until(&go);
    let _ = slow.say(format!("{line}\n").as_bytes());
    let mut other = bench.connect(&mut server)?;
    let cause = "nobody serves this client while a command of another one runs: run and wait in the connection's own \
                 thread, and hold no lock meanwhile";
    if_silent(runs(&mut other, "echo beside", (0, b"beside\n", b""), cause), cause)?;
    if_silent(run(&mut other, format!("echo > {go}").as_bytes()), cause)?;
    let reply = hears(&mut slow, line.as_bytes())?;
    // A server that was slow to answer the others has let its own time limit end this command.
    is(&reply, line.as_bytes(), (0, b"done\n", b""), cause)
}

fn leaves_in_the_middle(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let others = "clients that left while their commands ran";
    let mut beside = bench.connect(&mut server)?;
    for reset in [false, true, false, true] {
        let mut leaver = bench.connect(&mut server)?;
        let _ = leaver.say(b"echo started; sleep 0.2 2>/dev/null || sleep 1; seq 1 100000\n");
        server.wait_idle();
        if reset { leaver.reset() } else { leaver.close() }
    }
    let cause = "what one client does must end its connection only: an error of `write` to a client that is gone ends \
                 that connection";
    let outcome = because(runs(&mut beside, "sleep 1; echo beside", (0, b"beside\n", b""), cause), cause);
    server.alive(others)?;
    outcome?;
    let mut next = bench.connect(&mut server)?;
    let outcome = because(runs(&mut next, "echo next", (0, b"next\n", b""), cause), cause);
    server.alive(others)?;
    outcome.map(|_| ())
}

fn loopback_only(bench: &mut Bench) -> Outcome {
    for addr in bench.open_addresses()? {
        let server = bench.server_at(addr, &[])?;
        server.refuses_to_listen()?;
    }
    Ok(())
}
