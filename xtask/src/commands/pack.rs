//! `cargo xtask pack`
//!
//! The archive holds the repository with fresh starters, and in `vendor/` the sources of all crates (cargo-vendor(1)), so
//! that machines without a network build from it.

use super::shared::{Usage, print, stop_at_ctrl_c};
use super::starters::{remember, render_lesson};
use crate::cli::Pack;
use crate::course::LESSONS;
use crate::system::program::{self, Ended, Exit, Spec};
use crate::workspace::repository::VENDOR;
use crate::workspace::{self, commit, repository};
use anyhow::{Context, bail};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The one folder in the archive.
const TOP: &str = "socket-lab";

/// What the repository's configuration of cargo gets, so that cargo looks for crates in the archive only.
const CONFIG: &str = "
# All crates stand in vendor/: cargo needs no network.
[source.crates-io]
replace-with = \"vendored-sources\"

[source.vendored-sources]
directory = \"vendor\"
";

/// Makes the archive.
pub fn pack(args: &Pack) -> anyhow::Result<u8> {
    is_free(&args.file)?;
    stop_at_ctrl_c()?;
    let root = workspace::root();
    let stage = Stage::new(&root)?;
    let copy = stage.0.join(TOP);
    let files = repository::copy(&root, &copy)?;
    render_lessons(&root, &copy)?;
    // An archive that was unpacked has the crates, and its configuration names them.
    if !copy.join(VENDOR).is_dir() {
        vendor(&copy)?;
    }
    commit::write(&root, &copy)?;
    let crates = fs::read_dir(copy.join(VENDOR)).context("read the crates")?.count();
    let name = "packed.tar.gz";
    tool(&["tar", "-czf", name, TOP], &stage.0).context("tar makes the archive; install it")?;
    let bytes = put(&stage.0.join(name), &args.file)?;
    let file = args.file.display();
    print(&format!(
        "{files} files and {crates} crates: {file}, {} MB\nnext, on each machine, which needs Rust and no network:\n  \
         tar -xzf {}\n  cd {TOP}\n  cargo xtask\n",
        bytes.div_ceil(1_000_000),
        args.file.file_name().unwrap_or_default().to_string_lossy(),
    ));
    Ok(0)
}

/// Checks that the archive can be written there, before anything is done.
fn is_free(file: &Path) -> anyhow::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let shown = file.display();
    let is_archive = [".tar.gz", ".tgz"].iter().any(|end| name.len() > end.len() && name.ends_with(end));
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let why = if !is_archive {
        format!("{shown}: the archive's name ends in .tar.gz, for instance cargo xtask pack {TOP}.tar.gz")
    } else if !folder.is_dir() {
        format!("{shown}: there is no folder {}", folder.display())
    } else if fs::symlink_metadata(file).is_ok() {
        format!("{shown} is there already; name another file, or move that one away")
    } else {
        return Ok(());
    };
    Err(Usage(why).into())
}

/// A folder of its own for the time of the work; its end removes it.
struct Stage(PathBuf);

impl Stage {
    /// Below target/, where there is room for builds.
    fn new(root: &Path) -> anyhow::Result<Self> {
        let dir = root.join("target").join(format!("pack-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir); // Of a process of the same number that was killed.
        fs::create_dir_all(&dir).with_context(|| format!("make {}", dir.display()))?;
        Ok(Self(dir))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Renders all starters into the copy: what the one who packs has written in the lessons is not for others.
fn render_lessons(root: &Path, repository: &Path) -> anyhow::Result<()> {
    let lessons = repository.join("lessons");
    for lesson in LESSONS {
        let files = render_lesson(root, lesson)?;
        for (path, text) in &files {
            let path = lessons.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        }
        remember(&lessons, &files)?;
    }
    Ok(())
}

/// Collects the sources of all crates, and makes cargo look for them there.
fn vendor(repository: &Path) -> anyhow::Result<()> {
    eprintln!("collecting the sources of all crates …");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Where crates.io has a mirror in the user's configuration, the mirror is asked.
    let words = ["vendor", "--quiet", "--locked", "--versioned-dirs", "--respect-source-config", VENDOR];
    let argv: Vec<OsString> = std::iter::once(cargo).chain(words.map(OsString::from)).collect();
    tool(&argv, repository).context(
        "the crates could not be collected: that needs a network, or that cargo fetch --locked was run where there was one",
    )?;
    let config = repository.join(".cargo/config.toml");
    let written =
        OpenOptions::new().append(true).open(&config).and_then(|mut file| file.write_all(CONFIG.as_bytes()));
    written.with_context(|| format!("write {}", config.display()))
}

/// Runs a tool in this folder; what it says goes to standard error.
fn tool<W: Into<OsString> + Clone>(argv: &[W], dir: &Path) -> anyhow::Result<()> {
    let argv: Vec<OsString> = argv.iter().cloned().map(Into::into).collect();
    let name = argv[0].to_string_lossy().into_owned();
    let spec = Spec { argv, dir: Some(dir.to_path_buf()), ..Spec::default() };
    match program::run_tool(&spec, None, false, |_, line| eprintln!("{line}"))? {
        Ended::Exit(Exit::Code(0)) => Ok(()),
        Ended::Exit(exit) => bail!("{name} {exit}"),
        Ended::Lost | Ended::OutOfTime => bail!("{name} was ended by somebody"),
    }
}

/// Copies the archive to its place, and never over something that is there by now. Returns its size in bytes.
fn put(made: &Path, file: &Path) -> anyhow::Result<u64> {
    let what = || format!("write {}", file.display());
    let mut to = File::create_new(file).with_context(what)?;
    let copied = File::open(made).and_then(|mut made| io::copy(&mut made, &mut to));
    if copied.is_err() {
        let _ = fs::remove_file(file); // Half an archive helps nobody.
    }
    copied.with_context(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_has_a_name_and_a_place_of_its_own() {
        let dir = std::env::temp_dir().join(format!("socket-lab-pack-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("there.tar.gz"), "an archive").unwrap();
        let why = |name: &str| is_free(&dir.join(name)).err().map(|why| why.to_string()).unwrap_or_default();
        for (name, said) in [
            ("lab.zip", "ends in .tar.gz"),
            (".tar.gz", "ends in .tar.gz"),
            ("no/such/lab.tgz", "there is no folder"),
            ("there.tar.gz", "is there already"),
        ] {
            assert!(why(name).contains(said), "{name}: {}", why(name));
        }
        assert_eq!(why("lab.tar.gz"), "");
        // When it comes between the question and the answer.
        assert!(put(&dir.join("there.tar.gz"), &dir.join("there.tar.gz")).is_err());
        assert_eq!(fs::read_to_string(dir.join("there.tar.gz")).unwrap(), "an archive");
        fs::remove_dir_all(&dir).unwrap();
    }
}
