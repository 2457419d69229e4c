//! What a promise expects of the bytes that it heard.

use crate::bench::peer::{Ending, Heard};
use crate::finding::{Comparison, Finding, Outcome, broken, count, quoted};

/// Holds that `heard` is exactly `expected`, from `who`; `cause` explains what came instead.
///
/// # Errors
/// A [`Finding`] with both sides of the first wrong byte, and how the connection ended.
pub fn same_bytes(
    who: &str,
    expected: &[u8],
    heard: &Heard,
    cause: impl Fn(&[u8], &Heard) -> String,
) -> Outcome {
    let Some(comparison) = Comparison::of(expected, &heard.bytes) else { return Ok(()) };
    let got = match (heard.bytes.len(), heard.ending) {
        (0, Some(ending)) => format!("nothing; the {who} {ending}"),
        (n, Some(ending)) => format!("{}; then the {who} {ending}", count(n)),
        (n, None) => format!("{}, the first wrong one at offset {}", count(n), comparison.offset),
    };
    let cause = cause(expected, heard);
    let expected = format!("{}, from the {who}", count(expected.len()));
    Finding { comparison: Some(comparison), ..Finding::new(expected, got, cause) }.broken()
}

/// Holds that the other side ended the connection with FIN and said nothing more before.
///
/// # Errors
/// A [`Finding`] that names the ending that came instead.
pub fn fin_next(who: &str, heard: &Heard, cause: &str) -> Outcome {
    let expected = format!("the {who} ends the connection (FIN), with nothing more said");
    match (heard.bytes.len(), heard.ending) {
        (0, Some(Ending::Fin)) => Ok(()),
        (0, Some(ending @ Ending::Rst)) => broken(
            expected,
            format!("the {who} {ending}"),
            "the connection was broken off (RST) instead of ended (FIN): close it when everything has been read, and \
             without SO_LINGER; a reset destroys what is still on its way",
        ),
        (0, Some(ending)) => broken(expected, format!("the {who} {ending}"), cause),
        (0, None) => broken(expected, "nothing", cause),
        (n, _) => broken(expected, format!("{} more: {}", count(n), quoted(&heard.bytes)), cause),
    }
}
