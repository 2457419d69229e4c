//! What a client does with replies.

use super::protocol::Command;
use super::reply::{MAX_OUTPUT, Reply};
use crate::bench::{Bench, Client, Peer, same_bytes};
use crate::finding::{Finding, Half, Outcome, because, quoted};
use crate::promises::asking::Ask;
use crate::promises::frames::frame_with;
use crate::promises::inputs::{random_from, random_word};
use crate::promises::{Check, client};

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("two-streams", "writes each stream where it belongs, unchanged", two_streams),
    client!("large-streams", "passes on both streams of 1 MB each", large_streams)
        .after(&["two-streams"])
        .long(),
    client!("says-the-status", "reports the status when it is not 0", says_the_status)
        .after(&["two-streams"]),
    client!("says-the-error", "reports the error when there is no status", says_the_error)
        .after(&["two-streams"]),
    client!("other-keys", "ignores other keys, blanks and the order of the keys", other_keys)
        .after(&["two-streams"]),
    client!("largest-output", "reads on for 64 MiB of output, the most", largest_output)
        .after(&["large-streams"]),
];

/// A conversation with a client: the runner is the server.
pub struct Talk {
    /// The client.
    pub client: Client,
    /// The runner's side of its connection.
    pub peer: Peer,
    /// How many lines were answered.
    answered: usize,
}

/// Why a client does not go on after a plain reply.
pub const FRAME: &str = "the client did not take a right reply: the length is big-endian (`from_be_bytes`) and counts \
                         the bytes of the header, and the header's two sizes count the bytes of the streams behind it";

impl Talk {
    /// Starts the client, and looks for these streams in what it prints, in this order.
    pub fn start(bench: &mut Bench, stdout: &[Vec<u8>], stderr: &[Vec<u8>]) -> Outcome<Self> {
        let host = bench.host()?;
        let client = bench.client_seeking(host.addr, stdout, stderr)?;
        let peer = bench.accept(&host, &client)?;
        Ok(Self { client, peer, answered: 0 })
    }

    /// Types a line, checks that it comes, and replies with these bytes; `cause` says why a line after the first does
    /// not come.
    pub fn exchange(&mut self, line: &str, reply: &[u8], cause: &str) -> Outcome {
        self.client.line(line);
        let (request, answered) = (Command::request(line), self.answered);
        self.answered += 1;
        let heard = self.peer.hear(request.len());
        same_bytes(Half::Client, &request, &heard, |request, heard| match heard.bytes.as_slice() {
            [] if answered > 0 => cause.into(),
            _ => Command::cause_of_request(request, heard),
        })?;
        // Both ways at once: the client need not read while it writes, and its status tells what became of it.
        let _ = self.peer.say(reply);
        Ok(())
    }

    /// Types `q`, and checks that the client ends well.
    fn quits(&mut self) -> Outcome {
        self.client.line("q");
        self.client.hear_out(&mut self.peer, 1024);
        self.peer.half_close();
        self.client.exits_well("after `q`")
    }
}

/// Sends a client these replies, one for each line, and checks that it passes on both streams of each.
fn passes_on(bench: &mut Bench, replies: &[(Vec<u8>, Reply)], taken: &str, cause: &str) -> Outcome {
    let streams = |of: fn(&Reply) -> &Vec<u8>| -> Vec<Vec<u8>> {
        replies.iter().map(|(_, reply)| of(reply).clone()).filter(|stream| !stream.is_empty()).collect()
    };
    let (stdout, stderr) = (streams(|reply| &reply.stdout), streams(|reply| &reply.stderr));
    let mut talk = Talk::start(bench, &stdout, &stderr)?;
    for (n, (bytes, _)) in replies.iter().enumerate() {
        let line = format!("line {} {}", n + 1, random_word(bench, 4));
        talk.exchange(&line, bytes, taken)?;
    }
    talk.exchange("last", &Reply::new(0, b"", b"").bytes(), taken)?;
    talk.quits()?;
    let missing = |printed: &str| {
        if printed.trim().is_empty() { Command::cause_of_printed(printed) } else { cause.into() }
    };
    talk.client.printed_all(&stdout, missing)?;
    talk.client.passed_on_all(&stderr, cause)
}

fn plain(reply: Reply) -> (Vec<u8>, Reply) {
    (reply.bytes(), reply)
}

const EACH: &str = "write the first `stdout_size` bytes behind the header to standard output and the next \
                    `stderr_size` to standard error, as they came: they are bytes, and need not be text";

fn two_streams(bench: &mut Bench) -> Outcome {
    let every: Vec<u8> = (0..=255).collect();
    let (one, two) = (random_from(bench, b"QXZJ", 9), random_from(bench, b"QXZJ", 11));
    passes_on(
        bench,
        &[
            plain(Reply::new(0, format!("{one}\n").as_bytes(), b"")),
            plain(Reply::new(0, b"", format!("{two}\n").as_bytes())),
            plain(Reply::new(0, b"", b"")),
            plain(Reply::new(0, "粘包 é QX\n\n JZ\t\r\n".as_bytes(), b"  XZ\r\nno end")),
            plain(Reply::new(0, &every, b"\xff\xfe\0QZ")),
            plain(Reply::new(0, two.as_bytes(), one.as_bytes())),
        ],
        FRAME,
        EACH,
    )?;
    // Each stream only where it belongs.
    let (out, err) = (random_from(bench, b"QXZJ", 24), random_from(bench, b"QXZJ", 24));
    let mut talk = Talk::start(bench, &[], &[])?;
    talk.exchange("line", &Reply::new(0, out.as_bytes(), err.as_bytes()).bytes(), FRAME)?;
    talk.quits()?;
    talk.client.end();
    let has = |bytes: &[u8], what: &str| memchr::memmem::find(bytes, what.as_bytes()).is_some();
    let (printed, said) = (talk.client.printed(), talk.client.said().0);
    if !has(&printed, &err) && !has(&said, &out) {
        return Ok(());
    }
    Finding::new(
        "standard output of the command on standard output, and standard error on standard error",
        format!("standard output: {}, standard error: {}", quoted(&printed), quoted(&said)),
        "keep the two streams apart: a person who redirects one does not want the other in it",
    )
    .of(Half::Client)
    .broken()
}

fn large_streams(bench: &mut Bench) -> Outcome {
    // No program's buffer has the part's length.
    let mut large = |len: usize| {
        let mut bytes = random_from(bench, b"QXZJ", 131_071).repeat(len / 131_071 + 1).into_bytes();
        bytes.truncate(len);
        bytes
    };
    let (one, two) = (large(1_000_003), large(1_000_037));
    let cause = "a stream is as long as the header states, and comes in many reads: read on until all of it \
                 is there, and write all of it (`write_all`)";
    passes_on(
        bench,
        &[
            plain(Reply::new(0, &one, &two)),
            plain(Reply::new(0, b"", &one)),
            plain(Reply::new(0, &two, b"")),
            plain(Reply::new(0, b"QXZ last", b"JZX last")),
        ],
        cause,
        cause,
    )
}

/// Returns whether a line of `said` holds `words`, with no digit after them.
fn says(said: &[u8], words: &str) -> bool {
    let at = |line: &[u8]| {
        memchr::memmem::find_iter(line, words.as_bytes())
            .any(|at| !line.get(at + words.len()).is_some_and(u8::is_ascii_digit))
    };
    said.split(|byte| *byte == b'\n').any(at)
}

fn says_the_status(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "a status other than 0 means that the command failed, also when it printed nothing: \
                         print a line on standard error that holds `status` and the number";
    for (status, stderr) in [(3, &b""[..]), (1, b"QX\n"), (137, b"no line end"), (255, b"")] {
        let mut talk = Talk::start(bench, &[], &[])?;
        talk.exchange("first", &Reply::new(0, b"QXZ\n", b"").bytes(), FRAME)?;
        talk.exchange("second", &Reply::new(status, b"", stderr).bytes(), FRAME)?;
        let next = "a status other than 0 is the command's, not the client's: go on with the next line";
        talk.exchange("third", &Reply::new(0, b"ZXQ\n", b"").bytes(), next)?;
        if status == 137 {
            // The last command's status is not the client's either.
            talk.exchange("fourth", &Reply::new(137, b"", b"").bytes(), next)?;
        }
        let well = "the status of a command is no error of the client: at `q` it exits with 0";
        because(talk.quits(), well)?;
        talk.client.end();
        let said = talk.client.said().0;
        if !says(&said, &format!("status {status}")) {
            let expected = format!("a line on standard error that holds \"status {status}\"");
            return Finding::new(expected, quoted(&said), CAUSE).of(Half::Client).broken();
        }
    }
    Ok(())
}

fn says_the_error(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "where the status is null, the text of `error` states why: print a line on standard \
                         error that holds it";
    for words in ["10 s are over", "signal 9 (SIGKILL) ended it: QXZ", &"x".repeat(200)] {
        let reply =
            Reply { error: words.into(), stdout: b"QXZ\n".to_vec(), stderr: b"ZXQ\n".to_vec(), status: None };
        let mut talk = Talk::start(bench, &[b"QXZ".to_vec()], &[])?;
        talk.exchange("first", &reply.bytes(), FRAME)?;
        let next = "a status of null is the command's, not the client's: go on with the next line";
        talk.exchange("second", &Reply::new(0, b"", b"").bytes(), next)?;
        because(talk.quits(), "what ended a command is no error of the client: at `q` it exits with 0")?;
        talk.client.printed_all(
            &[b"QXZ".to_vec()],
            |_| "what came before the command ended belongs to the reply: print it",
        )?;
        let said = talk.client.said().0;
        if !says(&said, words) {
            let expected = format!("a line on standard error that holds {}", quoted(words.as_bytes()));
            return Finding::new(expected, quoted(&said), CAUSE).of(Half::Client).broken();
        }
    }
    Ok(())
}

fn other_keys(bench: &mut Bench) -> Outcome {
    const CAUSE: &str = "the header is a JSON object: parse it as JSON, take the three keys from it, in any order, \
                         and ignore every other key (a search for text finds the wrong one)";
    let headers = [
        "{\"name\":\"\\\"stdout_size\\\":1\",\"in\":{\"status\":9,\"stdout_size\":7},\"stderr_size\":4,\"stdout_size\":5,\
         \"status\":0}",
        "\r\n{ \"stdout_size\" :\t5 ,\n\"é\" : [null], \"stderr_size\":4, \"error\" : 7, \"status\" : 0, \"more\": \
         -1.5e3 } ",
    ];
    let longest =
        format!("{}{{\"status\":0,\"stdout_size\":5,\"stderr_size\":4}}", " ".repeat(64 * 1024 - 46));
    let replies: Vec<(Vec<u8>, Reply)> = headers
        .into_iter()
        .chain([longest.as_str()])
        .map(|header| (frame_with(header, b"QXZQXJZJZ"), Reply::new(0, b"QXZQX", b"JZJZ")))
        .collect();
    passes_on(bench, &replies, CAUSE, CAUSE)
}

fn largest_output(bench: &mut Bench) -> Outcome {
    let header = format!("{{\"status\":0,\"stdout_size\":{},\"stderr_size\":1000}}", MAX_OUTPUT - 1000);
    let mut talk = Talk::start(bench, &[], &[])?;
    talk.exchange("much", &frame_with(&header, b"only this"), FRAME)?;
    let Talk { mut client, peer, .. } = talk;
    let outcome = client.waits_at_rest(
        || peer.is_taken(),
        "two streams of exactly 64 MiB together (67108864 bytes) are announced",
    );
    because(outcome, "64 MiB of output is allowed: refuse only more")?;
    peer.close();
    client.exits_with_error("when the server ends inside a reply")
}
