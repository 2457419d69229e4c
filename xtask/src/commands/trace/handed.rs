//! The programs, on the command line of the runner that starts anew.

use crate::bench::{Confined, Programs, Start};
use anyhow::Context;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Writes how to start the programs as one word.
pub fn write(programs: &Programs) -> String {
    let start = |start: &Start| {
        json!({
            "argv": start.argv,
            "dir": start.dir,
            "in_own_folder": start.in_own_folder,
            "is_handed_in": start.is_handed_in,
            "env": start.env,
            "at": start.at.map(|at| at.to_string()),
        })
    };
    let Programs { server, client, confined, hash } = programs;
    let allow = confined.as_ref().map(|confined| &confined.allow);
    json!({ "server": start(server), "client": start(client), "allow": allow, "hash": hash }).to_string()
}

/// Reads what [`write`] wrote.
///
/// # Errors
/// When it did not write this.
pub fn read(word: &str) -> anyhow::Result<Programs> {
    let all: Value = serde_json::from_str(word).context("--inside is for the runner itself")?;
    let text = |value: &Value| value.as_str().map(String::from);
    let texts = |value: &Value| value.as_array().into_iter().flatten().filter_map(text).collect::<Vec<_>>();
    let start = |half: &str| {
        let value = &all[half];
        let pairs = value["env"].as_array().into_iter().flatten();
        Start {
            argv: texts(&value["argv"]),
            dir: text(&value["dir"]).map(PathBuf::from),
            in_own_folder: value["in_own_folder"] == true,
            is_handed_in: value["is_handed_in"] == true,
            env: pairs.filter_map(|pair| Some((text(&pair[0])?, text(&pair[1])?))).collect(),
            at: value["at"].as_str().and_then(|at| at.parse().ok()),
        }
    };
    Ok(Programs {
        server: start("server"),
        client: start("client"),
        confined: all["allow"]
            .as_array()
            .map(|_| Confined { allow: texts(&all["allow"]).into_iter().map(PathBuf::from).collect() }),
        hash: text(&all["hash"]).map(PathBuf::from),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_come_back_as_they_were() {
        let server = Start {
            dir: Some("a folder".into()),
            env: vec![("A".into(), "1 \"2\"".into())],
            at: Some("127.0.0.1:8080".parse().unwrap()),
            ..Start::from(vec!["python3".into(), "my server.py".into()])
        };
        let client =
            Start { in_own_folder: true, is_handed_in: true, ..Start::from(vec!["/bin/client".into()]) };
        let confined = Some(Confined { allow: vec!["/opt/a b".into()] });
        let programs = Programs { server, client, confined, hash: Some("/bin/hash".into()) };
        let back = read(&write(&programs)).unwrap();
        assert_eq!(format!("{back:?}"), format!("{programs:?}"));
        assert!(read("nonsense").is_err());
    }
}
