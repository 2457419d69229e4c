//! What a client makes of its lines.

use super::client::{Asked, again_if_it_gave_up, cause_of_printed};
use super::protocol::{MAX_TEXT, datagram};
use crate::bench::{Bench, Exit, Missing};
use crate::finding::{Finding, Half, Outcome, because, count, quoted};
use crate::promises::inputs::random_word;
use crate::promises::{Check, client};
use crate::wire::number_of;

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("sends-exact-datagrams", "sends number and line, and prints the reply", sends_exact_datagrams),
    client!("counts-to-300", "numbers its lines on beyond 255", counts_to_300)
        .after(&["prints-what-came"])
        .long(),
    client!("skips-empty-lines", "sends nothing for an empty line", skips_empty_lines)
        .after(&["prints-what-came"]),
    client!("strips-crlf", "sends a line without its `\\r\\n`", strips_crlf).after(&["prints-what-came"]),
    client!("quits-at-q", "ends at `q` with status 0, having sent nothing", quits_at_q),
    client!("quits-at-end-of-input", "ends at the end of its input with status 0", quits_at_end_of_input)
        .after(&["prints-what-came"]),
    client!("longest-line", "sends a line of 1024 bytes", longest_line).after(&["prints-what-came"]),
    client!("line-too-long", "reports it and exits with 1 at a line of 1025 bytes", line_too_long)
        .after(&["prints-what-came"]),
    client!("line-no-text", "sends a line that is not UTF-8, or reports it", line_no_text)
        .after(&["prints-what-came"]),
];

/// Returns lines of several kinds: with blanks, with letters beyond ASCII, some that only look like `q`, a long one, and
/// a short one after it.
fn some_lines(bench: &mut Bench) -> Vec<String> {
    let word = random_word(bench, 8);
    vec![
        random_word(bench, 5),
        format!("  {word} {}\t", random_word(bench, 3)),
        format!("你好 {word} é"),
        "   ".into(),
        format!("q{}", random_word(bench, 4)),
        "Q".into(),
        " q ".into(),
        "exit".into(),
        format!("a \0 inside {}", random_word(bench, 4)),
        random_word(bench, 700),
        random_word(bench, 3),
    ]
}

fn sends_exact_datagrams(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines = some_lines(bench);
        let replies: Vec<String> = lines.iter().map(|line| line.to_ascii_uppercase()).collect();
        let mut asked = Asked::with_texts(bench, &replies)?;
        for (line, reply) in lines.iter().zip(&replies) {
            asked.exchange(line, reply.as_bytes())?;
        }
        asked.ends()
    })
}

/// More than one byte of the number counts.
const LINES: usize = 300;

fn counts_to_300(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines: Vec<String> = (0..LINES).map(|_| random_word(bench, 4)).collect();
        let replies: Vec<String> = lines.iter().map(|line| line.to_ascii_uppercase()).collect();
        let mut asked = Asked::with_texts(bench, &replies)?;
        for (line, reply) in lines.iter().zip(&replies) {
            asked.exchange(line, reply.as_bytes())?;
        }
        asked.ends()
    })
}

fn skips_empty_lines(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines = [random_word(bench, 6), random_word(bench, 7), random_word(bench, 5)];
        let cause =
            "for an empty line there is nothing to send, and so no reply to wait for: go on to the next line";
        let mut asked = Asked::with_texts(bench, &lines)?;
        let (mut number, mut before) = (0, Vec::new());
        for (empty, line) in [(&b""[..], &lines[0]), (b"\n", &lines[1]), (b"\n\r\n\n", &lines[2])] {
            asked.client.input(empty);
            asked.client.line(line);
            let got = loop {
                match asked.mailbox.hear(&asked.client) {
                    // The request before may come again: whether it may is judged by the check for that.
                    Ok(got) if got.bytes == before => {}
                    Ok(got) => break got,
                    Err(missing) => return sends_nothing(line, &missing, cause),
                }
            };
            // Whether an empty line counts for the number is not said.
            let came = number_of(&got.bytes).unwrap_or(0);
            let may_be =
                [number + 1, number + 1 + empty.iter().filter(|byte| **byte == b'\n').count() as u32];
            if got.bytes.get(4..) == Some(b"") || got.bytes.get(4..) == Some(b"\r") {
                return Finding::new(
                    format!("the client sends nothing for an empty line, and then \"{line}\""),
                    format!("it sent a datagram of {}: {}", count(got.bytes.len()), quoted(&got.bytes)),
                    cause,
                )
                .of(Half::Client)
                .broken();
            }
            if got.bytes != datagram(came, line.as_bytes()) || !(may_be[0]..=may_be[1]).contains(&came) {
                return Finding::new(
                    format!("the client sends \"{line}\" with the number {}", number + 1),
                    format!("it sent a datagram of {}: {}", count(got.bytes.len()), quoted(&got.bytes)),
                    cause,
                )
                .of(Half::Client)
                .broken();
            }
            asked.mailbox.say(got.from, &datagram(came, line.as_bytes()))?;
            (number, before) = (came, got.bytes);
        }
        asked.client.line("q");
        asked.client.exits_well("after `q`")?;
        asked.client.printed_all(&lines.map(String::into_bytes), cause_of_printed)
    })
}

fn sends_nothing(line: &str, missing: &Missing, cause: &str) -> Outcome {
    Finding::new(format!("the client sends \"{line}\""), missing.to_string(), cause).of(Half::Client).broken()
}

fn strips_crlf(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines = [random_word(bench, 6), random_word(bench, 7)];
        let mut asked = Asked::with_texts(bench, &lines)?;
        for line in &lines {
            asked.client.input(format!("{line}\r\n").as_bytes());
            asked.hears(line.as_bytes())?;
            asked.reply(line.as_bytes())?;
        }
        asked.client.input(b"q\r\n");
        asked.ends_well("after `q`, with the line end `\\r\\n`")
    })
}

/// Types `q` as the first line: the client must send nothing at all.
fn quits_at_q(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| Asked::start(bench, &[])?.ends())
}

fn quits_at_end_of_input(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines = [random_word(bench, 6), random_word(bench, 7)];
        let mut asked = Asked::with_texts(bench, &lines)?;
        asked.exchange(&lines[0], lines[0].as_bytes())?;
        // The last line of a file may lack its line end; it is still a line.
        asked.client.input(lines[1].as_bytes());
        asked.client.end_input();
        let last = asked.hears(lines[1].as_bytes());
        because(last, "the last line of the input may lack its line end: it is still a line")?;
        asked.reply(lines[1].as_bytes())?;
        asked.ends_well("at the end of its input")
    })
}

fn longest_line(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines = [MAX_TEXT - 1, MAX_TEXT].map(|size| random_word(bench, size));
        let replies: Vec<String> = lines.iter().map(|line| line.to_ascii_uppercase()).collect();
        let mut asked = Asked::with_texts(bench, &replies)?;
        for (line, reply) in lines.iter().zip(&replies) {
            asked.client.line(line);
            let cause = "a line of 1024 bytes is not too long: with its number it fills the longest datagram, 1028 bytes";
            because(asked.hears(line.as_bytes()), cause)?;
            asked.reply(reply.as_bytes())?;
        }
        asked.ends()
    })
}

fn line_too_long(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let first = random_word(bench, 6);
        let cause = "a line of more than 1024 bytes is not sent, nor a part of it: report it on standard \
                     error, and exit with 1";
        // The third line has fewer characters than 1024.
        let lines = [random_word(bench, MAX_TEXT + 1), random_word(bench, 5000), "\u{e9}".repeat(600)];
        for line in &lines {
            let size = line.len();
            let mut asked = Asked::with_texts(bench, &[&first])?;
            asked.exchange(&first, first.as_bytes())?;
            asked.client.line(line);
            let heard = asked.mailbox.hear(&asked.client);
            if let Ok(got) = &heard
                && got.bytes != datagram(1, first.as_bytes())
            {
                return Finding::new(
                    format!("the client sends nothing of a line of {size} bytes"),
                    format!("it sent a datagram of {}", count(got.bytes.len())),
                    cause,
                )
                .of(Half::Client)
                .broken();
            }
            if matches!(heard, Err(Missing::Silent(_))) {
                asked.client.was_waited_for();
            }
            because(asked.client.exits_with_error(&format!("at a line of {size} bytes")), cause)?;
        }
        Ok(())
    })
}

fn line_no_text(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let line = b"caf\xe9 \xff";
        let cause = "a line need not be UTF-8: send its bytes as they are, or report it and exit with 1; \
                     never drop or change it";
        let mut asked = Asked::start(bench, &[])?;
        asked.client.input(&[line, &b"\n"[..]].concat());
        match asked.mailbox.hear_first(&asked.client) {
            Ok(got) if got.bytes == datagram(1, line) => {
                asked.mailbox.say(got.from, &datagram(1, b"a reply"))?;
                asked.client.line("q");
                asked.client.exits_well("after `q`")
            }
            Ok(got) => Finding::new(
                "the client sends the bytes of its line",
                format!("it sent a datagram of {}: {}", count(got.bytes.len()), quoted(&got.bytes)),
                cause,
            )
            .of(Half::Client)
            .broken(),
            Err(Missing::Ended(Exit::Code(_))) => {
                because(asked.client.exits_with_error("at a line that is not UTF-8"), cause)
            }
            Err(missing) => sends_nothing("caf\\xe9 \\xff", &missing, cause),
        }
    })
}
