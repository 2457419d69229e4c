//! What each program of a check may do where programs are confined: what the check names, and no more.
//!
//! Ports: every one that the check has named so far, also those at which nobody listens, so that the kernel itself refuses
//! what it would refuse without this; and 8888. Folders: those of the check, which its two programs share. A program may
//! bind any port where the check looks for what it binds beside its address: a server that takes another port than the one
//! that it was given must be seen there.

use super::facts::{can, to_show};
use super::{Bench, Endpoint, Folder, Server, Start, With, interpreters, own_files};
use crate::finding::{Hindrance, Outcome, Symptom, hindered};
use crate::system::address;
use crate::system::program::Spec;
use crate::system::program::boxed::Hidden;
use crate::system::program::confine::{Confinement, Limits, Ports};
use crate::system::sockets;
use std::ffi::OsString;
use std::net::SocketAddr;

/// How many processes and threads a program may start beyond those that its user has at its start. Those of all checks that
/// run at the same time, of all students, count together, and a check of lesson 08 has a server with 256 threads.
const PROCESSES: u64 = 4096;
/// The most characters that are shown of what an interpreter said.
const LONGEST: usize = 200;

impl Bench<'_> {
    /// Notes that the check has named this address.
    pub(super) fn names(&self, addr: Endpoint) {
        self.named.borrow_mut().ports.extend(addr.inet().map(|addr| addr.port()));
    }

    /// Notes that the check has started a server at this address.
    pub(super) fn serves(&self, addr: Endpoint) {
        self.named.borrow_mut().served.extend(addr.inet().map(|addr| addr.port()));
    }

    /// Notes that the check has made this folder.
    pub(super) fn names_folder(&self, folder: &Folder) {
        self.named.borrow_mut().folders.push(folder.path().to_path_buf());
    }

    /// Notes that the check looks from now on for what a server binds beside its address.
    pub(super) fn is_about_binding(&self) {
        self.named.borrow_mut().is_about_binding = true;
    }

    /// Makes an empty folder on another file system than [`Bench::folder`]'s; `None` where the runner knows of no other that
    /// it can write to.
    pub fn folder_elsewhere(&self) -> Option<Folder> {
        Folder::elsewhere().inspect(|folder| self.names_folder(folder))
    }

    /// Returns whether a program starts in the folder of the check when that asks for no other one.
    pub(super) fn starts_in_own_folder(&self, start: &Start) -> bool {
        start.in_own_folder || (self.programs.confined.is_some() && own_files::can_start_anywhere(start))
    }

    /// Returns this outcome of a server's start. Where a confined one ended because of a port that it may not bind, it would
    /// be told the wrong cause: so it starts once more, free to bind any, and that start counts.
    ///
    /// # Errors
    /// Those of the start that counts.
    pub(super) fn unless_it_binds_elsewhere(
        &mut self,
        addr: Endpoint,
        with: &With,
        ready: Outcome<Server>,
    ) -> Outcome<Server> {
        let has_ended = |symptom| matches!(symptom, Symptom::Exited(_) | Symptom::Killed);
        let is_held = self.programs.confined.is_some() && addr.inet().is_some();
        match &ready {
            Err(stop) if is_held && stop.never_began() && has_ended(stop.symptom()) => {}
            _ => return ready,
        }
        if std::mem::replace(&mut self.named.borrow_mut().is_about_binding, true) {
            return ready;
        }
        // What it printed counts once.
        self.ran.pop();
        self.servers.pop();
        self.firsts.pop();
        self.launch_server(addr, with)?.ready()
    }

    /// Confines what is started for `addr`, where programs are confined.
    pub(super) fn confines(&self, start: &Start, addr: Endpoint, spec: &mut Spec) -> Outcome {
        let Some(confined) = &self.programs.confined else { return Ok(()) };
        self.names(addr);
        let own = can("make a folder for the programs", self.own_folder())?;
        // What the check and the command line set comes later, and counts.
        for name in ["HOME", "TMPDIR"] {
            spec.env.insert(0, (name.into(), Some(own.clone().into())));
        }
        let named = self.named.borrow();
        let ports = || named.ports.iter().copied().chain([address::DEFAULT.port()]);
        let is_again = addr.inet().is_some_and(|addr| named.served.contains(&addr.port()));
        let may_be_kept = start.at.is_some_and(is_kept);
        let binds_any = named.is_about_binding || is_again || may_be_kept;
        let mut write = named.folders.clone();
        write.push(own);
        if start.is_handed_in {
            // A copy that only this student has.
            write.extend(start.dir.clone());
        }
        if let Some(hidden) = to_see(start, spec) {
            return hindered(
                Hindrance::Confined,
                format!("cannot start `{}`: {}", start.argv[0].escape_debug(), to_show(&hidden)),
            );
        }
        let own_files::Own { granted: mut read, interpreters } = own_files::of(start, spec.dir.as_deref());
        read.extend(confined.allow.iter().cloned());
        spec.confine = Some(Confinement {
            read,
            write,
            bind: if binds_any { Ports::Any } else { ports().chain([0]).collect() },
            connect: ports().collect(),
            limits: Limits { processes: Some(PROCESSES), ..Limits::default() },
        });
        drop(named);
        for interpreter in interpreters {
            if let Some(said) = interpreters::does_not_start(&interpreter, spec) {
                let shown = interpreter.display();
                return hindered(
                    Hindrance::Confined,
                    format!(
                        "`{shown}` does not start confined, and does otherwise; it said: {}; if a program may read the \
                         folder that it needs, type --allow DIR",
                        said.chars().take(LONGEST).collect::<String>().escape_debug()
                    ),
                );
            }
        }
        Ok(())
    }
}

/// Returns what a program will look for once it has started, and a box does not show.
fn to_see(start: &Start, spec: &Spec) -> Option<Hidden> {
    // Not as they are filled in: what a check names is its own.
    let words: Vec<OsString> = start.argv.iter().skip(1).map(OsString::from).collect();
    Hidden::named(spec, &words)
}

/// Returns whether any socket, also one that is nearly over, has this port: whoever must bind it may take another one.
fn is_kept(addr: SocketAddr) -> bool {
    sockets::all().is_ok_and(|all| all.iter().any(|entry| entry.local.port() == addr.port()))
}
