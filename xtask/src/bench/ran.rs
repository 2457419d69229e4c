//! What outlives a program that was started.

use crate::finding::Half;
use crate::system::output::Output;
use crate::system::program::{Link, Program};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What outlives a program that was started: its output, and how it ended.
pub struct Ran {
    /// The half that it is.
    pub half: Half,
    /// What it printed on standard output.
    pub stdout: Output,
    /// What it printed on standard error.
    pub stderr: Output,
    /// How it ended.
    pub link: Arc<Link>,
    /// Whether it is a server that went on and no longer listened when the runner ended it.
    pub closed_its_listener: Arc<AtomicBool>,
    /// How many bytes it had printed on the two when the first trial beside the check began.
    before_trial: Option<[usize; 2]>,
}

impl Ran {
    pub(super) fn of(half: Half, program: &Program) -> Self {
        let (stdout, stderr) = (program.stdout.clone(), program.stderr.clone());
        let closed_its_listener = Arc::default();
        Self { half, stdout, stderr, link: program.watch(), closed_its_listener, before_trial: None }
    }

    /// Returns what it printed on standard output and on standard error in the check itself: all, where it printed nothing before
    /// a trial (a program may keep its output back).
    pub fn printed(&self) -> [Vec<u8>; 2] {
        let mut all = [self.stdout.kept(), self.stderr.kept()];
        if let Some(before) = self.before_trial.filter(|before| *before != [0, 0]) {
            all.iter_mut().zip(before).for_each(|(bytes, before)| bytes.truncate(before));
        }
        all
    }

    /// Notes that a trial beside the check begins: what it prints from now on is no evidence of the check.
    pub(super) fn before_trial(&mut self) {
        self.before_trial.get_or_insert_with(|| [self.stdout.kept().len(), self.stderr.kept().len()]);
    }
}
