//! What is the same for the whole class: `class.json` in the folder of the results.

use super::shard::Shard;
use crate::commands::shared::Usage;
use crate::course::{LESSONS, Lesson};
use crate::workspace::files::write_whole;
use anyhow::Context;
use serde_json::{Map, Value, json};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// The file's name.
pub const FILE: &str = "class.json";

/// A student's name and the name of the folder with the results.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// As people write it.
    pub name: String,
    /// Below `students/`.
    pub key: String,
}

/// What is the same for all.
#[derive(Clone)]
pub struct Class {
    /// The seed of inputs and cuts.
    pub seed: u64,
    /// The lessons, in the order of the course.
    pub lessons: Vec<&'static Lesson>,
    /// Seconds for the builds and programs of one student in all.
    pub limit: u64,
    /// Seconds for one build.
    pub build_limit: u64,
    /// The weights of the lessons, by their names; null where there are none.
    pub points: Value,
    /// Who should have handed in; null where nobody said.
    pub roster: Value,
    /// With what it is judged: `runner`, `platform`, `containment`, `contained`.
    pub made_with: Value,
    /// Which parts of the class these are; `None` for the whole.
    pub shard: Option<Shard>,
    /// The students of these parts, by their names.
    pub students: Vec<Named>,
}

/// Returns the file in a folder of results.
pub fn file(results: &Path) -> PathBuf {
    results.join(FILE)
}

/// Returns the folder with the results of the student of this key.
pub fn folder_of(results: &Path, key: &str) -> PathBuf {
    results.join("students").join(key)
}

/// Returns whether this is a name in a folder, and leads nowhere else: a stranger's program may have written it.
fn is_one_name(key: &str) -> bool {
    let mut parts = Path::new(key).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None) if name == key)
}

impl Class {
    /// Reads the file; `None` when the folder has none.
    ///
    /// # Errors
    /// [`Usage`] when it is no file of this runner's.
    pub fn read(results: &Path) -> anyhow::Result<Option<Self>> {
        let file = file(results);
        let text = match fs::read(&file) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error).with_context(|| format!("read {}", file.display())),
        };
        let value: Value = serde_json::from_slice(&text).unwrap_or_default();
        match Self::of(&value) {
            Some(class) => Ok(Some(class)),
            None => Err(Usage(format!(
                "{} is not of this runner; name another folder for the results",
                file.display()
            ))
            .into()),
        }
    }

    fn of(value: &Value) -> Option<Self> {
        if value["schema"] != 1 {
            return None;
        }
        let lesson = |name: &Value| LESSONS.iter().find(|lesson| Some(&*lesson.dir()) == name.as_str());
        let named = |value: &Value| {
            let key = value["key"].as_str().filter(|key| is_one_name(key))?;
            Some(Named { name: value["name"].as_str()?.into(), key: key.into() })
        };
        Some(Self {
            seed: value["seed"].as_u64()?,
            lessons: value["lessons"].as_array()?.iter().map(lesson).collect::<Option<_>>()?,
            limit: value["limits"]["student"].as_u64()?,
            build_limit: value["limits"]["build"].as_u64()?,
            points: value["points"].clone(),
            roster: value["roster"].clone(),
            made_with: ["runner", "platform", "containment", "contained"]
                .into_iter()
                .map(|name| (name.to_string(), value[name].clone()))
                .collect::<Map<_, _>>()
                .into(),
            shard: match &value["shard"] {
                Value::Null => None,
                shard => Some(shard.as_str()?.parse().ok()?),
            },
            students: value["students"].as_array()?.iter().map(named).collect::<Option<_>>()?,
        })
    }

    /// Writes the file whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, results: &Path) -> anyhow::Result<()> {
        let lessons: Vec<String> = self.lessons.iter().map(|lesson| lesson.dir()).collect();
        let of: Map<String, Value> =
            self.lessons.iter().map(|lesson| (lesson.dir(), json!(lesson.checks().count()))).collect();
        let students: Vec<Value> =
            self.students.iter().map(|one| json!({"name": one.name, "key": one.key})).collect();
        let mut value = json!({
            "schema": 1,
            "seed": self.seed,
            "lessons": lessons,
            "limits": {"student": self.limit, "build": self.build_limit},
            "points": self.points,
            "roster": self.roster,
            "of": of,
            "shard": self.shard.as_ref().map(ToString::to_string),
            "students": students,
        });
        for (name, with) in self.made_with.as_object().into_iter().flatten() {
            value[name] = with.clone();
        }
        write_whole(&file(results), format!("{value:#}\n").as_bytes())
    }

    /// Returns the lessons as people type them: `01 02 03`, or `all lessons`.
    pub fn lessons_in_words(&self) -> String {
        let numbers: Vec<&str> = self.lessons.iter().map(|lesson| lesson.number).collect();
        match numbers.len() == LESSONS.len() {
            true => "all lessons".into(),
            false if numbers.len() == 1 => format!("lesson {}", numbers[0]),
            false => format!("lessons {}", numbers.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Folder;

    fn class() -> Class {
        Class {
            seed: 7,
            lessons: vec![&LESSONS[0], &LESSONS[2]],
            limit: 420,
            build_limit: 120,
            points: json!({"01-echo": 10}),
            roster: Value::Null,
            made_with: json!({"runner": "abc", "platform": "linux", "containment": "none", "contained": []}),
            shard: Some("2/4".parse().unwrap()),
            students: vec![Named { name: "Li Na".into(), key: "Li_Na-01234567".into() }],
        }
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let folder = Folder::new().unwrap();
        assert!(Class::read(folder.path()).unwrap().is_none());
        // As a shell's `part-*` may name the log of a part, too.
        fs::write(folder.path().join("log"), "").unwrap();
        assert!(Class::read(&folder.path().join("log")).unwrap().is_none());
        class().write(folder.path()).unwrap();
        let read = Class::read(folder.path()).unwrap().unwrap();
        let told = |class: &Class| {
            let shard = class.shard.as_ref().map(ToString::to_string);
            (
                class.seed,
                class.limit,
                class.build_limit,
                class.lessons_in_words(),
                shard,
                class.students.clone(),
            )
        };
        assert_eq!(told(&read), told(&class()));
        assert_eq!((&read.points, &read.roster), (&class().points, &class().roster));
        assert_eq!(read.made_with, class().made_with);
        let value: Value = serde_json::from_slice(&fs::read(file(folder.path())).unwrap()).unwrap();
        assert_eq!(value["of"]["01-echo"], LESSONS[0].checks().count());
    }

    #[test]
    fn a_file_of_somebody_else_is_refused() {
        let folder = Folder::new().unwrap();
        let mut texts = ["", "{}", "{\"schema\": 2}", "[1]"].map(String::from).to_vec();
        class().write(folder.path()).unwrap();
        let ours: Value = serde_json::from_slice(&fs::read(file(folder.path())).unwrap()).unwrap();
        // `--merge` writes where the key says.
        for key in ["", ".", "..", "../up", "/etc", "a/b", "a/", "./a"] {
            let mut own = ours.clone();
            own["students"] = json!([{"name": "a", "key": key}]);
            texts.push(own.to_string());
        }
        for text in texts {
            fs::write(file(folder.path()), &text).unwrap();
            assert!(Class::read(folder.path()).is_err_and(|error| error.is::<Usage>()), "{text}");
        }
    }
}
