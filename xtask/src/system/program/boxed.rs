//! A box around a process and all that it starts: bubblewrap (bwrap(1)), which needs no rights of root.
//!
//! In it are a network with nothing but its own loopback, processes that see no others, a `/tmp`, a `/dev` and a `/proc` of
//! its own, and of the machine's files only those that were named, and what every program needs: see [`system`].

mod inside;
mod no_box;
pub mod system;

pub use inside::{Hidden, enter};
pub use no_box::{NoBox, VARIABLE};

use crate::system::program::confine::Gap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The program.
#[cfg(target_os = "linux")]
const BWRAP: &str = "bwrap";

/// What a process in a box sees beside the system's own files.
#[derive(Clone, Debug, Default)]
pub struct Boxed {
    /// Files and folders that it can read, at the places where they lie. Those that are not there are left out.
    pub read: Vec<PathBuf>,
    /// Folders in which it may write.
    pub write: Vec<PathBuf>,
    /// Links that stay links: each, and where it leads to.
    pub links: Vec<(PathBuf, PathBuf)>,
    /// What `/tmp` is, and `/dev/shm`: a folder that exists.
    pub tmp: PathBuf,
}

impl Boxed {
    /// Returns the words that start a command in this box; the command follows them.
    pub fn words(&self) -> Vec<OsString> {
        let mut words = Words(Vec::new());
        #[cfg(target_os = "linux")]
        words.namespaces();
        words.system();
        words.bind("--bind", &self.tmp, Path::new("/tmp"));
        // Of its own it would be as large as half of the machine's memory.
        words.bind("--bind", &self.tmp, Path::new("/dev/shm"));
        let mut inner: Vec<(&str, &PathBuf)> = self.read.iter().map(|path| ("--ro-bind", path)).collect();
        inner.extend(self.write.iter().map(|path| ("--bind", path)));
        // A folder stands before what lies in it, which else it would hide.
        inner.sort_by_key(|(_, path)| path.components().count());
        for (how, path) in inner.into_iter().filter(|(_, path)| path.exists()) {
            words.bind(how, path, path);
        }
        for (link, to) in &self.links {
            words.bind("--symlink", to, link);
        }
        words.add(&["--remount-ro", "/", "--"]);
        words.0
    }
}

struct Words(Vec<OsString>);

impl Words {
    fn add(&mut self, words: &[&str]) {
        self.0.extend(words.iter().map(OsString::from));
    }

    fn bind(&mut self, how: &str, from: &Path, to: &Path) {
        self.0.extend([how.into(), from.into(), to.into()]);
    }

    #[cfg(target_os = "linux")]
    fn namespaces(&mut self) {
        // The control groups only where the kernel has such a namespace.
        self.add(&[BWRAP, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc"]);
        self.add(&["--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--cap-drop", "ALL"]);
    }

    /// What every program needs.
    fn system(&mut self) {
        for place in system::places().iter().filter(|place| place.exists()) {
            match std::fs::read_link(place) {
                // `/bin` often leads to `/usr/bin`.
                Ok(to) if place.parent() == Some(Path::new("/")) => self.bind("--symlink", &to, place),
                // Another link may lead to where the box has nothing: what it leads to is taken.
                _ => self.bind("--ro-bind", place, place),
            }
        }
        self.add(&["--proc", "/proc", "--dev", "/dev"]);
    }
}

/// Returns whether a box holds this, too: what a program may do there all the same is felt by nobody but its student.
pub fn holds(gap: Gap) -> bool {
    match gap {
        Gap::NotLinux | Gap::NoLandlock | Gap::Signals | Gap::Processes => false,
        Gap::Truncate | Gap::Ports | Gap::Devices | Gap::PathSockets | Gap::Udp | Gap::Modes | Gap::Calls => {
            true
        }
    }
}

/// Returns whether a box works here: tries it once.
///
/// # Errors
/// Why it does not.
pub fn probe() -> Result<(), NoBox> {
    static TRIED: std::sync::OnceLock<Result<(), NoBox>> = std::sync::OnceLock::new();
    TRIED.get_or_init(tried).clone()
}

#[cfg(target_os = "linux")]
fn tried() -> Result<(), NoBox> {
    use crate::system::portable;
    use std::process::{Command, Stdio};
    if std::env::var_os(VARIABLE).is_some_and(|set| set == "1") {
        return Err(NoBox::SwitchedOff);
    }
    if !portable::asks_kernel() {
        return Err(NoBox::NotLinux);
    }
    let words = Boxed { tmp: std::env::temp_dir(), ..Boxed::default() }.words();
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).arg("/bin/true").stdin(Stdio::null());
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            Err(NoBox::Refused(last.trim().trim_start_matches("bwrap: ").chars().take(200).collect()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(NoBox::NoBubblewrap),
        Err(error) => Err(NoBox::Refused(error.to_string())),
    }
}

#[cfg(not(target_os = "linux"))]
fn tried() -> Result<(), NoBox> {
    Err(NoBox::NotLinux)
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
