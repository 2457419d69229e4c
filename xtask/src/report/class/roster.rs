//! The list of a class: who should have handed in, and which hand-in is whose.

use super::csv;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// One row of the roster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The number or the word by which the school knows the student.
    pub id: String,
    /// The whole name; empty where the file has none.
    pub name: String,
    /// The address; empty where the file has none.
    pub email: String,
}

/// How the columns are called, in lower case and without anything but letters: by nbgrader, Moodle, Canvas, Gradescope and
/// people.
const ID: [&str; 11] = [
    "id",
    "studentid",
    "idnumber",
    "userid",
    "sid",
    "username",
    "matrikelnummer",
    "matriculationnumber",
    "number",
    "studentnumber",
    "学号",
];
const NAME: [&str; 5] = ["name", "fullname", "student", "studentname", "姓名"];
const FIRST: [&str; 2] = ["firstname", "givenname"];
const LAST: [&str; 3] = ["lastname", "surname", "familyname"];
const EMAIL: [&str; 4] = ["email", "emailaddress", "mail", "primaryemail"];

impl Person {
    /// Reads a person of `class.json`.
    pub fn of(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_string();
        Self { id: text("id"), name: text("name"), email: text("email") }
    }

    /// Returns the name, or else the id.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
}

/// Reads a roster, for `roster` of `class.json`: a CSV file in UTF-8 with a column `id` and a column `name` (or
/// `first_name` and `last_name`), perhaps `email`; other columns do not matter. One of the first two is enough.
///
/// # Errors
/// Where the file cannot be read, has no such columns, or names somebody twice: with its line.
pub fn read(file: &Path) -> anyhow::Result<Value> {
    let shown = file.display();
    let bytes = fs::read(file).with_context(|| format!("read {shown}"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| anyhow::anyhow!("{shown}: it is not in UTF-8; save it as \"CSV UTF-8\""))?;
    let people = parse(&text).map_err(|(line, why)| anyhow::anyhow!("{shown}:{line}: {why}"))?;
    if people.is_empty() {
        bail!("{shown}: nobody stands in it; below the line `id,name` it has a line for each student");
    }
    let one = |one: &Person| json!({"id": one.id, "name": one.name, "email": one.email});
    Ok(people.iter().map(one).collect())
}

fn parse(text: &str) -> Result<Vec<Person>, (usize, String)> {
    let rows = csv::read(text).map_err(|line| (line, "quotes begin here and do not end".to_string()))?;
    let mut rows = rows.into_iter();
    let (line, head) = rows.next().unwrap_or_default();
    let head: Vec<String> =
        head.iter().map(|cell| cell.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect()).collect();
    let column = |names: &[&str]| names.iter().find_map(|name| head.iter().position(|cell| cell == name));
    let (id, name) = (column(&ID), column(&NAME));
    let (first, last, email) = (column(&FIRST), column(&LAST), column(&EMAIL));
    if id.or(name).or(first).or(last).is_none() {
        let why = "the first line names no column `id` and none `name`; type for instance `id,name` above the students";
        return Err((line.max(1), why.into()));
    }
    let mut people: Vec<Person> = Vec::new();
    for (line, row) in rows {
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).cloned().unwrap_or_default();
        let parts = [cell(first), cell(last)];
        let whole = match cell(name) {
            none if none.is_empty() => parts.join(" ").trim().to_string(),
            name => name,
        };
        let person = Person { id: cell(id), name: whole, email: cell(email) };
        if person.shown().is_empty() {
            return Err((line, "the student has neither id nor name".into()));
        }
        let same = |other: &&Person| match person.id.is_empty() || other.id.is_empty() {
            true => other.name == person.name,
            false => other.id == person.id,
        };
        if let Some(other) = people.iter().find(same) {
            return Err((line, format!("{} stands here twice", other.shown())));
        }
        people.push(person);
    }
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosters_of_several_sources_are_read() {
        for text in [
            "id,name,email\n4711,Li Na,li@x.org\n",
            "First name,Last name,ID number,Email address\nLi,Na,4711,li@x.org\n",
            "id,first_name,last_name,email\n4711,Li,Na,li@x.org\n",
            "Student ID;Full Name;E-mail\r\n4711;\"Li Na\";li@x.org\r\n",
        ] {
            let person = Person { id: "4711".into(), name: "Li Na".into(), email: "li@x.org".into() };
            assert_eq!(parse(text), Ok(vec![person]), "{text:?}");
        }
        assert_eq!(parse("name\nLi Na").unwrap()[0].shown(), "Li Na");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, line, said) in [
            ("", 1, "names no column"),
            ("4711,Li Na\n4712,Jo", 1, "names no column"),
            ("id,name\n1,Li\n\n1,Jo", 4, "twice"),
            ("id,name,x\n1,Li,\n,,y", 3, "neither id nor name"),
            ("id,name\n1,\"Li", 2, "do not end"),
        ] {
            let (at, why) = parse(text).unwrap_err();
            assert!(at == line && why.contains(said), "{text:?}: line {at}: {why}");
        }
    }
}
