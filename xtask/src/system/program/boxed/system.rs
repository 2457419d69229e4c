//! What of the system's files every program may need.

use std::path::{Path, PathBuf};

/// Folders of programs and libraries. On most systems some of them are links into `/usr`. The last two are the stores of Nix
/// and Guix.
pub(super) const FOLDERS: &[&str] =
    &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"];

/// Of `/etc` only this: names of hosts and services, users by name, times, how libraries and languages are set up. Nothing in it
/// is secret.
const ETC: &[&str] = &[
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/ca-certificates.conf",
    "/etc/gai.conf",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/inputrc",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/locale.alias",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/perl",
    "/etc/pki/tls/certs",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
];

/// The starts of more names there: `java-17-openjdk`, `python3.11`.
const ETC_STARTS: &[&str] = &["java", "python3"];

/// Returns what programs may read of `/etc`.
pub fn etc() -> Vec<PathBuf> {
    let is_of_language = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ETC_STARTS.iter().any(|start| name.starts_with(start))
    };
    let all = std::fs::read_dir("/etc").into_iter().flatten().flatten().map(|entry| entry.path());
    ETC.iter().map(PathBuf::from).chain(all.filter(is_of_language)).collect()
}

/// Returns whether the path lies in a folder that every program sees.
pub fn has(path: &Path) -> bool {
    FOLDERS.iter().any(|place| path.starts_with(place))
}
