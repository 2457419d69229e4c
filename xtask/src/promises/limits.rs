//! What a program does when a time limit is over that it has set itself, in every scenario.

use crate::bench::{Client, Ending, Peer, Server};
use crate::finding::{Finding, Half, Outcome, count, quoted};
use std::time::Duration;

/// How long such a check takes at most, in seconds. It begins before most others.
pub const SECONDS: u8 = 10;
/// The same as a time.
pub const IN_ALL: Duration = Duration::from_secs(SECONDS as u64);
/// How long the runner is silent where the kernel sees no time limit: an alarm clock without a handler (alarm(2)) cannot be
/// seen before it rings.
const UNSEEN: Duration = Duration::from_millis(2500);

/// Is silent for as long as the time limits that the kernel sees in these two servers, and checks that both go on: the
/// one that `peer` is connected to, and an idle one. `when` says what it waits for.
///
/// # Errors
/// The finding that a server has ended, or its connection.
pub fn server_waits(server: &Server, idle: Option<&Server>, peer: &mut Peer, when: &str) -> Outcome {
    let limit = server.to_be_silent().max(idle.and_then(Server::to_be_silent)).unwrap_or(UNSEEN);
    if !is_open(peer) {
        return Ok(());
    }
    let ending = peer.stays_silent(limit);
    if ending.is_some() {
        server.wait_rest(); // It may be about to exit.
    }
    still_run(server, idle, when, limit)?;
    has_kept(peer, ending, Half::Server, when, limit)
}

/// Does the same without reading from the server, which waits for its client to read, or to answer. `left` is for how long
/// this check may still be silent.
///
/// # Errors
/// As [`server_waits`].
pub fn server_waits_unheard(
    server: &Server,
    idle: Option<&Server>,
    peer: &Peer,
    left: &mut Duration,
) -> Outcome {
    let limit = server.to_be_silent().max(idle.and_then(Server::to_be_silent));
    let Some(limit) = limit.filter(|limit| limit <= left && peer.other_is_open()) else { return Ok(()) };
    *left -= limit;
    server.is_left_alone(limit);
    let when = "its client takes nothing, or does not answer";
    still_run(server, idle, when, limit)?;
    match peer.other_is_open() {
        true => Ok(()),
        false => gave_up(Half::Server, when, limit, "it ended the connection"),
    }
}

/// Checks that neither the server nor the idle one has ended.
fn still_run(server: &Server, idle: Option<&Server>, when: &str, limit: Duration) -> Outcome {
    if let Some(exit) = server.exit() {
        return gave_up(Half::Server, when, limit, &format!("it {exit}"));
    }
    match idle.and_then(Server::exit) {
        Some(exit) => gave_up(Half::Server, "it has no client", limit, &format!("it {exit}")),
        None => Ok(()),
    }
}

/// Does the same for two clients, each with its connection and what it waits for.
///
/// # Errors
/// The finding that a client has ended, or its connection, or has sent something.
pub fn client_waits(mut clients: [(&Client, &mut Peer); 2], whens: [&str; 2]) -> Outcome {
    let [one, two] = [&clients[0], &clients[1]].map(|(client, _)| client.to_be_silent());
    let all_open = clients.iter_mut().all(|(_, peer)| is_open(peer));
    let limit = one.max(two).unwrap_or(UNSEEN);
    if !all_open {
        return Ok(());
    }
    let endings = [limit, Duration::from_millis(1)];
    for (((client, peer), when), time) in clients.iter_mut().zip(whens).zip(endings) {
        let ending = peer.stays_silent(time);
        if ending.is_some() {
            client.wait_rest(); // It may be about to exit.
        }
        if let Some(exit) = client.exit() {
            return gave_up(Half::Client, when, limit, &format!("it {exit}"));
        }
        has_kept(peer, ending, Half::Client, when, limit)?;
    }
    Ok(())
}

/// Returns whether the other side has neither ended the connection nor sent anything yet: what it did before the silence, it
/// did not do because of it.
fn is_open(peer: &mut Peer) -> bool {
    peer.stays_silent(Duration::from_millis(1)).is_none() && peer.pending().is_empty()
}

/// Checks that a program has neither ended its connection nor sent anything while the runner was silent.
fn has_kept(peer: &mut Peer, ending: Option<Ending>, half: Half, when: &str, limit: Duration) -> Outcome {
    if let Some(ending) = ending {
        return gave_up(half, when, limit, &format!("it {ending}"));
    }
    let more = peer.pending();
    match more.len() {
        0 => Ok(()),
        n => gave_up(half, when, limit, &format!("it sent {}: {}", count(n), quoted(&more))),
    }
}

fn gave_up(half: Half, when: &str, limit: Duration, what: &str) -> Outcome {
    Finding::new(
        format!("the {} waits as long as {when}", half.word()),
        format!("within {:.1} s {what}", limit.as_secs_f32()),
        "it gave up by a time limit of its own: silence is no end and no error, however long it lasts; let the call wait \
         without a limit, or go on after it",
    )
    .of(half)
    .broken()
}
