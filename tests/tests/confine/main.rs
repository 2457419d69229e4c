//! What a confined program may do and may not: each attempt once with and once without, so that a test of what is refused
//! fails where nothing confines.
#![cfg(target_os = "linux")]

mod files;
mod languages;
mod limits;
mod network;
mod others;
mod starts;

use lab_tests::confined::{End, command, end_of};
use lab_tests::{empty_dir, not_checked};
use std::path::{Path, PathBuf};
use xtask::system::program::confine::{Confinement, Gap, kernel};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

/// One of the system's own, which every program may run.
const PYTHON: &str = "/usr/bin/python3";

/// Says how an attempt ends: `ok`, or the name of the error.
const ATTEMPT: &str = r"
import ctypes, errno, mmap, os, resource, signal, socket, struct, subprocess, sys
def attempt(act):
    try:
        act()
        print('ok')
    except OSError as error:
        print(errno.errorcode[error.errno])
libc = ctypes.CDLL(None, use_errno=True)
def call(*words):
    if libc.syscall(*[ctypes.c_long(word) if isinstance(word, int) else word for word in words]) < 0:
        raise OSError(ctypes.get_errno(), 'call')
def write(path, how='w'):
    with open(path, how) as file:
        file.write('written')
keeper = os.getppid()
runner = int(open(f'/proc/{keeper}/stat').read().rsplit(')', 1)[1].split()[1])
";

/// Folders of one test: `own`, in which the program may do everything, and `outside`, with a file `secret` of mode 600.
struct Place {
    own: PathBuf,
    outside: PathBuf,
    secret: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let place = empty_dir(env!("CARGO_TARGET_TMPDIR"), &format!("confine-{name}"));
        let [own, outside] = ["own", "outside"].map(|name| place.join(name));
        [&own, &outside].iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
        let secret = outside.join("secret");
        std::fs::write(&secret, "secret").unwrap();
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        Self { own, outside, secret }
    }

    fn confinement(&self) -> Confinement {
        Confinement { write: vec![self.own.clone()], ..Confinement::default() }
    }
}

/// Returns whether this machine can try these attempts: the system's own Python is there, and the kernel holds this.
fn can_try(what: &str, gaps: &[Gap]) -> bool {
    if !Path::new(PYTHON).exists() {
        not_checked(&format!("confined programs, {what}: {PYTHON} is missing"));
        return false;
    }
    let missing = kernel().but_for().into_iter().find(|gap| gaps.contains(gap) || *gap == Gap::NoLandlock);
    if let Some(gap) = missing {
        not_checked(&format!("confined programs, {what}: here a program {gap}"));
    }
    missing.is_none()
}

fn end(confinement: Option<&Confinement>, traced: bool, argv: &[&str]) -> End {
    end_of(&mut command(RUNNER, confinement, traced, argv))
}

/// Tries these attempts (expressions and statements of Python; `attempt(lambda: …)` prints a word) confined, confined and
/// traced, and not confined, and checks what each prints.
fn try_all(confinement: &Confinement, attempts: &str, confined: &str, free: &str) {
    let script = format!("{ATTEMPT}{attempts}");
    let argv = [PYTHON, "-c", &script];
    let printed = |how: &str, end: End| match end {
        End::Status(0, stdout, _) => stdout.split_whitespace().collect::<Vec<_>>().join(" "),
        other => panic!("{how}: {other:?}\n{attempts}"),
    };
    let seen = [
        ("not confined", None, false, free),
        ("confined", Some(confinement), false, confined),
        ("confined and traced", Some(confinement), true, confined),
    ];
    for (how, confinement, traced, wanted) in seen {
        assert_eq!(printed(how, end(confinement, traced, &argv)), wanted, "{how}: {attempts}");
    }
}

/// Returns whether this is root.
fn is_root() -> bool {
    // SAFETY: it takes nothing and always succeeds.
    unsafe { libc::getuid() == 0 }
}
