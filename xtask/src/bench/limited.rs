//! A server that may have few open files.

use super::bench::Bench;
use super::{Programs, Server, Start};
use crate::finding::Outcome;
use std::rc::Rc;
use std::sync::Arc;

impl Bench<'_> {
    /// Starts the server, which may have at most `files` open files, and waits until it listens. The limit is that of
    /// `ulimit -n` in a shell, which then becomes the server.
    ///
    /// # Errors
    /// As [`Bench::server`].
    pub fn server_with_files(&mut self, files: u32) -> Outcome<Server> {
        let limit = ["sh", "-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")].map(String::from);
        let own = &self.programs.server;
        let server =
            Start { argv: limit.into_iter().chain(own.argv.iter().cloned()).collect(), ..own.clone() };
        let programs = Programs { server, ..self.programs.clone() };
        let mut limited = Bench::new(&programs, self.rng.u64(..), self.half, self.wire);
        limited.own_folder = Arc::clone(&self.own_folder);
        limited.named = Rc::clone(&self.named);
        let server = limited.server();
        self.ran.append(&mut limited.ran);
        self.servers.append(&mut limited.servers);
        self.firsts.append(&mut limited.firsts);
        server
    }
}
