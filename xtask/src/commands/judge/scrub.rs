//! Takes the teacher's paths out of a report: places in it are as the student knows them.

use super::job::Job;
use serde_json::Value;
use std::path::Path;

/// What to take out.
pub struct Scrub {
    /// Where the hand-in lies opened.
    opened: Option<String>,
    /// The folder in which all of this student is done.
    work: String,
    hand_in: String,
}

/// What ends a path in a message.
const ENDS: [char; 10] = [' ', '\n', '\t', ':', ',', ')', '\'', '"', '`', '>'];

impl Scrub {
    /// Returns what to take out of the report of this job, whose hand-in lies opened there.
    pub fn of(job: &Job, opened: Option<&Path>) -> Self {
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        Self { opened: opened.map(shown), work: shown(&job.work), hand_in: shown(&job.hand_in) }
    }

    /// Returns the text without them.
    pub fn text(&self, text: &str) -> String {
        let mut out = text.to_string();
        if let Some(opened) = &self.opened {
            out = out.replace(&format!("{opened}/"), "").replace(opened, ".");
        }
        while let Some(at) = out.find(&self.work) {
            let from = at + self.work.len();
            let to = out[from..].find(ENDS).map_or(out.len(), |end| from + end);
            // Where a lesson is built, its folder is `lessons/NN-name`, too.
            let inner = out[from..to].replace('\\', "/");
            let instead = match (inner.rfind("/lessons/"), inner.find("-programs/")) {
                (Some(at), _) => inner[at + 1..].to_string(),
                // The copy of a folder whose programs start in it.
                (None, Some(at)) => inner[at + "-programs/".len()..].to_string(),
                (None, None) => format!(".{inner}"),
            };
            out.replace_range(at..to, &instead);
        }
        out.replace(&self.hand_in, ".")
    }

    /// Takes them out of all texts of a report.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(all) => all.iter_mut().for_each(|one| self.value(one)),
            Value::Object(all) => all.values_mut().for_each(|one| self.value(one)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn places_are_as_the_student_knows_them() {
        let job = Job {
            hand_in: "/home/t/in/li na.zip".into(),
            name: "li na".into(),
            work: "/lab/target/class/run-1/2".into(),
            seed: 7,
            left: Duration::ZERO,
            limit: 1,
            build_limit: 1,
            tools: Vec::new(),
            confining: Default::default(),
            is_boxed: false,
            lessons: Vec::new(),
        };
        let scrub = Scrub::of(&job, Some(Path::new("/lab/target/class/run-1/2/opened/x y")));
        for (text, left) in [
            (
                "File \"/lab/target/class/run-1/2/lab/0f/01-echo-programs/a.py\", line 3",
                "File \"a.py\", line 3",
            ),
            (
                "/lab/target/class/run-1/2/lab/0f/01-echo/lessons/01-echo/src/a.rs:3:1",
                "lessons/01-echo/src/a.rs:3:1",
            ),
            ("in /lab/target/class/run-1/2/opened/x y/01-echo: no", "in 01-echo: no"),
            ("/lab/target/class/run-1/2/tmp/a b", "./tmp/a b"),
            ("cannot read /home/t/in/li na.zip", "cannot read ."),
            ("nothing here", "nothing here"),
        ] {
            assert_eq!(scrub.text(text), left);
        }
    }
}
