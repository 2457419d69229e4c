//! A client's report of its reads: what it must say, and what is wrong with it.

use crate::bench::{Bench, Client};
use crate::finding::{Cause, Finding, Half, Outcome, Words};
use crate::promises::pushing::printed::{WHOLE_BUFFER, has_rest_of_buffer};
use crate::promises::pushing::{LETTERS, READ_NOTHING};
use crate::wire::Kind::{Datagram, Dribble, Fault, Glue, Plain, Slice, Slow};
use crate::wire::{self, Direction, Reading, Ribbon, Wire};

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

/// What the runner knows besides a client's report.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// All that was pushed.
    pub stream: &'a [u8],
    /// The lengths of the reads that a right client makes.
    pub reads: &'a [usize],
    /// What the client read, as the kernel shows it.
    pub reading: Reading,
}

/// Returns the likely cause when a client reported something other than the reads that the runner knows.
pub fn cause_of_report(output: &[u8], known: Known<'_>) -> Cause {
    let Known { stream, reads, reading } = known;
    let (total, printed) = (stream.len(), String::from_utf8_lossy(output));
    let told = |word: &str| {
        printed.rsplit_once(word).and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
    };
    let (bytes, count): (Option<usize>, Option<usize>) = (told("total: "), told(" bytes in "));
    let sizes = reported_sizes(&printed);
    let numbers = reported_numbers(&printed);
    let sum = sizes.iter().sum::<usize>();
    let is_replaced = |text: &[u8]| memchr::memmem::find(text, REPLACEMENT).is_some();
    let is_lossy = is_replaced(output) && !is_replaced(stream);
    // The first read whose line says another size than the read has.
    let wrong = sizes.iter().zip(reads).position(|(size, read)| size != read);
    match (bytes, count) {
        _ if printed.contains("read 0:") => "reads are numbered from 1".into(),
        _ if sizes.contains(&0) => "a `read` of 0 bytes is the end, and no read to report".into(),
        _ if sizes.is_empty() && total > 0 && reading.is_nothing() => READ_NOTHING.into(),
        (None, _) => "when `read` has returned 0, print the line `total: … bytes in … reads`".into(),
        (Some(0), _) if sizes.is_empty() && reading.taken > 0 => {
            "the client took bytes (the kernel shows that), but counted none of them: only a `read` of 0 bytes is the end; \
             count and print each other one"
                .into()
        }
        (Some(0), _) if sizes.is_empty() && total > 0 => {
            "the client stopped before it had counted a byte: perhaps its buffer has length 0 (`Vec::with_capacity`), so \
             that `read` returns 0 as soon as there is something to read; perhaps it stops at a short read"
                .into()
        }
        (_, Some(1)) if reads.len() == 1 && bytes == Some(total) && !printed.contains(" in 1 reads") => {
            "the last line always has the word `reads`, also when there was only one".into()
        }
        _ if numbers.len() > 1 && (1..).zip(&numbers).any(|(right, number)| right != *number) => {
            let shown: Vec<String> = numbers.iter().take(6).map(ToString::to_string).collect();
            let more = if numbers.len() > 6 { ", …" } else { "" };
            format!("reads are numbered from 1, each 1 more than the one before; these are {}{more}", shown.join(", "))
                .into()
        }
        (Some(bytes), Some(count)) if bytes == total && count != sizes.len() && sizes == reads => {
            match count == reads.len() + 1 {
                true => "the `read` that returns 0 is the end: it is not counted".into(),
                false => format!(
                    "{} reads were reported, and the last line counts {count}: count each one once",
                    sizes.len()
                )
                .into(),
            }
        }
        (_, Some(count)) if count == reads.len() + 1 && sizes.len() == reads.len() => {
            "the `read` that returns 0 is the end: it is not counted".into()
        }
        _ if wrong.is_some() && is_lossy => {
            "EF BF BD stands in the output, which is what `from_utf8_lossy` puts in place of bytes that are no text: \
             count and print the bytes themselves"
                .into()
        }
        // The total is right, so the reads are, and only what is said of one of them is not.
        (Some(bytes), Some(count)) if bytes == total && sum != total && count == reads.len() => {
            let Some(at) = wrong else {
                return format!(
                    "the total counts {count} reads, but the output has {} lines of reads: print the line of each read, when it returns",
                    sizes.len()
                )
                .into();
            };
            format!(
                "the total of {total} bytes is right, but the line of read {} states {} bytes, where `read` \
                 returned {}: report `n` and `buffer[..n]`, the `n` bytes that `read` returned",
                at + 1,
                sizes.get(at).copied().unwrap_or_default(),
                reads.get(at).copied().unwrap_or_default()
            )
            .into()
        }
        (Some(bytes), _) if bytes != sum => {
            "the total is the sum of all reads, in bytes (not characters)".into()
        }
        (Some(bytes), _) if bytes < total && sizes.len() < reads.len() => {
            STOPPED.into()
        }
        (Some(bytes), _) if bytes < total && sizes.len() == reads.len() => {
            "count bytes, not characters: the number is what `read` returned".into()
        }
        _ if sum == total && sizes.iter().max() < reads.iter().max() => format!(
            "the buffer must hold 1024 bytes: no read was longer than {}",
            sizes.iter().max().copied().unwrap_or_default()
        )
        .into(),
        _ if sum == total && sizes.iter().max() > Some(&1024) => format!(
            "the buffer must hold 1024 bytes: a read of {} bytes was reported",
            sizes.iter().max().copied().unwrap_or_default()
        )
        .into(),
        _ if sizes.len() > reads.len() => "the buffer must hold 1024 bytes: these reads are smaller".into(),
        _ if sizes.len() < reads.len() => {
            "reads were joined before they were reported: report what each single `read` returned, when it returns"
                .into()
        }
        _ if sizes == reads && stands_elsewhere(output, stream, reads) => {
            "the bytes of the first read were printed, but not behind their label: print `read 1: … bytes: ` first, and \
             then the bytes"
                .into()
        }
        _ => "print the bytes of each read as they came: all of them, and none that an earlier read left behind".into(),
    }
}

/// Returns whether the first read's bytes stand in the output, and not behind the label of the first read.
fn stands_elsewhere(output: &[u8], stream: &[u8], reads: &[usize]) -> bool {
    let first = &stream[..reads.first().copied().unwrap_or_default().min(stream.len())];
    let label = format!("read 1: {} bytes: ", first.len());
    let behind = memchr::memmem::find(output, label.as_bytes()).map(|at| &output[at + label.len()..]);
    memchr::memmem::find(output, first).is_some() && !behind.is_some_and(|rest| rest.starts_with(first))
}

/// The cause where a client stopped before the server's end.
pub const STOPPED: &str = "the client stopped before the end: only a `read` of 0 bytes is the end. A short read is not \
                           the end, and no count of reads is";

/// What a lossy conversion to text puts in place of bytes that are no UTF-8.
const REPLACEMENT: &[u8] = b"\xef\xbf\xbd";

/// Returns the numbers of the reads in a client's report.
fn reported_numbers(printed: &str) -> Vec<usize> {
    let number = |line: &str| {
        let (number, rest) = line.split_once(": ")?;
        rest.split_once(" bytes:").and_then(|(size, _)| size.parse::<usize>().ok())?;
        number.parse().ok()
    };
    printed.split("read ").skip(1).filter_map(number).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(output: &[u8], reads: &[usize]) -> String {
        let stream = vec![b'Q'; reads.iter().sum()];
        cause_of_report(output, Known { stream: &stream, reads, reading: Reading::default() }).to_string()
    }

    #[test]
    fn a_right_total_is_not_blamed() {
        let short = b"read 1: 14 bytes: Q\ntotal: 15 bytes in 1 reads\n";
        assert!(cause(short, &[15]).contains("the line of read 1 states 14 bytes, where `read` returned 15"));
        let whole = b"read 1: 1024 bytes: Q\ntotal: 15 bytes in 1 reads\n";
        assert!(cause(whole, &[15]).contains("states 1024 bytes"));
        let ones = b"read 1: 5 bytes: Q\nread 1: 3 bytes: Q\ntotal: 8 bytes in 1 reads\n";
        assert!(cause(ones, &[5, 3]).contains("these are 1, 1"));
        let small = b"read 1: 1023 bytes: Q\nread 2: 1023 bytes: Q\nread 3: 2 bytes: Q\ntotal: 2048 bytes in 3 reads\n";
        assert!(cause(small, &[1024, 1024]).contains("no read was longer than 1023"));
        let lossy = b"read 1: 6 bytes: \xef\xbf\xbd\xef\xbf\xbd\ntotal: 2 bytes in 1 reads\n";
        assert!(cause(lossy, &[2]).contains("EF BF BD"));
        let sum = b"read 1: 5 bytes: Q\nread 2: 3 bytes: Q\ntotal: 7 bytes in 2 reads\n";
        assert!(cause(sum, &[5, 3]).contains("the total is the sum"));
        let large = b"read 1: 1025 bytes: Q\nread 2: 1023 bytes: Q\ntotal: 2048 bytes in 2 reads\n";
        assert!(cause(large, &[1024, 1024]).contains("a read of 1025 bytes was reported"));
        let before = b"QQQread 1: 3 bytes: \ntotal: 3 bytes in 1 reads\n";
        assert!(cause(before, &[3]).contains("not behind their label"));
        assert!(cause(b"total: 0 bytes in 0 reads\n", &[5]).contains("its buffer has length 0"));
    }
}
