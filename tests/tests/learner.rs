//! The learner's loop: the progress, hints that go on, the difference to the solution, and a reset that loses nothing.

use lab_tests::{Ran, clone, empty_dir, filled, has, lessons, not_checked, root, runner_in, solve};
use std::fs;
use std::path::{Path, PathBuf};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");

fn fresh(name: &str) -> PathBuf {
    clone(RUNNER, env!("CARGO_TARGET_TMPDIR"), name)
}

fn type_in(clone: &Path, words: &str) -> Ran {
    let words: Vec<&str> = words.split_whitespace().collect();
    Ran::from(runner_in(clone, RUNNER, &words).stdin(std::process::Stdio::null()).output().unwrap())
}

#[test]
fn one_stands_where_one_left_off() {
    let clone = fresh("learner-progress");
    let greeting = type_in(&clone, "");
    assert!(greeting.stdout.contains("next: cargo xtask run lesson-01 --solution"), "{}", greeting.stdout);
    solve(&clone, "01-echo");
    assert_eq!(type_in(&clone, "run").status, 0);
    let list = type_in(&clone, "list").stdout;
    assert!(list.starts_with("✓ lesson-01") && list.contains("▸ lesson-02"), "{list}");
    let stands = format!("passed 1 of {} lessons, and are at lesson-02", lessons().len());
    assert!(type_in(&clone, "").stdout.contains(&stands));
    // Without a lesson, `run` goes on with the next one. A learner may jump to any other.
    assert!(type_in(&clone, "run").stdout.starts_with("lesson-02 uppercase"));
    assert_eq!(type_in(&clone, "run 03").status, 1);
    assert!(type_in(&clone, "list").stdout.contains("▸ lesson-03"));
    // A run of a single check does not move the learner.
    let _ = type_in(&clone, "run 01 --check echo-bytes");
    assert!(type_in(&clone, "list").stdout.contains("▸ lesson-03"));
    // A lesson that has passed stays passed, also when the learner breaks it on purpose. A reset takes that back.
    let server = clone.join("lessons/01-echo/src/bin/server.rs");
    let right = fs::read_to_string(&server).unwrap();
    fs::write(&server, right.replace("&buffer[..n]", "&buffer")).unwrap();
    assert_eq!(type_in(&clone, "run 01").status, 1);
    let list = type_in(&clone, "list").stdout;
    assert!(list.starts_with("✓ lesson-01") && list.contains("▸ lesson-03"), "{list}");
    assert_eq!(type_in(&clone, "reset 01").status, 0);
    assert!(!type_in(&clone, "list").stdout.starts_with("✓ lesson-01"));
    // The runner sets a damaged file aside, and says so.
    fs::write(clone.join(".lab/progress.json"), "{\"passed\"").unwrap();
    let list = type_in(&clone, "list");
    assert!(list.status == 0 && list.stderr.contains("set aside as"), "{}", list.stderr);
    assert!(list.stdout.starts_with("▸ lesson-01"), "{}", list.stdout);
}

/// The note about `TcpListener::bind` in lesson 07 reads the source of the server that is judged, and of no other one.
#[test]
fn a_note_about_the_source_quotes_its_line() {
    let clone = fresh("learner-bind");
    solve(&clone, "07-reuseaddr");
    let server = clone.join("lessons/07-reuseaddr/src/bin/server.rs");
    let source = fs::read_to_string(&server).unwrap();
    let bind = "std::net::TcpListener::bind(addr)";
    // A comment in the file has these words, too.
    let (body, from) =
        ("Ok(socket.into())", source.lines().position(|line| line.contains("Ok(socket.into())")));
    assert_eq!(source.matches(body).count(), 1, "{source}");
    fs::write(&server, source.replace(body, &format!("drop(socket);\n    {bind}"))).unwrap();
    let line = from.unwrap() + 2;
    let told = |more: &str| type_in(&clone, &format!("run 07 --check restarts-at-once --seed 7{more}"));
    let own = told("");
    let words = own.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = format!("lessons/07-reuseaddr/src/bin/server.rs:{line} has `TcpListener::bind`. Perhaps ");
    assert!(own.status == 0 && words.contains(&note), "{}{}", own.stdout, own.stderr);
    assert!(!told(" --solution").stdout.contains("TcpListener::bind"));
    // A program in another language stands elsewhere.
    if has("python3", "no note about a program in Python") {
        let program = root().join("tests/src/bin/programs/right");
        let python = fs::read_dir(&program).unwrap().flatten().map(|entry| entry.path()).find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("s07_server") && name.ends_with(".py")
        });
        let file = python.expect("a right server of lesson 07 in Python");
        let command = format!("python3 {}", file.display());
        let words = ["run", "07", "--server", &command, "--check", "restarts-at-once", "--seed", "7"];
        let ran = Ran::from(runner_in(&clone, RUNNER, &words).output().unwrap());
        assert!(ran.status == 0 && !ran.stdout.contains("TcpListener::bind"), "{}{}", ran.stdout, ran.stderr);
    }
}

/// Writes a body in place of the one of a function in the server of a lesson, of which nothing else changes.
fn write_body(clone: &Path, lesson: &str, function: &str, body: &str) {
    let file = clone.join(format!("lessons/{lesson}/src/bin/server.rs"));
    let source = fs::read_to_string(&file).unwrap();
    let from = source.find(&format!("fn {function}(")).expect(function);
    let open = from + source[from..].find("{\n").unwrap() + 2;
    let close = open + source[open..].find("\n}").unwrap();
    fs::write(&file, format!("{}{body}{}", &source[..open], &source[close..])).unwrap();
}

/// What rustc says does not lead to what the lesson asks for: the last line does.
#[test]
fn where_rustc_does_not_lead_to_the_mend_the_last_line_does() {
    let clone = fresh("learner-perhaps");
    let incoming = "    for stream in listener.incoming() {\n        let _ = echo(stream.unwrap());\n    }";
    let text = "    let mut buffer = [0; 1024];\n    let n = stream.read(&mut buffer)?;\n    \
                let text = String::from_utf8(buffer[..n].to_vec())?;\n    \
                stream.write_all(text.to_uppercase().as_bytes())?;\n    Ok(1)";
    let split = text.replace("buffer[..n].to_vec())", "\n        buffer[..n].to_vec(),\n    )");
    for (lesson, function, body, code, perhaps) in [
        (
            "01-echo",
            "serve",
            incoming,
            "E0308",
            "for rustc a `for` can end; write `loop`, and `accept` in it",
        ),
        (
            "02-uppercase",
            "answer",
            text,
            "E0277",
            "leave `from_utf8` out: `make_ascii_uppercase` works on bytes",
        ),
        (
            "02-uppercase",
            "answer",
            &split,
            "E0277",
            "leave `from_utf8` out: `make_ascii_uppercase` works on bytes",
        ),
        // These are wrong for other reasons.
        ("01-echo", "serve", "    let clients: u8 = listener.incoming();", "E0308", ""),
        ("02-uppercase", "answer", "    Ok(\"text\".parse::<u64>()?)", "E0277", ""),
    ] {
        let ran = {
            write_body(&clone, lesson, function, body);
            type_in(&clone, &format!("run {}", &lesson[..2]))
        };
        assert!(
            ran.status == 1 && ran.stderr.contains(&format!("error[{code}]")),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        let last = ran.stdout.trim_end().lines().last().unwrap_or_default().to_string();
        match perhaps {
            "" => assert!(last.ends_with("#your-tasks") && !ran.stdout.contains("perhaps"), "{}", ran.stdout),
            words => assert_eq!(last, format!("      perhaps: {words}")),
        }
        assert!(last.chars().count() <= 80, "{last}");
    }
}

/// Returns the words of a run of lesson 01 by commands for these halves, each a right program of the tests.
fn by_command(halves: &[(&str, &str)]) -> Vec<String> {
    let mut words = vec!["run".to_string(), "01".into()];
    for (half, program) in halves {
        words.extend([format!("--{half}"), format!("{PROGRAMS} {program}")]);
    }
    words
}

fn type_words(clone: &Path, words: &[String]) -> Ran {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ran::from(runner_in(clone, RUNNER, &words).stdin(std::process::Stdio::null()).output().unwrap())
}

#[test]
fn half_a_program_is_whole_work() {
    let clone = fresh("learner-half");
    // The learner's own programs are not needed: this one does not even compile.
    fs::write(clone.join("lessons/01-echo/src/bin/client.rs"), "nothing").unwrap();
    let server = by_command(&[("server", "right-01-server-blocking")]);
    let ran = type_words(&clone, &server);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let (_, end) = ran.stdout.split_once("\nyour server: ").expect(&ran.stdout);
    let counts: Vec<&str> = end.lines().next().unwrap().split(' ').collect();
    assert!(counts[0] == counts[2] && counts[3] == "checks", "{end}");
    assert!(end.contains("learned: a server outlives its clients"), "{end}");
    assert!(
        end.contains(
            "next: read docs/src/02-uppercase.md, write its server, then\n      cargo xtask run lesson-02 --server \
             'YOUR-SERVER right-01-server-blocking'\n"
        ),
        "{end}"
    );
    assert!(
        end.contains("or write the client of lesson-01: cargo xtask run lesson-01 --client CMD"),
        "{end}"
    );
    // Only its own checks are judged, and those of the pair.
    let json = type_words(&clone, &[&server[..], &["--format".into(), "json".into()]].concat()).json();
    let lesson = &json["lessons"][0];
    let checks = lesson["checks"].as_array().unwrap();
    assert_eq!((&lesson["half"], &lesson["verdict"]), (&"server".into(), &"pass".into()));
    assert!(checks.iter().all(|check| check["half"] != "client"), "{lesson}");
    assert!(checks.iter().any(|check| check["half"] == "pair"), "{lesson}");
    assert_eq!(checks.len().to_string(), counts[0]);
    // It is kept, and the learner goes on, but the lesson has not passed.
    let list = type_in(&clone, "list").stdout;
    assert!(
        list.contains("✓ server: ") && list.contains("▸ lesson-02") && list.starts_with("  lesson-01"),
        "{list}"
    );
    // The next lesson has another program, so its command names none.
    let way = "next: cargo xtask run lesson-02 --server 'YOUR-SERVER right-01-server-blocking'";
    assert!(list.contains(way), "{list}");
    assert!(type_in(&clone, "").stdout.contains(way));
    // Something wrong is told without a word about Rust that the learner would have to write.
    let wrong = type_words(&clone, &by_command(&[("server", "wrong-01-server-whole-buffer")]));
    assert_eq!(wrong.status, 1, "{}{}", wrong.stdout, wrong.stderr);
    assert!(
        !wrong.stdout.contains("lessons/01-echo") && !wrong.stdout.contains("still to come"),
        "{}",
        wrong.stdout
    );
    assert!(!wrong.stdout.contains("at fault    the client"), "{}", wrong.stdout);
    // Both halves make a lesson, also in two runs.
    let ran = type_words(&clone, &by_command(&[("client", "right-01-client-plain")]));
    assert!(ran.status == 0 && ran.stdout.contains("\nyour client: "), "{}{}", ran.stdout, ran.stderr);
    let list = type_in(&clone, "list").stdout;
    assert!(list.starts_with("✓ lesson-01") && list.contains("✓ client: "), "{list}");
    assert!(type_in(&clone, "").stdout.contains("passed 1 of "));
    assert_eq!(type_in(&clone, "reset 01").status, 0);
    assert!(!type_in(&clone, "list").stdout.contains('✓'));
}

#[test]
fn a_lab_toml_names_the_programs_once() {
    let clone = fresh("learner-lab-toml");
    let lesson = clone.join("lessons/01-echo");
    let toml = |half: &str, program: &str| format!("{half} = \"{PROGRAMS} {program}\"\n");
    fs::write(lesson.join("src/bin/server.rs"), "nothing").unwrap();
    fs::write(lesson.join("lab.toml"), "server = 'a'\nsever = 'b'\n").unwrap();
    let ran = type_in(&clone, "run 01");
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("lessons/01-echo/lab.toml:2: there is no key `sever`"), "{}", ran.stdout);
    fs::write(lesson.join("lab.toml"), toml("server", "right-01-server-blocking")).unwrap();
    let ran = type_in(&clone, "run 01");
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("\nyour server: ") && ran.stdout.contains("name it in the same lab.toml"),
        "{}",
        ran.stdout
    );
    // The way on names the file that says once which programs are judged.
    let way = |text: &str| {
        let words = "read docs/src/02-uppercase.md, copy lessons/01-echo/lab.toml to lessons/02-uppercase,";
        let (_, rest) = text.split_once("next: ").expect(text);
        let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(rest.starts_with(words) && rest.contains(" there, then cargo xtask run lesson-02"), "{text}");
    };
    let (list, greeting) = (type_in(&clone, "list").stdout, type_in(&clone, "").stdout);
    assert!(list.contains("✓ server: "));
    [&ran.stdout, &list, &greeting].into_iter().for_each(|text| way(text));
    let ran = type_in(&clone, "run");
    assert!(
        ran.stdout.contains("(not in Rust? name your program in lessons/02-uppercase/lab.toml)"),
        "{}",
        ran.stdout
    );
    // A command that cannot be started is what to mend.
    fs::write(clone.join("lessons/02-uppercase/lab.toml"), "server = \"./no-such-program a\"\n").unwrap();
    let ran = type_in(&clone, "run");
    let mend = "next: mend the command `./no-such-program a` in lessons/02-uppercase/lab.toml,";
    assert!(ran.status == 3 && ran.stdout.contains(mend), "{}: {}", ran.status, ran.stdout);
    assert!(type_in(&clone, "diff 01").stdout.contains("solutions/01-echo/src/bin/server.rs"));
    let doctor = type_in(&clone, "doctor").stdout;
    assert!(doctor.contains("lessons/01-echo/lab.toml"), "{doctor}");
    // The folder of --cwd, and a student's: one of all lessons, or one of a single lesson's programs.
    let (hers, flat) = (clone.join("hers"), clone.join("flat"));
    fs::create_dir_all(hers.join("01-echo")).unwrap();
    fs::create_dir_all(&flat).unwrap();
    let both = toml("server", "right-01-server-blocking") + &toml("client", "right-01-client-plain");
    fs::write(hers.join("01-echo/lab.toml"), &both).unwrap();
    fs::write(flat.join("lab.toml"), &both).unwrap();
    // A student's programs are confined, and these lie elsewhere.
    let allow = format!(" --allow {PROGRAMS}");
    for (words, more) in [
        ("run 01 --lessons hers", allow.as_str()),
        ("run --all --lessons hers", &allow),
        ("run 01 --lessons flat", &allow),
        ("run 01 --cwd flat", ""),
    ] {
        let ran = type_in(&clone, &format!("{words}{more} --format json"));
        assert_eq!(ran.status, 0, "{words}: {}{}", ran.stdout, ran.stderr);
        let report = ran.json();
        assert_eq!(report["lessons"][0]["verdict"], "pass", "{words}");
        assert!(report["lessons"][0]["half"].is_null(), "{words}");
    }
    // A command on the command line counts alone, and so does the solution.
    let ran = type_words(&clone, &by_command(&[("client", "right-01-client-plain")]));
    assert!(ran.status == 0 && ran.stdout.contains("\nyour client: "), "{}", ran.stdout);
    assert!(type_in(&clone, "run 01 --solution").stdout.contains("the reference solution"));
    // A reset keeps it in the copy.
    let reset = type_in(&clone, "reset 01").stdout;
    assert!(reset.contains("its lab.toml is in the copy") && !lesson.join("lab.toml").exists(), "{reset}");
}

#[test]
fn without_a_name_a_run_goes_on_after_the_lesson_that_was_named_last() {
    let clone = fresh("learner-goes-on");
    fs::create_dir(clone.join(".lab")).unwrap();
    fs::write(clone.join(".lab/progress.json"), r#"{"passed": ["04-sleep"]}"#).unwrap();
    solve(&clone, "03-sticky");
    let ran = type_in(&clone, "run 03");
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let end = "next: read docs/src/05-ack.md, then\n      cargo xtask run lesson-05\n";
    assert!(ran.stdout.ends_with(end), "{}", ran.stdout);
    assert!(type_in(&clone, "run").stdout.starts_with("lesson-05 ack"));
    // Of several, the last one counts.
    assert_eq!(type_in(&clone, "run 02 03").status, 1);
    assert!(type_in(&clone, "list").stdout.contains("▸ lesson-02"));
}

#[test]
fn the_course_ends_with_what_was_learned_and_where_to_go_on() {
    let clone = fresh("learner-at-the-end");
    let all = lessons();
    let but_the_first: Vec<String> = all[1..].iter().map(|lesson| format!("{lesson:?}")).collect();
    fs::create_dir(clone.join(".lab")).unwrap();
    let progress = format!("{{\"passed\": [{}]}}", but_the_first.join(", "));
    fs::write(clone.join(".lab/progress.json"), progress).unwrap();
    solve(&clone, "01-echo");
    let last = type_in(&clone, "run 01");
    assert!(
        last.status == 0
            && last
                .stdout
                .ends_with("next: cargo xtask prints what all lessons have shown, and where to go on\n"),
        "{}",
        last.stdout
    );

    let end = type_in(&clone, "").stdout;
    assert!(end.starts_with(&format!("You have passed all {} lessons", all.len())), "{end}");
    // One screen of 80 columns and 24 lines, of which the prompt takes one.
    assert!(end.lines().count() <= 23 && end.lines().all(|line| line.chars().count() <= 80), "{end}");
    for lesson in &all {
        let number = format!("{} ", &lesson[..2]);
        assert!(end.lines().any(|line| line.starts_with(&number)), "{number}: {end}");
    }
    // The page that it names has every address that it names.
    let page = end.split_whitespace().find(|word| word.starts_with("docs/src/")).expect("a page");
    let page = fs::read_to_string(root().join(page)).unwrap();
    for word in end.split_whitespace().filter(|word| word.starts_with("https://")) {
        let address = word.trim_end_matches([',', ';']);
        assert!(page.contains(&format!("({address})")), "{address}");
    }
}

#[test]
fn hints_go_on_by_themselves() {
    let clone = fresh("learner-hints");
    for (words, said) in [
        ("hint 04", "hint 1"),
        ("hint 04", "hint 2"),
        ("hint 04 --step 1", "hint 1"),
        ("hint 04", "hint 2"),
        ("hint 04", "hint 3"),
        ("hint 04", "hint 3"),
        ("hint", "hint 1"),
    ] {
        let ran = type_in(&clone, words);
        assert!(ran.status == 0 && ran.stdout.starts_with(said), "{words}: {}", ran.stdout);
    }
    assert_eq!(type_in(&clone, "hint 05 --all").stdout.matches("\nhint ").count(), 2);
}

#[test]
fn the_difference_is_shown_when_it_was_asked_for() {
    let clone = fresh("learner-diff");
    let refused = type_in(&clone, "diff 01");
    assert!(
        refused.status == 2 && refused.stderr.contains("cargo xtask diff lesson-01 --yes"),
        "{}",
        refused.stderr
    );
    let diff = type_in(&clone, "diff 01 --yes").stdout;
    assert!(diff.contains("-     todo!") && diff.contains("+     let mut buffer"), "{diff}");
    assert!(diff.contains("lessons/01-echo/src/bin/server.rs:"), "{diff}");
    // A change outside the holes is shown only with `--whole`.
    let server = clone.join("lessons/01-echo/src/bin/server.rs");
    solve(&clone, "01-echo");
    let text = fs::read_to_string(&server).unwrap().replace("listening on", "listening here:");
    fs::write(&server, text).unwrap();
    assert!(!type_in(&clone, "diff 01 --yes").stdout.contains("listening here"));
    assert!(
        type_in(&clone, "diff 01 --yes --whole").stdout.contains("-             println!(\"listening here:")
    );
}

/// Runs the runner after `setup` (shell) made writing fail. If that is not allowed here, says so and returns `None`.
#[cfg(target_os = "linux")]
fn type_in_trouble(clone: &Path, setup: &str, words: &str) -> Option<Ran> {
    let script = format!("{setup} && exec \"$0\" {words}");
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c"]);
    let can = command.arg("true").output().is_ok_and(|output| output.status.success());
    if !can {
        not_checked(&format!("a reset in trouble ({setup}): unshare(1) is not allowed here"));
        return None;
    }
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", &script, RUNNER]);
    lab_tests::as_in(clone, &mut command);
    Some(Ran::from(command.output().unwrap()))
}

/// Returns every file below a folder with its bytes, also hidden files.
#[cfg(target_os = "linux")]
fn all_files(dir: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(all_files(&path)),
            path => drop(files.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    files
}

/// With a full disk, a read-only folder or a file that must not grow, the reset says so and changes nothing.
#[test]
#[cfg(target_os = "linux")]
fn a_reset_that_cannot_be_whole_is_refused() {
    let clone = fresh("learner-reset-refused");
    solve(&clone, "02-uppercase");
    fs::write(clone.join("lessons/02-uppercase/notes.txt"), "notes\n".repeat(1000)).unwrap();
    let before = all_files(&clone.join("lessons"));
    fs::create_dir(clone.join(".lab")).unwrap();
    for (setup, said) in [
        ("mount -t tmpfs -o size=4k none .lab", "no copy could be made"),
        ("mount --bind .lab .lab && mount -o remount,ro,bind .lab", "Read-only file system"),
        ("mount --bind lessons lessons && mount -o remount,ro,bind lessons", "the starter cannot be written"),
        ("trap '' XFSZ; ulimit -f 1", "no copy could be made"),
    ] {
        let Some(ran) = type_in_trouble(&clone, setup, "reset 02") else { continue };
        let told = ran.stderr.replace('\n', " ");
        assert!(ran.status == 3 && told.contains(said), "{setup}: {}{}", ran.stdout, ran.stderr);
        assert!(!ran.stdout.contains("is the starter again"), "{setup}: {}", ran.stdout);
        assert_eq!(all_files(&clone.join("lessons")), before, "{setup}");
    }
    assert_eq!(type_in(&clone, "reset 02").status, 0);
    assert_ne!(all_files(&clone.join("lessons")), before);
}

/// Runners that run at the same time lose nothing of each other's progress.
#[test]
fn many_runners_remember_all() {
    let clone = fresh("learner-many");
    let all = lessons().len();
    solve(&clone, "01-echo");
    solve(&clone, "02-uppercase");
    std::thread::scope(|scope| {
        for lesson in 1..=all {
            for _ in 0..2 {
                let clone = &clone;
                scope.spawn(move || assert_eq!(type_in(clone, &format!("hint {lesson}")).status, 0));
            }
        }
        for lesson in [1, 2] {
            let clone = &clone;
            scope.spawn(move || {
                let ran = type_in(clone, &format!("run {lesson}"));
                assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
            });
        }
    });
    let progress = fs::read_to_string(clone.join(".lab/progress.json")).unwrap();
    let progress: serde_json::Value = serde_json::from_str(&progress).unwrap();
    assert_eq!(progress["passed"].as_array().unwrap().len(), 2, "{progress}");
    let hints = progress["hints"].as_object().unwrap();
    assert!(hints.len() == all && hints.values().all(|shown| *shown == 1 || *shown == 2), "{progress}");
}

/// Everything works without a network, after `cargo fetch` ran once with a network.
#[test]
fn all_works_without_a_network() {
    let clone = fresh("learner-offline");
    let offline = |words: &[&str]| {
        let mut command = runner_in(&clone, RUNNER, words);
        Ran::from(command.env("CARGO_NET_OFFLINE", "true").output().unwrap())
    };
    for (words, said) in [
        (&["run", "06", "--solution"][..], "checks\nnext: write it yourself"),
        (&["run", "06"], "is not written yet"),
        (&["run", "06", "--lessons", "lessons"], "is not written yet"),
    ] {
        let ran = offline(words);
        assert!(ran.stdout.contains(said), "{words:?}: {}{}", ran.stdout, ran.stderr);
    }
    // The runner itself, and everything that this repository's packages need.
    let cargo = |words: &[&str]| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut cargo = std::process::Command::new(cargo);
        cargo.current_dir(root()).env_remove("CARGO_MANIFEST_DIR").args(words).arg("--locked");
        cargo.output().unwrap()
    };
    if !cargo(&["fetch"]).status.success() {
        return not_checked("the build without a network: `cargo fetch` cannot be run here");
    }
    for words in [&["build", "--package", "xtask"][..], &["metadata", "--format-version", "1"]] {
        let output = cargo(&[words, &["--offline"]].concat());
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_reset_loses_nothing() {
    let clone = fresh("learner-reset");
    let server = clone.join("lessons/02-uppercase/src/bin/server.rs");
    let starter = fs::read(&server).unwrap();
    assert!(type_in(&clone, "reset 02").stdout.contains("is the starter already"));
    fs::write(&server, b"my work \xff\r\n").unwrap();
    fs::create_dir_all(clone.join("lessons/02-uppercase/notes")).unwrap();
    fs::write(clone.join("lessons/02-uppercase/notes/a.txt"), "notes").unwrap();
    let ran = type_in(&clone, "reset 02");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(fs::read(&server).unwrap(), starter);
    let backup = clone.join(".lab/backup/02-uppercase-1");
    assert_eq!(fs::read(backup.join("src/bin/server.rs")).unwrap(), b"my work \xff\r\n");
    assert_eq!(fs::read(backup.join("notes/a.txt")).unwrap(), b"notes");
    assert!(!clone.join("lessons/02-uppercase/notes/a.txt").exists());
    // The command that it prints brings the work back.
    #[cfg(unix)]
    {
        let line = ran.stdout.lines().find_map(|line| line.strip_prefix("to bring them back: ")).unwrap();
        assert!(
            std::process::Command::new("sh")
                .args(["-c", line])
                .current_dir(&clone)
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(fs::read(&server).unwrap(), b"my work \xff\r\n");
    }
    // If it cannot make a copy, it changes nothing.
    fs::remove_dir_all(clone.join(".lab")).unwrap();
    fs::write(clone.join(".lab"), "no folder").unwrap();
    let ran = type_in(&clone, "reset --all");
    assert_eq!(ran.status, 3, "{}", ran.stdout);
    #[cfg(unix)]
    assert_eq!(fs::read(&server).unwrap(), b"my work \xff\r\n");
    assert_eq!(type_in(&clone, "reset").status, 2);
}

/// The commit at which the first learners cloned this repository.
const EARLY: &str = "ed05c94";
/// The `.lab/progress.json` that this commit's runner wrote for a learner with three solved lessons.
const EARLY_PROGRESS: &str = r#"{
  "current": "04-sleep",
  "hints": {
    "02-uppercase": 2
  },
  "passed": [
    "01-echo",
    "02-uppercase",
    "03-sticky"
  ]
}
"#;

/// Runs git in `dir`, with settings that override the person's own.
fn git(dir: &Path, words: &[&str]) -> Ran {
    let mut command = std::process::Command::new("git");
    for setting in
        ["user.name=Learner", "user.email=learner@example.org", "pull.rebase=false", "core.autocrlf=false"]
    {
        command.args(["-c", setting]);
    }
    Ran::from(command.current_dir(dir).args(words).output().expect("git"))
}

/// Runs git in `dir`, checks that it succeeds, and returns what it printed.
fn git_surely(dir: &Path, words: &[&str]) -> String {
    let ran = git(dir, words);
    assert_eq!(ran.status, 0, "git {words:?}: {}{}", ran.stdout, ran.stderr);
    ran.stdout
}

/// Makes a clone of this repository as it was at `commit`. Returns `(upstream, mine)`: the learner works in `mine`, and
/// pulls from `upstream`. If git is missing, or `commit` is not in this repository, says so and returns `None`.
fn cloned(name: &str, commit: &str) -> Option<(PathBuf, PathBuf)> {
    let commit_there = format!("{commit}^{{commit}}");
    let git_there = std::process::Command::new("git").arg("--version").output().is_ok();
    if !git_there || git(&root(), &["cat-file", "-e", &commit_there]).status != 0 {
        not_checked(&format!("{name}: git is missing, or this is no clone that has {commit}"));
        return None;
    }
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), name);
    let (upstream, mine) = (dir.join("upstream"), dir.join("mine"));
    git_surely(&root(), &["clone", "--quiet", ".", &upstream.to_string_lossy()]);
    git_surely(&upstream, &["checkout", "--quiet", "-B", "course"]);
    git_surely(&dir, &["clone", "--quiet", "upstream", "mine"]);
    git_surely(&mine, &["reset", "--quiet", "--hard", commit]);
    Some((upstream, mine))
}

/// A file that a learner has edited.
struct Work {
    file: PathBuf,
    text: String,
    /// The lines that the starter did not have.
    own: Vec<String>,
}

impl Work {
    fn now(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }
}

/// Fills the holes of these lessons in `mine` with the bodies of the solutions in `mine`.
fn solve_there(mine: &Path, lessons: &[&str]) -> Vec<Work> {
    let mut work = Vec::new();
    for lesson in lessons {
        for half in ["server", "client"] {
            let file = format!("{lesson}/src/bin/{half}.rs");
            let solution = fs::read_to_string(mine.join("solutions").join(&file)).unwrap();
            let file = mine.join("lessons").join(file);
            let starter = fs::read_to_string(&file).unwrap();
            let (text, _) = filled(&solution, usize::MAX, &lesson[..2]);
            let own = text.lines().filter(|line| !starter.lines().any(|other| other == *line));
            let own = own.map(String::from).collect();
            fs::write(&file, &text).unwrap();
            work.push(Work { file, text, own });
        }
    }
    work
}

/// Pulls as docs/src/working.md says. Returns whether a starter has changed on lines that the learner wrote.
fn pull(mine: &Path) -> bool {
    let pulled = git(mine, &["pull", "--autostash"]);
    assert_eq!(pulled.status, 0, "{}{}", pulled.stdout, pulled.stderr);
    let conflicts = pulled.stderr.contains("conflicts");
    if conflicts {
        git_surely(mine, &["checkout", "--theirs", "lessons"]);
        git_surely(mine, &["reset", "--quiet"]);
    }
    conflicts
}

#[test]
fn a_learner_in_the_middle_pulls_and_goes_on() {
    let Some((_, mine)) = cloned("learner-in-the-middle", EARLY) else { return };
    let work = solve_there(&mine, &["01-echo", "02-uppercase", "03-sticky"]);
    fs::create_dir(mine.join(".lab")).unwrap();
    fs::write(mine.join(".lab/progress.json"), EARLY_PROGRESS).unwrap();
    pull(&mine);
    for work in &work {
        let now = work.now();
        let lost: Vec<_> = work.own.iter().filter(|line| !now.lines().any(|other| other == **line)).collect();
        assert!(!work.own.is_empty() && lost.is_empty(), "{} has lost {lost:?}", work.file.display());
        assert!(!now.contains("<<<<<<<"), "{}: {now}", work.file.display());
    }
    let greeting = type_in(&mine, "");
    let stands = format!("passed 3 of {} lessons, and are at lesson-04", lessons().len());
    assert!(
        greeting.status == 0 && greeting.stdout.contains(&stands),
        "{}{}",
        greeting.stdout,
        greeting.stderr
    );
    let list = type_in(&mine, "list").stdout;
    assert!(list.starts_with("✓ lesson-01") && list.contains("▸ lesson-04"), "{list}");
    assert_eq!(
        type_in(&mine, "hint 02").stdout.lines().next(),
        type_in(&mine, "hint 02 --step 3").stdout.lines().next()
    );
    // A lesson that the learner has not begun is the present starter.
    let next = "lessons/04-sleep/src/bin/client.rs";
    let upstream = git_surely(&mine, &["show", &format!("origin/HEAD:{next}")]);
    assert_eq!(fs::read_to_string(mine.join(next)).unwrap(), upstream);
}

/// Makes a learner who has solved lesson 01. Then changes the starter of its server upstream, above the hole and in it.
fn overtaken(name: &str) -> Option<(PathBuf, Vec<Work>)> {
    let (upstream, mine) = cloned(name, "HEAD")?;
    let work = solve_there(&mine, &["01-echo"]);
    let solution = upstream.join("solutions/01-echo/src/bin/server.rs");
    let text = fs::read_to_string(&solution).unwrap();
    let more = text.replace("// BEGIN SOLUTION: ", "// BEGIN SOLUTION: now ");
    let more = more.replacen("/// ", "/// From now on: ", 1);
    assert!(more.contains("SOLUTION: now ") && more.contains("/// From now on: "), "{text}");
    fs::write(&solution, more).unwrap();
    assert_eq!(type_in(&upstream, "starters").status, 0);
    git_surely(&upstream, &["commit", "--quiet", "--all", "--message", "The starter of 01 says more"]);
    Some((mine, work))
}

#[test]
fn a_starter_that_changed_under_a_learners_hands_loses_nothing() {
    let Some((mine, work)) = overtaken("learner-overtaken") else { return };
    let is_whole = || work.iter().all(|work| work.now() == work.text);
    // Without `--autostash`, git refuses, and changes nothing.
    assert_ne!(git(&mine, &["pull"]).status, 0);
    assert!(is_whole());
    assert!(pull(&mine), "there was no conflict");
    assert!(is_whole());
    // What has changed, in the words above a function, is shown.
    let shown = type_in(&mine, "diff 01 --yes").stdout;
    let (_, outside) = shown.split_once("the starter has changed since").expect(&shown);
    assert!(outside.contains("+ /// From now on: "), "{shown}");
    // Nothing is left half done: the next pull works, too.
    assert!(!pull(&mine));
    assert!(is_whole());
    // The copy that git kept has the same text.
    let kept = git_surely(&mine, &["show", "stash@{0}:lessons/01-echo/src/bin/server.rs"]);
    assert_eq!(kept, work[0].text);
}
