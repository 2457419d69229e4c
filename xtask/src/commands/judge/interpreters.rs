//! Interpreters of other languages that lie elsewhere than the system's own: pyenv, nvm, SDKMAN, Homebrew, `/opt`.

use crate::system::program::boxed::system;
use crate::system::program::installation;
use std::path::{Path, PathBuf};

/// What such a folder has at least one of.
const NAMES: &[&str] = &[
    "python3", "python", "node", "java", "perl", "ruby", "go", "php", "lua", "deno", "bun", "dotnet",
    "racket", "guile", "julia", "elixir", "erl", "scala", "kotlin", "tclsh", "Rscript", "ghc", "ocaml",
    "sbcl",
];

/// Returns the folders of the interpreters on PATH that programs do not see anyway. The home folder, as a whole, is none of
/// them.
pub fn interpreters() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = installation::home();
    let mut found: Vec<PathBuf> =
        std::env::split_paths(&path).filter_map(|dir| prefix(&dir, home.as_deref())).collect();
    found.sort();
    found.dedup();
    found
}

/// Returns the folder with all that belongs to the interpreters in the folder `dir` of PATH.
fn prefix(dir: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok().filter(|dir| !system::has(dir))?;
    if !NAMES.iter().any(|name| dir.join(name).exists()) {
        return None;
    }
    let is_own = |dir: &PathBuf| !installation::is_wide(dir, home);
    // `~/bin` and `~/.local/bin` lie beside what is the teacher's.
    installation::of_programs_in(&dir).filter(is_own).or(Some(dir)).filter(is_own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;
    use std::fs;

    #[test]
    fn an_interpreter_brings_its_own_folder_and_never_the_home() {
        let home = scratch("interpreters");
        let with = |dir: &str, name: &str| {
            let dir = home.join(dir);
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join(name), "").unwrap();
            prefix(&dir, Some(&home)).map(|found| found.strip_prefix(&home).unwrap().to_path_buf())
        };
        let is = |path: &str| Some(PathBuf::from(path));
        assert_eq!(with(".pyenv/shims", "python3"), is(".pyenv"));
        assert_eq!(with(".nvm/versions/node/v20/bin", "node"), is(".nvm/versions/node/v20"));
        assert_eq!(with("jdk/bin", "java"), is("jdk"));
        assert_eq!(with("tools", "lua"), is("tools"));
        assert_eq!(with("bin", "python3"), is("bin"));
        assert_eq!(with(".local/bin", "python3"), is(".local/bin"));
        assert_eq!(with(".cargo/bin", "cargo"), None);
        fs::write(home.join("node"), "").unwrap();
        assert_eq!(prefix(&home, Some(&home)), None);
        assert_eq!(prefix(Path::new("/usr/bin"), Some(&home)), None);
    }
}
