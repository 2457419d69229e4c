//! The programs that run now, so that Ctrl-C can end them all.

use super::kept::Kept;
use super::link::Link;
use super::spec::{Pipes, Spec};
use crate::system::folder;
use crate::system::trace::Collector;
use anyhow::{Context, bail};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

/// How long the kernel may take to remove a killed process tree.
pub const BURIAL: Duration = Duration::from_secs(10);

/// Programs that run now, so that Ctrl-C can end them all.
static RUNNING: Mutex<Vec<Arc<Process>>> = Mutex::new(Vec::new());
/// Each start holds it for reading, so that programs start side by side; [`end_all`] and [`while_none_starts`] close it.
static DOOR: RwLock<()> = RwLock::new(());
static CLOSED: AtomicBool = AtomicBool::new(false);
static ENDED: AtomicBool = AtomicBool::new(false);

fn running() -> MutexGuard<'static, Vec<Arc<Process>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets no other program start; what runs goes on. A run that has called this is interrupted.
pub fn let_none_start() {
    let _door = DOOR.write().unwrap_or_else(PoisonError::into_inner);
    CLOSED.store(true, Ordering::SeqCst);
}

/// Ends every running program and everything that it started, waits until they are gone, and lets no other start.
pub fn end_all() {
    let all = {
        let _door = DOOR.write().unwrap_or_else(PoisonError::into_inner);
        CLOSED.store(true, Ordering::SeqCst);
        running().clone()
    };
    all.iter().for_each(|process| process.kept.end());
    let until = Instant::now() + BURIAL;
    all.iter().for_each(|process| {
        process.link.wait(until, |state| state.gone);
    });
    folder::remove_all();
    ENDED.store(true, Ordering::SeqCst);
}

/// Does this while no program starts. A process that is about to become a program has, for a moment, copies of all that the
/// runner has open: what the runner closes then is not closed.
pub fn while_none_starts<T>(act: impl FnOnce() -> T) -> T {
    let _door = DOOR.write().unwrap_or_else(PoisonError::into_inner);
    act()
}

/// Waits until [`end_all`] has finished, if it was called.
pub fn wait_ended() {
    let until = Instant::now() + BURIAL;
    while interrupted() && !ENDED.load(Ordering::SeqCst) && Instant::now() < until {
        thread::sleep(Duration::from_millis(1)); // Only the interval at which to look again.
    }
}

/// Returns whether the run was interrupted ([`end_all`] was called); results after that mean nothing.
pub fn interrupted() -> bool {
    CLOSED.load(Ordering::SeqCst)
}

/// A process tree without its pipes.
pub struct Process {
    pub kept: Kept,
    pub link: Arc<Link>,
}

impl Process {
    /// Starts it; traces it for `collector`.
    pub fn start(
        spec: &Spec,
        pipes: Pipes,
        collector: Option<&'static Collector>,
    ) -> anyhow::Result<Arc<Self>> {
        // Held while starting: either `end_all` sees this process, or the start sees that all is over.
        let _door = DOOR.read().unwrap_or_else(PoisonError::into_inner);
        if CLOSED.load(Ordering::SeqCst) {
            bail!("interrupted");
        }
        let link = Arc::new(Link::default());
        let kept = Kept::start(spec, pipes, &link, collector)
            .with_context(|| format!("cannot start `{}`", spec.argv[0].to_string_lossy()))?;
        let process = Arc::new(Self { kept, link });
        running().push(Arc::clone(&process));
        Ok(process)
    }

    pub fn end(self: &Arc<Self>) {
        self.kept.end();
        self.link.wait(Instant::now() + BURIAL, |state| state.gone);
        running().retain(|other| !Arc::ptr_eq(other, self));
    }
}
