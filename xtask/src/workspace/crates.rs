//! Whether this machine has the sources of a crate that a student has added.

use crate::finding::Perhaps;
use crate::workspace::manifest::Added;
use crate::workspace::toml;
use crate::workspace::toolchain::cargo_home;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns, when cargo could not even choose the packages of a build, which added crates that may be due to, in words;
/// `None` where none was added. `root` is the lab.
pub fn why_not_built(root: &Path, added: &[Added]) -> Option<String> {
    let cargo = cargo_home();
    let has = |one: &&Added| {
        let folders = [cargo.as_deref().map(|cargo| cargo.join("registry/cache")), Some(root.into())];
        folders.into_iter().flatten().any(|folder| is_below(&folder, &one.name))
    };
    let (here, missing): (Vec<&Added>, Vec<&Added>) = added.iter().partition(has);
    // In a repository, or where other places are configured, cargo looks elsewhere, too.
    let is_sure =
        missing.iter().all(|one| one.is_in_registry) && cargo.is_some_and(|cargo| !replaces(&cargo));
    let (all, word) = match missing.is_empty() {
        true => (here, Perhaps("needs").to_string()),
        false if is_sure => (missing, "needs".to_string()),
        false => (missing, Perhaps("needs").to_string()),
    };
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    let what = match names.as_slice() {
        [] => return None,
        [_] => "a crate that is",
        _ => "crates that are",
    };
    // `judge` says so to cargo.
    let offline = std::env::var_os("CARGO_NET_OFFLINE").is_some_and(|word| word == "true");
    let offline = if offline { "; lessons are built without a network" } else { "" };
    Some(format!("{word} {what} not here: {}{offline}", names.join(", ")))
}

/// Returns whether cargo's configuration there names other places for crates.
fn replaces(cargo: &Path) -> bool {
    let read = |name: &str| fs::read_to_string(cargo.join(name)).ok();
    read("config.toml").or_else(|| read("config")).is_some_and(|text| {
        // What cannot be read may say anything.
        toml::read(&text).map_or(true, |tree| tree.get("source").is_some())
    })
}

/// Returns whether a folder in `folder` (a registry, or the archive's `vendor`) has a version of this crate.
fn is_below(folder: &Path, name: &str) -> bool {
    let registries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_it = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let version = file.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
        version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    let crates = |registry: PathBuf| fs::read_dir(registry).into_iter().flatten().flatten();
    registries.flat_map(crates).any(|entry| is_it(&entry.path()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;

    #[test]
    fn a_crate_is_known_by_its_name_and_a_version() {
        let dir = scratch("crates");
        fs::create_dir_all(dir.join("vendor")).unwrap();
        fs::write(dir.join("vendor/rand-core-0.9.1.crate"), "").unwrap();
        assert!(is_below(&dir, "rand-core"));
        assert!(!is_below(&dir, "rand") && !is_below(&dir, "core"));
    }

    #[test]
    fn what_is_not_certain_is_told_so() {
        let dir = scratch("crates-why");
        let of = |name: &str, is_in_registry: bool| Added { name: name.into(), is_in_registry };
        assert_eq!(why_not_built(&dir, &[]), None);
        let told = |added: &[Added]| why_not_built(&dir, added).unwrap();
        let (none, other) = ("socket-lab-has-no-such-crate", "socket-lab-has-no-other");
        assert!(
            told(&[of(none, false)])
                .starts_with(&Perhaps(format!("needs a crate that is not here: {none}")).to_string())
        );
        assert!(
            told(&[of(none, true), of(other, true)])
                .contains(&format!("crates that are not here: {none}, {other}"))
        );
        // It is here, so something else may be wrong with it.
        fs::create_dir_all(dir.join("vendor/socket-lab-has-no-such-crate-1.0.0")).unwrap();
        assert!(told(&[of(none, true)]).starts_with(&Perhaps("needs").to_string()));
    }
}
