//! `cd`: a directory for each connection.

use super::place::Place;
use super::run::{has_status, run, runs};
use crate::bench::{Bench, Peer, With};
use crate::finding::{Outcome, because, broken, quoted};
use crate::promises::{Check, server};

/// The rows.
pub const SERVER: &[Check] = &[
    server!("cd-goes", "goes to the folder that `cd` names, and stays there", cd_goes),
    server!("cd-to-nowhere", "states why `cd` fails, and stays where it is", cd_to_nowhere)
        .after(&["cd-goes"]),
    server!("cd-is-literal", "takes what follows `cd` literally, and nothing else for `cd`", cd_is_literal)
        .after(&["cd-goes"]),
    server!("cd-keeps-apart", "keeps a directory for each connection", cd_keeps_apart).after(&["cd-goes"]),
    server!("cd-home", "goes to $HOME at `cd` alone, or to / where there is none", cd_home)
        .after(&["cd-goes"]),
];

const NO_EFFECT: &str = "`cd` changed nothing for the next command: `sh -c 'cd …'` changes only the directory of that \
                         `sh`, which then ends; keep the directory of the connection, and start each command in it";

/// Returns the directory in which the connection's next command runs.
fn directory(peer: &mut Peer) -> Outcome<Vec<u8>> {
    let reply = run(peer, b"pwd -P")?;
    has_status(&reply, b"pwd -P", 0, "a command can be run in every directory that `cd` enters")?;
    Ok(reply.stdout.strip_suffix(b"\n").unwrap_or(&reply.stdout).to_vec())
}

/// Checks that the next command runs in this directory. `before` is where it ran before; `cause` says what else is
/// wrong.
fn is_in(peer: &mut Peer, right: &str, before: &[u8], line: &str, cause: &str) -> Outcome {
    let got = directory(peer)?;
    if got == right.as_bytes() {
        return Ok(());
    }
    broken(
        format!("the next command runs in \"{right}\" after {}", quoted(line.as_bytes())),
        format!("it ran in \"{}\"", got.escape_ascii()),
        if got == before && right.as_bytes() != before { NO_EFFECT } else { cause },
    )
}

/// Says `cd …`, and checks status 0 and where the next command runs.
fn goes(peer: &mut Peer, line: &str, right: &str, cause: &str) -> Outcome {
    let before = directory(peer)?;
    let reply = run(peer, line.as_bytes())?;
    has_status(&reply, line.as_bytes(), 0, cause)?;
    is_in(peer, right, &before, line, cause)
}

/// Says `cd …`, and checks status 1, a line on standard error, and that the directory stays.
fn fails(peer: &mut Peer, line: &str, cause: &str) -> Outcome {
    let before = directory(peer)?;
    let reply = because(run(peer, line.as_bytes()), cause)?;
    let after = directory(peer)?;
    if after != before {
        let (from, to) = (String::from_utf8_lossy(&before), String::from_utf8_lossy(&after));
        return broken(
            format!("the directory stays \"{from}\" after {}", quoted(line.as_bytes())),
            format!("the next command ran in \"{to}\""),
            cause.to_string(),
        );
    }
    has_status(&reply, line.as_bytes(), 1, cause)?;
    if reply.stderr.trim_ascii().is_empty() {
        return broken(
            format!("a line on standard error after {}", quoted(line.as_bytes())),
            "standard error is empty",
            "the client sees only the reply: put the reason on standard error",
        );
    }
    Ok(())
}

fn cd_goes(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    place.makes(&["a b/c", "x/y", "z"])?;
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    goes(
        &mut peer,
        &format!("cd {}", place.path("")),
        &place.path(""),
        "an absolute path is where it leads",
    )?;
    let trims = "blanks and tabs around the name are trimmed; those inside belong to it";
    let relative = "a relative path begins in the connection's own directory";
    for (line, right, cause) in [
        ("cd x", "x", relative),
        ("cd y", "x/y", relative),
        ("cd ../..", "", relative),
        ("cd a b", "a b", trims),
        ("cd ./c", "a b/c", relative),
        ("cd ..", "a b", relative),
        ("cd  \t ./c/. \t", "a b/c", trims),
        ("cd ../../x/y", "x/y", relative),
        ("cd /", "", "an absolute path is where it leads"),
    ] {
        let right = if line == "cd /" { "/".into() } else { place.path(right) };
        goes(&mut peer, line, &right, cause)?;
    }
    // As chdir(2) does it: `..` is the folder above the one that a link leads to.
    let link = format!("ln -s {} {}", place.path("x/y"), place.path("z/link"));
    runs(&mut peer, &link, (0, b"", b""), "run the line with `sh -c`")?;
    goes(&mut peer, &format!("cd {}", place.path("z/link")), &place.path("x/y"), "a link leads to a folder")?;
    let real = "the server removed `..` from the text of the path: ask the system for the folder (`canonicalize`), as \
                chdir(2) does";
    goes(&mut peer, "cd ..", &place.path("x"), real)?;
    goes(&mut peer, &format!("cd {}/..", place.path("z/link")), &place.path("x"), real)
}

fn cd_to_nowhere(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    place.writes("file")?;
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    goes(
        &mut peer,
        &format!("cd {}", place.path("")),
        &place.path(""),
        "an absolute path is where it leads",
    )?;
    let cause = "when the server cannot enter a folder (there is none, or it is a file), the reply has status 1 and a \
                 line on standard error, and the directory stays: check the folder before you keep its path";
    let file = format!("cd {}", place.path("file"));
    for line in ["cd nowhere", "cd file", "cd ../nowhere/at/all", &file, "cd /dev/null"] {
        fails(&mut peer, line, cause)?;
    }
    runs(&mut peer, "echo after", (0, b"after\n", b""), "a `cd` that failed changes nothing").map(|_| ())
}

fn cd_is_literal(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    place.makes(&["a", "b"])?;
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    goes(
        &mut peer,
        &format!("cd {}", place.path("")),
        &place.path(""),
        "an absolute path is where it leads",
    )?;
    let cause = "what follows `cd ` is the name of a folder, literally: no shell looks at it, so `~`, `$HOME`, \
                 quotes, `-` and `&&` mean nothing";
    for line in
        ["cd ~", "cd $HOME", "cd \"a\"", "cd a && true", "cd a; true", "cd -", "cd -- a", "cd a*", "cd a b"]
    {
        fails(&mut peer, line, cause)?;
    }
    place.makes(&["~", "$HOME", "a b;c"])?;
    for name in ["~", "$HOME", "a b;c"] {
        goes(&mut peer, &format!("cd {name}"), &place.path(name), cause)?;
        goes(&mut peer, "cd ..", &place.path(""), cause)?;
    }
    // `sh` runs everything else, also what only begins like `cd`.
    let sh =
        "only `cd` alone, and `cd` followed by a space, are the server's: every other line is run by `sh -c`";
    let here = place.path("");
    for (line, right) in [
        ("cd;pwd >/dev/null; echo ran", "ran\n"),
        (" cd a; echo ran", "ran\n"),
        ("cd\ta; echo ran", "ran\n"),
        ("echo cd a", "cd a\n"),
        ("true; cd a; echo ran", "ran\n"),
    ] {
        because(runs(&mut peer, line, (0, right.as_bytes(), b""), sh), sh)?;
        is_in(&mut peer, &here, here.as_bytes(), line, sh)?;
    }
    Ok(())
}

fn cd_keeps_apart(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "the server changed the directory of the whole process (`chdir`), which all connections \
                         share: keep a path for each connection, and start its commands there (`Command::current_dir`)";
    let place = Place::new(bench)?;
    place.makes(&["one/in", "two/in"])?;
    let mut server = bench.server()?;
    let mut first = bench.connect(&mut server)?;
    let own = String::from_utf8_lossy(&directory(&mut first)?).into_owned();
    let mut second = bench.connect(&mut server)?;
    let mut third = bench.connect(&mut server)?;
    goes(&mut first, &format!("cd {}", place.path("one")), &place.path("one"), CAUSE)?;
    goes(&mut second, &format!("cd {}", place.path("two")), &place.path("two"), CAUSE)?;
    let one = place.path("one");
    is_in(&mut first, &one, b"", "another connection's `cd`", CAUSE)?;
    goes(&mut first, "cd in", &place.path("one/in"), CAUSE)?;
    goes(&mut second, "cd in", &place.path("two/in"), CAUSE)?;
    is_in(&mut first, &place.path("one/in"), b"", "another connection's `cd`", CAUSE)?;
    is_in(&mut third, &own, b"", "another connection's `cd`", CAUSE)?;
    let mut later = bench.connect(&mut server)?;
    is_in(&mut later, &own, b"", "another connection's `cd`", CAUSE)
}

fn cd_home(bench: &mut Bench) -> Outcome {
    let place = Place::new(bench)?;
    place.makes(&["at home"])?;
    place.writes("file")?;
    let (home, file, nowhere) = (place.path("at home"), place.path("file"), place.path("nowhere"));
    let to_home = "`cd` alone goes to the folder that the server's variable HOME names";
    let to_root = "`cd` alone goes to `/` when HOME is unset, empty, or cannot be entered";
    for (set, right, cause) in [
        (Some(&*home), &*home, to_home),
        (None, "/", to_root),
        (Some(""), "/", to_root),
        (Some(&*nowhere), "/", to_root),
        (Some(&*file), "/", to_root),
    ] {
        let with = With { env: vec![("HOME", set.map(Into::into))], ..With::default() };
        let mut server = bench.server_as(&with)?;
        let mut peer = bench.connect(&mut server)?;
        goes(
            &mut peer,
            &format!("cd {}", place.path("")),
            &place.path(""),
            "an absolute path is where it leads",
        )?;
        goes(&mut peer, "cd", right, cause)?;
        if set == Some(&*home) {
            goes(&mut peer, "cd  ..", &place.path(""), "blanks before the name are trimmed")?;
            goes(&mut peer, "cd \t ", right, "`cd` and nothing but blanks is `cd` alone")?;
        }
    }
    Ok(())
}
