//! A client under test: what it is typed, how it ends, what it printed.

use super::{MORE_MEMORY, skip, spin, wait_idle};
use crate::bench::given::Given;
use crate::finding::{Finding, Outcome, Stop, broken, quoted, squeezed};
use crate::system::patience::Patience;
use crate::system::processes;
use crate::system::processes::Activity;
use crate::system::program::{Exit, Program};

/// A client under test.
pub struct Client {
    /// Its process.
    pub program: Program,
    /// The start of what this check's programs were given.
    pub(super) given: Given,
}

impl Client {
    /// Types one line.
    pub fn line(&mut self, line: &str) {
        self.input(format!("{line}\n").as_bytes());
    }

    /// Types these bytes as they are.
    pub fn input(&mut self, bytes: &[u8]) {
        self.given.add(bytes);
        self.program.input(bytes);
    }

    /// Ends the client's standard input.
    pub fn end_input(&mut self) {
        self.program.end_input();
    }

    /// Waits until every thread of the client sleeps in a call that waits.
    pub fn wait_idle(&self) {
        wait_idle(&self.program);
    }

    /// Lets the client, as it is now, take no more than [`MORE_MEMORY`] beside what it has: an attempt to allocate more
    /// fails. Only on Linux.
    pub fn limit_memory(&self) {
        processes::limit_memory(self.program.root(), MORE_MEMORY);
    }

    /// Holds that the client, once `silent` says that nothing more will come, waits for it: neither gone nor spinning.
    ///
    /// # Errors
    /// The finding that it ended, or that it spins.
    pub fn waits_at_rest(&self, silent: impl Fn() -> bool, when: &str) -> Outcome {
        let expected = format!("the client waits when {when}");
        let root = self.program.root();
        let mut patience = Patience::with(&[root]);
        while !silent() && self.program.exit().is_none() && !patience.is_over() {
            patience.pause();
        }
        let before = processes::cpu_time(root).unwrap_or_default();
        patience.renew();
        loop {
            if let Some(exit) = self.program.exit() {
                return broken(
                    expected,
                    format!("it {exit}"),
                    "silence is not the end: only a `read` of 0 bytes is, and an error is an error",
                );
            }
            match self.program.activity() {
                Activity::Asleep(_) => return Ok(()),
                Activity::Unknown => {
                    return skip("this platform does not tell what other programs' threads do");
                }
                Activity::Busy | Activity::Gone => {}
            }
            let used = processes::cpu_time(root).unwrap_or_default().saturating_sub(before);
            if used >= spin(root) {
                return broken(
                    expected,
                    format!("it used {} ms of CPU time with nothing to do: it spins", used.as_millis()),
                    "a loop that asks again and again whether bytes have come keeps a processor busy: let `read` wait",
                );
            }
            if patience.is_over() {
                let text =
                    format!("cannot tell what the client does: neither at rest nor spinning; {patience}");
                return Err(Box::new(Stop::Unable(text)));
            }
            patience.pause();
        }
    }

    /// Waits for the client's end and holds that its status is 0.
    ///
    /// # Errors
    /// The finding that it ended otherwise, or not at all.
    pub fn exits_well(&mut self, after: &str) -> Outcome {
        let expected = format!("the client exits with status 0 {after}");
        match self.exit(&expected)? {
            Exit::Code(0) => Ok(()),
            exit => {
                self.program.end();
                let cause = match backtrace(&self.program.stderr.kept()) {
                    true => {
                        "an error went unhandled where nothing was wrong: the message on standard error says which"
                    }
                    false => "nothing went wrong, so the status must be 0",
                };
                broken(expected, format!("it {exit}"), cause)
            }
        }
    }

    /// Waits for the client's end and holds that it says what went wrong and exits with status 1.
    ///
    /// # Errors
    /// The finding that it ended otherwise, silently, or not at all.
    pub fn exits_with_error(&mut self, after: &str) -> Outcome {
        let expected = format!("the client says so on standard error and exits with status 1 {after}");
        let exit = self.exit(&expected)?;
        self.program.end();
        let stderr = self.program.stderr.kept();
        let backtrace = backtrace(&stderr);
        match exit {
            Exit::Code(1) if backtrace => certain(
                expected,
                "it exited with status 1, but with a backtrace",
                "the error went unhandled: a person needs one clear line, not a backtrace",
            ),
            Exit::Code(1) if stderr.iter().all(u8::is_ascii_whitespace) => certain(
                expected,
                "it exited with status 1, but said nothing on standard error",
                "print what went wrong with `eprintln!` before exiting",
            ),
            Exit::Code(1) => Ok(()),
            Exit::Code(0) => broken(
                expected,
                "it exited with status 0",
                "the error, or a `read` of 0 bytes, was taken for success",
            ),
            Exit::Code(code) if code != 101 && !backtrace && !stderr.iter().all(u8::is_ascii_whitespace) => {
                certain(
                    expected,
                    &format!("it {exit}"),
                    "what it says is clear, but the status of such an end is 1",
                )
            }
            exit => broken(
                expected,
                format!("it {exit}"),
                "the error was not handled: no `unwrap` on what the network decides",
            ),
        }
    }

    fn exit(&mut self, expected: &str) -> Outcome<Exit> {
        match self.program.wait_exit_patiently() {
            Ok(exit) => Ok(exit),
            Err(patience) => {
                let doing = self.program.doing();
                broken(
                    expected,
                    format!("{doing}; {patience}"),
                    "the client's loop does not end there: look at what ends it, and at a `read` of 0 bytes",
                )
            }
        }
    }

    /// Waits for the end of everything the client prints, and holds that all that was wanted is in it, in order;
    /// `cause` explains what was printed instead.
    ///
    /// # Errors
    /// The finding that names the first of it that is missing.
    pub fn printed_all(&mut self, wanted: &[Vec<u8>], cause: impl Fn(&str) -> String) -> Outcome {
        self.program.end();
        let found = self.program.stdout.found();
        let Some(missing) = wanted.get(found) else { return Ok(()) };
        let printed = self.program.stdout.kept();
        let shown = &printed[printed.len().saturating_sub(160)..];
        broken(
            match found {
                0 => format!("the client prints \"{}\"", missing.escape_ascii()),
                n => format!(
                    "the client prints \"{}\", after the {n} before it that were found",
                    missing.escape_ascii()
                ),
            },
            match printed.len() {
                0 => "it printed nothing".to_string(),
                _ => format!("{} is not there; the output ends {}", quoted(missing), squeezed(shown)),
            },
            cause(&String::from_utf8_lossy(&printed)),
        )
    }
}

/// A finding whose cause holds whatever the check is about.
fn certain<T>(expected: String, got: &str, cause: &str) -> Outcome<T> {
    Finding { is_certain: true, ..Finding::new(expected, got, cause) }.broken()
}

/// Whether a program has died with what only its author can read.
fn backtrace(stderr: &[u8]) -> bool {
    let has = |mark: &[u8]| memchr::memmem::find(stderr, mark).is_some();
    has(b"panicked at") || has(b"Traceback (most recent call last)")
}
