//! How to start the programs under test.

use crate::system::program::Spec;
use std::collections::HashMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

/// How to start one program under test; the address is filled in for each start.
#[derive(Clone, Debug)]
pub struct Start {
    /// Program and arguments. `{addr}`, `{host}`, `{port}` are filled in; without any of them the address is
    /// appended.
    pub argv: Vec<String>,
    /// Working directory; the runner's own when `None`.
    pub dir: Option<PathBuf>,
    /// Variables set in addition to the runner's own environment.
    pub env: Vec<(String, String)>,
    /// The one address at which a server always listens, or that a client always calls; then no address is passed to
    /// it.
    pub at: Option<SocketAddr>,
}

impl From<Vec<String>> for Start {
    /// Returns the start of a program that takes its address from the command line.
    fn from(argv: Vec<String>) -> Self {
        Self { argv, dir: None, env: Vec::new(), at: None }
    }
}

impl Start {
    /// Fills in the address; `extra` words come after everything else.
    pub fn spec(&self, addr: SocketAddr, extra: &[String]) -> Spec {
        let (host, port) = (addr.ip().to_string(), addr.port().to_string());
        let mut argv: Vec<OsString> = Vec::new();
        let mut filled = false;
        for word in &self.argv {
            let done = word.replace("{addr}", &addr.to_string()).replace("{host}", &host);
            let done = done.replace("{port}", &port);
            filled |= done != *word;
            argv.push(done.into());
        }
        if !filled && self.at.is_none() {
            argv.push(addr.to_string().into());
        }
        argv.extend(extra.iter().map(OsString::from));
        let mut env: Vec<(OsString, OsString)> = vec![("RUST_BACKTRACE".into(), "0".into())];
        env.extend(self.env.iter().map(|(name, value)| (name.into(), value.into())));
        Spec { argv, env, dir: self.dir.clone() }
    }
}

/// The two programs of a lesson.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The server.
    pub server: Start,
    /// The client.
    pub client: Start,
}

impl Programs {
    /// Returns the programs of a lesson from what cargo built: `kind` is `solution` or `lesson`. `None` when one did
    /// not compile.
    pub fn built(kind: &str, number: &str, built: &HashMap<String, PathBuf>) -> Option<Self> {
        let one = |half: &str| {
            let path = built.get(&format!("{kind}-{number}-{half}"))?;
            Some(Start::from(vec![path.to_string_lossy().into_owned()]))
        };
        Some(Self { server: one("server")?, client: one("client")? })
    }

    /// Returns whether they leave room for a wire between them: not when both are fixed to one address.
    pub fn leave_room(&self) -> bool {
        self.server.at.is_none() || self.server.at != self.client.at
    }
}
