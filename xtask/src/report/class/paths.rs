//! Takes the teacher's folders out of a report: a student needs no path of another machine.

use serde_json::Value;
use std::path::Path;

/// Fields whose texts are bytes, or name no path.
const BYTES: [&str; 5] = ["comparison", "ribbon", "input", "datagrams", "student"];

/// Makes each path below one of these folders relative to it, in all texts of a report. What lies below several of them
/// becomes relative to the innermost.
pub fn without(report: &mut Value, folders: &[&Path]) {
    let mut names: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    names.retain(|name| name.len() > 1); // The root of all is in every path.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    cleaned(report, &names);
}

fn cleaned(value: &mut Value, folders: &[String]) {
    match value {
        Value::String(text) => folders.iter().for_each(|folder| *text = relative(text, folder)),
        Value::Array(all) => all.iter_mut().for_each(|one| cleaned(one, folders)),
        Value::Object(all) => {
            let texts = all.iter_mut().filter(|(key, _)| !BYTES.contains(&key.as_str()));
            texts.for_each(|(_, one)| cleaned(one, folders));
        }
        _ => {}
    }
}

/// Returns a text in which paths below this folder begin behind it. The folder itself becomes `.`.
fn relative(text: &str, folder: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(folder) {
        let (before, found) = rest.split_at(at);
        let after = &found[folder.len()..];
        out += before;
        match after.chars().next() {
            Some('/' | '\\') => rest = &after[1..],
            // Another folder, whose name begins like this one's.
            Some(c) if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') => {
                out += folder;
                rest = after;
            }
            _ => {
                out.push('.');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_folder_of_the_teacher_stays() {
        let mut report = json!({
            "student": "/home/t/x",
            "why": "error at /home/t/in/06 Ivan/lessons/01-echo/src/main.rs:3",
            "checks": [{"programs": ["File \"/home/t/in/06 Ivan/server.py\"", "in /home/t, not /home/tom/x"],
                        "input": "/home/t/in"}],
        });
        without(&mut report, &[Path::new("/home/t"), Path::new("/home/t/in/06 Ivan"), Path::new("/")]);
        let expected = json!({
            "student": "/home/t/x",
            "why": "error at lessons/01-echo/src/main.rs:3",
            "checks": [{"programs": ["File \"server.py\"", "in ., not /home/tom/x"], "input": "/home/t/in"}],
        });
        assert_eq!(report, expected);
    }
}
