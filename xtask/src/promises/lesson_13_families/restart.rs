//! A server starts again at once where the last one was killed, and never where one lives.

use super::place::{NAME, Place, is_refused, listens};
use crate::bench::{Bench, Family};
use crate::finding::{Outcome, broken};
use crate::promises::asking::server::{asks, next_is_served};
use crate::promises::inputs::random_bytes;
use crate::promises::lesson_02_uppercase::Uppercase;
use crate::promises::{Check, lesson_07_reuseaddr, server};

const INTERNET: &[Family] = &[Family::V4, Family::V6];

/// The rows. Over TCP it is TIME_WAIT that keeps an address, as in lesson 07; on Unix sockets it is a file.
pub const ROWS: &[Check] = &[
    server!("restarts-at-once", RESTARTS, lesson_07_reuseaddr::restarts_at_once)
        .after(&["replaces-a-stale-socket"])
        .over(INTERNET),
    server!("restarts-at-once", RESTARTS, restarts_at_once)
        .after(&["replaces-a-stale-socket"])
        .over(&[Family::Unix]),
    server!("second-is-refused", SECOND, lesson_07_reuseaddr::second_is_refused)
        .after(&["binds-its-address", "says-why-it-cannot-bind"])
        .over(INTERNET),
    server!("second-is-refused", SECOND, second_is_refused)
        .after(&["binds-its-address", "says-why-it-cannot-bind"])
        .over(&[Family::Unix]),
];

const RESTARTS: &str = "restarts at once at the address that it just left";
const SECOND: &str = "does not start at an address where another server listens";

/// Kills the server beside a client, and starts it again, three times.
fn restarts_at_once(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let at = place.at(NAME)?;
    let mut server = bench.server_at(at, &[])?.ready()?;
    for _ in 0..3 {
        let bytes = random_bytes(&mut bench.rng, 40);
        let mut peer = bench.connect(&mut server)?;
        asks::<Uppercase>(&mut peer, &bytes)?;
        server.end();
        let again = bench.server_at(at, &[])?;
        server = listens(
            bench,
            again,
            "a server that was killed listens at its path again, at once",
            "a killed server cannot remove its socket file: at the start, remove one at which `connect` is refused",
        )?;
    }
    next_is_served::<Uppercase>(bench, &mut server, "three restarts")
}

/// Starts a second server at the same path while the first one serves a client.
fn second_is_refused(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let at = place.at(NAME)?;
    let mut first = bench.server_at(at, &[])?.ready()?;
    let bytes = random_bytes(&mut bench.rng, 40);
    let mut peer = bench.connect(&mut first)?;
    asks::<Uppercase>(&mut peer, &bytes)?;
    let Some(before) = place.dir.standing(NAME) else {
        return broken(
            "the socket file of a server stands at PATH as long as the server lives",
            "it is gone",
            "whoever calls, or starts a second server, looks at the file: it must stay while the server listens",
        );
    };
    let mut second = bench.server_at(at, &[])?;
    let expected = "a second server at this path reports that the address is in use, and exits with a \
                    status other than 0";
    let refused = is_refused(&mut second, expected, "`bind` has failed, so there is nothing to serve");
    if let Some(change) = before.change(place.dir.standing(NAME).as_ref()) {
        return broken(
            "a second server leaves the socket file of the first one, which lives",
            change,
            "the first server still listens, and no client finds it any more: before the file is removed, connect to \
             it, and only when that is refused does nobody listen there",
        );
    }
    refused?;
    asks::<Uppercase>(&mut peer, &bytes)?;
    drop(peer);
    next_is_served::<Uppercase>(bench, &mut first, "a second server that was refused")
}
