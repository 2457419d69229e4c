//! The learner's own folder, `.lab/` at the root: the progress, and copies of the files that `reset` has replaced.

use crate::finding::Half;
use crate::workspace::files::write_whole;
use anyhow::Context;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Where a learner stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The lesson that the learner works on, by its folder's name.
    pub current: Option<String>,
    /// Lessons that have passed.
    pub passed: BTreeSet<String>,
    /// How many hints of each lesson were shown.
    pub hints: BTreeMap<String, u8>,
    /// What the learner has predicted: of each lesson, the answers by the names of their questions.
    pub predicted: BTreeMap<String, BTreeMap<String, String>>,
    /// The lessons in which `predict` was offered.
    pub offered: BTreeSet<String>,
    /// The commands with which halves of lessons have passed: by lesson, and then by `server` or `client`.
    pub halves: BTreeMap<String, BTreeMap<String, String>>,
    /// The options that named the programs of the last run, where it named commands.
    pub options: Option<String>,
}

/// The folder.
pub struct Lab {
    dir: PathBuf,
}

impl Lab {
    /// Returns the folder of the repository at `root`; creates nothing yet.
    pub fn of(root: &Path) -> Self {
        Self { dir: root.join(".lab") }
    }

    fn file(&self) -> PathBuf {
        self.dir.join("progress.json")
    }

    /// Returns where the learner stands; the start of the course when nothing is known. Sets a damaged file aside; the
    /// message says where it is then.
    pub fn load(&self) -> (State, Option<String>) {
        let Ok(text) = fs::read(self.file()) else { return (State::default(), None) };
        if let Some(state) = State::read(&text) {
            return (state, None);
        }
        let aside = self.free_name("progress.damaged", ".json");
        let message = match fs::rename(self.file(), &aside) {
            Ok(()) => format!("the progress could not be read; it was set aside as {}", aside.display()),
            Err(error) => format!("the progress in {} cannot be read ({error})", self.file().display()),
        };
        (State::default(), Some(message))
    }

    /// Changes the learner's state; returns a message when it had to set the old file aside. One runner at a time: the
    /// others wait. It replaces the whole file, so that a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn update(&self, change: impl FnOnce(&mut State)) -> anyhow::Result<Option<String>> {
        fs::create_dir_all(&self.dir).with_context(|| format!("make {}", self.dir.display()))?;
        let lock = self.dir.join("lock");
        let held = File::create(&lock).with_context(|| format!("write {}", lock.display()))?;
        held.lock().with_context(|| format!("lock {}", lock.display()))?; // Closing the file unlocks it.
        let (mut state, message) = self.load();
        let before = state.clone();
        change(&mut state);
        if state != before {
            write_whole(&self.file(), format!("{:#}\n", state.written()).as_bytes())?;
        }
        Ok(message)
    }

    /// Creates a new folder for a copy of `lesson`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_backup(&self, lesson: &str) -> anyhow::Result<PathBuf> {
        let backups = self.dir.join("backup");
        fs::create_dir_all(&backups).with_context(|| format!("make {}", backups.display()))?;
        for n in 1..100_000 {
            let dir = backups.join(format!("{lesson}-{n}"));
            match fs::create_dir(&dir) {
                Ok(()) => return Ok(dir),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("make {}", dir.display())),
            }
        }
        anyhow::bail!("{} is full of copies: move some of them away", backups.display())
    }

    fn free_name(&self, stem: &str, end: &str) -> PathBuf {
        let name = |n: u32| self.dir.join(format!("{stem}-{n}{end}"));
        (1..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
    }
}

impl State {
    fn read(text: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let object = value.as_object()?;
        let words = |value: &Value| -> Option<BTreeSet<String>> {
            value.as_array()?.iter().map(|word| Some(word.as_str()?.to_string())).collect()
        };
        let hints = object.get("hints").map_or(Some(BTreeMap::new()), |hints| {
            let hint =
                |(lesson, n): (&String, &Value)| Some((lesson.clone(), u8::try_from(n.as_u64()?).ok()?));
            hints.as_object()?.iter().map(hint).collect()
        })?;
        // Of each lesson, texts by name.
        let of_lessons = |name: &str| -> Option<BTreeMap<String, BTreeMap<String, String>>> {
            let text = |(name, text): (&String, &Value)| Some((name.clone(), text.as_str()?.to_string()));
            let lesson = |(lesson, texts): (&String, &Value)| {
                let texts = texts.as_object()?.iter().map(text).collect::<Option<_>>()?;
                Some((lesson.clone(), texts))
            };
            object
                .get(name)
                .map_or(Some(BTreeMap::new()), |all| all.as_object()?.iter().map(lesson).collect())
        };
        let word = |name: &str| match object.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(word) => Some(Some(word.as_str()?.to_string())),
        };
        let (current, options) = (word("current")?, word("options")?);
        // Earlier runners wrote neither of these.
        let offered = object.get("offered").map_or(Some(BTreeSet::new()), words)?;
        let (halves, predicted) = (of_lessons("halves")?, of_lessons("predicted")?);
        Some(Self {
            current,
            passed: words(object.get("passed")?)?,
            hints,
            predicted,
            offered,
            halves,
            options,
        })
    }

    fn written(&self) -> Value {
        let mut value = json!({"current": self.current, "hints": self.hints, "passed": self.passed});
        if !self.predicted.is_empty() {
            value["predicted"] = json!(self.predicted);
        }
        if !self.offered.is_empty() {
            value["offered"] = json!(self.offered);
        }
        if !self.halves.is_empty() {
            value["halves"] = json!(self.halves);
        }
        if let Some(options) = &self.options {
            value["options"] = json!(options);
        }
        value
    }

    /// Returns the command with which this half of a lesson has passed.
    pub fn half(&self, lesson: &str, half: Half) -> Option<&String> {
        self.halves.get(lesson)?.get(half.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab(name: &str) -> Lab {
        let root = std::env::temp_dir().join(format!("socket-lab-test-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Lab::of(&root)
    }

    #[test]
    fn progress_is_kept() {
        let lab = lab("kept");
        assert_eq!(lab.load(), (State::default(), None));
        lab.update(|state| {
            state.current = Some("04-sleep".into());
            state.passed.insert("01-echo".into());
            state.hints.insert("04-sleep".into(), 2);
            let commands = state.halves.entry("06-header".into()).or_default();
            commands.insert("server".into(), "python3 server.py".into());
            state.options = Some(" --server 'python3 server.py'".into());
        })
        .unwrap();
        let (state, message) = lab.load();
        assert_eq!((state.current.as_deref(), state.hints["04-sleep"], message), (Some("04-sleep"), 2, None));
        assert!(state.passed.contains("01-echo"));
        assert_eq!(state.half("06-header", Half::Server).map(String::as_str), Some("python3 server.py"));
        assert_eq!(state.half("06-header", Half::Client), None);
        assert_eq!(state.options.as_deref(), Some(" --server 'python3 server.py'"));
    }

    #[test]
    fn a_file_of_an_earlier_version_is_read() {
        let old = State::read(br#"{"current": "04-sleep", "hints": {}, "passed": ["01-echo"]}"#).unwrap();
        assert!(old.passed.contains("01-echo") && old.halves.is_empty() && old.options.is_none());
    }

    #[test]
    fn predictions_are_kept_beside_what_an_earlier_runner_wrote() {
        let lab = lab("predicted");
        fs::create_dir_all(&lab.dir).unwrap();
        fs::write(lab.file(), br#"{"current":null,"hints":{},"passed":["01-echo"]}"#).unwrap();
        lab.update(|state| {
            state.offered.insert("02-uppercase".into());
            state.predicted.entry("02-uppercase".into()).or_default().insert("reset".into(), "a".into());
        })
        .unwrap();
        let (state, message) = lab.load();
        assert_eq!((state.predicted["02-uppercase"]["reset"].as_str(), message), ("a", None));
        assert!(state.passed.contains("01-echo") && state.offered.contains("02-uppercase"));
    }

    #[test]
    fn a_damaged_file_is_set_aside() {
        for damaged in [
            &b""[..],
            b"{",
            b"[]",
            b"{\"passed\":3}",
            b"{\"passed\":[],\"hints\":{\"a\":-1}}",
            b"{\"passed\":[],\"predicted\":{\"01-echo\":3}}",
            b"{\"passed\":[],\"halves\":{\"a\":1}}",
            b"\xff",
        ] {
            let lab = lab("damaged");
            fs::create_dir_all(&lab.dir).unwrap();
            fs::write(lab.file(), damaged).unwrap();
            let (state, message) = lab.load();
            assert_eq!(state, State::default());
            assert!(message.unwrap().contains("progress.damaged-1.json"));
            assert_eq!(fs::read(lab.dir.join("progress.damaged-1.json")).unwrap(), damaged);
        }
    }

    #[test]
    fn many_runners_at_once_lose_nothing() {
        let lab = lab("many");
        std::thread::scope(|scope| {
            for n in 0..16 {
                let lab = &lab;
                scope.spawn(move || lab.update(|state| _ = state.passed.insert(format!("{n}"))).unwrap());
            }
        });
        assert_eq!(lab.load().0.passed.len(), 16);
    }
}
