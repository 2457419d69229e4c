//! How to start the programs under test.

use super::Confined;
use crate::finding::Half;
use crate::system::endpoint::Endpoint;
use crate::system::program::{Spec, Variables};
use std::collections::HashMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

/// How to start one program under test; the address is filled in for each start.
#[derive(Clone, Debug)]
pub struct Start {
    /// Program and arguments. `{addr}`, `{host}`, `{port}` are filled in; without any of them the address is
    /// appended. A Unix socket has only an `{addr}`.
    pub argv: Vec<String>,
    /// Working directory; the runner's own when `None`.
    pub dir: Option<PathBuf>,
    /// Whether it starts, without a `dir`, in an empty folder of its check.
    pub in_own_folder: bool,
    /// Whether `dir` is a copy of what a student handed in, and the command is the student's.
    pub is_handed_in: bool,
    /// Variables set in addition to the runner's own environment.
    pub env: Vec<(String, String)>,
    /// The one address at which a server always listens, or that a client always calls; then no address is passed to
    /// it.
    pub at: Option<SocketAddr>,
}

impl From<Vec<String>> for Start {
    /// Returns the start of a program that takes its address from the command line.
    fn from(argv: Vec<String>) -> Self {
        Self { argv, dir: None, in_own_folder: false, is_handed_in: false, env: Vec::new(), at: None }
    }
}

impl Start {
    /// Fills in the address, and adds what the check wants.
    pub fn spec(&self, addr: Endpoint, with: &With) -> Spec {
        let (host, port) = addr.inet().map(|addr| (addr.ip().to_string(), addr.port().to_string())).unzip();
        let (host, port) = (host.unwrap_or_default(), port.unwrap_or_default());
        let addr = with.address.clone().unwrap_or_else(|| addr.to_string());
        let mut argv: Vec<OsString> = Vec::new();
        let mut filled = false;
        for word in &self.argv {
            let done = word.replace("{addr}", &addr).replace("{host}", &host);
            let done = done.replace("{port}", &port);
            filled |= done != *word;
            argv.push(if with.dir.is_some() { self.absolute(done) } else { done.into() });
        }
        if !filled && self.at.is_none() && !with.no_address {
            argv.push(addr.into());
        }
        argv.extend(with.words.iter().map(OsString::from));
        let mut env: Variables = vec![("RUST_BACKTRACE".into(), Some("0".into()))];
        env.extend(self.env.iter().map(|(name, value)| (name.into(), Some(value.into()))));
        env.extend(with.env.iter().map(|(name, value)| (name.into(), value.clone())));
        Spec {
            argv,
            env,
            dir: with.dir.clone().or_else(|| self.dir.clone()),
            full_output: with.full_output,
            confine: None,
        }
    }

    /// Returns whether its words have room for this address: a Unix socket has neither host nor port.
    pub fn takes(&self, addr: Endpoint) -> bool {
        let names = |part: &str| self.argv.iter().any(|word| word.contains(part));
        addr.inet().is_some() || !(names("{host}") || names("{port}"))
    }

    /// Returns whether its words name a place for the address, so that it cannot be started without one.
    pub fn has_place(&self) -> bool {
        self.argv.iter().any(|word| has_place(word))
    }

    /// Returns the absolute path where the word names something that exists, seen from the program's own working
    /// directory: the program will start in another one.
    fn absolute(&self, word: String) -> OsString {
        let path = self.usual_dir().join(&word);
        // A program's name without `/` is looked up in PATH, even if a file here has the same name.
        let is_path = !word.is_empty() && !word.starts_with('-') && path.exists();
        if is_path && (word.contains('/') || self.argv.first() != Some(&word)) {
            path.into()
        } else {
            word.into()
        }
    }

    /// Returns the directory in which the program starts when the check asks for no other one, and it has no folder of its
    /// own.
    pub fn usual_dir(&self) -> PathBuf {
        let own = std::env::current_dir().unwrap_or_default();
        self.dir.as_ref().map_or(own.clone(), |dir| own.join(dir))
    }
}

/// Returns whether the address is filled in in this word.
pub fn has_place(word: &str) -> bool {
    ["{addr}", "{host}", "{port}"].iter().any(|place| word.contains(place))
}

/// What a check adds to the start of a program.
#[derive(Clone, Debug, Default)]
pub struct With {
    /// The word that names the address, where the check writes it in a form of its own.
    pub address: Option<String>,
    /// Words after everything else.
    pub words: Vec<OsString>,
    /// Variables to set; `None` removes one.
    pub env: Vec<(&'static str, Option<OsString>)>,
    /// A working directory other than the usual one.
    pub dir: Option<PathBuf>,
    /// Nothing of a client's standard output is read before [`super::Client::is_read_now`].
    pub unread: bool,
    /// Whether no address is appended: the program takes its default one.
    pub no_address: bool,
    /// Whether its standard output takes nothing: see [`crate::system::program::FULL`].
    pub full_output: bool,
}

impl With {
    /// Returns the start of a program without an argument: it takes its default address.
    pub fn no_address() -> Self {
        Self { no_address: true, ..Self::default() }
    }

    /// Returns the start of a program whose standard output takes nothing.
    pub fn full_output() -> Self {
        Self { full_output: true, ..Self::default() }
    }

    /// Returns these words, and nothing else.
    pub fn words<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

/// The two programs of a lesson.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The server.
    pub server: Start,
    /// The client.
    pub client: Start,
    /// Whether they are confined, and what more they may read then.
    pub confined: Option<Confined>,
    /// The package [`HASH`], where the lesson needs it and it was built.
    pub hash: Option<PathBuf>,
}

/// The package that hashes for the runner, and its executable.
pub const HASH: &str = "lab-hash";

impl Programs {
    /// Returns the one address at which this half's program listens or that it calls, where it has one. A pair's is its
    /// client's: that is where the wire between them listens.
    pub fn fixed_of(&self, half: Half) -> Option<SocketAddr> {
        match half {
            Half::Server => self.server.at,
            Half::Client | Half::Pair => self.client.at,
        }
    }

    /// Returns the programs of a lesson from what cargo built: `kind` is `solution` or `lesson`. `None` when one did
    /// not compile.
    pub fn built(kind: &str, number: &str, built: &HashMap<String, PathBuf>) -> Option<Self> {
        let one = |half: &str| {
            let path = built.get(&format!("{kind}-{number}-{half}"))?;
            let argv = vec![path.to_string_lossy().into_owned()];
            Some(Start { in_own_folder: true, ..Start::from(argv) })
        };
        Some(Self {
            server: one("server")?,
            client: one("client")?,
            confined: None,
            hash: built.get(HASH).cloned(),
        })
    }

    /// Returns the one address to which a program is fixed, if one is.
    pub fn fixed(&self) -> Option<SocketAddr> {
        self.server.at.or(self.client.at)
    }

    /// Returns whether they leave room for a wire between them: not when both are fixed to one address.
    pub fn leave_room(&self) -> bool {
        self.server.at.is_none() || self.server.at != self.client.at
    }
}
