//! Where the runner is root: what a confined program keeps of that (capabilities(7)).

/// Files of others (1, 3, 4), signals (5), being another user (6, 7), ports below 1024 (10). What is not here harms the
/// machine, or goes around Landlock: owners of files, tracing, modules, devices, limits, mounts, packets.
const KEPT: [libc::c_ulong; 7] = [1, 3, 4, 5, 6, 7, 10];

/// Gives up all other rights of root, for this process's programs and for good. Only async-signal-safe calls. Whoever is not
/// root has none of them.
pub fn give_up() {
    // SAFETY: it takes nothing and always succeeds.
    if unsafe { libc::geteuid() } != 0 {
        return;
    }
    for right in (0..64).filter(|right| !KEPT.contains(right)) {
        // SAFETY: two numbers. A right that the kernel does not know is an error, and so is the want of rights.
        let _ = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, right, 0, 0, 0) };
    }
}
