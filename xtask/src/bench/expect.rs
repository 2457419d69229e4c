//! What a promise expects of the bytes that it heard.

use super::peer::{Ending, Heard};
use crate::finding::{Cause, Comparison, Finding, Half, Outcome, Symptom, broken, count, quoted};

/// Checks that `heard` is exactly `expected`, from `who`; `cause` explains what came instead.
///
/// # Errors
/// A [`Finding`] with both sides of the first wrong byte, and how the connection ended.
pub fn same_bytes(
    who: Half,
    expected: &[u8],
    heard: &Heard,
    cause: impl Fn(&[u8], &Heard) -> Cause,
) -> Outcome {
    same_bytes_after(0, who, expected, heard, cause)
}

/// As [`same_bytes`], where `before` bytes have come from `who` that were right.
///
/// # Errors
/// As [`same_bytes`]. Where nothing came, the finding says what came before.
pub fn same_bytes_after(
    before: usize,
    who: Half,
    expected: &[u8],
    heard: &Heard,
    cause: impl Fn(&[u8], &Heard) -> Cause,
) -> Outcome {
    let Some(comparison) = Comparison::of(expected, &heard.bytes) else { return Ok(()) };
    let name = who.word();
    let got = match (heard.bytes.len(), heard.ending) {
        (0, Some(ending)) if before > 0 => format!("nothing more; the {name} {ending}"),
        (0, Some(ending)) => format!("nothing; the {name} {ending}"),
        (n, Some(ending)) => format!("{}; then the {name} {ending}", count(n)),
        (n, None) => format!("{}, the first wrong one at offset {}", count(n), comparison.offset),
    };
    let symptom = match (heard.bytes.len(), heard.ending) {
        (0, Some(Ending::Silence(_))) => Symptom::Silent,
        (_, Some(Ending::Fin | Ending::Rst)) => Symptom::EndedEarly,
        _ => Symptom::Other,
    };
    let cause = cause(expected, heard);
    let expected = match (before, heard.bytes.len(), count(expected.len())) {
        (1.., 0, more) => format!("{more} more, from the {name}; {} came before", count(before)),
        (_, _, all) => format!("{all}, from the {name}"),
    };
    Finding::new(expected, got, cause).comparing(comparison).seen(symptom).of(who).broken()
}

/// Checks that the server said nothing more and ended the connection with FIN.
///
/// # Errors
/// A [`Finding`] that names the ending that came instead.
pub fn fin_next(heard: &Heard, cause: impl Into<Cause>) -> Outcome {
    let expected = "the server ends the connection (FIN), with nothing more sent";
    match (heard.bytes.len(), heard.ending) {
        (0, Some(Ending::Fin)) => Ok(()),
        (0, Some(ending @ Ending::Rst)) => broken(
            expected,
            format!("the server {ending}"),
            "the connection was broken off (RST) instead of ended (FIN): close it when everything has been read, and \
             without SO_LINGER; a reset destroys what is still on its way",
        ),
        (0, Some(ending)) => broken(expected, format!("the server {ending}"), cause),
        (0, None) => broken(expected, "nothing", cause),
        (n, _) => broken(expected, format!("{} more: {}", count(n), quoted(&heard.bytes)), cause),
    }
}

/// Checks that `who` took everything that was said to it.
///
/// # Errors
/// A [`Finding`] that names the ending.
pub fn taken(who: Half, said: Result<(), Ending>, cause: impl Into<Cause>) -> Outcome {
    let Err(ending) = said else { return Ok(()) };
    let expected = format!("the {} takes what is sent to it", who.word());
    Finding::new(expected, format!("it {ending}"), cause).of(who).broken()
}
