//! Which variables of the environment reach programs of strangers: none that may hold a secret.

use std::ffi::{OsStr, OsString};

/// Variables that programs and builds keep, whose values tell nothing of the one who runs them.
const KEPT: &[&str] = &[
    "PATH",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "NO_COLOR",
    "RUSTFLAGS",
    "RUST_BACKTRACE",
    "CARGO_INCREMENTAL",
    "CARGO_TERM_COLOR",
    "JAVA_HOME",
    "PYENV_ROOT",
    "PYENV_VERSION",
];
/// The starts of more of their names.
const KEPT_STARTS: &[&str] = &["LC_", "CARGO_BUILD_", "CARGO_PROFILE_", "SOCKET_LAB_"];

/// Names of folders and users, and ways of cargo and of interpreters: a program that is judged where its author runs it, needs
/// them.
const OF_PLACE: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "PWD",
    "TMPDIR",
    "TMP",
    "TEMP",
    "LD_LIBRARY_PATH",
    "CARGO",
    "CARGO_HOME",
    "CARGO_MANIFEST_DIR",
    "CARGO_NET_OFFLINE",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "CLASSPATH",
    "NODE_PATH",
    "PERL5LIB",
    "VIRTUAL_ENV",
];
/// The starts of more of their names.
const OF_PLACE_STARTS: &[&str] = &["PYTHON"];

fn is_in(name: &OsStr, names: &[&str], starts: &[&str]) -> bool {
    let name = name.to_string_lossy();
    names.contains(&&*name) || starts.iter().any(|start| name.starts_with(start))
}

/// Returns whether all that belongs to a student of a class keeps this variable of the runner's.
pub fn has_student(name: &OsStr) -> bool {
    is_in(name, KEPT, KEPT_STARTS)
}

/// Returns whether a confined program or build keeps this variable of the runner's.
pub fn has_confined(name: &OsStr) -> bool {
    has_student(name) || is_in(name, OF_PLACE, OF_PLACE_STARTS)
}

/// Returns the names of the runner's own variables, without those that are kept.
pub fn all_but(is_kept: impl Fn(&OsStr) -> bool) -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(move |name| !is_kept(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_kept() {
        let has = |name: &str| (has_student(OsStr::new(name)), has_confined(OsStr::new(name)));
        for name in ["GITHUB_TOKEN", "MOODLE_PASSWORD", "CARGO_REGISTRY_TOKEN", "http_proxy", "SSH_AUTH_SOCK"]
        {
            assert_eq!(has(name), (false, false), "{name}");
        }
        assert_eq!([has("PATH"), has("LC_ALL")], [(true, true); 2]);
        assert_eq!([has("HOME"), has("PYTHONPATH")], [(false, true); 2]);
    }
}
