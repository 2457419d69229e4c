//! What a learner predicts in lesson 06.

use super::question::{Question, Seen};
use super::sockets::{call, rest};
use crate::bench::{Bench, Exit};
use crate::finding::{Outcome, Symptom, unable};

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::number(
        "frame",
        "The server's message is `hello`, 5 bytes. How many bytes does its frame have?",
        frame,
        "4 for the length, 15 for `{\"data_size\":5}`, 5 for the body.",
        "the-idea",
    ),
    Question::choice(
        "order",
        "Another program writes the length 16 with its lowest byte first, `10 00 00 00`, and nothing more for now. What does \
         the client do?",
        &[
            "it waits for a header of 16 bytes",
            "it waits for a header of 268,435,456 bytes",
            "it reports an error and exits",
        ],
        order,
        "It reads the `10`, which is 16, as the highest byte. That is more than a header may have, so it refuses at once.",
        "your-tasks",
    ),
    Question::number(
        "cut",
        "A frame of 33 bytes comes whole, and one byte of the next one. Then the stream ends. What is the client's exit \
         status?",
        cut,
        "Between two frames the end is the end of the conversation, and the status is 0. Inside a frame it is an error.",
        "your-tasks",
    ),
];

fn frame(bench: &mut Bench) -> Outcome<Seen> {
    let server = bench.server_with(&["hello".to_string()])?;
    let bytes = rest(call(&server)?)?;
    Ok(Seen::new(bytes.len(), format!("the reference server sent \"{}\"", bytes.escape_ascii())))
}

fn order(bench: &mut Bench) -> Outcome<Seen> {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    if peer.say(&[0x10, 0, 0, 0]).is_err() {
        return unable("the client left before the length had come");
    }
    match client.waits_at_rest(|| peer.is_taken(), "only a length has come") {
        Err(stop) if matches!(stop.symptom(), Symptom::Exited(_)) => {
            let facts = format!("the reference client {}", exit(client.exit()));
            Ok(Seen::new(2, facts))
        }
        Err(stop) => Err(stop),
        Ok(()) => {
            let _ = peer.say(b"{\"data_size\": 0}");
            peer.half_close();
            client.wait_computing();
            let took = client.exit() == Some(Exit::Code(0));
            Ok(Seen::new(usize::from(!took), "the reference client waited for more"))
        }
    }
}

fn cut(bench: &mut Bench) -> Outcome<Seen> {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let mut peer = bench.accept(&host, &client)?;
    let _ = peer.say(b"\0\0\0\x10{\"data_size\":13}first message\0");
    peer.half_close();
    client.wait_computing();
    match client.exit() {
        Some(Exit::Code(code)) => {
            Ok(Seen::new(code as usize, format!("the reference client {}", exit(client.exit()))))
        }
        _ => unable("the client did not exit"),
    }
}

/// Returns how a program ended, in words.
fn exit(exit: Option<Exit>) -> String {
    exit.map_or("still runs".into(), |exit| exit.to_string())
}
