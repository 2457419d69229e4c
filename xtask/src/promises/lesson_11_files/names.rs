//! Names, and what stands in DIR beside regular files: no path escapes.

use super::protocol::{accepted, body, get, gets, hear_reply, list, message, put, put_header, refused};
use super::site::{Site, random};
use crate::bench::Bench;
use crate::finding::{Finding, Half, Outcome, because, quoted};
use crate::promises::frames::frame_with;
use crate::promises::{Check, server};
use serde_json::json;

/// The rows.
pub const SERVER: &[Check] = &[
    server!("bad-names", "refuses names that break the rule", bad_names).after(&["refuses-and-goes-on"]),
    server!("good-names", "takes any name that keeps the rule", good_names)
        .after(&["serves-files", "lists-files"]),
    server!("only-good-names", "lists and serves no file whose name breaks the rule", only_good_names)
        .after(&["serves-files", "lists-files"]),
    server!("follows-no-link", "follows no symbolic link", follows_no_link).after(&["only-good-names"]),
    server!("folders-are-no-files", "neither serves, lists nor replaces a folder", folders_are_no_files)
        .after(&["only-good-names"]),
    server!("fifo-blocks-nobody", "neither waits for a FIFO nor lists it", fifo_blocks_nobody)
        .after(&["folders-are-no-files"]),
];

/// Returns names that break the rule.
pub fn wrong_names() -> Vec<String> {
    let short = ["", ".", "..", "../outside", "../../outside", "sub/file", "/outside", "a\\b", "..\\outside"];
    let more = [".hidden", "...", "a\nb", "a\0b", "\u{1}", "a\tb", "\u{1f}a", "a\u{7f}", "a/", "./a"];
    let long = ["x".repeat(256), "\u{7c98}".repeat(86), "y".repeat(5000)];
    short.into_iter().chain(more).map(String::from).chain(long).collect()
}

fn bad_names(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    site.around.write("outside", b"a secret")?;
    site.dir.folder("sub")?.write("file", b"below")?;
    site.dir.write("a", b"a file")?;
    // A server may have its temporary files beside DIR.
    let known = ["dir", "outside"];
    let before = site.around.entries().only(&known);
    let absolute = site.around.at("outside").to_string_lossy().into_owned();
    let mut peer = site.connect(bench)?;
    let bytes = random(bench, 500);
    for name in wrong_names().into_iter().chain([absolute]) {
        let cause = format!(
            "{} breaks the rule for names (1 to 240 bytes of UTF-8 without `/`, `\\`, control characters, and no \
             leading `.`): look at the name before you touch a file, and refuse it",
            quoted(name.as_bytes())
        );
        for (request, verb) in [(put(bench, &name, &bytes)?, "put"), (get(&name), "get")] {
            let what = format!("`{verb}` of the name {}", quoted(name.as_bytes()));
            refused(&site.server, &mut peer, &request, &what, &cause)?;
        }
        let now = site.around.until(|now| now.clone().only(&known) == before).only(&known);
        if let Some(change) = before.change(&now) {
            let expected = "DIR, and the file beside it, are as they were before a name that breaks the rule";
            return Finding::new(expected, change, cause).of(Half::Server).broken();
        }
    }
    Ok(())
}

fn good_names(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut peer = site.connect(bench)?;
    let long = ["x".repeat(240), "\u{7c98}".repeat(80), "\u{1f600}".repeat(60)];
    let short = [
        "a", " ", "-", "~", "a..b", "a.", "-rf", "CON", "a:b", "*", "%2e%2e", "$HOME", "\"", "'", "{}",
        "new name",
    ];
    let beyond = ["\u{e9}t\u{e9} \u{7c98}\u{5305}", "e\u{301}", "\u{1f600}.txt", "\u{2028}", "\u{fffd}"];
    let names: Vec<String> = short.into_iter().chain(beyond).map(String::from).chain(long).collect();
    let mut lines = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let bytes = random(bench, n);
        let cause = format!("{} keeps the rule for names: nothing in it is special", quoted(name.as_bytes()));
        because(site.puts(bench, &mut peer, name, &bytes), cause.as_str())?;
        because(gets(bench, &site.server, &mut peer, name, &bytes, None), cause)?;
        lines.push((name, n));
    }
    // The same name may be written with JSON's escapes.
    let header = r#"{"op" : "\u0067et", "name": "\ud83d\ude00.txt"}"#;
    let what = "`get` of a name in JSON's escapes";
    let cause =
        "\\ud83d\\ude00 in JSON is one character beyond the first plane: let a JSON library read the header";
    let reply = accepted(&site.server, &mut peer, &frame_with(header.as_bytes(), b""), what, cause)?;
    body(&mut peer, &reply)?;
    lines.sort();
    let expected: String = lines.iter().map(|(name, size)| format!("{size} {name}\n")).collect();
    site.lists(
        &mut peer,
        &expected,
        "each file whose name keeps the rule is listed, `SIZE NAME\\n`, by the bytes of the names",
    )
}

fn only_good_names(bench: &mut Bench) -> Outcome {
    let mut site = Site::open(bench)?;
    let mut names = vec![".hidden", "a\\b", "a\u{7f}", "...", "\u{1f}a"];
    if cfg!(unix) {
        names.push("a\nb");
        #[cfg(unix)]
        site.dir
            .write(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"caf\xe9"), b"no UTF-8")?;
    }
    for name in &names {
        site.dir.write(name, b"breaks the rule")?;
    }
    site.dir.write("good", b"keeps it")?;
    let mut peer = site.connect(bench)?;
    site.lists(
        &mut peer,
        "8 good\n",
        "only files whose names keep the rule are listed: this also leaves out names that are no UTF-8",
    )?;
    for name in names {
        let cause =
            "serve only files whose names keep the rule: other programs may have put other files into DIR";
        refused(
            &site.server,
            &mut peer,
            &get(name),
            &format!("`get` of the name {}", quoted(name.as_bytes())),
            cause,
        )?;
    }
    Ok(())
}

fn follows_no_link(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a symbolic link is no regular file, wherever it leads: open with O_NOFOLLOW, and ask the open file what \
                         it is (`File::metadata`); a put never writes through a name, but renames a new file to it";
    let mut site = Site::open(bench)?;
    site.around.write("outside", b"a secret")?;
    site.around.folder("there")?.write("below", b"below")?;
    site.dir.write("good", b"a good file")?;
    for (name, to) in [
        ("out", "../outside"),
        ("in", "good"),
        ("nowhere", "../new"),
        ("folder", "../there"),
        ("loop", "loop"),
    ] {
        site.dir.link(name, to)?;
    }
    site.dir.link("absolute", site.around.at("outside"))?;
    let known = ["outside", "there", "new"];
    let outside = site.around.entries().only(&known);
    let links = ["out", "in", "nowhere", "folder", "loop", "absolute"];
    let mut peer = site.connect(bench)?;
    site.lists(&mut peer, "11 good\n", CAUSE)?;
    for name in links {
        refused(&site.server, &mut peer, &get(name), &format!("`get` of the symbolic link {name}"), CAUSE)?;
    }
    for name in links {
        let bytes = random(bench, 2000);
        let what = format!("`put` over the symbolic link {name}");
        // It may be refused, or replace the link.
        let _ = peer.say(&put(bench, name, &bytes)?);
        let reply = because(hear_reply(&site.server, &mut peer, &what), CAUSE)?;
        let now = site.around.entries().only(&known);
        if let Some(change) = outside.change(&now) {
            let expected = "a put over a link does not touch what the link leads to";
            return Finding::new(expected, change, CAUSE).of(Half::Server).broken();
        }
        if reply.error.is_none() {
            site.holds(name, &bytes, "a put over a link is refused, or the file stands in the link's place")?;
        }
        site.holds("good", b"a good file", CAUSE)?;
    }
    Ok(())
}

fn folders_are_no_files(bench: &mut Bench) -> Outcome {
    const CAUSE: &str =
        "a folder is no regular file: refuse to put over it and to get it, and do not list it";
    let mut site = Site::open(bench)?;
    site.dir.folder("empty")?;
    site.dir.folder("full")?.write("file", b"below")?;
    site.dir.write("good", b"a good file")?;
    let before = site.dir.entries();
    let mut peer = site.connect(bench)?;
    site.lists(&mut peer, "11 good\n", CAUSE)?;
    for name in ["empty", "full"] {
        let bytes = random(bench, 70_000);
        refused(&site.server, &mut peer, &get(name), &format!("`get` of the folder {name}"), CAUSE)?;
        refused(
            &site.server,
            &mut peer,
            &put(bench, name, &bytes)?,
            &format!("`put` over the folder {name}"),
            CAUSE,
        )?;
        site.is(&before, "before a put over a folder", CAUSE)?;
    }
    Ok(())
}

fn fifo_blocks_nobody(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a FIFO is no regular file, and to open one waits until somebody opens its other end: open with \
                         O_NONBLOCK and ask the open file what it is (`File::metadata`); a put never opens what stands under \
                         its name, but renames a new file to it";
    let mut site = Site::open(bench)?;
    site.dir.fifo("pipe")?;
    site.dir.write("good", b"a good file")?;
    let mut peer = site.connect(bench)?;
    site.lists(&mut peer, "11 good\n", CAUSE)?;
    refused(&site.server, &mut peer, &get("pipe"), "`get` of a FIFO", CAUSE)?;
    // A server may refuse a put over it, or replace it.
    let _ = peer.say(&put(bench, "pipe", b"bytes")?);
    because(hear_reply(&site.server, &mut peer, "`put` over a FIFO"), CAUSE)?;
    let reply = accepted(&site.server, &mut peer, &list(), "`list` after a put over a FIFO", CAUSE)?;
    body(&mut peer, &reply).map(|_| ())
}

/// Returns requests that are refused for what their header says, each with its name and the reason.
pub fn bad_requests(bench: &Bench) -> Outcome<Vec<(Vec<u8>, String, &'static str)>> {
    const OP: &str = "`op` is `put`, `get` or `list`: refuse every other one, and a message without it";
    const NAME: &str = "`name` is a text: refuse a message without it, and one where it is something else";
    const HASH: &str =
        "`sha256` is 64 digits of hexadecimal: refuse a put without it, and one where it is something else";
    const OFFSET: &str = "`offset` is a non-negative integer: refuse every other one";
    const MISSING: &str = "there is no such file: refuse, and go on";
    let body = vec![b'x'; 5000];
    let hash = bench.hash(&body)?;
    let mut all = Vec::new();
    for op in [json!("delete"), json!(""), json!("PUT"), json!(5), json!(["put"])] {
        let header = json!({"op": op, "name": "new", "data_size": 5000, "sha256": hash});
        all.push((message(&header, &body), format!("a message whose `op` is {op}"), OP));
    }
    let header = json!({"name": "new", "data_size": 5000, "sha256": hash});
    all.push((message(&header, &body), "a message without `op`".into(), OP));
    for name in [json!(5), json!(["new"]), json!({"new": 1}), json!(true)] {
        let header = json!({"op": "put", "name": name, "data_size": 5000, "sha256": hash});
        all.push((message(&header, &body), format!("`put` of the name {name}"), NAME));
        all.push((
            message(&json!({"op": "get", "name": name}), b""),
            format!("`get` of the name {name}"),
            NAME,
        ));
    }
    let header = json!({"op": "put", "data_size": 5000, "sha256": hash});
    all.push((message(&header, &body), "`put` without a name".into(), NAME));
    all.push((message(&json!({"op": "get"}), b""), "`get` without a name".into(), NAME));
    let long = format!("{hash}0");
    for hash in [json!(hash[1..]), json!(long), json!(""), json!("z".repeat(64)), json!(5), json!([hash])] {
        let header = json!({"op": "put", "name": "new", "data_size": 5000, "sha256": hash});
        all.push((message(&header, &body), format!("`put` with the hash {hash}"), HASH));
    }
    let header = json!({"op": "put", "name": "new", "data_size": 5000});
    all.push((message(&header, &body), "`put` without a hash".into(), HASH));
    for offset in [json!(-1), json!(1.5), json!("5"), json!([5]), json!(-9_223_372_036_854_775_808i64)] {
        let header = json!({"op": "get", "name": "old", "offset": offset});
        all.push((message(&header, b""), format!("`get` from offset {offset}"), OFFSET));
    }
    all.push((get("no such file"), "`get` of a file that is not there".into(), MISSING));
    // A body of a put whose name is refused, with something in it that looks like a message.
    let inner = message(&put_header("inner", 0, &bench.hash(b"")?), b"");
    let header = put_header("a/b", inner.len() as u64, &bench.hash(&inner)?);
    all.push((message(&header, &inner), "`put` of a name with `/`".into(), NAME));
    Ok(all)
}
