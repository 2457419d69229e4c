//! What every program may use: the system's programs and libraries, and what those read.

use super::rights::{IOCTL_DEV, MAKE_REG, READ, READ_DIR, READ_FILE, REMOVE_FILE, TRUNCATE, WRITE_FILE};
use std::path::Path;

/// Contents, but nothing to run.
const LOOK: u64 = READ_FILE | READ_DIR;
const DEVICE: u64 = READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV;
/// Shared memory and semaphores whose name a program knows: it cannot list those of others.
const SHARED: u64 = READ_FILE | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE;

/// Passes each path, with the rights to it.
pub fn each(mut grant: impl FnMut(&Path, u64)) {
    for (path, rights) in ALL {
        let Some(start) = path.strip_suffix('*') else {
            grant(Path::new(path), *rights);
            continue;
        };
        let folder = Path::new(start).parent().unwrap_or(Path::new("/"));
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            if entry.path().as_os_str().as_encoded_bytes().starts_with(start.as_bytes()) {
                grant(&entry.path(), *rights);
            }
        }
    }
}

/// Paths, and the rights to them; one that ends with `*` stands for all that begin so. Nothing of it is secret on any system: all users may read it.
const ALL: &[(&str, u64)] = &[
    ("/usr", READ),
    ("/bin", READ),
    ("/sbin", READ),
    ("/lib", READ),
    ("/lib32", READ),
    ("/lib64", READ),
    ("/libx32", READ),
    // Where NixOS and Guix keep all programs.
    ("/nix/store", READ),
    ("/gnu/store", READ),
    // The loader.
    ("/etc/ld.so.cache", LOOK),
    ("/etc/ld.so.conf", LOOK),
    ("/etc/ld.so.conf.d", LOOK),
    ("/etc/ld.so.preload", LOOK),
    ("/etc/ld-musl*", LOOK),
    ("/etc/alternatives", READ),
    // Names of hosts, services and users.
    ("/etc/gai.conf", LOOK),
    ("/etc/group", LOOK),
    ("/etc/host.conf", LOOK),
    ("/etc/hosts", LOOK),
    ("/etc/networks", LOOK),
    ("/etc/nsswitch.conf", LOOK),
    ("/etc/passwd", LOOK),
    ("/etc/protocols", LOOK),
    ("/etc/resolv.conf", LOOK),
    ("/etc/services", LOOK),
    // Time, language, what this system is.
    ("/etc/default/locale", LOOK),
    ("/etc/locale.alias", LOOK),
    ("/etc/locale.conf", LOOK),
    ("/etc/localtime", LOOK),
    ("/etc/lsb-release", LOOK),
    ("/etc/mime.types", LOOK),
    ("/etc/os-release", LOOK),
    ("/etc/timezone", LOOK),
    // Node ends without its openssl.cnf.
    ("/etc/ca-certificates", LOOK),
    ("/etc/crypto-policies", LOOK),
    ("/etc/pki/tls", LOOK),
    ("/etc/ssl/certs", LOOK),
    ("/etc/ssl/openssl.cnf", LOOK),
    // Languages.
    ("/etc/java*", LOOK),
    ("/etc/perl", LOOK),
    ("/etc/python3*", LOOK),
    // Shells.
    ("/etc/bash.bashrc", LOOK),
    ("/etc/inputrc", LOOK),
    ("/etc/terminfo", LOOK),
    // Devices.
    ("/dev/null", DEVICE),
    ("/dev/zero", DEVICE),
    ("/dev/full", DEVICE),
    ("/dev/random", DEVICE),
    ("/dev/urandom", DEVICE),
    ("/dev/tty", DEVICE),
    ("/dev/shm", SHARED),
    // The kernel's own words. What is secret of another process asks for the right to trace it, which Landlock refuses.
    ("/proc", LOOK),
    ("/sys/devices/system/cpu", LOOK),
    ("/sys/devices/system/node", LOOK),
    ("/sys/fs/cgroup", LOOK),
    ("/sys/kernel/mm", LOOK),
];
