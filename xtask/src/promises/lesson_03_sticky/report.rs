//! A client's report of its reads: what it must say, and what is wrong with it.

use crate::bench::{Bench, Client};
use crate::finding::{Cause, Finding, Half, Outcome, Words};
use crate::promises::pushing::LETTERS;
use crate::promises::pushing::printed::{WHOLE_BUFFER, has_rest_of_buffer};
use crate::wire::Kind::{Datagram, Dribble, Fault, Glue, Plain, Slice, Slow};
use crate::wire::{self, Direction, Ribbon, Wire};

/// Returns what a client must report of reads of these lengths. A check looks for each part by itself, in this order,
/// so that other output around the bytes (`b'…'`) does not matter.
pub fn reported(stream: &[u8], reads: &[usize]) -> Vec<Vec<u8>> {
    let mut wanted = Vec::new();
    let mut offset = 0;
    for (number, len) in (1..).zip(reads) {
        let text = &stream[offset..offset + len];
        wanted.push(format!("read {number}: {len} bytes:").into_bytes());
        // Bytes that are not printable may be shown in any way.
        if text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
            wanted.push(text.to_vec());
        }
        offset += len;
    }
    wanted.push(format!("total: {offset} bytes in {} reads", reads.len()).into_bytes());
    wanted
}

/// Returns the reads that a client must make of these writes on the check's wire.
pub fn expected_reads(bench: &Bench, seed: u64, writes: &[usize]) -> Vec<usize> {
    let total: usize = writes.iter().sum();
    let pieces = match bench.wire {
        Glue | Plain => vec![total],
        Dribble => vec![1; total],
        Slice => wire::slices(seed, Direction::ServerToClient, &[total]),
        Slow(_) | Fault(_) | Datagram(_) => writes.to_vec(),
    };
    let full = |piece: usize| (0..piece).step_by(1024).map(move |start| (piece - start).min(1024));
    pieces.into_iter().flat_map(full).collect()
}

/// Returns the sizes of the reads in a client's report.
pub fn reported_sizes(printed: &str) -> Vec<usize> {
    let size = |line: &str| line.split_once(": ")?.1.split_once(" bytes:")?.0.parse().ok();
    printed.split("read ").skip(1).filter_map(size).collect()
}

/// Returns the ribbon of what passed. If the client's report is right, it shows the expected reads; if not, the
/// reported ones with the expected ones beside them. It shows the server's writes only if nothing else passed.
pub fn ribbon(
    wire: &Wire,
    client: &Client,
    writes: Vec<usize>,
    expected: Vec<usize>,
    stream: &[u8],
    right: bool,
) -> Ribbon {
    let passed = wire.record.ribbon(Direction::ServerToClient);
    let same = stream.starts_with(&passed.bytes);
    let writes = if same { writes } else { Vec::new() };
    if right {
        return Ribbon { writes, reads: expected, ..passed };
    }
    let printed = client.printed();
    let reads = reported_sizes(&String::from_utf8_lossy(&printed));
    Ribbon { writes, reads, wanted: expected, ..passed }
}

/// Returns the likely cause when a client reported something other than these reads of `total` bytes.
pub fn cause_of_report(printed: &str, total: usize, reads: &[usize]) -> Cause {
    let told = |word: &str| {
        printed.rsplit_once(word).and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
    };
    let (bytes, count): (Option<usize>, Option<usize>) = (told("total: "), told(" bytes in "));
    let sizes = reported_sizes(printed);
    match (bytes, count) {
        _ if printed.contains("read 0:") => "reads are numbered from 1".into(),
        _ if sizes.contains(&0) => "a `read` of 0 bytes is the end, and no read to report".into(),
        (None, _) => "when `read` has returned 0, print the line `total: … bytes in … reads`".into(),
        (_, Some(1)) if reads.len() == 1 && bytes == Some(total) && !printed.contains(" in 1 reads") => {
            "the last line always says `reads`, also when there was only one".into()
        }
        (_, Some(count)) if count == reads.len() + 1 && sizes.len() == reads.len() => {
            "the `read` that returns 0 is the end: it is not counted".into()
        }
        (Some(bytes), _) if bytes != sizes.iter().sum::<usize>() => {
            "the total is the sum of all reads, in bytes (not characters)".into()
        }
        (Some(bytes), _) if bytes < total && sizes.len() < reads.len() => {
            "the client stopped before the end: only a `read` of 0 bytes is the end, not a short one, nor a number of \
             reads"
                .into()
        }
        (Some(bytes), _) if bytes < total && sizes.len() == reads.len() => {
            "count bytes, not characters: the number is what `read` returned".into()
        }
        _ if sizes.len() > reads.len() => "the buffer must hold 1024 bytes: these reads are smaller".into(),
        _ if sizes.len() < reads.len() => {
            "reads were joined before they were reported: report what each single `read` returned, when it returns"
                .into()
        }
        _ => "print the bytes of each read as they came: all of them, and none that an earlier read left behind".into(),
    }
}

/// Checks that the line of a read holds no more message letters than the read's bytes can: others are left over from an
/// earlier read.
pub fn texts_stand_alone(client: &Client, stream: &[u8]) -> Outcome {
    let printed = client.printed();
    if has_rest_of_buffer(&printed, &[stream.to_vec()]) {
        return by_client(
            "the bytes of each read, and nothing behind them",
            "bytes of value 0 were printed, which the server never sent",
            WHOLE_BUFFER,
        );
    }
    for line in String::from_utf8_lossy(&printed).lines() {
        let Some((head, text)) = line.split_once(" bytes:") else { continue };
        let Some(len) = head.rsplit(' ').next().and_then(|len| len.parse::<usize>().ok()) else { continue };
        let letters = text.chars().filter(|c| LETTERS.contains(&(*c as u8))).count();
        if letters > len {
            return by_client(
                format!("{len} bytes on the line of this read"),
                format!("more: \"{}\"", text.trim_start().escape_default()),
                "bytes that an earlier read left in the buffer were printed too: only the first `n` are new",
            );
        }
    }
    Ok(())
}

/// Checks that the total comes once, after all reads.
pub fn one_total(client: &Client) -> Outcome {
    let printed = client.printed();
    let printed = String::from_utf8_lossy(&printed);
    let reads = printed.matches(" bytes: ").count();
    let at = printed.find("total: ").map_or(0, |at| printed[at..].matches(" bytes: ").count());
    if printed.matches("total: ").count() == 1 && at == 0 {
        return Ok(());
    }
    by_client(
        "one line `total: …`, after all reads",
        format!("{} such lines among {reads} reads", printed.matches("total: ").count()),
        "print the total once, when `read` has returned 0",
    )
}

/// Returns the finding that the client broke its promise.
fn by_client(expected: impl Into<Words>, got: impl Into<Words>, cause: &str) -> Outcome {
    Finding::new(expected, got, cause).of(Half::Client).broken()
}
