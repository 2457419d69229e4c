//! Where Rust's programs, and the crates that cargo has fetched, lie on this machine.

use crate::system::program::Variables;
use crate::workspace::toml;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// The folder with `bin/rustc` and its libraries.
    pub sysroot: PathBuf,
    /// cargo's own folder (CARGO_HOME), where it is known and there.
    pub home: Option<PathBuf>,
}

/// What of cargo's configuration says where crates lie. The rest may be secret (tokens, a proxy's password).
const OF_CRATES: [&str; 2] = ["source", "net"];

impl Toolchain {
    /// Finds them; `None` without Rust.
    pub fn find() -> Option<Self> {
        Some(Self { sysroot: sysroot()?, home: cargo_home().filter(|home| home.is_dir()) })
    }

    /// Returns the folder of the crates that were fetched, without links.
    pub fn registry(&self) -> Option<PathBuf> {
        self.home.as_ref()?.join("registry").canonicalize().ok()
    }

    /// Makes `dir` a folder for cargo with the same crates (a link, where the system has links), and of the configuration only
    /// what says where crates lie.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_home(&self, dir: &Path) -> std::io::Result<()> {
        fs::create_dir_all(dir)?;
        #[cfg(unix)]
        if let Some(registry) = self.registry() {
            let link = dir.join("registry");
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(registry, link)?;
        }
        let read = |name: &str| fs::read_to_string(self.home.as_ref()?.join(name)).ok();
        let text = read("config.toml").or_else(|| read("config")).unwrap_or_default();
        let mut tree = toml::read(&text).unwrap_or_default();
        tree.retain(|name, _| OF_CRATES.contains(&name.as_str()));
        fs::write(dir.join("config.toml"), toml::write(&tree))
    }

    /// Returns the variables with which a build finds these programs, and no others: PATH, and CARGO where there is one.
    pub fn env(&self) -> Variables {
        let cargo = Some(self.cargo()).filter(|cargo| cargo.is_file());
        let cargo = cargo.map(|cargo| ("CARGO".into(), Some(cargo.into())));
        std::iter::once(("PATH".into(), Some(self.path()))).chain(cargo).collect()
    }

    /// Returns a PATH on which Rust's own programs come first, not those of rustup that choose among toolchains: they read
    /// what a build should not.
    fn path(&self) -> OsString {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let bin = self.sysroot.join("bin");
        let rest = std::env::split_paths(&old).filter(|dir| *dir != bin);
        let all: Vec<PathBuf> = std::iter::once(bin.clone()).chain(rest).collect();
        std::env::join_paths(all).unwrap_or(old)
    }

    /// Returns cargo itself.
    fn cargo(&self) -> PathBuf {
        self.sysroot.join("bin").join("cargo").with_extension(std::env::consts::EXE_EXTENSION)
    }
}

/// Returns the folder of the compiler: that of the cargo that has started the runner, where it is one.
fn sysroot() -> Option<PathBuf> {
    let of_cargo = std::env::var_os("CARGO").map(PathBuf::from).and_then(|cargo| {
        let folder = cargo.canonicalize().ok()?.parent()?.parent()?.to_path_buf();
        folder.join("lib/rustlib").is_dir().then_some(folder)
    });
    let ask = || {
        let mut rustc = Command::new("rustc");
        let output = rustc.args(["--print", "sysroot"]).stdin(Stdio::null()).stderr(Stdio::null()).output();
        let output = output.ok().filter(|output| output.status.success())?;
        let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        path.is_dir().then_some(path)
    };
    // Some toolchains have no cargo of their own beside the compiler.
    of_cargo.or_else(ask).filter(|folder| folder.join("bin").is_dir())
}

/// Returns cargo's own folder, where it is known.
pub fn cargo_home() -> Option<PathBuf> {
    let usual = || Some(std::env::home_dir()?.join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(usual)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;

    #[test]
    fn the_compiler_and_cargo_are_found() {
        let found = Toolchain::find().unwrap();
        let exe =
            |name: &str| found.sysroot.join("bin").join(name).with_extension(std::env::consts::EXE_EXTENSION);
        assert!(exe("rustc").is_file(), "{found:?}");
        let path = found.path();
        assert_eq!(std::env::split_paths(&path).next(), Some(found.sysroot.join("bin")));
    }

    #[test]
    fn a_home_has_the_crates_and_no_secrets() {
        let dir = scratch("cargo-home");
        let home = dir.join("home");
        fs::create_dir_all(home.join("registry/cache")).unwrap();
        fs::write(home.join("credentials.toml"), "[registry]\ntoken = \"secret\"\n").unwrap();
        let config = "[registry]\ntoken = \"secret\"\n[http]\nproxy = \"u:secret@h\"\n\
                      [source.crates-io]\nreplace-with = \"near\"\n[source.near]\nregistry = \"sparse+https://near\"\n";
        fs::write(home.join("config.toml"), config).unwrap();
        let own = dir.join("own");
        let toolchain = Toolchain { sysroot: dir.clone(), home: Some(home) };
        toolchain.make_home(&own).unwrap();
        toolchain.make_home(&own).unwrap(); // A second process for the same student.
        let text = fs::read_to_string(own.join("config.toml")).unwrap();
        assert!(text.contains("replace-with = \"near\"") && text.contains("https://near"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        assert!(!own.join("credentials.toml").exists());
        #[cfg(unix)]
        assert!(own.join("registry/cache").is_dir());
    }
}
