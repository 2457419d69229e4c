//! Which paths a server of a Unix socket takes, and which it refuses.

use super::place::{Place, is_refused, listens, with_address};
use crate::bench::{Bench, Dir, Endpoint, Family};
use crate::finding::{Outcome, broken};
use crate::promises::asking::server::next_is_served;
use crate::promises::lesson_02_uppercase::Uppercase;
use crate::promises::{Check, server};

/// The rows.
pub const ROWS: &[Check] = &[
    server!("takes-a-relative-path", "takes a path relative to its working directory", takes_a_relative_path)
        .after(&["takes-any-name"])
        .over(&[Family::Unix]),
    server!("takes-any-name", "takes all that follows `unix:` as the path, `@` too", takes_any_name)
        .over(&[Family::Unix]),
    server!("takes-100-bytes", "takes a path of 100 bytes", takes_100_bytes).over(&[Family::Unix]),
    server!("refuses-an-empty-path", "reports that a path is empty, and exits", refuses_an_empty_path)
        .over(&[Family::Unix]),
    server!("refuses-a-long-path", "reports that a path has over 108 bytes, and exits", refuses_a_long_path)
        .over(&[Family::Unix]),
];

/// Names that look like something else: the abstract namespace, another address, a URL, an option, words of a shell.
pub const NAMES: &[&str] = &[
    "@s",
    "a:b",
    "[::1]:80",
    "127.0.0.1:80",
    "unix:s",
    " two  words ",
    "a?b=c%20d#e",
    "~",
    "$HOME",
    "-s",
    "é\u{7c98}",
];
/// Lengths in bytes of paths that no system has room for (unix(7)).
pub const TOO_LONG: &[usize] = &[109, 110, 150, 250];
/// Lengths of relative paths, which are also too long.
const TOO_LONG_NAMES: &[usize] = &[109, 200];

/// Why a relative path does not lead where it should.
pub const AS_IT_IS: &str = "the kernel reads a relative path from the working directory: pass it on as it is, and \
                            neither make it absolute nor leave the directory";
/// Why a path does not lead where it should.
pub const ALL_OF_IT: &str = "all that follows the first `unix:` is the path, byte for byte: no `@` of the abstract \
                             namespace, no port, no URL, no `~` or `$` of a shell, no blanks to trim";

fn takes_a_relative_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    place.dir.folder("below")?;
    for name in ["s", "below/s", "./below/../t"] {
        serves_at(bench, &place.dir, place.at(name)?, name, AS_IT_IS)?;
    }
    // The whole path is too long for a socket, but the one that is given is short.
    let (deep, way) = place.deep_folder()?;
    serves_at(bench, &deep, place.at(&format!("{way}/s"))?, "s", AS_IT_IS)
}

fn takes_any_name(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    NAMES.iter().try_for_each(|name| serves_at(bench, &place.dir, place.at(name)?, name, ALL_OF_IT))
}

/// Starts the server in `dir` with `unix:NAME`, and calls it at `at`.
fn serves_at(bench: &mut Bench, dir: &Dir, at: Endpoint, name: &str, cause: &str) -> Outcome {
    let word = format!("unix:{name}");
    let expected = format!("the server listens at {word:?}, a file in its working directory");
    let server = bench.start_server(at, &with_address(Some(dir), word))?;
    let mut server = listens(bench, server, &expected, cause)?;
    next_is_served::<Uppercase>(bench, &mut server, "its start")
}

fn takes_100_bytes(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let server = bench.server_at(place.at(&place.name_of_length(100))?, &[])?;
    let mut server = listens(
        bench,
        server,
        "the server listens at a path of 100 bytes",
        "`sockaddr_un` has room for 108 bytes on Linux and 104 on macOS, with the 0 at the end (unix(7))",
    )?;
    next_is_served::<Uppercase>(bench, &mut server, "its start at a path of 100 bytes")
}

fn refuses_an_empty_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let mut server = bench.start_server(place.at("s")?, &with_address(Some(&place.dir), "unix:".into()))?;
    let refused = is_refused(
        &mut server,
        "the server reports that the path after `unix:` is empty, and exits with a status other than 0",
        "`bind` takes an empty path on Linux: the kernel then makes up a name that nobody knows (\"autobind\", \
         unix(7)), so look before you call it",
    );
    makes_nothing(&place)?;
    refused
}

fn refuses_a_long_path(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    let folder = place.dir.path().display().to_string();
    let paths = TOO_LONG.iter().map(|bytes| format!("{folder}/{}", place.name_of_length(*bytes)));
    for path in paths.chain(TOO_LONG_NAMES.iter().map(|bytes| "s".repeat(*bytes))) {
        let bytes = path.len();
        let word = format!("unix:{path}");
        let mut server = bench.start_server(place.at("s")?, &with_address(Some(&place.dir), word))?;
        let refused = is_refused(
            &mut server,
            &format!(
                "the server reports that a path of {bytes} bytes is too long, and exits with a status other \
                 than 0"
            ),
            "`sockaddr_un` has room for 108 bytes: a path that is cut to fit is another path",
        );
        makes_nothing(&place)?;
        refused?;
    }
    Ok(())
}

/// Checks that the server has made no file.
fn makes_nothing(place: &Place) -> Outcome {
    let entries = place.dir.entries();
    let Some(name) = entries.0.keys().next() else { return Ok(()) };
    broken(
        "the server makes no file at another path than the one that it was given",
        format!("\"{}\" is there, a name of {} bytes", name.as_encoded_bytes().escape_ascii(), name.len()),
        "the path was cut, or another one was made up for it: the address must come from the first argument, or the \
         server ends",
    )
}
