//! Servers that serve correctly, and whose own work beside that leaves little of the machine: crowds of children, and floods
//! of output.

use super::worst;
use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, ExitCode};
use std::{env, thread};

/// How many children a crowd has.
const CROWD: usize = 200;
/// How many bytes a child prints that ends.
const ENOUGH: usize = 64 << 20;
/// How many steps a child takes that computes for a moment: some 100 ms.
const STEPS: u32 = 3_000_000;

/// At its start it makes a crowd of which each computes for ever.
pub fn spins_by_children(args: &[String]) -> ExitCode {
    beside("worst-spins", args)
}

/// For each client it makes a crowd of which each computes for a moment and ends, and nobody reaps it: the kernel forgets the
/// CPU time of a child whose parent ignores SIGCHLD.
pub fn forks_for_each_client(args: &[String]) -> ExitCode {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigHandler, Signal, signal};
        // SAFETY: SIG_IGN runs no code.
        let _ = unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) };
    }
    let listener = TcpListener::bind(&args[0]).expect("bind");
    loop {
        let (stream, _) = listener.accept().expect("accept");
        crowd("worst-spins-a-moment", &args[1..]);
        worst::echo(stream);
    }
}

/// Prints without an end, beside the clients.
pub fn floods_for_ever(args: &[String]) -> ExitCode {
    thread::spawn(|| floods(&[]));
    worst::serve(args)
}

/// At its start it makes a crowd of which each prints without an end.
pub fn floods_by_children(args: &[String]) -> ExitCode {
    beside("worst-flood", args)
}

/// The same, and each ends after [`ENOUGH`].
pub fn floods_by_children_that_end(args: &[String]) -> ExitCode {
    beside("worst-flood-that-ends", args)
}

/// A child: prints without an end.
pub fn floods(_: &[String]) -> ExitCode {
    let chunk = vec![b'x'; 1 << 16];
    while std::io::stdout().write_all(&chunk).is_ok() {}
    ExitCode::SUCCESS
}

/// A child: prints [`ENOUGH`].
pub fn floods_enough(_: &[String]) -> ExitCode {
    let chunk = vec![b'x'; 1 << 16];
    let _ = (0..ENOUGH / chunk.len()).try_for_each(|_| std::io::stdout().write_all(&chunk));
    ExitCode::SUCCESS
}

/// A child: computes for a moment, by CPU time and not by the clock.
pub fn spins_a_moment(_: &[String]) -> ExitCode {
    (0..STEPS).for_each(|_| std::hint::spin_loop());
    ExitCode::SUCCESS
}

/// Binds the address, makes a crowd, and serves.
fn beside(verb: &str, args: &[String]) -> ExitCode {
    let listener = TcpListener::bind(&args[0]).expect("bind");
    crowd(verb, &args[1..]);
    worst::serve_at(&listener)
}

/// Starts a crowd of this program's own children, none of which anybody waits for.
fn crowd(verb: &str, args: &[String]) {
    let own = env::current_exe().expect("own path");
    for _ in 0..CROWD {
        let _ = Command::new(&own).arg(verb).args(args).spawn();
    }
}
