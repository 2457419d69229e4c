//! What a server does with what stands at its path: a socket file at which nobody listens is replaced, and everything
//! else is left as it is.

use super::place::{NAME, Place, is_refused, listens};
use crate::bench::{Bench, Dir, Family};
use crate::finding::{Half, Outcome, broken};
use crate::promises::asking::server::next_is_served;
use crate::promises::lesson_02_uppercase::Uppercase;
use crate::promises::{Check, server};

/// The rows.
pub const ROWS: &[Check] = &[
    server!(
        "replaces-a-stale-socket",
        "replaces a socket file at which nobody listens",
        replaces_a_stale_socket
    )
    .over(&[Family::Unix]),
    server!("leaves-a-file", "leaves a regular file at PATH, reports it and exits", leaves_a_file)
        .over(&[Family::Unix]),
    server!("leaves-a-folder", "leaves a folder at PATH, reports it and exits", leaves_a_folder)
        .after(&["leaves-a-file"])
        .over(&[Family::Unix]),
    server!("leaves-a-link", "leaves a symbolic link at PATH, reports it and exits", leaves_a_link)
        .after(&["leaves-a-file"])
        .over(&[Family::Unix]),
];

/// The row after `second-is-refused`, which says more of a server that removes every socket.
pub const DATAGRAMS: &[Check] = &[server!(
    "leaves-a-datagram-socket",
    "leaves a datagram socket at PATH, reports it and exits",
    leaves_a_datagram_socket
)
.after(&["leaves-a-file"])
.over(&[Family::Unix])];

/// Starts the server where a socket file is that another one has left.
fn replaces_a_stale_socket(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    place.dir.stale_socket(NAME)?;
    let server = bench.server_at(place.at(NAME)?, &[])?;
    let mut server = listens(
        bench,
        server,
        "the server replaces a socket file at which `connect` is refused, and listens",
        "`bind` makes the file of a Unix socket, and nobody removes it when a server is killed: connect to what stands \
         there; where that is refused, remove the file, then `bind`",
    )?;
    next_is_served::<Uppercase>(bench, &mut server, "a stale socket file that it has replaced")
}

/// What the server does at `NAME` once `put` has made something there: it leaves that alone.
fn leaves(
    bench: &mut Bench,
    what: &str,
    cause: &str,
    put: impl FnOnce(&Dir) -> Outcome,
    also: &[&str],
) -> Outcome {
    let place = Place::new(bench)?;
    put(&place.dir)?;
    let names = || [NAME].into_iter().chain(also.iter().copied());
    let before = names().map(|name| place.standing(name)).collect::<Outcome<Vec<_>>>()?;
    let inside = place.dir.entries();
    let mut server = bench.server_at(place.at(NAME)?, &[])?;
    let expected =
        format!("where {what} stands at PATH, the server reports it and exits with a status other than 0");
    let refused = is_refused(&mut server, &expected, GOES_ON);
    // The server has ended. That it has destroyed something is worse than how it ended.
    for (name, before) in names().zip(&before) {
        place.is_untouched(Half::Server, name, before, cause)?;
    }
    if let Some(change) = inside.change(&place.dir.entries()) {
        return broken("the server neither makes nor removes another file", change, OTHER_FILES);
    }
    refused
}

const GOES_ON: &str =
    "it cannot listen where it was told to, so there is nothing to serve: print the error and exit";
const OTHER_FILES: &str =
    "when its address cannot be had the server ends: no other path, no file moved out of the way";
const ONLY_A_REFUSED_ONE: &str = "what stands there is no dead server's socket: look with `lstat`, which follows no \
                                  link, change nothing, and remove only a socket at which `connect` is refused \
                                  (ECONNREFUSED)";

/// A file with something in it, an empty one, and a FIFO.
fn leaves_a_file(bench: &mut Bench) -> Outcome {
    let put = |dir: &Dir| dir.write(NAME, b"what somebody needs\n");
    leaves(bench, "a regular file", ONLY_A_REFUSED_ONE, put, &[])?;
    leaves(bench, "an empty file", ONLY_A_REFUSED_ONE, |dir| dir.write(NAME, b""), &[])?;
    leaves(bench, "a FIFO", ONLY_A_REFUSED_ONE, |dir| dir.fifo(NAME), &[])
}

fn leaves_a_folder(bench: &mut Bench) -> Outcome {
    // An empty one, which rmdir(2) would remove, and one with something in it.
    leaves(bench, "an empty folder", ONLY_A_REFUSED_ONE, |dir| dir.folder(NAME).map(drop), &[])?;
    let put = |dir: &Dir| dir.folder(NAME)?.write("file", b"what somebody needs\n");
    leaves(bench, "a folder", ONLY_A_REFUSED_ONE, put, &[])
}

/// A link to a stale socket, one to a regular file, and one to nothing.
fn leaves_a_link(bench: &mut Bench) -> Outcome {
    let to_a_socket = |dir: &Dir| dir.stale_socket("there").and_then(|()| dir.link(NAME, "there"));
    leaves(bench, "a symbolic link to a stale socket", FOLLOWED, to_a_socket, &["there"])?;
    let to_a_file =
        |dir: &Dir| dir.write("there", b"what somebody needs\n").and_then(|()| dir.link(NAME, "there"));
    leaves(bench, "a symbolic link to a file", FOLLOWED, to_a_file, &["there"])?;
    leaves(bench, "a symbolic link to nothing", FOLLOWED, |dir| dir.link(NAME, "nowhere"), &[])
}

const FOLLOWED: &str = "`connect` and `stat` follow a symbolic link, and `unlink` and `bind` do not: look with `lstat`, \
                        and leave a link alone, wherever it leads";

fn leaves_a_datagram_socket(bench: &mut Bench) -> Outcome {
    let mut _socket = None;
    let put = |dir: &Dir| {
        _socket = Some(dir.datagram_socket(NAME)?);
        Ok(())
    };
    leaves(
        bench,
        "a datagram socket",
        "a program uses this socket: remove only one at which `connect` is refused (ECONNREFUSED); to connect to a \
         socket of another type fails with EPROTOTYPE",
        put,
        &[],
    )
}
