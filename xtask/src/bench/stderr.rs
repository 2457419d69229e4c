//! What a program said on standard error, read as facts: each language says them in its own words.

use memchr::memmem;

/// The cause where a server [names](Said::names_address_in_use) an address in use, and its own is free.
pub const BINDS_ANOTHER: &str = "it reports that an address is in use, but the one that it was given is \
                                 free: it binds another one; the address must come from the first argument";

/// How the messages of Rust's own checks begin: of arithmetic, of an index, and of the ends of a slice.
pub const CHECKS: [&str; 5] = [
    "attempt to ",
    "index out of bounds: ",
    "range start index ",
    "range end index ",
    "slice index starts at ",
];

/// What a program said on standard error.
pub struct Said(pub Vec<u8>);

impl Said {
    fn has(&self, mark: &[u8]) -> bool {
        memmem::find(&self.0, mark).is_some()
    }

    /// Returns whether it panicked, in Rust's own words.
    pub fn panicked(&self) -> bool {
        self.has(b"panicked at")
    }

    /// Returns whether it ended with a backtrace, which only its author can read.
    pub fn is_backtrace(&self) -> bool {
        // Node.js ends one with its own name and version.
        self.panicked() || self.has(b"Traceback (most recent call last)") || self.has(b"\nNode.js v")
    }

    /// Returns whether a check of Rust's own ended it: of arithmetic, or of an index. That is no error of the network's.
    pub fn broke_a_check(&self) -> bool {
        self.panicked() && CHECKS.iter().any(|start| self.has(format!("\n{start}").as_bytes()))
    }

    /// Returns whether it is what Rust prints before it aborts because there is no memory.
    pub fn lacks_memory(&self) -> bool {
        self.has(b"memory allocation of ")
    }

    /// Returns whether it names the error EADDRINUSE: in the words of strerror(3), by its name or by its number on
    /// Linux.
    pub fn names_address_in_use(&self) -> bool {
        self.names(&["in use", "eaddrinuse", "errno 98", "os error 98", "os error 48", "os error 10048"])
    }

    /// Returns whether it names the error EINVAL, as [`Said::names_address_in_use`] does.
    pub fn names_invalid_argument(&self) -> bool {
        self.names(&["invalid argument", "einval", "errno 22", "os error 22", "os error 10022"])
    }

    /// Returns whether it names the error ECONNREFUSED, as [`Said::names_address_in_use`] does.
    pub fn names_connection_refused(&self) -> bool {
        self.names(&[
            "connection refused",
            "econnrefused",
            "errno 111",
            "os error 111",
            "os error 61",
            "os error 10061",
        ])
    }

    /// Returns whether one of these names of an error, in small letters, stands there in letters of any case.
    fn names(&self, names: &[&str]) -> bool {
        let lower = Self(self.0.to_ascii_lowercase());
        names.iter().any(|name| lower.has(name.as_bytes()))
    }

    /// Returns whether it is only white space.
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(u8::is_ascii_whitespace)
    }

    /// Returns the text, for protocols that know words of their programs.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}
