//! Which wrong programs `walls` and `slowest` look at.

use lab_tests::corpus::{Judge, Program, lessons};
use std::path::PathBuf;

/// What the command line asks for.
pub struct Asked {
    /// The lessons, two digits each; all of them when no word names one.
    pub lessons: Vec<String>,
    /// Each lesson's first program and every one this far behind it are looked at: 1 is all of them.
    pub every: usize,
    /// The programs, by the name of the file without its ending; all of the lesson's when no word names one.
    stems: Vec<String>,
    dir: PathBuf,
}

impl Asked {
    /// Reads `04 05 --every 8 s05_client_deaf` out of the words, and leaves the others.
    pub fn of(words: &mut Vec<&str>) -> Self {
        let mut every = 1;
        if let Some(at) = words.iter().position(|word| *word == "--every") {
            every = words.get(at + 1).and_then(|word| word.parse().ok()).unwrap_or(1).max(1);
            words.drain(at..words.len().min(at + 2));
        }
        let named: Vec<String> = lessons().filter(|lesson| words.contains(&lesson.as_str())).collect();
        let stems: Vec<String> =
            words.iter().filter(|word| is_stem(word)).map(|word| word.to_string()).collect();
        words.retain(|word| !named.iter().any(|lesson| lesson == word) && !is_stem(word));
        let lessons = if named.is_empty() { lessons().collect() } else { named };
        let dir = std::env::temp_dir().join(format!("socket-lab-bench-{}", std::process::id()));
        Self { lessons, every, stems, dir }
    }

    /// Returns a judge; the programs in C are compiled into a folder that goes with this value.
    pub fn judge(&self) -> Judge {
        std::fs::create_dir_all(&self.dir).expect("a folder for the programs in C");
        Judge::beside_me(&self.dir)
    }

    /// Returns the wrong programs of this lesson that are looked at.
    pub fn programs<'a>(&self, judge: &'a Judge, lesson: &str) -> Vec<&'a Program> {
        let wrong = judge.corpus.wrong().filter(|one| one.lesson == lesson && judge.can_run(one));
        wrong.filter(|one| self.names(one)).step_by(self.every).collect()
    }

    fn names(&self, program: &Program) -> bool {
        self.stems.is_empty() || self.stems.iter().any(|stem| program.stem() == stem)
    }
}

/// Tells whether the word can be a program's name: `s04_server_deaf`.
fn is_stem(word: &str) -> bool {
    word.starts_with('s') && word.contains('_')
}

impl Drop for Asked {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
