//! What a student hands in is judged fairly: nothing that is not the student's own makes a program right, and what is
//! wrong with a hand-in is told.

use lab_tests::{Ran, empty_dir, has, root, runner, solve, starters};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// Returns a folder `lessons` with starters; in these, all holes are filled.
fn handed_in(name: &str, solved: &[&str]) -> PathBuf {
    let dir = starters(RUNNER, TMP, name);
    let lessons = empty_dir(TMP, &format!("{name}-clone")).join("lessons");
    fs::rename(&dir, &lessons).unwrap();
    solved.iter().for_each(|lesson| solve(lessons.parent().unwrap(), lesson));
    lessons
}

/// Judges one check of lesson 01 without a network, and returns the lesson's report and the run.
fn judged(dir: &Path, more: &[&str]) -> (Value, Ran) {
    let dir = dir.to_string_lossy();
    let words =
        [&["run", "01", "--lessons", &*dir, "--check", "echo-bytes", "--format", "json"], more].concat();
    let ran: Ran = runner(RUNNER, &words).env("CARGO_NET_OFFLINE", "true").output().unwrap().into();
    (ran.json()["lessons"][0].clone(), ran)
}

#[track_caller]
fn assert_said(lesson: &Value, status: &str, said: &str) {
    let why = lesson["why"].as_str().unwrap_or_default();
    assert!(lesson["status"] == status && why.contains(said), "not {status}, {said}: {lesson:#}");
}

fn server(lessons: &Path) -> PathBuf {
    lessons.join("01-echo/src/bin/server.rs")
}

#[test]
fn a_lesson_is_found_and_judged_in_a_nested_hand_in() {
    let lessons = handed_in("nested", &["01-echo"]);
    let top = empty_dir(TMP, "nested-top");
    fs::create_dir_all(top.join("Li_1/li na")).unwrap();
    fs::rename(lessons.parent().unwrap(), top.join("Li_1/li na/socket-lab-main")).unwrap();
    let (lesson, ran) = judged(&top, &[]);
    assert_eq!(lesson["found_at"], "Li_1/li na/socket-lab-main/lessons/01-echo");
    assert_eq!((&lesson["status"], &lesson["verdict"]), (&"judged".into(), &"pass".into()), "{}", ran.stderr);
    let made_with = &ran.json()["made_with"];
    assert!(
        ["runner", "platform", "containment"].iter().all(|name| made_with[name].is_string()),
        "{made_with}"
    );
    // All of it is the reference, and that is said.
    assert_eq!((&lesson["same_as_solution"], &lesson["passed"]), (&true.into(), &1.into()));
    fs::create_dir_all(top.join("old")).unwrap();
    fs::rename(top.join("Li_1/li na/socket-lab-main/lessons/02-uppercase"), top.join("old/01-echo")).unwrap();
    let (lesson, ran) = judged(&top, &[]);
    assert_said(&lesson, "ambiguous", "old/01-echo and Li_1/li na/socket-lab-main/lessons/01-echo");
    assert_eq!(ran.status, 3);
}

#[test]
fn what_is_not_begun_earns_nothing() {
    let lessons = handed_in("not-begun", &[]);
    let (lesson, _) = judged(&lessons, &["--for-class"]);
    assert_said(&lesson, "not-begun", "its sources are the starter's");
    assert_eq!((&lesson["passed"], &lesson["same_as_solution"]), (&0.into(), &false.into()));
    assert!(lesson["of"].as_u64().unwrap() > 20 && lesson["checks"].as_array().unwrap().is_empty());
}

/// The lab's solutions lie where a student can guess; what is built from them is no work of the student's.
#[test]
fn a_solution_of_the_lab_is_no_students_work() {
    let lessons = handed_in("cheats", &[]);
    let solution = root().join("solutions/01-echo/src/bin/server.rs");
    // What is read counts, whether by `include!`, `include_str!` or `#[path]`.
    let outside = empty_dir(TMP, "cheats-outside").join("real.rs");
    let text = fs::read_to_string(&solution).unwrap();
    fs::write(&outside, text.replace("//! ", "// ").replace("//!", "//").replace("fn main(", "pub fn main("))
        .unwrap();
    for (source, file) in [
        (format!("include!({outside:?});\n"), "/real.rs, which lies outside"),
        (format!("#[path = {outside:?}]\nmod real;\npub use real::main;\n"), "/real.rs, which lies outside"),
        (
            format!("fn main() {{ println!(\"{{}}\", include_str!({solution:?})); }}\n"),
            " solutions/01-echo/src/bin/server.rs, which lies outside",
        ),
    ] {
        fs::write(server(&lessons), &source).unwrap();
        // A confined build cannot even read it.
        let (lesson, ran) = judged(&lessons, &["--no-confine"]);
        assert_said(&lesson, "refused", "its server is built from ");
        assert_said(&lesson, "refused", file);
        assert_eq!((ran.status, lesson["checks"].as_array().unwrap().len()), (1, 0));
    }
    // Beside the copy that is built, no solution lies.
    fs::write(server(&lessons), "include!(\"../../../../solutions/01-echo/src/bin/server.rs\");\n").unwrap();
    assert_said(&judged(&lessons, &[]).0, "does-not-compile", "couldn't read");
    // A manifest that names other programs is not used.
    fs::write(server(&lessons), "fn main() {}\n").unwrap();
    let manifest = lessons.join("01-echo/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let other = format!("path = {:?}", solution.to_string_lossy());
    fs::write(&manifest, text.replace("path = \"src/bin/server.rs\"", &other)).unwrap();
    let (lesson, _) = judged(&lessons, &[]);
    assert_eq!(
        (&lesson["verdict"], &lesson["manifest_changed"]),
        (&"fail".into(), &"not used: [bin]".into())
    );
    // A package from elsewhere is refused before anything is built.
    let package = format!(
        "{text}\n[dependencies]\necho = {{ path = {:?} }}\n",
        root().join("solutions/01-echo").to_string_lossy()
    );
    fs::write(&manifest, package).unwrap();
    assert_said(&judged(&lessons, &[]).0, "refused", "outside its own folder");
}

/// Where the machine cannot build, no student has failed.
#[test]
fn a_build_that_cannot_start_is_not_judged() {
    let lessons = handed_in("no-cargo", &["01-echo"]);
    let words = ["run", "01", "--lessons", lessons.to_str().unwrap(), "--no-confine", "--format", "json"];
    let ran: Ran = runner(RUNNER, &words).env("CARGO", "/no/such/cargo").output().unwrap().into();
    let lesson = &ran.json()["lessons"][0];
    assert_said(lesson, "unable", "install Rust with rustup");
    if cfg!(target_os = "linux") {
        // The keeper's own words for the system's error.
        assert_said(lesson, "unable", "No such file or directory (os error 2)");
    }
    assert_eq!(ran.status, 3);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_classmates_work_is_refused() {
    let (mine, theirs) = (empty_dir(TMP, "link-mine"), handed_in("link-theirs", &["01-echo"]));
    std::os::unix::fs::symlink(theirs.join("01-echo"), mine.join("01-echo")).unwrap();
    let (lesson, ran) = judged(&mine, &[]);
    assert_said(&lesson, "refused", "01-echo is a link: hand in the folder itself");
    assert_eq!(ran.status, 1);
}

#[test]
fn cargos_own_errors_stand_in_the_report() {
    let lessons = handed_in("cargos-errors", &["01-echo"]);
    let manifest = lessons.join("01-echo/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    // Other names of the package and of a program: the lab's own manifest has the right ones.
    let renamed =
        text.replace("lesson-01-server", "mine").replace("lesson-01-echo", "my-echo") + "\n[workspace]\n";
    fs::write(&manifest, renamed).unwrap();
    let script = lessons.join("01-echo/build.rs");
    fs::write(&script, "fn main() {}\n").unwrap();
    let (lesson, ran) = judged(&lessons, &[]);
    assert_eq!(lesson["manifest_changed"], "adds build.rs; not used: [bin], [package], [workspace]");
    assert_eq!((&lesson["verdict"], ran.status), (&"pass".into(), 0), "{}", ran.stderr);
    fs::remove_file(script).unwrap();
    // There is no such crate, and no network.
    fs::write(&manifest, format!("{text}\n[dependencies]\nsocket-lab-has-no-such-crate = \"1\"\n")).unwrap();
    let (lesson, ran) = judged(&lessons, &[]);
    let said =
        "needs a crate that is not here: socket-lab-has-no-such-crate; lessons are built without a network";
    assert_said(&lesson, "does-not-compile", said);
    assert_eq!(lesson["manifest_changed"], "added: socket-lab-has-no-such-crate = \"1\"");
    assert_eq!(ran.status, 1);
    fs::write(&manifest, "[package\n").unwrap();
    assert_said(&judged(&lessons, &[]).0, "does-not-compile", "01-echo/Cargo.toml:1");
    // A source file that the lab's manifest names is not there: that is told before anything is built.
    fs::write(&manifest, &text).unwrap();
    fs::rename(server(&lessons), lessons.join("01-echo/src/bin/srv.rs")).unwrap();
    let (lesson, _) = judged(&lessons, &[]);
    let said =
        "src/bin/server.rs is missing: the programs must lie at src/bin/server.rs and src/bin/client.rs";
    assert_said(&lesson, "does-not-compile", said);
    assert!(!lesson["why"].to_string().contains("[[bin]]"), "{lesson:#}");
    fs::write(&manifest, text.replace("src/bin/server.rs", "src/bin/srv.rs")).unwrap();
    assert_said(&judged(&lessons, &[]).0, "does-not-compile", "; the [[bin]] of Cargo.toml is not used");
    assert!(!lesson["why"].to_string().contains("target/lab"), "{lesson:#}");
}

/// Both programs do not compile: the server's first error is told, however the builds end.
#[test]
fn rustcs_first_error_is_in_the_report_as_rustc_prints_it() {
    let lessons = handed_in("rendered", &[]);
    for half in ["server", "client"] {
        let file = lessons.join(format!("01-echo/src/bin/{half}.rs"));
        fs::write(file, format!("fn main() {{\n    let {half}: u8 = \"text\";\n}}\n")).unwrap();
    }
    let (lesson, _) = judged(&lessons, &[]);
    assert_said(&lesson, "does-not-compile", "mismatched types (lessons/01-echo/src/bin/server.rs:2:22)");
    let rendered = lesson["rendered"].as_str().unwrap();
    assert!(rendered.starts_with("error[E0308]: mismatched types\n"), "{rendered}");
    assert!(rendered.contains("let server: u8 = \"text\";") && !rendered.contains('\u{1b}'), "{rendered}");
}

#[test]
fn a_wrong_lab_toml_is_told_as_such() {
    let dir = empty_dir(TMP, "wrong-lab-toml");
    fs::write(dir.join("lab.toml"), "server = 'python3 server.py'\nsever = 'x'\n").unwrap();
    let (lesson, ran) = judged(&dir, &[]);
    assert_said(&lesson, "wrong-lab-toml", "lab.toml:2: there is no key `sever`");
    assert_eq!((&lesson["verdict"], ran.status), (&"fail".into(), 1));
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_build_is_ended_with_all_that_it_started() {
    let lessons = handed_in("endless-build", &["01-echo"]);
    let token = "98765.1234";
    let script = format!(
        "fn main() {{ loop {{ std::process::Command::new(\"sleep\").arg(\"{token}\").status().unwrap(); }} }}\n"
    );
    fs::write(lessons.join("01-echo/build.rs"), script).unwrap();
    let (lesson, ran) = judged(&lessons, &["--build-limit", "5"]);
    assert_said(&lesson, "out-of-time", "took longer than 5 s, and was ended");
    assert_eq!(ran.status, 3);
    assert_eq!(lab_tests::processes_with(token, 0), Vec::<String>::new());
}

/// Programs that write, with a relative path, whatever they can reach.
#[test]
fn programs_do_not_start_where_somebody_has_files() {
    let name = {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        format!("written-by-a-program-{nanos}")
    };
    let lessons = handed_in("writes", &["01-echo"]);
    let text = fs::read_to_string(server(&lessons)).unwrap();
    let writes = format!(
        "fn main() -> ExitCode {{\n    let here = std::fs::read_dir(\".\").unwrap().count();\n    std::fs::write({name:?}, \"x\").unwrap();\n    assert_eq!(here, 0, \"others have files here\");\n"
    );
    let main = text.lines().find(|line| line.contains("fn main()")).unwrap();
    fs::write(
        server(&lessons),
        text.replace(&format!("{main}\n"), &writes.replace("fn main() -> ExitCode {", main)),
    )
    .unwrap();
    let (lesson, ran) = judged(&lessons, &[]);
    assert_eq!(lesson["verdict"], "pass", "{lesson:#}{}", ran.stderr);
    assert!(!root().join(&name).exists() && !lessons.join("01-echo").join(&name).exists());
    // A command starts in a copy of its folder, with its files beside it.
    if !has("python3", "a program of a lab.toml that writes") {
        return;
    }
    let python = empty_dir(TMP, "writes-python");
    let script = "import socket, sys\nopen('diary', 'w').write(open('data').read())\nhost, port = sys.argv[1].rsplit(':', 1)\n\
                  server = socket.create_server((host, int(port)))\nwhile True:\n    conn, _ = server.accept()\n    while data := conn.recv(4096):\n        conn.sendall(data)\n    conn.close()\n";
    fs::write(python.join("server.py"), script).unwrap();
    fs::write(python.join("data"), "mine").unwrap();
    fs::write(python.join("lab.toml"), "server = 'python3 server.py'\n").unwrap();
    let (lesson, ran) = judged(&python, &[]);
    assert_eq!(
        (&lesson["verdict"], &lesson["found_at"]),
        (&"pass".into(), &".".into()),
        "{lesson:#}{}",
        ran.stderr
    );
    assert!(!python.join("diary").exists());
}

/// A server that ends the process which would end it. Confined, it could not.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_keeper_is_told_at_once() {
    if !has("python3", "a program that kills its keeper") {
        return;
    }
    for then in ["while True: time.sleep(1)", "server.accept()"] {
        let script = format!(
            "import os, signal, socket, sys, time\nhost, port = sys.argv[1].rsplit(':', 1)\n\
             server = socket.create_server((host, int(port)))\nos.kill(os.getppid(), signal.SIGKILL)\n{then}"
        );
        let dir = empty_dir(TMP, "kills-its-keeper");
        fs::write(dir.join("server.py"), script).unwrap();
        fs::write(dir.join("lab.toml"), "server = 'python3 server.py'\n").unwrap();
        let (lesson, ran) = judged(&dir, &["--no-confine"]);
        let check = &lesson["checks"][0];
        assert_eq!((&check["verdict"], ran.status), (&"error".into(), 3), "{check:#}");
        let said =
            "the server, or the system for want of memory, killed the runner's process that watches it";
        assert!(check["got"].to_string().contains(said), "{check:#}");
    }
}
