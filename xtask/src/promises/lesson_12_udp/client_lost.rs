//! Lost datagrams: when a client sends again, how often, and when it gives up.

use super::client::{Asked, Due, LATEST, SOONEST, TRIES, again_if_it_gave_up};
use crate::bench::{Bench, Mailbox, Missing, Saying};
use crate::finding::{Finding, Half, Hindrance, Outcome, because, hindered};
use crate::promises::inputs::random_word;
use crate::promises::{Check, client};
use std::time::Duration;

/// The rows. The long ones wait for several times 200 ms.
pub const CLIENT: &[Check] = &[
    client!("one-lost", "sends again when the first send is lost", one_lost).after(&["prints-what-came"]),
    client!("one-at-a-time", "asks the next line only after the reply", one_at_a_time)
        .after(&["one-lost"])
        .long(),
    client!("two-lost", "sends again when two sends are lost", two_lost).after(&["one-lost"]).long(),
    client!("three-lost", "sends again when three sends are lost", three_lost).after(&["two-lost"]).long(),
    client!("four-lost", "sends a fifth time when four sends are lost", four_lost)
        .after(&["two-lost"])
        .long(),
    client!("lost-again", "counts its sends anew for each line", lost_again).after(&["four-lost"]).takes(2),
    client!("all-lost", "reports `no reply` and exits with 1 after five sends", all_lost)
        .after(&["four-lost"])
        .long(),
    client!("last-wait", "still takes the reply to its fifth send", last_wait).after(&["all-lost"]).long(),
    client!("waits-out", "waits for 150 ms at least after its fifth send, too", waits_out)
        .after(&["all-lost"])
        .long(),
    client!("answered-once", "sends nothing again that was answered", answered_once)
        .after(&["one-lost"])
        .long(),
    client!("rests-while-it-waits", "waits at rest for the reply", rests_while_it_waits)
        .after(&["one-lost"])
        .long(),
    client!("asks-no-more", "asks no further line after `no reply`", asks_no_more)
        .after(&["all-lost"])
        .long(),
];

/// The rule for a request whose reply does not come.
pub const AGAIN: &str =
    "when 200 ms have passed without the reply, send the same datagram again, five times in all";

/// Loses the first `lost` sends of each of `lines` lines.
fn loses(bench: &mut Bench, lines: usize, lost: usize, cause: &str) -> Outcome {
    let replies: Vec<String> = (0..lines).map(|_| random_word(bench, 9)).collect();
    let mut asked = Asked::with_texts(bench, &replies)?;
    for reply in &replies {
        let line = random_word(bench, 6);
        asked.types(&line)?;
        for _ in 0..lost {
            asked.loses();
            asked.hears_again("when no reply comes", Due::Nothing(cause))?;
        }
        asked.reply(reply.as_bytes())?;
    }
    asked.ends()
}

fn one_lost(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| loses(bench, 1, 1, AGAIN))
}

/// Types two lines at once, and replies to the first only when it has come three times.
fn one_at_a_time(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let lines = [random_word(bench, 6), random_word(bench, 7)];
        let replies = [random_word(bench, 8), random_word(bench, 9)];
        let mut asked = Asked::with_texts(bench, &replies)?;
        asked.client.input(format!("{}\n{}\n", lines[0], lines[1]).as_bytes());
        asked.hears(lines[0].as_bytes())?;
        for _ in 0..2 {
            asked.loses();
            asked.hears_again("before it sends the next line", Due::Nothing(AGAIN))?;
        }
        asked.reply(replies[0].as_bytes())?;
        asked.hears(lines[1].as_bytes())?;
        asked.reply(replies[1].as_bytes())?;
        asked.ends()
    })
}

fn two_lost(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| loses(bench, 1, 2, AGAIN))
}

fn three_lost(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| loses(bench, 1, 3, AGAIN))
}

fn four_lost(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        loses(
            bench,
            1,
            4,
            "a request is sent five times before the client gives up: the first send, and four resends",
        )
    })
}

fn lost_again(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let cause = "each line has five sends of its own: count from the start for each request";
        loses(bench, 3, 2, cause)
    })
}

/// Hears a request five times, and loses it each time.
fn five_sends(asked: &mut Asked, line: &str) -> Outcome {
    asked.types(line)?;
    for _ in 1..TRIES {
        asked.loses();
        asked.hears_again("when no reply comes", Due::Nothing(AGAIN))?;
    }
    asked.loses();
    Ok(())
}

const FIVE: &str = "a request is sent five times at most: after the fifth wait print a line with `no reply`, and exit with 1";

/// Waits until the client ends after its fifth send, and checks that it sends nothing more.
fn gives_up(asked: &mut Asked) -> Outcome {
    let number = asked.number();
    let finding = |got: String| {
        Finding::new(format!("the client gives up after it sent request {number} five times"), got, FIVE)
            .of(Half::Client)
            .broken()
    };
    match asked.mailbox.hear(&asked.client) {
        Ok(got) if got.bytes.starts_with(&number.to_be_bytes()) => finding("it sent it once more".into()),
        Ok(_) => finding("it went on with another request".into()),
        Err(Missing::Silent(patience)) => finding(format!("it still runs; {patience}")),
        Err(Missing::Ended(_)) => Ok(()),
    }
}

fn all_lost(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let mut asked = Asked::start(bench, &[])?;
        let line = random_word(bench, 6);
        five_sends(&mut asked, &line)?;
        gives_up(&mut asked)?;
        because(asked.client.exits_with_error("when no reply has come to five sends"), FIVE)?;
        let said = asked.client.said();
        if said.text().to_lowercase().contains("no reply") {
            return Ok(());
        }
        Finding::new(
        "a line with `no reply` on standard error",
        "standard error has other words",
        "a person must learn that no reply has come, and not only that something is wrong: report `no reply`",
    )
    .of(Half::Client)
    .broken()
    })
}

fn last_wait(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [random_word(bench, 9), random_word(bench, 8)];
        let mut asked = Asked::with_texts(bench, &replies)?;
        let line = random_word(bench, 6);
        asked.types(&line)?;
        for _ in 1..TRIES {
            asked.loses();
            asked.hears_again("when no reply comes", Due::Nothing(AGAIN))?;
        }
        // A client that does not wait after its fifth send has ended when it rests.
        asked.client.wait_rest();
        asked.reply(replies[0].as_bytes())?;
        let next = random_word(bench, 5);
        asked.client.line(&next);
        let cause = "the fifth send has a wait of its own: its reply is a reply like any other";
        because(asked.hears(next.as_bytes()), cause)?;
        asked.reply(replies[1].as_bytes())?;
        asked.ends()
    })
}

/// The end of a process has no time stamp: the runner sees it later than it was, so a wait that looks too short was.
fn waits_out(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let mut asked = Asked::start(bench, &[])?;
        let line = random_word(bench, 6);
        five_sends(&mut asked, &line)?;
        let sent = asked.last_send();
        gives_up(&mut asked)?;
        let waited = bench.datagrams.now().saturating_sub(sent);
        if waited >= SOONEST {
            return Ok(());
        }
        asked.mailbox.unless_starved(sent, waited, SOONEST)?;
        Finding::new(
            "the client waits for at least 150 ms after its fifth send, too",
            format!("it ended {:.1} ms after that send", waited.as_secs_f64() * 1e3),
            "after the last send wait as after each other one: a send without a wait is in vain",
        )
        .of(Half::Client)
        .broken()
    })
}

/// How many lines are answered at once.
const ANSWERED: u32 = 3;

/// Answers some lines at once, and the last one not at all: while the client waits for that reply, the runner sees whether
/// it sends others again.
fn answered_once(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies: Vec<String> = (0..ANSWERED).map(|_| random_word(bench, 9)).collect();
        let mut asked = Asked::with_texts(bench, &replies)?;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.types(&line)?;
            asked.reply(reply.as_bytes())?;
        }
        let line = random_word(bench, 6);
        asked.types(&line)?;
        let last = asked.number();
        // The client ends by itself after five sends of the last line; the other checks say whether it does that well.
        while let Ok(got) = asked.mailbox.hear(&asked.client) {
            asked.is_repeated(&got)?;
            if asked.sends_of(last) > TRIES {
                break;
            }
        }
        let again = (1..=ANSWERED).filter(|number| asked.sends_of(*number) > 1).count();
        if again == 0 {
            return Ok(());
        }
        // A client that got no processor may rightly find its time over before it finds the reply.
        if !(1..=ANSWERED).any(|number| asked.left_its_reply(number)) {
            return hindered(
                Hindrance::TooLate,
                "the client sent again, and perhaps got the reply, or the processor, too late",
            );
        }
        Finding::new(
            "the client sends a request once when its reply comes at once",
            format!("it sent {again} of {ANSWERED} requests again, although their replies lay in its queue"),
            "the reply ends the request: stop its timer, or leave the loop, as soon as the reply has come",
        )
        .of(Half::Client)
        .broken()
    })
}

/// How often, in four waits of about 200 ms, the client must at least have been looked at.
const LOOKS: usize = 8;

fn rests_while_it_waits(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let mut asked = Asked::start(bench, &[])?;
        let line = random_word(bench, 6);
        asked.types(&line)?;
        let (mut looks, mut asleep) = (0, 0);
        let has_run = asked.client.runs();
        for _ in 1..TRIES {
            asked.loses();
            let client = &asked.client;
            let mut look = |_: &mut Mailbox| {
                looks += 1;
                asleep += usize::from(client.sleeps());
            };
            let saying = Saying { every: Duration::from_millis(10), say: &mut look };
            let heard = asked.mailbox.hear_while_saying(client, LATEST, saying);
            asked.is_again(heard, "when no reply comes", Due::Nothing(AGAIN))?;
        }
        // A client that waits sleeps at most looks, even on a machine under load. One that spins never sleeps.
        if asleep > 0 || looks < LOOKS {
            return Ok(());
        }
        if !has_run() {
            return hindered(Hindrance::TooLate, "the client did not sleep, and got no processor");
        }
        Finding::new(
            "the client waits at rest for the reply",
            format!("at none of {looks} looks, in four waits, did it sleep: it spins"),
            "a loop that asks again and again whether a datagram has come keeps a processor busy: let `recv` wait, with a \
             time limit",
        )
        .of(Half::Client)
        .broken()
    })
}

fn asks_no_more(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let mut asked = Asked::start(bench, &[])?;
        let (line, next) = (random_word(bench, 6), random_word(bench, 7));
        asked.client.input(format!("{line}\n{next}\n").as_bytes());
        asked.hears(line.as_bytes())?;
        for _ in 1..TRIES {
            asked.loses();
            asked.hears_again("when no reply comes", Due::Nothing(AGAIN))?;
        }
        asked.loses();
        gives_up(&mut asked)?;
        because(asked.client.exits_with_error("when no reply has come, whatever lines follow"), FIVE)
    })
}
