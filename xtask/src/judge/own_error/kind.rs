//! What kind of error a program's own one is, as far as the form of its language names that.

use crate::bench::CHECKS;

/// The kind of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One that the form does not name, or that means nothing here.
    Other,
    /// A panic of a check that Rust itself makes, of arithmetic or of an index.
    OutOfRange,
    /// Bytes were taken for text and are no UTF-8.
    NoText,
    /// The other side of a connection is gone: what the kernel said of it.
    Gone(String),
}

/// The names that languages give to errors of bytes that are no UTF-8.
const NO_TEXT: [&str; 6] = [
    "Utf8Error {",
    "stream did not contain valid UTF-8",
    "UnicodeDecodeError: ",
    "MalformedInputException",
    "invalid byte sequence in UTF-8",
    "ERR_ENCODING_INVALID_ENCODED_DATA",
];

/// The names that languages give to errors of a connection whose other side is gone.
const GONE: [&str; 15] = [
    "kind: ConnectionReset,",
    "kind: BrokenPipe,",
    "kind: ConnectionAborted,",
    "kind: NotConnected,",
    "ConnectionResetError: ",
    "BrokenPipeError: ",
    "ConnectionAbortedError: ",
    "read ECONNRESET",
    "write EPIPE",
    "(Errno::ECONNRESET)",
    "(Errno::EPIPE)",
    "SocketException: Connection reset",
    "SocketException: Broken pipe",
    ": connection reset by peer",
    ": broken pipe",
];

impl Kind {
    /// Returns the kind of a panic of Rust.
    pub fn of_panic(what: &str) -> Self {
        match CHECKS.iter().any(|start| what.starts_with(start)) {
            true => Self::OutOfRange,
            false => Self::of(what),
        }
    }

    /// Returns the kind of an error in any language.
    pub fn of(what: &str) -> Self {
        let has = |names: &[&str]| names.iter().any(|name| what.contains(name));
        match () {
            () if has(&NO_TEXT) => Self::NoText,
            () if has(&GONE) => Self::Gone(from_debug(what).unwrap_or_else(|| what.into())),
            () => Self::Other,
        }
    }
}

/// Returns the message and the number of an error of the system, from the form in which `unwrap` shows it.
fn from_debug(what: &str) -> Option<String> {
    let (_, rest) = what.split_once("Os { code: ")?;
    let (code, rest) = rest.split_once(", ")?;
    let (_, message) = rest.split_once("message: \"")?;
    Some(format!("{} (error {code})", message.split('"').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_of_rust_is_told_from_an_unwrap() {
        assert_eq!(Kind::of_panic("attempt to subtract with overflow"), Kind::OutOfRange);
        assert_eq!(Kind::of_panic("index out of bounds: the len is 4 but the index is 4"), Kind::OutOfRange);
        assert_eq!(Kind::of_panic("range end index 9 out of range for slice of length 4"), Kind::OutOfRange);
        assert_eq!(Kind::of_panic("the attempt to read failed"), Kind::Other);
        assert_eq!(Kind::of("attempt to subtract with overflow"), Kind::Other);
    }

    #[test]
    fn text_that_is_none_is_known_by_its_name() {
        let rust =
            "called `Result::unwrap()` on an `Err` value: Utf8Error { valid_up_to: 1, error_len: Some(1) }";
        assert_eq!(Kind::of_panic(rust), Kind::NoText);
        let owned =
            "called `Result::unwrap()` on an `Err` value: FromUtf8Error { bytes: [1], error: Utf8Error { } }";
        assert_eq!(Kind::of_panic(owned), Kind::NoText);
        assert_eq!(Kind::of("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff"), Kind::NoText);
        assert_eq!(Kind::of("UnicodeEncodeError: 'ascii' codec can't encode"), Kind::Other);
    }

    #[test]
    fn a_client_that_is_gone_is_known_by_its_name() {
        let rust = "called `Result::unwrap()` on an `Err` value: Os { code: 104, kind: ConnectionReset, message: \"Connection reset by peer\" }";
        assert_eq!(Kind::of_panic(rust), Kind::Gone("Connection reset by peer (error 104)".into()));
        let python = "BrokenPipeError: [Errno 32] Broken pipe";
        assert_eq!(Kind::of(python), Kind::Gone(python.into()));
        let full = "called `Result::unwrap()` on an `Err` value: Os { code: 24, kind: Uncategorized, message: \"Too many open files\" }";
        assert_eq!(Kind::of_panic(full), Kind::Other);
    }
}
