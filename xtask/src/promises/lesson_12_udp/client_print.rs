//! What a client prints of a reply.

use super::client::{Asked, again_if_it_gave_up, because_it_ended, cause_of_printed};
use super::protocol::{MAX_TEXT, reply_to};
use crate::bench::{Bench, With};
use crate::finding::{Finding, Half, Outcome, Perhaps, because, quoted};
use crate::promises::inputs::random_word;
use crate::promises::output_fails::{LENGTHS, TITLE};
use crate::promises::{Check, client};
use crate::wire::number_of;

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("prints-what-came", "prints the text that came, whatever it is", prints_what_came),
    client!("prints-bytes", "prints a reply that is not UTF-8 as it came", prints_bytes)
        .after(&["prints-what-came"]),
    client!("longest-reply", "prints a reply of 1024 bytes whole", longest_reply)
        .after(&["prints-what-came"]),
    client!("empty-reply", "takes a reply without a text", empty_reply).after(&["prints-what-came"]),
    client!("nothing-stale", "prints nothing of the number or of an old reply", nothing_stale)
        .after(&["longest-reply"]),
    client!("output-fails", TITLE, output_fails).after(&["longest-reply"]),
];

fn prints_what_came(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [
            random_word(bench, 12),
            format!("  {} \t", random_word(bench, 5)),
            "q".into(),
            random_word(bench, 9),
        ];
        let mut asked = Asked::with_texts(bench, &replies)?;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.exchange(&line, reply.as_bytes())?;
        }
        asked.ends()
    })
}

fn prints_bytes(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [
            &b"caf\xe9 \xff\xfe end"[..],
            b"half a character \xe4\xbd",
            "gr\u{fc}\u{df}e".as_bytes(),
            b"\0in front, in the mid\0dle",
        ];
        let mut asked = Asked::with_texts(bench, &replies)?;
        let cause = Perhaps("it takes the text of a reply for UTF-8, which it need not be: keep it as bytes");
        for reply in replies {
            let line = random_word(bench, 6);
            because_it_ended(asked.exchange(&line, reply), cause)?;
        }
        asked.client.line("q");
        because_it_ended(asked.client.exits_well("after `q`"), cause)?;
        asked.client.end();
        let printed = asked.client.printed();
        let Some(missing) = replies.iter().find(|reply| memchr::memmem::find(&printed, reply).is_none())
        else {
            return Ok(());
        };
        Finding::new(
            format!("the client prints the bytes {}", quoted(missing)),
            "they are not there; perhaps they were replaced, escaped or left out",
            "a text is bytes: write them to standard output as they came, not as a text of your language",
        )
        .of(Half::Client)
        .broken()
    })
}

fn longest_reply(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [random_word(bench, MAX_TEXT), random_word(bench, MAX_TEXT - 1)];
        let mut asked = Asked::with_texts(bench, &replies)?;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.exchange(&line, reply.as_bytes())?;
        }
        asked.ends()
    })
}

fn empty_reply(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let last = random_word(bench, 9);
        let mut asked = Asked::with_texts(bench, &[&last])?;
        let line = random_word(bench, 6);
        asked.exchange(&line, b"")?;
        let next = asked.exchange(&line, last.as_bytes());
        because(
            next,
            "a reply of 4 bytes has an empty text: it is a reply like any other, so print an empty line, and go on",
        )?;
        asked.ends()
    })
}

fn nothing_stale(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [random_word(bench, 300), random_word(bench, 5), random_word(bench, 1)];
        let mut asked = Asked::with_texts(bench, &replies)?;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.exchange(&line, reply.as_bytes())?;
        }
        asked.client.line("q");
        asked.client.exits_well("after `q`")?;
        asked.client.end();
        let printed = asked.client.printed();
        let after_short = [replies[1].as_bytes(), &replies[0].as_bytes()[5..13]].concat();
        let around = |at: usize| quoted(&printed[at.saturating_sub(8)..printed.len().min(at + 16)]);
        let (got, cause) = if let Some(at) = memchr::memmem::find(&printed, &after_short) {
            (
                format!("the rest of an earlier reply comes after a reply: {}", around(at)),
                "the whole buffer was printed: only as many bytes as `recv` returned are the reply",
            )
        } else if let Some(at) = printed.iter().position(|byte| *byte == 0) {
            (
                format!("bytes of value 0 are printed, and no reply has one: {}", around(at)),
                "only the bytes after the number are text, and only as many as `recv` returned",
            )
        } else {
            return asked.client.printed_all(&replies.map(String::into_bytes), cause_of_printed);
        };
        Finding::new("the client prints the text of each reply, and nothing else of its buffer", got, cause)
            .of(Half::Client)
            .broken()
    })
}

/// Replies to a client whose standard output takes nothing.
fn output_fails(bench: &mut Bench) -> Outcome {
    bench.can_fill_output()?;
    for length in LENGTHS {
        let line = random_word(bench, length);
        let mut mailbox = bench.mailbox_for_client()?;
        let mut client = bench.client_as(mailbox.addr, &With::full_output(), &[])?;
        client.line(&line);
        client.line("q");
        client.end_input();
        // A client may print something before it asks, and give up then. What a request is like, other checks judge.
        if let Ok(got) = mailbox.hear_first(&client)
            && let Some(number) = number_of(&got.bytes)
        {
            mailbox.say(got.from, &reply_to(number, line.as_bytes()))?;
        }
        client.fails_to_print()?;
    }
    Ok(())
}
