//! What comes and is not the reply: a client ignores it, and neither sends sooner for it nor later.

use super::client::{Asked, Due, TRIES, again_if_it_gave_up};
use super::client_lost::AGAIN;
use super::protocol::datagram;
use crate::bench::{Bench, Mailbox};
use crate::finding::Outcome;
use crate::promises::inputs::random_word;
use crate::promises::{Check, client};
use std::net::SocketAddr;

/// The rows.
pub const CLIENT: &[Check] = &[
    client!("doubled-reply", "takes a reply that comes twice for one", doubled_reply)
        .after(&["prints-what-came"]),
    client!("late-reply", "takes an old reply for no new one", late_reply).after(&["doubled-reply"]),
    client!("both-replies", "takes one of the replies to two sends", both_replies)
        .after(&["one-lost", "doubled-reply"]),
    client!("other-number", "ignores replies with another number", other_number)
        .after(&["prints-what-came"])
        .long(),
    client!("ahead", "ignores a reply to what it has not asked yet", ahead).after(&["other-number"]).long(),
    client!("short-reply", "ignores replies of fewer than 4 bytes", short_reply)
        .after(&["other-number"])
        .long(),
    client!("from-elsewhere", "ignores replies from another address", from_elsewhere)
        .after(&["other-number"])
        .long(),
    client!("keeps-its-times", "sends again in time while wrong replies come", keeps_its_times)
        .after(&["other-number", "one-lost"])
        .takes(2),
    client!("keeps-its-tries", "sends five times while wrong replies come", keeps_its_tries)
        .after(&["keeps-its-times", "all-lost"])
        .takes(2),
];

const OTHER: &str =
    "the reply bears the number of the current request; what does not is ignored, and the wait goes on";

fn doubled_reply(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies: Vec<String> = (0..4).map(|_| random_word(bench, 9)).collect();
        let mut asked = Asked::with_texts(bench, &replies)?;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.types(&line)?;
            if asked.number() > 1 {
                // It has read the second copy of the reply before, and must not have taken it for this one's.
                asked.loses();
                asked.hears_again("when only an old reply comes", Due::Ignored(OTHER))?;
            }
            asked.reply(reply.as_bytes())?;
            asked.reply(reply.as_bytes())?;
        }
        asked.ends()
    })
}

/// The first send's reply comes only when the next line has been asked.
fn late_reply(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies: Vec<String> = (0..3).map(|_| random_word(bench, 9)).collect();
        let mut asked = Asked::with_texts(bench, &replies)?;
        for (n, reply) in replies.iter().enumerate() {
            let line = random_word(bench, 6);
            asked.types(&line)?;
            if n > 0 {
                for old in 1..=n {
                    asked.say(old as u32, replies[old - 1].as_bytes())?;
                }
                asked.loses();
                asked.hears_again("when only old replies come", Due::Ignored(OTHER))?;
            }
            asked.reply(reply.as_bytes())?;
        }
        asked.ends()
    })
}

/// Both the request and its resend are answered.
fn both_replies(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies: Vec<String> = (0..3).map(|_| random_word(bench, 9)).collect();
        let mut asked = Asked::with_texts(bench, &replies)?;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.types(&line)?;
            let due = if asked.number() > 1 { Due::Ignored(OTHER) } else { Due::Nothing(AGAIN) };
            asked.hears_again("when no reply has come", due)?;
            asked.reply(reply.as_bytes())?;
            asked.reply(reply.as_bytes())?;
        }
        asked.ends()
    })
}

/// Says these datagrams in place of a reply, and checks that the client waits on and sends again.
fn ignores(asked: &mut Asked, others: &[Vec<u8>], when: &str, cause: &str) -> Outcome {
    let to = asked.from();
    for other in others {
        asked.has_said(other.get(4..).unwrap_or_default());
        asked.mailbox.say(to, other)?;
    }
    asked.loses();
    asked.hears_again(when, Due::Ignored(cause))
}

fn other_number(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [random_word(bench, 9), random_word(bench, 8)];
        let wrong = random_word(bench, 7);
        let mut asked = Asked::with_texts(bench, &replies)?;
        let line = random_word(bench, 6);
        asked.exchange(&line, replies[0].as_bytes())?;
        let line = random_word(bench, 6);
        asked.types(&line)?;
        let when = "when only replies with other numbers come";
        let wrong = |number: u32| datagram(number, wrong.as_bytes());
        ignores(&mut asked, &[wrong(0), wrong(1), wrong(7)], when, OTHER)?;
        // Right in one byte, or in the other order.
        ignores(&mut asked, &[wrong(2 + 256), wrong(2 + 65_536), wrong(2_u32.swap_bytes())], when, OTHER)?;
        asked.reply(replies[1].as_bytes())?;
        asked.ends()
    })
}

fn ahead(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies: Vec<String> = (0..3).map(|_| random_word(bench, 9)).collect();
        let wrong = random_word(bench, 7);
        let cause =
            "a reply counts only while the client waits for its number: the next request is sent in any case";
        let mut asked = Asked::with_texts(bench, &replies)?;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.types(&line)?;
            let next = asked.number() + 1;
            ignores(
                &mut asked,
                &[datagram(next, wrong.as_bytes())],
                "when only a reply ahead of its request comes",
                cause,
            )?;
            asked.reply(reply.as_bytes())?;
        }
        asked.ends()
    })
}

fn short_reply(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [random_word(bench, 9), random_word(bench, 8)];
        let cause = "a datagram of fewer than 4 bytes has no number: look at its length first, and wait on";
        let mut asked = Asked::with_texts(bench, &replies)?;
        let line = random_word(bench, 6);
        asked.types(&line)?;
        ignores(&mut asked, &[vec![]], "when only an empty datagram comes", cause)?;
        asked.reply(replies[0].as_bytes())?;
        let line = random_word(bench, 6);
        asked.types(&line)?;
        // The last bytes of its number, and the first.
        ignores(
            &mut asked,
            &[vec![2], vec![0, 0, 2], vec![0, 0, 0]],
            "when only short datagrams come",
            cause,
        )?;
        asked.reply(replies[1].as_bytes())?;
        asked.ends()
    })
}

fn from_elsewhere(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [random_word(bench, 9), random_word(bench, 8)];
        let forged = random_word(bench, 7);
        let cause = "a reply counts only when it comes from the server's address: `connect` the socket, or compare what \
                 `recv_from` returns; everybody can send to a client's port";
        let mut asked = Asked::with_texts(bench, &replies)?;
        let mut elsewhere = bench.mailboxes_beside(asked.mailbox.addr)?;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.types(&line)?;
            let to = asked.from();
            asked.has_said(forged.as_bytes());
            for mailbox in &mut elsewhere {
                mailbox.say(to, &datagram(asked.number(), forged.as_bytes()))?;
            }
            asked.loses();
            asked.hears_again("when only a reply from another address comes", Due::Ignored(cause))?;
            asked.reply(reply.as_bytes())?;
        }
        asked.ends()
    })
}

/// What the runner says every 50 ms in place of the reply, in turn.
fn wrong_replies(mailbox: &mut Mailbox, to: SocketAddr, turn: &mut usize) {
    let others: [Vec<u8>; 4] =
        [datagram(999, b"another number"), vec![], datagram(0, b"number 0"), vec![0, 0, 0]];
    let _ = mailbox.say(to, &others[*turn % others.len()]);
    *turn += 1;
}

fn again_beside_wrong_ones(asked: &mut Asked, turn: &mut usize) -> Outcome {
    asked.loses();
    let to = asked.from();
    let mut say = |mailbox: &mut Mailbox| wrong_replies(mailbox, to, turn);
    asked.hears_again_while(&mut say, "while a wrong reply comes every 50 ms", Due::Beside)
}

fn keeps_its_times(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let replies = [random_word(bench, 9), random_word(bench, 8)];
        let mut asked = Asked::with_texts(bench, &replies)?;
        let mut turn = 0;
        for reply in &replies {
            let line = random_word(bench, 6);
            asked.types(&line)?;
            again_beside_wrong_ones(&mut asked, &mut turn)?;
            again_beside_wrong_ones(&mut asked, &mut turn)?;
            asked.reply(reply.as_bytes())?;
        }
        asked.ends()
    })
}

fn keeps_its_tries(bench: &mut Bench) -> Outcome {
    again_if_it_gave_up(bench, |bench| {
        let reply = random_word(bench, 9);
        let mut asked = Asked::with_texts(bench, &[&reply])?;
        let line = random_word(bench, 6);
        asked.types(&line)?;
        let mut turn = 0;
        for _ in 1..TRIES {
            again_beside_wrong_ones(&mut asked, &mut turn)?;
        }
        asked.reply(reply.as_bytes())?;
        asked.ends()
    })
}
