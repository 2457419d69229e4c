//! What stands around the process of each student: a box where one works, an environment without anything of the teacher's,
//! and a folder for cargo that has the crates and no secrets.

use super::interpreters::interpreters;
use super::job::{Job, VERB};
use super::plan::Plan;
use crate::cli::Confining;
use crate::commands::shared::INTERRUPTED;
use crate::system::exit::Exit;
use crate::system::folder::Folder;
use crate::system::program::boxed::{Boxed, system};
use crate::system::program::{self, Spec, Variables, own_executable, variables};
use crate::workspace;
use crate::workspace::toolchain::Toolchain;
use anyhow::Context;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// What of the repository a student's process needs.
const OF_LAB: &[&str] = &["Cargo.toml", "Cargo.lock", ".cargo", "vendor", "solutions", "xtask/Cargo.toml"];

/// What stands around the process of each student.
pub struct Around {
    root: PathBuf,
    toolchain: Option<Toolchain>,
    tools: Vec<(String, PathBuf)>,
    confining: Confining,
    own_box: Option<OwnBox>,
}

/// What is the same in all boxes.
struct OwnBox {
    /// The runner's executable, in a folder where no build replaces it.
    runner: PathBuf,
    _folder: Folder,
    /// What all may read.
    read: Vec<PathBuf>,
}

impl Around {
    /// Prepares it for a class whose students are built below `place`; `tools` are programs that all need.
    ///
    /// # Errors
    /// When the runner's executable cannot be copied.
    pub fn of(place: &Path, tools: Vec<(String, PathBuf)>, plan: &Plan) -> anyhow::Result<Self> {
        // Students are built below a path without links: above it cargo looks for its configuration.
        let root = workspace::root();
        let root = root.canonicalize().unwrap_or(root);
        let toolchain = Toolchain::find().filter(|_| cfg!(target_os = "linux") && plan.confining.is_on);
        let confining = plan.confining.clone();
        let mut own_box = None;
        if plan.containment.is_boxed() {
            let allowed = tools.iter().map(|(_, path)| path).chain(&confining.allow);
            own_box = Some(OwnBox::of(place, &root, toolchain.as_ref(), allowed.cloned())?);
        }
        Ok(Self { root, toolchain, tools, confining, own_box })
    }

    /// Returns the programs that all need.
    pub fn tools(&self) -> Vec<(String, PathBuf)> {
        self.tools.clone()
    }

    /// Returns whether programs are confined, and what more they may read then.
    pub fn confining(&self) -> Confining {
        self.confining.clone()
    }

    /// Returns whether a box does.
    pub fn is_boxed(&self) -> bool {
        self.own_box.is_some()
    }

    /// Returns what to start for a job.
    ///
    /// # Errors
    /// When the folders in the job's own folder cannot be made.
    pub fn spec(&self, job: &Job) -> anyhow::Result<Spec> {
        let (tmp, home) = (job.work.join("tmp"), job.work.join("cargo"));
        fs::create_dir_all(&tmp).with_context(|| format!("make {}", tmp.display()))?;
        if let Some(toolchain) = &self.toolchain {
            toolchain.make_home(&home).with_context(|| format!("make {}", home.display()))?;
        }
        let mut argv = match &self.own_box {
            Some(own) => own.around(job, &tmp).words(),
            None => Vec::new(),
        };
        let runner = self.own_box.as_ref().map_or_else(own_executable, |own| own.runner.clone());
        argv.extend([runner.into(), VERB.into()]);
        argv.extend(job.words());
        Ok(Spec { argv, env: self.env(&tmp, &home), dir: Some(job.work.clone()), ..Spec::default() })
    }

    /// Returns how the process ended, where the box around it has ended so: that tells a signal by its status, as shells do.
    pub fn without_box(&self, exit: Exit) -> Exit {
        const SIGNALS: std::ops::RangeInclusive<i32> = 129..=192;
        match exit {
            Exit::Code(code)
                if self.is_boxed() && SIGNALS.contains(&code) && code != i32::from(INTERRUPTED) =>
            {
                Exit::Signal(code - 128)
            }
            other => other,
        }
    }

    /// Returns the changes to the runner's environment.
    fn env(&self, tmp: &Path, home: &Path) -> Variables {
        let mut env = Variables::new();
        // What other systems need in it is not known here.
        let is_clean = cfg!(target_os = "linux") && self.confining.is_on;
        if is_clean {
            env.extend(variables::all_but(variables::has_student).map(|name| (name, None)));
        }
        let mut set = |name: &str, value: OsString| env.push((name.into(), Some(value)));
        set("CARGO_NET_OFFLINE", "true".into());
        set("CARGO_MANIFEST_DIR", self.root.join("xtask").into());
        if let Some(toolchain) = &self.toolchain {
            set("CARGO_HOME", home.into());
            env.extend(toolchain.env());
        }
        // What compilers and programs leave there goes with the student's folder.
        let tmp = if self.is_boxed() { Path::new("/tmp") } else { tmp };
        env.extend(program::temporary(tmp));
        if is_clean {
            env.push(("HOME".into(), Some(tmp.into())));
        }
        env
    }
}

impl OwnBox {
    fn of(
        place: &Path,
        root: &Path,
        toolchain: Option<&Toolchain>,
        more: impl Iterator<Item = PathBuf>,
    ) -> anyhow::Result<Self> {
        let folder = Folder::roomy(place)?;
        let runner = folder.path().join("runner");
        link_or_copy(&runner).with_context(|| format!("copy the runner to {}", runner.display()))?;
        let mut read: Vec<PathBuf> = OF_LAB.iter().map(|name| root.join(name)).collect();
        read.push(runner.clone());
        read.extend(more);
        if let Some(toolchain) = toolchain {
            read.push(toolchain.sysroot.clone());
            read.extend(toolchain.registry());
        }
        read.extend(interpreters());
        read.retain(|path| !system::has(path));
        Ok(Self { runner, _folder: folder, read })
    }

    fn around(&self, job: &Job, tmp: &Path) -> Boxed {
        let mut read = self.read.clone();
        let mut links = Vec::new();
        // A hand-in that is a link is refused: it must stay one.
        match fs::read_link(&job.hand_in) {
            Ok(to) => links.push((job.hand_in.clone(), to)),
            Err(_) => read.push(job.hand_in.clone()),
        }
        Boxed { read, write: vec![job.work.clone()], links, tmp: tmp.into() }
    }
}

/// Makes the runner's executable appear there, whatever a build does to its own place from now on.
fn link_or_copy(to: &Path) -> anyhow::Result<()> {
    let own = own_executable();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |path: &Path| fs::metadata(path).map(|data| (data.dev(), data.ino())).ok();
        // Only the path of an executable that was not replaced leads to it.
        if let Ok(path) = std::env::current_exe()
            && id(&path).is_some_and(|file| Some(file) == id(&own))
            && fs::hard_link(path, to).is_ok()
        {
            if id(to) == id(&own) {
                return Ok(());
            }
            fs::remove_file(to)?;
        }
    }
    fs::copy(own, to)?;
    Ok(())
}
