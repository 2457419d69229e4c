//! The script that judges a class in Docker, with one container for each student, and what an image is made of. No daemon is
//! asked: a stand-in takes its place.

use super::{RUNNER, TMP, handed_in, script};
use lab_tests::{Ran, empty_dir, has, root, run};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// A stand-in for `docker`, in a folder for PATH: it notes the words of each call on a line, and runs the runner with files where a
/// container would have them.
const DOCKER: &str = r#"#!/usr/bin/env python3
import csv, json, os, pathlib, shutil, sys, tempfile
here = pathlib.Path(__file__).parent
with open(here / "calls", "a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
if sys.argv[1] != "run":
    sys.exit()
words = sys.argv[sys.argv.index("socket-lab") + 1:]
view, places = tempfile.mkdtemp(dir=here), {}
places["/handed-in"] = view
for at, word in enumerate(sys.argv):
    if word == "--mount":
        fields = dict(field.partition("=")[::2] for field in next(csv.reader([sys.argv[at + 1]])))
        source, target = fields["source"], fields["target"]
        if target.startswith("/handed-in/"):
            copy = shutil.copytree if os.path.isdir(source) else shutil.copy
            copy(source, view + target.removeprefix("/handed-in"))
        else:
            places[target] = source
os.execv(os.environ["RUNNER"], [os.environ["RUNNER"], *(places.get(word, word) for word in words)])
"#;

/// Returns the fields of a value of `--mount`; each name and value is quoted as in CSV.
fn mounts(call: &[String]) -> Vec<(String, String, bool)> {
    let values = call.iter().zip(&call[1..]).filter(|(word, _)| *word == "--mount").map(|(_, value)| value);
    let one = |value: &String| {
        let is_readonly = value.ends_with("\",readonly");
        let inner = value.strip_prefix("type=bind,\"source=").expect("a bind mount");
        let inner = inner.strip_suffix("\",readonly").or_else(|| inner.strip_suffix('"')).expect("its end");
        let (source, target) = inner.split_once("\",\"target=").expect("both ends");
        (source.replace("\"\"", "\""), target.replace("\"\"", "\""), is_readonly)
    };
    values.map(one).collect()
}

#[test]
fn each_student_has_a_container_and_the_joined_grades_are_those_of_judge() {
    if !has("python3", "judging in containers") {
        return;
    }
    let dir = empty_dir(TMP, "hosts-docker").canonicalize().unwrap();
    let path = |inner: &str| dir.join(inner).to_string_lossy().into_owned();
    // A name that means something to the shell and to Docker.
    let odd = "Li \"Na\", $(3):\\ü";
    for (student, how) in [(odd, "solved"), ("broken", "broken"), ("starter", "starter"), ("zip", "half")] {
        handed_in(&dir.join("in").join(student), how);
    }
    // One hands in an archive, and one twice.
    let tar = Command::new("tar").current_dir(dir.join("in")).args(["-czf", "zip.TGZ", "zip"]).status();
    assert!(tar.unwrap().success());
    fs::remove_dir_all(dir.join("in/zip")).unwrap();
    let tar = Command::new("tar").current_dir(dir.join("in")).args(["-cf", "starter.tar", "broken"]).status();
    assert!(tar.unwrap().success());
    fs::write(dir.join("in/notes.txt"), "").unwrap();
    fs::write(dir.join("roster.csv"), "id,name\nbroken,Bo\nnobody,No Body\n").unwrap();
    fs::create_dir(dir.join("bin")).unwrap();
    fs::write(dir.join("bin/docker"), DOCKER).unwrap();
    fs::set_permissions(dir.join("bin/docker"), fs::Permissions::from_mode(0o755)).unwrap();

    let judge = || -> Ran {
        let own = std::env::var("PATH").unwrap();
        script(&root().join("docs/src/hosts/docker/judge-each.sh"))
            .args([&path("in"), &path("results"), "7", "01"])
            .env("PATH", format!("{}:{own}", path("bin")))
            .envs([("RUNNER", RUNNER), ("ROSTER", &path("roster.csv")), ("SOCKET_LAB_NO_BOX", "1")])
            .output()
            .unwrap()
            .into()
    };
    let calls = || -> Vec<Vec<String>> {
        let text = fs::read_to_string(dir.join("bin/calls")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let ran = judge();
    // Somebody handed in twice.
    assert_eq!(ran.status, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("neither folder nor archive, so not judged: notes.txt"), "{}", ran.stderr);
    assert!(ran.stderr.contains("38/38"), "{}", ran.stderr);
    let first = calls();
    assert_eq!(first.len(), 5, "one for each student, and one that joins: {first:#?}");
    let mut seen = Vec::new();
    for call in &first {
        let words = call.join(" ");
        for wanted in [
            "run --rm --init ",
            " --network none ",
            " --read-only ",
            " --tmpfs /tmp:",
            " --memory ",
            " --memory-swap ",
            " --cpus ",
            " --pids-limit ",
            " --cap-drop ALL ",
            " --security-opt no-new-privileges ",
        ] {
            assert!(words.contains(wanted), "{wanted}: {words}");
        }
        let user = &call[call.iter().position(|word| word == "--user").unwrap() + 1];
        assert!(!user.starts_with("0:") && user.contains(':'), "{user}");
        let mounts = mounts(call);
        let written: Vec<&str> = mounts
            .iter()
            .filter(|(.., is_readonly)| !is_readonly)
            .map(|(source, ..)| source.as_str())
            .collect();
        assert_eq!(written.len(), 1, "it writes one folder: {words}");
        if words.contains(" --merge ") {
            assert_eq!(written[0], path("results"));
            continue;
        }
        let student = Path::new(written[0]).file_name().unwrap().to_str().unwrap();
        assert_eq!(written[0], path(&format!("results.parts/{student}")));
        for (source, target, is_readonly) in mounts.iter().filter(|(source, ..)| source != written[0]) {
            let own = Path::new(source).file_name().unwrap().to_str().unwrap();
            assert!(*is_readonly && own.starts_with(student), "{student} sees {source}");
            assert_eq!((source, target), (&path(&format!("in/{own}")), &format!("/handed-in/{own}")));
            seen.push(own.to_string());
        }
    }
    seen.sort();
    assert_eq!(seen, [odd, "broken", "starter", "starter.tar", "zip.TGZ"]);

    // The same command goes on: nobody is judged again.
    let reports = |at: &str| fs::read_to_string(dir.join(at).join("grades.csv")).unwrap();
    let grades = reports("results");
    let again = judge();
    assert_eq!((again.status, reports("results")), (3, grades.clone()), "{}{}", again.stdout, again.stderr);
    assert!(!again.stderr.contains("38/38"), "{}", again.stderr);
    let whole = ["judge", &path("in"), &path("whole"), "01", "--seed", "7", "--roster", &path("roster.csv")];
    assert_eq!(run(RUNNER, &whole).status, 3);
    assert_eq!(grades, reports("whole"));
}

/// Returns whether `docker build` would send this file: the last line that speaks of it decides.
fn is_sent(ignored: &str, file: &str) -> bool {
    let mut sent = true;
    for line in ignored.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (sends, pattern) = line.strip_prefix('!').map_or((false, line), |pattern| (true, pattern));
        let parts: Vec<&str> = file.split('/').collect();
        let is_meant = match pattern.strip_prefix("**/") {
            Some(name) => parts.contains(&name),
            None => pattern == "*" || parts[0] == pattern,
        };
        if is_meant {
            sent = sends;
        }
    }
    sent
}

#[test]
fn an_image_gets_the_course_and_nothing_of_a_class() {
    let ignored = fs::read_to_string(root().join(".dockerignore")).unwrap();
    for file in [
        "target/debug/xtask",
        "target",
        ".git/config",
        ".lab/progress",
        "results/class.html",
        "results.parts/li-na/class.json",
        "handed-in/li-na/lessons/01-echo/Cargo.toml",
        "class.csv",
        "socket-lab.tar.gz",
        "docs/book/index.html",
        "xtask/target/debug/lab-hash",
        "lessons/01-echo/target/debug/server",
    ] {
        assert!(!is_sent(&ignored, file), "{file}");
    }
    // All members of the workspace, and what the runner reads of them.
    let out = Command::new("git").arg("-C").arg(root()).args(["ls-files"]).output().unwrap();
    let files = String::from_utf8(out.stdout).unwrap();
    let of_course = |file: &&str| {
        ["lessons/", "solutions/", "xtask/", "tests/", "Cargo.", ".cargo/"]
            .iter()
            .any(|start| file.starts_with(start))
    };
    let wanted: Vec<&str> = files.lines().filter(of_course).collect();
    assert!(wanted.len() > 300 || files.is_empty(), "{}", wanted.len());
    for file in wanted {
        assert!(is_sent(&ignored, file), "{file}");
    }
}
