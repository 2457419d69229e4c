//! What there is when a class with attacks was judged.

use super::world::World;
use crate::{Ran, processes_with, wait_for};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What there is when a class was judged.
pub struct Aftermath {
    /// The machine.
    pub world: World,
    /// The runner's status and what it printed.
    pub ran: Ran,
    /// Whether the runner was stopped by somebody.
    pub was_stopped: bool,
}

impl Aftermath {
    /// Returns the report of a student.
    pub fn report(&self, student: &str) -> Value {
        let text = fs::read(self.folder(student).join("report.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    fn folder(&self, student: &str) -> PathBuf {
        self.world.path("results/students").join(student)
    }

    /// Returns all that is written of a student, and what the runner printed.
    pub fn said_of(&self, student: &str) -> String {
        let mut all = self.ran.stdout.clone() + &self.ran.stderr;
        for entry in fs::read_dir(self.folder(student)).into_iter().flatten().flatten() {
            all += &String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default());
        }
        all
    }

    /// Returns how many checks a student has passed.
    pub fn passed(&self, student: &str) -> u64 {
        self.report(student)["lessons"][0]["passed"].as_u64().unwrap_or_default()
    }

    /// Returns whether a student has passed all checks.
    pub fn has_passed_all(&self, student: &str) -> bool {
        let lesson = &self.report(student)["lessons"][0];
        lesson["status"] == "judged"
            && lesson["passed"].as_u64().is_some_and(|n| n > 1)
            && lesson["passed"] == lesson["of"]
    }

    /// Returns whether those who listen have heard of a student, or have been heard.
    pub fn heard(&self, student: &str) -> bool {
        self.world.heard.lock().expect("a list").contains(&self.world.mark(student))
    }

    /// Returns whether a student has written or removed a file that is not its own.
    pub fn wrote(&self, student: &str) -> bool {
        let mark = self.world.mark(student);
        let there = |folder: &str| self.world.path(folder).join(&mark).exists();
        let config = fs::read_to_string(self.world.path("lab/.cargo/config.toml")).unwrap_or_default();
        ["lab/lessons", "home", "results/students/a-right"].into_iter().any(there)
            || config.contains(&mark)
            || !self.world.path("lab/lessons/removed").exists()
    }

    /// Returns whether a student has replaced the runner's executable.
    pub fn replaced(&self, student: &str) -> bool {
        let text = fs::read(self.world.runner()).unwrap_or_default();
        text.starts_with(b"#!") && String::from_utf8_lossy(&text).contains(&self.world.mark(student))
    }

    /// Returns whether the mode of the teacher's file is another one.
    pub fn changed_mode(&self, _: &str) -> bool {
        fs::metadata(self.world.modes()).expect("a file").permissions().mode() & 0o777 != 0o600
    }

    /// Returns whether a process of a student still runs.
    pub fn left(&self, student: &str) -> bool {
        let mark = self.world.mark(student);
        holding(|link| link.contains(&mark))
    }

    /// Returns whether a student's report was rewritten. One who has survived may be about to do it.
    pub fn rewrote(&self, student: &str) -> bool {
        let mark = self.world.mark(student);
        let file = self.folder(student).join("report.json");
        let is_rewritten = || fs::read_to_string(&file).is_ok_and(|text| text.contains(&mark));
        wait_for("the survivor is over, or has done it", || is_rewritten() || !self.left(student));
        is_rewritten()
    }

    /// Returns whether the runner, or one that judges a student, was ended.
    pub fn was_ended(&self) -> bool {
        self.ran.status < 0 || self.ran.stderr.contains("was ended by")
    }

    /// Returns whether a file of a student is left somewhere; removes it.
    pub fn filled(&self, student: &str) -> bool {
        let name = self.world.mark(student) + ".full";
        let folders =
            [Path::new("/tmp"), &std::env::temp_dir(), &self.world.path("home"), &self.world.path("in")]
                .map(|folder| fs::remove_file(folder.join(&name)).is_ok());
        folders.contains(&true)
    }

    /// Returns whether a student's shared memory is left; removes it.
    pub fn shares(&self, student: &str) -> bool {
        fs::remove_file(Path::new("/dev/shm").join(self.world.mark(student))).is_ok()
    }

    /// Returns what is left of the class where students are built.
    pub fn built(&self) -> Vec<PathBuf> {
        let runs = fs::read_dir(self.world.path("lab/target/class")).into_iter().flatten().flatten();
        runs.map(|entry| entry.path()).collect()
    }

    /// Returns the processes of the class that still run.
    pub fn processes(&self) -> Vec<String> {
        processes_with(&self.world.dir.to_string_lossy(), std::process::id())
    }
}

/// Returns whether any process has an open file whose name is of this kind.
fn holding(is_it: impl Fn(&str) -> bool) -> bool {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let files = all.flat_map(|entry| fs::read_dir(entry.path().join("fd")).into_iter().flatten().flatten());
    files.flat_map(|entry| fs::read_link(entry.path())).any(|link| is_it(&link.to_string_lossy()))
}
