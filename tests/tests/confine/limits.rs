//! Limits.

use super::{Place, can_try, is_root, try_all};
use lab_tests::not_checked;
use nix::sys::resource::{Resource, getrlimit};
use xtask::system::program::confine::{Confinement, Limits};

fn limited(name: &str, limits: Limits) -> (Place, Confinement) {
    let place = Place::new(name);
    let confinement = Confinement { limits, ..place.confinement() };
    (place, confinement)
}

#[test]
fn a_file_has_a_largest_size() {
    if !can_try("sizes of files", &[]) {
        return;
    }
    let (place, confinement) = limited("size", Limits { file: Some(1 << 20), ..Limits::default() });
    let attempts = format!(
        "def fill(size):\n    with open('{}/file', 'wb', 0) as file:\n        while file.tell() < size:\n            \
         file.write(bytes(1 << 16))\n\
         attempt(lambda: fill(1 << 20))\nattempt(lambda: fill(2 << 20))",
        place.own.display()
    );
    try_all(&confinement, &attempts, "ok EFBIG", "ok ok");
}

#[test]
fn memory_has_a_limit() {
    if !can_try("memory", &[]) {
        return;
    }
    let (_place, confinement) = limited("memory", Limits { data: Some(256 << 20), ..Limits::default() });
    let attempts = "def take(size):\n    try:\n        bytearray(size)\n        print('ok')\n    except MemoryError:\n        \
                    print('none')\ntake(64 << 20); take(512 << 20)\n\
                    mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=0)\nprint('reserved')";
    try_all(&confinement, attempts, "ok none reserved", "ok ok reserved");
}

#[test]
fn no_core_is_written() {
    if !can_try("cores", &[]) {
        return;
    }
    let (_place, confinement) = limited("core", Limits::NONE);
    let hard = getrlimit(Resource::RLIMIT_CORE).unwrap().1;
    if hard == 0 && !is_root() {
        return not_checked("confined programs, cores: nobody may write one here");
    }
    // The limit that the tests themselves have may be 0: this asks for more.
    let attempts = "try:\n    resource.setrlimit(resource.RLIMIT_CORE, (4096, 4096)); print('ok')\n\
                    except (OSError, ValueError):\n    print(resource.getrlimit(resource.RLIMIT_CORE))";
    try_all(&confinement, attempts, "(0, 0)", "ok");
}

#[test]
fn processes_have_a_limit() {
    if !can_try("the number of processes", &[]) {
        return;
    }
    let (most, _) = getrlimit(Resource::RLIMIT_NPROC).unwrap();
    if most < 5000 {
        return not_checked("confined programs, the number of processes: few may be started here anyway");
    }
    // The kernel counts none for root: then the program becomes somebody else. Where the machine has very many, to start
    // more than all of them would take long: the limit alone counts then.
    let attempts = format!(
        "limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]\n\
         children = []\n\
         def start():\n    for _ in range(limit + 1):\n        child = os.fork()\n        if child == 0:\n            \
         signal.pause()\n        children.append(child)\n\
         if os.getuid() == 0:\n    os.setuid(65534)\n\
         if limit == {most}: print('as the tests')\n\
         elif limit > 2000: print('EAGAIN')\n\
         else: attempt(start)\n\
         for child in children: os.kill(child, signal.SIGKILL)"
    );
    let (_place, confinement) = limited("processes", Limits { processes: Some(0), ..Limits::default() });
    try_all(&confinement, &attempts, "EAGAIN", "as the tests");
    let (_place, confinement) = limited("processes", Limits::NONE);
    try_all(&confinement, &attempts, "as the tests", "as the tests");
}
