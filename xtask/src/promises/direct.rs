//! A pair whose server and client are fixed to one address: there is no room for a wire, so what passes between them
//! cannot be seen. What the client prints, and how both end, still says whether they talk.

use super::common::random_word;
use super::pushing::{LETTERS, client::printed_as};
use super::{asking, common};
use crate::bench::Bench;
use crate::finding::{Outcome, because};

const CAUSE: &str = "both halves are judged on all wires by their own checks: those tell more";

/// Types two lines; the replies must be printed.
///
/// # Errors
/// The finding that they were not.
pub fn asks(bench: &mut Bench) -> Outcome {
    let lines = ["hello".to_string(), random_word(bench, 9)];
    let wanted: Vec<Vec<u8>> = lines.iter().map(|line| (bench.answer)(line.as_bytes())).collect();
    let server = bench.server()?;
    let mut client = bench.client(server.addr, &wanted)?;
    for line in &lines {
        client.line(line);
    }
    client.line("q");
    because(client.exits_well("after `q`"), CAUSE)?;
    client.printed_all(&wanted, asking::of_printed)?;
    server.alive("its client left")
}

/// The server pushes three messages; the client's report must add up to them.
///
/// # Errors
/// The finding that it did not.
pub fn reports(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (3..6).map(|n| common::random_from(bench, LETTERS, n)).collect();
    let wanted = [format!("total: {} bytes in ", messages.concat().len()).into_bytes()];
    let server = bench.server_with(&messages)?;
    let mut client = bench.client(server.addr, &wanted)?;
    client.end_input();
    because(client.exits_well("when the server has ended"), CAUSE)?;
    client.printed_all(&wanted, |_| CAUSE.to_string())
}

/// The server pushes two messages; the client must print them.
///
/// # Errors
/// The finding that it did not.
pub fn pushes(bench: &mut Bench) -> Outcome {
    let messages: Vec<String> = (10..12).map(|n| common::random_from(bench, LETTERS, n)).collect();
    let wanted = printed_as(&super::pushing::bytes_of(&messages));
    let server = bench.server_with(&messages)?;
    let mut client = bench.client(server.addr, &wanted)?;
    client.end_input();
    because(client.exits_well("when the server has ended"), CAUSE)?;
    client.printed_all(&wanted, |_| CAUSE.to_string())
}
