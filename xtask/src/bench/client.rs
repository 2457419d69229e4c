//! A client under test: what the runner types for it, how it ends, what it prints.

use super::dir::{Dir, Entries};
use super::facts::{ended, still, wait_idle};
use super::given::Given;
use super::spins::SpinWatch;
use super::stderr::Said;
use super::{Datagrams, Ending, Peer};
use crate::finding::{
    Cause, Finding, Half, Outcome, Perhaps, Symptom, because, quoted, skip, squeezed, unable,
};
use crate::system::patience::Patience;
use crate::system::processes::{self, Activity};
use crate::system::program::{Exit, Program};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long to wait for the end of a client that was waited for in vain.
const AFTER_A_WAIT: Duration = Duration::from_secs(1);

/// How much more memory, in bytes, a client may take when it receives sizes that it must refuse.
const MORE_MEMORY: u64 = 192 << 20;

/// How often a client that sends datagrams is looked at while its end is waited for.
const LOOK: Duration = Duration::from_millis(20);

/// From this many bytes on only the beginning of a text is shown.
const LONG: usize = 256;

/// A client under test.
pub struct Client {
    /// Its process.
    pub(super) program: Program,
    /// The first input bytes of this check's programs.
    given: Given,
    /// What passes the sockets for datagrams, which knows for how long the client waited for a processor.
    datagrams: Datagrams,
    /// Whether nothing but the check itself sends to it: no other program, and no wire that waits for something.
    is_alone: bool,
    /// It was waited for in vain: no later wait for its end is a long one.
    was_late: Cell<bool>,
}

impl Client {
    pub(super) fn new(program: Program, given: Given, datagrams: Datagrams, is_alone: bool) -> Self {
        Self { program, given, datagrams, is_alone, was_late: Cell::default() }
    }

    /// Hears the client to its end, at most `max` bytes, unless it was waited for in vain already.
    pub fn hear_out(&self, peer: &mut Peer, max: usize) {
        if !self.was_late.get() && matches!(peer.hear_to_end(max).ending, Some(Ending::Silence(_))) {
            self.was_waited_for();
        }
    }

    /// Waits until `wanted` returns true for what this folder holds, as long as the client may still see to that: nothing is on
    /// its way to it. Returns what it held at the last look.
    pub fn until_in(&self, dir: &Dir, wanted: impl Fn(&Entries) -> bool) -> Entries {
        dir.within(&Patience::with(&[self.program.root()]).or_sooner(), wanted)
    }

    /// Notes that a wait for this client to go on is over. Its end is then waited for [`AFTER_A_WAIT`] only: it had its
    /// time, and two waits would keep the learner waiting for one fact.
    pub fn was_waited_for(&self) {
        self.was_late.set(true);
    }

    /// Types one line.
    pub fn line(&mut self, line: &str) {
        self.input(format!("{line}\n").as_bytes());
    }

    /// Types these bytes unchanged.
    pub fn input(&mut self, bytes: &[u8]) {
        self.given.add(bytes);
        self.program.input(bytes);
    }

    /// Ends the client's standard input.
    pub fn end_input(&mut self) {
        self.program.end_input();
    }

    /// Returns how many bytes of anonymous memory (heap, stacks) its process tree uses now; `None` where the platform
    /// does not tell, and when it has ended.
    pub fn memory(&self) -> Option<u64> {
        processes::memory(self.program.root())
    }

    /// Returns how it ended, or `None` while it runs.
    pub fn exit(&self) -> Option<Exit> {
        self.program.exit()
    }

    /// Returns whether it ended by itself, before the runner ended it.
    pub fn ended_itself(&self) -> bool {
        self.program.watch().ended_itself().is_some()
    }

    /// Returns whether it ended, but not with status 0.
    pub fn has_failed(&self) -> bool {
        self.exit().is_some_and(|exit| exit != Exit::Code(0))
    }

    /// Returns whether SIGPIPE ended it.
    pub fn was_ended_by_sigpipe(&self) -> bool {
        #[cfg(unix)]
        return self.exit() == Some(Exit::Signal(nix::sys::signal::Signal::SIGPIPE as i32));
        #[cfg(not(unix))]
        false
    }

    /// Ends it and everything that it started. After that its output is complete.
    pub fn end(&mut self) {
        self.program.end();
    }

    /// Returns what it printed on standard output: the start and the end, at most 1 MiB.
    pub fn printed(&self) -> Vec<u8> {
        self.program.stdout.kept()
    }

    /// Returns how many of the wanted texts, in order, its output has.
    pub fn found(&self) -> usize {
        self.program.stdout.found()
    }

    /// Returns whether it printed more bytes than this: what [`Client::printed`] leaves out cannot be judged.
    pub fn has_printed_more_than(&self, bytes: usize) -> bool {
        self.program.stdout.total() > bytes as u64
    }

    /// Returns what it said on standard error.
    pub fn said(&self) -> Said {
        Said(self.program.stderr.kept())
    }

    /// Waits at most `limit` for the first `count` wanted texts of its output, so that the shown conversation is in a
    /// good order. Nothing else may depend on it: a program may keep its output in a buffer.
    pub fn wait_printed(&self, count: usize, limit: Duration) {
        self.program.stdout.wait_found(count, Instant::now() + limit);
    }

    /// Waits until every thread of the client sleeps in a call that waits.
    pub fn wait_idle(&self) {
        wait_idle(&self.program);
    }

    /// Waits until every thread of the client sleeps, in a call that waits or in one that writes, or it has ended.
    pub fn wait_rest(&self) {
        let root = self.program.root();
        let patience = Patience::with(&[root]);
        patience.until(|| (self.exit().is_some() || processes::at_rest(root)).then_some(()));
    }

    /// Waits until the client rests, and returns whether it then waits for bytes with a buffer of length 0. Only Linux tells.
    pub fn reads_into_nothing(&self) -> bool {
        self.wait_rest();
        processes::one_reads_into_nothing(self.program.root())
    }

    /// Waits until the client has ended, longer while it computes: up to 300 s.
    pub fn wait_computing(&self) {
        let patience = Patience::computing(&[self.program.root()]);
        patience.until(|| self.exit().map(|_| ()));
    }

    /// Limits the client's memory to what it has now and [`MORE_MEMORY`] more: an attempt to allocate more fails.
    /// Only on Linux.
    pub fn limit_memory(&self) {
        processes::limit_memory(self.program.root(), MORE_MEMORY);
    }

    /// Waits until `silent` says that nothing more will come, and checks that the client then waits: it has not ended
    /// and does not spin.
    ///
    /// # Errors
    /// The finding that it ended, or that it spins.
    pub fn waits_at_rest(&self, silent: impl Fn() -> bool, when: &str) -> Outcome {
        let expected = format!("the client waits when {when}");
        let root = self.program.root();
        let mut patience = Patience::with(&[root]);
        patience.until(|| (silent() || self.exit().is_some()).then_some(()));
        let spins = SpinWatch::of(&self.program);
        patience.renew();
        let found = patience.until(|| {
            if let Some(exit) = self.exit() {
                let finding = Finding::new(
                    expected.as_str(),
                    format!("it {exit}"),
                    "silence is not the end: only a `read` of 0 bytes is, and an error is an error",
                );
                return Some(finding.seen(ended(exit)).of(Half::Client).broken());
            }
            match self.program.activity() {
                Activity::Asleep(_) => return Some(Ok(())),
                Activity::Unknown => return Some(skip("this platform does not tell what other programs' threads do")),
                Activity::Busy | Activity::Gone => {}
            }
            spins.seen().map(|spun| {
                let cause =
                    "a loop that asks again and again whether bytes have come keeps a processor busy: let `read` wait";
                let finding = Finding::new(expected.as_str(), spun.got(), spun.cause(cause));
                finding.of(Half::Client).broken()
            })
        });
        found.unwrap_or_else(|| {
            unable(format!("cannot tell what the client does: neither at rest nor spinning; {patience}"))
        })
    }

    /// Checks that the client still runs after `time`, in which it gets no bytes. Waits longer while the client gets no
    /// CPU time.
    ///
    /// # Errors
    /// The finding that it ended.
    pub fn waits_for(&self, time: Duration, when: &str) -> Outcome {
        let patience = Patience::limited(time, &[self.program.root()]);
        let Some(exit) = patience.until(|| self.exit()) else { return Ok(()) };
        let finding = Finding::new(
            format!("the client waits when {when}, however long it takes"),
            format!("after {:.1} s it {exit}", patience.waited().as_secs_f32()),
            "it gave up by a time limit of its own: let `read` wait without one, until the connection ends",
        );
        finding.seen(ended(exit)).of(Half::Client).broken()
    }

    /// Waits until the client ends and checks that its status is 0.
    ///
    /// # Errors
    /// The finding that it ended in another way, or not at all.
    pub fn exits_well(&mut self, after: &str) -> Outcome {
        let expected = format!("the client exits with status 0 {after}");
        match self.wait_exit(&expected)? {
            Exit::Code(0) => Ok(()),
            exit => {
                self.end();
                let cause = match self.said().is_backtrace() {
                    true => Cause::general(
                        "an error went unhandled where nothing was wrong: the message on standard error states which",
                    ),
                    false if !self.said().is_blank() => Cause::general(
                        "nothing went wrong, so the status must be 0: its own words on standard error state why it gave \
                         up",
                    ),
                    false => "nothing went wrong, so the status must be 0".into(),
                };
                Finding::new(expected, format!("it {exit}"), cause)
                    .seen(ended(exit))
                    .of(Half::Client)
                    .broken()
            }
        }
    }

    /// Waits until the client ends and checks that it says what went wrong and exits with status 1.
    ///
    /// # Errors
    /// The finding that it ended in another way, silently, or not at all.
    pub fn exits_with_error(&mut self, after: &str) -> Outcome {
        let expected = format!("the client reports it on standard error and exits with status 1 {after}");
        let exit = self.wait_exit(&expected)?;
        self.end();
        let said = self.said();
        let (got, cause) = match exit {
            Exit::Code(1) if said.is_backtrace() => (
                "it exited with status 1, but with a backtrace".into(),
                Cause::certain("the error went unhandled: a person needs one clear line, not a backtrace"),
            ),
            Exit::Code(1) if said.is_blank() => (
                "it exited with status 1, but reported nothing on standard error".into(),
                Cause::certain("print what went wrong on standard error (Rust: `eprintln!`) before exiting"),
            ),
            Exit::Code(1) => return Ok(()),
            Exit::Code(0) if !said.is_blank() => (
                "it exited with status 0".into(),
                Cause::from(Perhaps(
                    "only the status is wrong: something stands on standard error, and after an error the exit \
                     status must be 1; if that is no error, the error, or a `read` of 0 bytes, was taken for success",
                ))
                .kept(),
            ),
            Exit::Code(0) => (
                "it exited with status 0".into(),
                "the error, or a `read` of 0 bytes, was taken for success; or the client ended before it had read so far".into(),
            ),
            Exit::Code(code) if code != 101 && !said.is_backtrace() && !said.is_blank() => (
                format!("it {exit}"),
                Cause::certain("its message is clear, but after an error the exit status must be 1"),
            ),
            Exit::Signal(_) if !said.is_backtrace() && !said.lacks_memory() && !said.is_blank() => (
                format!("it {exit}"),
                Cause::from(Perhaps(
                    "the error was handled, and the program died when it ended: something stands on standard \
                     error, but a signal ended it, and the exit status must be 1; look at what still runs at the end, a \
                     thread for instance",
                ))
                .kept(),
            ),
            exit if said.broke_a_check() => (
                format!("it {exit}"),
                Cause::general("a number or an index was out of range, and that is a panic in Rust"),
            ),
            exit => (
                format!("it {exit}"),
                "the error was not handled: no `unwrap` on what the network decides".into(),
            ),
        };
        Finding::new(expected, got, cause).seen(ended(exit)).of(Half::Client).broken()
    }

    /// As [`Client::exits_with_error`], where the client has nobody to connect to.
    ///
    /// # Errors
    /// As there.
    pub fn gives_up(&mut self, after: &str) -> Outcome {
        let outcome = self.exits_with_error(after);
        match &outcome {
            Err(stop) if matches!(stop.symptom(), Symptom::StillRuns | Symptom::StillWaits { .. }) => {
                because(
                    outcome,
                    "the client's loop does not end there: nobody listens, so `connect` fails; report it and \
                 exit, and do not try again",
                )
            }
            _ => outcome,
        }
    }

    fn wait_exit(&mut self, expected: &str) -> Outcome<Exit> {
        let root = self.program.root();
        let patience = match self.was_late.get() {
            true => Patience::limited(AFTER_A_WAIT, &[root]),
            false if self.is_alone => Patience::with(&[root]).or_sooner(),
            false => Patience::with(&[root]),
        };
        // Whether one that gives up had its time is seen only while it runs.
        let exited = match self.datagrams.is_in_use() {
            true => self.program.wait_exit_looking(patience, LOOK, || self.datagrams.look_at(root)),
            false => self.program.wait_exit_within(patience),
        };
        self.datagrams.has_ended();
        exited.or_else(|patience| {
            let (symptom, doing) = still(&self.program);
            let finding = Finding::new(
                expected,
                format!("{doing}; {patience}"),
                "the client's loop does not end there: look at what ends it, and at a `read` of 0 bytes",
            );
            finding.seen(symptom).of(Half::Client).broken()
        })
    }

    /// Ends the client and checks that its output has all `wanted` texts in order; `cause` explains what it printed
    /// instead.
    ///
    /// # Errors
    /// The finding that names the first missing text.
    pub fn printed_all<C: Into<Cause>>(&mut self, wanted: &[Vec<u8>], cause: impl Fn(&str) -> C) -> Outcome {
        self.printed_bytes(wanted, |printed| cause(&String::from_utf8_lossy(printed)))
    }

    /// Does what [`Client::printed_all`] does; `cause` gets the bytes as they were printed.
    ///
    /// # Errors
    /// As there.
    pub fn printed_bytes<C: Into<Cause>>(
        &mut self,
        wanted: &[Vec<u8>],
        cause: impl Fn(&[u8]) -> C,
    ) -> Outcome {
        self.end();
        let found = self.program.stdout.found();
        let Some(missing) = wanted.get(found) else { return Ok(()) };
        let printed = self.printed();
        let shown = &printed[printed.len().saturating_sub(160)..];
        // A long text in full would hide the rest of the finding.
        let text = match missing.len() {
            LONG.. => quoted(missing),
            _ => format!("\"{}\"", missing.escape_ascii()),
        };
        let expected = match found {
            0 => format!("the client prints {text}"),
            n => format!("the client prints {text} next, after {}", quoted(&seen_before(&wanted[..n]))),
        };
        let cause = cause(&printed);
        if let Some(trimmed) = without_its_blanks(missing, &printed) {
            let got = format!("{} came, without the blanks at its ends", quoted(trimmed));
            let words =
                format!("the blanks at the ends are missing: do not trim what came; {}", cause.into());
            return Finding::new(expected, got, words).of(Half::Client).broken();
        }
        let got = match printed.len() {
            0 => "it printed nothing".to_string(),
            _ => format!("{} is not there; the output ends {}", quoted(missing), squeezed(shown)),
        };
        Finding::new(expected, got, cause).of(Half::Client).broken()
    }
}

/// Returns a text without the blanks and tabs at its ends, or at one of them, where that is a line of the output, or the
/// beginning or the end of one, and the whole text is not there.
fn without_its_blanks<'a>(text: &'a [u8], printed: &[u8]) -> Option<&'a [u8]> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = text.iter().position(|byte| !is_blank(byte))?;
    let end = text.iter().rposition(|byte| !is_blank(byte))? + 1;
    let is_there = |part: &[u8]| {
        printed.split(|byte| *byte == b'\n').any(|line| line.starts_with(part) || line.ends_with(part))
    };
    // A short text may stand there by chance.
    let was_trimmed = |part: &&[u8]| part.len() >= 4 && part.len() < text.len() && is_there(part);
    let is_whole = memchr::memmem::find(printed, text).is_some();
    [&text[start..end], &text[..end], &text[start..]].into_iter().find(was_trimmed).filter(|_| !is_whole)
}

/// Returns the last of these texts, with those before it as long as nothing can be seen in it.
fn seen_before(found: &[Vec<u8>]) -> Vec<u8> {
    let from = found.iter().rposition(|text| text.iter().any(u8::is_ascii_graphic)).unwrap_or_default();
    found[from..].concat()
}
