//! One command: said to a server, its reply heard and compared.

use super::reply::{Fault, Part, Reply};
use crate::bench::{Ending, Peer};
use crate::finding::{Cause, Comparison, Finding, Half, Outcome, Symptom, because, broken, count, quoted};

/// Says this line and hears its reply, whatever it says.
///
/// # Errors
/// The finding that no right reply came.
pub fn run(peer: &mut Peer, line: &[u8]) -> Outcome<Reply> {
    let _ = peer.say(&[line, b"\n"].concat()); // How the connection ended is heard next.
    hears(peer, line)
}

/// Hears the reply to this line, which was said before.
///
/// # Errors
/// The finding that no right reply came.
pub fn hears(peer: &mut Peer, line: &[u8]) -> Outcome<Reply> {
    let mut bytes = Vec::new();
    hears_onto(peer, line, &mut bytes)
}

/// Hears the rest of the reply to this line, which begins with `bytes`.
///
/// # Errors
/// The finding that no right reply came.
pub fn hears_onto(peer: &mut Peer, line: &[u8], bytes: &mut Vec<u8>) -> Outcome<Reply> {
    Reply::hear_onto(peer, bytes).or_else(|(fault, ending)| {
        let silent = fault == Fault::Cut(Part::Length, 4) && matches!(ending, Some(Ending::Silence(_)));
        let expected = format!("the reply to the command {}", quoted(line));
        Finding::new(expected, fault.came(bytes, ending), fault.cause(bytes, ending))
            .seen(if silent { Symptom::Silent } else { Symptom::Other })
            .of(Half::Server)
            .broken()
    })
}

/// Says this line, and checks that the reply has exactly this status and these streams; `cause` says why it may have
/// others, where what came does not tell.
///
/// # Errors
/// The finding that names what came instead.
pub fn runs(
    peer: &mut Peer,
    line: &str,
    (status, stdout, stderr): (u8, &[u8], &[u8]),
    cause: impl Into<Cause>,
) -> Outcome<Reply> {
    let reply = run(peer, line.as_bytes())?;
    is(&reply, line.as_bytes(), (status, stdout, stderr), cause)?;
    Ok(reply)
}

/// Checks that the reply to this line has exactly this status and these streams, as [`runs`].
///
/// # Errors
/// The finding that names what came instead.
pub fn is(
    reply: &Reply,
    line: &[u8],
    (status, stdout, stderr): (u8, &[u8], &[u8]),
    cause: impl Into<Cause>,
) -> Outcome {
    let exchanged = reply.stdout.len() == stdout.len()
        && [stderr, stdout].concat() == [&reply.stdout[..], &reply.stderr].concat();
    for (name, right, got, other) in
        [("output", stdout, &reply.stdout, stderr), ("error", stderr, &reply.stderr, stdout)]
    {
        if let Some(comparison) = Comparison::of(right, got) {
            return Finding::new(
                format!("{} of standard {name}, from the command {}", count(right.len()), quoted(line)),
                format!("{}: {}", count(got.len()), shown(reply)),
                (exchanged && !stdout.is_empty() && !stderr.is_empty())
                    .then(|| EXCHANGED.into())
                    .or_else(|| no_shell(line, reply))
                    .or_else(|| cause_of_stream(right, got, other, reply.status == Some(status)))
                    .unwrap_or_else(|| cause.into()),
            )
            .comparing(comparison)
            .of(Half::Server)
            .broken();
        }
    }
    has_status(reply, line, status, cause)
}

/// Checks that the reply to this line has this status.
///
/// # Errors
/// The finding that names the status that came.
pub fn has_status(reply: &Reply, line: &[u8], status: u8, cause: impl Into<Cause>) -> Outcome {
    if reply.status == Some(status) {
        return Ok(());
    }
    let (expected, got) = (format!("status {status} of the command {}", quoted(line)), shown(reply));
    broken(expected, got, cause)
}

/// Checks that the reply to this line has no status, but says why. [`Reply::hear_onto`] has looked at the `error`
/// already.
///
/// # Errors
/// The finding that names the status that came.
pub fn has_none(reply: &Reply, line: &[u8], cause: &str) -> Outcome {
    match reply.status {
        None => Ok(()),
        Some(_) => broken(
            format!("status null with an `error`, in reply to {}", quoted(line)),
            shown(reply),
            cause.to_string(),
        ),
    }
}

/// Gives a server that did not reply at all this cause.
///
/// # Errors
/// Those of `outcome`.
pub fn if_silent<T>(outcome: Outcome<T>, cause: impl Into<Cause>) -> Outcome<T> {
    match &outcome {
        Err(stop) if stop.symptom() == Symptom::Silent => because(outcome, cause),
        _ => outcome,
    }
}

/// Returns in words the status of a reply.
pub fn shown(reply: &Reply) -> String {
    match reply.status {
        Some(status) => format!("status {status}"),
        None => format!("status null, error \"{}\"", reply.error.escape_debug()),
    }
}

const EXCHANGED: &str =
    "the two streams are exchanged: standard output comes first, and is announced as `stdout_size`";

/// Returns that no shell ran the line, if the command printed what only a shell understands.
fn no_shell(line: &[u8], reply: &Reply) -> Option<Cause> {
    let at =
        [&b"; "[..], b" >&2", b" | "].iter().filter_map(|mark| memchr::memmem::find(line, mark)).min()?;
    let mark = &line[at..line.len().min(at + 6)];
    memchr::memmem::find(&reply.stdout, mark).map(|_| {
        "no shell ran the line: it was cut into words; `sh` gets it whole, as one argument (`sh -c LINE`)"
            .into()
    })
}

/// Returns why a stream is not what the command wrote, where the bytes tell.
fn cause_of_stream(right: &[u8], got: &[u8], other: &[u8], ran: bool) -> Option<Cause> {
    let has = |bytes: &[u8], what: &[u8]| memchr::memmem::find(bytes, what).is_some();
    let cause = match () {
        () if has(got, b"\xef\xbf\xbd") && !has(right, b"\xef\xbf\xbd") => {
            "EF BF BD is what a lossy conversion to text puts in place of bytes that are no UTF-8: both the line \
             and the streams are bytes"
        }
        () if !other.is_empty() && got == other && right.is_empty() => {
            "the other stream's bytes came in this one: the two are exchanged, or both were put into one; use a pipe \
             for each, and send standard output first"
        }
        () if !other.is_empty() && got == other => EXCHANGED,
        () if !other.is_empty() && !right.is_empty() && (has(got, other)) => {
            "both streams were put into one: use a pipe for each (after `2>&1` nobody can tell them apart)"
        }
        () if got.is_empty() && !right.is_empty() && ran => {
            "the stream is empty: read both streams to their end, and send both in every reply"
        }
        () if got.len() < right.len() && right.trim_ascii_end() == got => {
            "the line end of the output is missing: send both streams as they came, untrimmed"
        }
        () if right.starts_with(got)
            && std::str::from_utf8(right).is_ok_and(|t| t.chars().count() == got.len()) =>
        {
            "the sizes count bytes, not characters"
        }
        () if right.starts_with(got) && !got.is_empty() => {
            "the stream was cut: read it until its end, in many reads"
        }
        () if got.len() > right.len() && has(got, b"\r\n") && !has(right, b"\r\n") => {
            "line ends were changed: the streams are bytes, not text"
        }
        () => return None,
    };
    Some(cause.into())
}
