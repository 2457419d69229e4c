//! What `class.json` says of a class.

pub use crate::report::status::Status;

use super::roster::Person;
use anyhow::Context;
use serde_json::Value;
use std::collections::BTreeMap;

/// A class, as `class.json` describes it.
#[derive(Debug)]
pub struct Class {
    /// The seed of inputs and cuts, the same for all.
    pub seed: u64,
    /// The lessons that were judged, in order: `01-echo`.
    pub lessons: Vec<String>,
    /// How many checks each lesson has.
    pub of: BTreeMap<String, u64>,
    /// How many points each lesson is worth; `None` where each check is worth one.
    pub points: Option<BTreeMap<String, f64>>,
    /// Who should have handed in, where that is known.
    pub roster: Option<Vec<Person>>,
    /// Which part of the class this is, `2/4`, where it is only a part.
    pub shard: Option<String>,
    /// The students who are judged, each with the name of the folder of the report: of one who has none yet, the turn has
    /// not come.
    pub students: Vec<(String, String)>,
    /// What it was judged with: pairs of a label and a text.
    pub made_with: Vec<(String, String)>,
}

/// The labels of what the class was judged with.
const MADE_WITH: [&str; 4] = ["runner", "platform", "containment", "limits"];

impl Class {
    /// Reads the text of `class.json`.
    ///
    /// # Errors
    /// When it is no class of a schema that this runner knows.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_str(text).context("it is no JSON")?;
        anyhow::ensure!(
            value["schema"] == 1,
            "its schema is {}, and this runner knows 1: use the runner that made it",
            value["schema"]
        );
        let lessons = value["lessons"].as_array().context("`lessons` is missing")?;
        let lessons = lessons.iter().filter_map(Value::as_str).map(String::from).collect();
        let numbers = |key: &str| value[key].as_object().map(|all| all.iter());
        let of = numbers("of").into_iter().flatten();
        let of = of.filter_map(|(name, n)| Some((name.clone(), n.as_u64()?))).collect();
        let points = numbers("points")
            .map(|all| all.filter_map(|(name, n)| Some((name.clone(), n.as_f64()?))).collect());
        let roster = value["roster"].as_array().map(|all| all.iter().map(Person::of).collect());
        let named = |one: &Value| Some((one["key"].as_str()?.to_string(), one["name"].as_str()?.to_string()));
        let students = value["students"].as_array().into_iter().flatten().filter_map(named).collect();
        let made_with = made_with(&value);
        let shard = value.get("shard").filter(|shard| !shard.is_null()).map(plain);
        Ok(Self {
            seed: value["seed"].as_u64().context("`seed` is missing")?,
            lessons,
            of,
            points,
            roster,
            shard,
            students,
            made_with,
        })
    }

    /// Returns how many points a lesson is worth.
    pub fn worth(&self, lesson: &str) -> f64 {
        match &self.points {
            Some(points) => points.get(lesson).copied().unwrap_or_default(),
            None => self.of.get(lesson).copied().unwrap_or_default() as f64,
        }
    }
}

/// Returns what a report, or a class, was made with.
pub fn made_with(value: &Value) -> Vec<(String, String)> {
    let known = |label: &&&str| value.get(**label).is_some_and(|value| !value.is_null());
    MADE_WITH.iter().filter(known).map(|label| ((*label).into(), shown(label, &value[*label]))).collect()
}

/// Returns what a class was judged with as people read it: limits are seconds.
fn shown(label: &str, value: &Value) -> String {
    match value.as_object().filter(|_| label == "limits") {
        Some(all) => all.iter().map(|(what, n)| format!("{what} {n} s")).collect::<Vec<_>>().join(", "),
        None => plain(value),
    }
}

/// Returns a value as people read it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(all) => {
            let one = |(key, value): (&String, &Value)| format!("{} {}", key.replace('_', " "), plain(value));
            all.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
