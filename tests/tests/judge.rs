//! `judge`: a class of fabricated hand-ins, interrupted, killed, changed, and shared by several machines.
#![cfg(target_os = "linux")]

use lab_tests::terminal::Terminal;
use lab_tests::{Ran, empty_dir, has, processes_with, root, run, runner, solve, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// A folder of hand-ins, and one for the results.
struct Class {
    dir: PathBuf,
}

impl Class {
    fn new(name: &str) -> Self {
        let class = Self { dir: empty_dir(TMP, &format!("judge-{name}")) };
        fs::create_dir(class.dir.join("in")).unwrap();
        fs::create_dir(class.dir.join("gate")).unwrap();
        class
    }

    fn path(&self, inner: &str) -> String {
        self.dir.join(inner).to_string_lossy().into_owned()
    }

    /// Returns the words that judge lesson 01 of this class, and these. A build may look whether it may go on.
    fn words(&self, more: &[&str]) -> Vec<String> {
        let (handed_in, results, gate) = (self.path("in"), self.path("results"), self.path("gate"));
        let allow: &[&str] = if more.contains(&"--no-confine") { &[] } else { &["--allow", &gate] };
        let words = [&["judge", &handed_in, &results, "01"], allow].concat();
        words.iter().chain(more).map(|word| word.to_string()).collect()
    }

    fn judge(&self, more: &[&str]) -> Ran {
        let words = self.words(more);
        judged(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Starts the same; the caller ends it.
    fn start(&self, more: &[&str]) -> Child {
        let words = self.words(more);
        let mut command = runner(RUNNER, &words.iter().map(String::as_str).collect::<Vec<_>>());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Hands in lesson 01 as this student, filled with the solution, and returns its folder.
    fn right(&self, student: &str) -> PathBuf {
        let own = self.dir.join("in").join(student);
        let lessons = own.join("lessons");
        assert_eq!(run(RUNNER, &["starters", "--into", &lessons.to_string_lossy()]).status, 0);
        solve(&own, "01-echo");
        for entry in fs::read_dir(&lessons).unwrap().flatten().filter(|entry| entry.file_name() != "01-echo")
        {
            let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
        }
        lessons.join("01-echo")
    }

    /// Hands in a server that answers only the first bytes.
    fn wrong(&self, student: &str) {
        let server = self.right(student).join("src/bin/server.rs");
        let text = fs::read_to_string(&server).unwrap();
        let wrong = text.replace("&buffer[..n]", "&buffer[..n.min(3)]");
        assert_ne!(text, wrong, "the solution has changed: {text}");
        fs::write(server, wrong).unwrap();
    }

    /// Packs what a student has handed in into an archive beside it.
    fn archive(&self, student: &str, file: &str) {
        let handed_in = self.dir.join("in");
        let mut tar = Command::new("tar");
        tar.arg("-czf").arg(handed_in.join(file)).arg("-C").arg(&handed_in).arg(student);
        assert!(tar.status().unwrap().success(), "{tar:?}");
    }

    /// Hands in right programs in Python, as this student: a folder with a `lab.toml`.
    fn python(&self, student: &str) {
        let own = self.dir.join("in").join(student);
        fs::create_dir(&own).unwrap();
        let right = root().join("tests/src/bin/programs/right");
        for (file, from) in [("server.py", "s01_server_selectors.py"), ("client.py", "s01_client_diary.py")] {
            fs::copy(right.join(from), own.join(file)).unwrap();
        }
        fs::write(own.join("lab.toml"), "server = \"python3 server.py\"\nclient = \"python3 client.py\"\n")
            .unwrap();
    }

    /// Hands in a lesson whose build waits until the gate of this class is open.
    fn waits(&self, student: &str) {
        let script = format!(
            "fn main() {{ while !std::path::Path::new({:?}).exists() {{ \
             std::thread::sleep(std::time::Duration::from_millis(20)); }} }}\n",
            self.path("gate/open")
        );
        fs::write(self.right(student).join("build.rs"), script).unwrap();
    }

    /// Lets such builds go on.
    fn go(&self) {
        fs::write(self.path("gate/open"), "").unwrap();
    }

    fn report_of(&self, results: &str, key: &str) -> Value {
        let file = self.dir.join(results).join("students").join(key).join("report.json");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        serde_json::from_str(&text).unwrap()
    }

    /// Returns the report of lesson 01.
    fn lesson(&self, key: &str) -> Value {
        self.report_of("results", key)["lessons"][0].clone()
    }

    fn status(&self, key: &str) -> String {
        self.lesson(key)["status"].as_str().unwrap().to_string()
    }

    fn has_report(&self, key: &str) -> bool {
        self.dir.join("results/students").join(key).join("hand-in.json").exists()
    }

    fn seed(&self) -> u64 {
        let text = fs::read(self.dir.join("results/class.json")).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap()["seed"].as_u64().unwrap()
    }

    /// Returns the processes of this class, by its path.
    fn processes(&self, but: u32) -> Vec<String> {
        processes_with(&self.path("in"), but)
    }

    /// Waits until the build of a hand-in that waits runs: its script, not its compiler.
    fn wait_for_build(&self, child: &mut Child) {
        wait_for("the build waits", || {
            assert!(child.try_wait().unwrap().is_none(), "the run is over");
            !processes_with("build-script-build", 0).is_empty() && self.is_waiting()
        });
    }

    /// Returns whether a build script of this class runs: the runner builds below its own target folder, so the open
    /// folder of the process tells nothing of the class; its parents do.
    fn is_waiting(&self) -> bool {
        let scripts = processes_with("build-script-build", 0);
        let of_class = self.students_processes();
        scripts.iter().any(|words| {
            let pid: u32 = words.split(' ').next().unwrap().parse().unwrap();
            ancestors(pid).iter().any(|pid| of_class.contains(pid))
        })
    }

    /// Returns the processes that judge one student of this class each.
    fn students_processes(&self) -> Vec<u32> {
        let own = format!("__student {}", self.path("in"));
        let all = processes_with(&own, 0);
        // Its keeper, and the box around it, have the same words after their own.
        let own = all.iter().filter(|words| !words.contains("__keeper") && !words.contains("bwrap "));
        own.map(|words| words.split(' ').next().unwrap().parse().unwrap()).collect()
    }
}

/// Runs the runner; in what it says to people, each line break is a blank.
fn judged(words: &[&str]) -> Ran {
    let ran = run(RUNNER, words);
    Ran { stderr: ran.stderr.split_whitespace().collect::<Vec<_>>().join(" "), ..ran }
}

/// Returns the keeper that watches over a process.
fn keeper_of(pid: u32) -> u32 {
    let is_keeper = |pid: &u32| {
        fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|words| words.contains("__keeper"))
    };
    ancestors(pid).into_iter().find(is_keeper).expect("a keeper")
}

/// Returns the parents of a process, the nearest first.
fn ancestors(pid: u32) -> Vec<u32> {
    let parent = |pid: u32| -> Option<u32> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    };
    let mut all = Vec::new();
    let mut next = parent(pid);
    while let Some(pid) = next.filter(|pid| *pid > 1) {
        all.push(pid);
        next = parent(pid);
    }
    all
}

/// Waits until nothing lies where students' programs are built, of runs that are over. Other tests' runs may go on there.
fn nothing_is_left() {
    let place =
        std::env::var_os("CARGO_TARGET_DIR").map_or(root().join("target"), PathBuf::from).join("class");
    let is_over = |path: &Path| {
        let lock = fs::File::open(path.join("lock"));
        lock.map_or(true, |lock| lock.try_lock().is_ok())
    };
    wait_for("nothing is left that was built", || {
        let all = fs::read_dir(&place).into_iter().flatten().flatten();
        !all.map(|entry| entry.path()).any(|path| is_over(&path))
    });
}

#[test]
fn a_class_is_judged_and_each_hand_in_gets_its_word() {
    let class = Class::new("whole");
    class.right("right");
    class.wrong("wrong");
    let broken = class.right("broken");
    fs::write(broken.join("src/bin/server.rs"), "fn main() { let x: u8 = \"text\"; }\n").unwrap();
    fs::create_dir(class.dir.join("in/Nobody 没有")).unwrap();
    fs::write(class.dir.join("in/Nobody 没有/notes.txt"), "I was ill\n").unwrap();
    fs::create_dir(class.dir.join("in/__MACOSX")).unwrap();
    fs::write(class.dir.join("in/marks.xlsx"), "").unwrap();
    class.right("twice");
    class.archive("twice", "twice.tar.gz");
    class.right("packed folder");
    class.archive("packed folder", "packed.tar.gz");
    fs::remove_dir_all(class.dir.join("in/packed folder")).unwrap();
    // As Moodle stores what was handed in "in folders"; its lab.toml is wrong.
    fs::create_dir_all(class.dir.join("in/moodle/homework")).unwrap();
    fs::write(class.dir.join("in/moodle/homework/lab.toml"), "sever = \"python3 server.py\"\n").unwrap();
    class.archive("moodle/homework", "moodle/homework.tar.gz");
    fs::remove_dir_all(class.dir.join("in/moodle/homework")).unwrap();
    let starter = class.right("starter");
    let files = run(RUNNER, &["starters", "--into", &class.path("starters")]);
    assert_eq!(files.status, 0, "{}", files.stderr);
    fs::remove_dir_all(&starter).unwrap();
    fs::rename(class.dir.join("starters/01-echo"), &starter).unwrap();
    let linked = class.right("linked");
    fs::remove_dir_all(&linked).unwrap();
    std::os::unix::fs::symlink(class.dir.join("in/right/lessons/01-echo"), &linked).unwrap();
    let has_python = has("python3", "a hand-in in Python");
    if has_python {
        class.python("python");
    }
    let ran = class.judge(&[]);
    // Of some, a person must look first.
    assert_eq!(ran.status, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("\nto look at: 1 no lesson found, 1 refused, 1 found twice\n"),
        "{}",
        ran.stdout
    );
    for file in
        ["grades.csv", "class.html", "moodle.csv", "nbgrader.csv", "feedback.html", "students/KEY, and"]
    {
        assert!(ran.stdout.contains(file), "{file}: {}", ran.stdout);
    }
    assert!(ran.stderr.contains("refused: linked, 01-echo: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("so not judged: marks.xlsx"), "{}", ran.stderr);
    for (key, status) in
        [("twice", "ambiguous"), ("packed", "judged"), ("starter", "not-begun"), ("linked", "refused")]
    {
        assert_eq!(class.status(key), status, "{:#}", class.lesson(key));
    }
    assert_eq!(class.lesson("starter")["passed"], 0);
    let moodle = class.lesson("moodle");
    assert_eq!(moodle["status"], "wrong-lab-toml", "{moodle:#}");
    assert!(moodle["why"].as_str().unwrap().contains("lab.toml:1: there is no key `sever`"), "{moodle:#}");
    assert_eq!(class.lesson("packed")["passed"], class.lesson("packed")["of"]);
    assert_eq!(class.report_of("results", "packed")["found_at"], "packed.tar.gz");
    if has_python {
        assert_eq!(
            class.lesson("python")["passed"],
            class.lesson("python")["of"],
            "{:#}",
            class.lesson("python")
        );
    }
    let right = class.lesson("right");
    assert_eq!((right["status"].as_str(), &right["passed"]), (Some("judged"), &right["of"]), "{right:#}");
    assert_eq!(right["found_at"], "lessons/01-echo");
    let wrong = class.lesson("wrong");
    assert!(wrong["passed"].as_u64() < wrong["of"].as_u64() && wrong["status"] == "judged", "{wrong:#}");
    let broken = class.lesson("broken");
    assert_eq!(broken["status"], "does-not-compile", "{broken:#}");
    assert!(broken["why"].as_str().unwrap().contains("mismatched types"), "{broken:#}");
    let rendered = broken["rendered"].as_str().unwrap();
    assert!(rendered.contains("--> lessons/01-echo/src/bin/server.rs:1:"), "{rendered}");
    // The digest of sources is for likeness among students.
    assert!(broken["sources"].is_string() && class.lesson("wrong")["sources"].is_string(), "{broken:#}");
    assert!(class.lesson("starter")["sources"].is_null() && class.lesson("right")["sources"].is_null());
    let keys: Vec<String> = fs::read_dir(class.dir.join("results/students"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(keys.len(), 9 + usize::from(has_python), "{keys:?}");
    let nobody = keys.iter().find(|key| key.starts_with("Nobody_没有-")).unwrap();
    assert_eq!(class.status(nobody), "not-found");
    let why = class.lesson(nobody)["why"].as_str().unwrap().to_string();
    assert!(why.contains(": it holds notes.txt, but no folder 01-echo with a Cargo.toml; "), "{why}");
    // The whole class has one seed, and each report says with what it was made.
    for key in &keys {
        let report = class.report_of("results", key);
        assert_eq!(report["seed"], class.seed());
        assert!(report["made_with"]["runner"].is_string() && report["student"].is_string(), "{report:#}");
        assert!(report["made_with"]["contained"]["box"].is_string(), "{report:#}");
        is_valid(&report);
        let text = report.to_string();
        for path in [class.path(""), root().to_string_lossy().into_owned(), "/lessons ".into()] {
            assert!(!text.contains(&path), "{key}: {path} stands in {report:#}");
        }
        for check in report["lessons"][0]["checks"].as_array().unwrap() {
            let rerun = check["rerun"].as_str().unwrap();
            assert!(rerun.starts_with("cargo xtask run 01 --check"), "{rerun}");
        }
        assert!(ran.stderr.contains(&format!("/{}] ", keys.len())), "{}", ran.stderr);
    }
    assert!(class.dir.join("results/grades.csv").is_file());
    nothing_is_left();
}

/// Checks that a report matches docs/src/report.schema.json.
fn is_valid(report: &Value) {
    let schema = fs::read_to_string(root().join("docs/src/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(report).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}\n{report:#}");
}

#[test]
fn a_second_time_only_what_has_changed_is_judged() {
    let class = Class::new("again");
    class.right("li-na");
    class.right("wang");
    assert_eq!(class.judge(&[]).status, 0);
    let (seed, files) = (class.seed(), |key: &str| {
        let dir = class.dir.join("results/students").join(key);
        ["report.json", "hand-in.json"].map(|file| fs::read(dir.join(file)).unwrap())
    });
    let (li_na, wang) = (files("li-na"), files("wang"));
    let ran = class.judge(&[]);
    assert!(ran.status == 0 && ran.stderr.contains("2 of them judged earlier"), "{}", ran.stderr);
    assert_eq!((files("li-na"), files("wang")), (li_na.clone(), wang.clone()));
    class.wrong("wang");
    let ran = class.judge(&[]);
    assert_eq!((ran.status, class.seed()), (0, seed), "{}", ran.stderr);
    assert_eq!(files("li-na"), li_na);
    assert!(class.lesson("wang")["passed"].as_u64() < class.lesson("wang")["of"].as_u64());
    // The earlier report is kept, and named.
    assert!(ran.stderr.contains("the earlier report is in students/wang/before-1"), "{}", ran.stderr);
    let before = class.dir.join("results/students/wang/before-1");
    assert_eq!(["report.json", "hand-in.json"].map(|file| fs::read(before.join(file)).unwrap()), wang);
    // Other lessons or another seed would not be the same results any more.
    for (words, said) in [(&["--seed", "1000001"][..], "--seed"), (&["02"], "by lesson 01")] {
        let ran = class.judge(words);
        assert!(ran.status == 2 && ran.stderr.contains(said), "{words:?}: {}", ran.stderr);
    }
}

/// An endless build ends at the limit of one build, and at the limit of the student; with more time it is judged again.
#[test]
fn limits_end_a_student_and_more_time_tries_again() {
    let class = Class::new("limits");
    class.waits("slow");
    let ran = class.judge(&["--build-limit", "2"]);
    let lesson = class.lesson("slow");
    assert_eq!(lesson["status"], "out-of-time", "{lesson:#}\n{}", ran.stderr);
    let ran = class.judge(&["--build-limit", "1000", "--limit", "3"]);
    let lesson = class.lesson("slow");
    assert_eq!(lesson["status"], "out-of-time", "{lesson:#}\n{}", ran.stderr);
    assert!(
        lesson["why"]
            .as_str()
            .unwrap()
            .contains("the student's 3 s on the clock had passed before lesson-01 was judged"),
        "{lesson:#}"
    );
    assert_eq!(class.processes(0), Vec::<String>::new());
    // Nor does it help to stop the process that watches the time.
    let mut child = class.start(&["--build-limit", "1000", "--limit", "4"]);
    wait_for("the process is stopped, or over", || {
        for pid in class.students_processes() {
            let _ = kill(Pid::from_raw(pid as i32), Signal::SIGSTOP);
        }
        child.try_wait().unwrap().is_some()
    });
    assert_eq!(class.status("slow"), "out-of-time");
    assert_eq!(class.processes(0), Vec::<String>::new());
    class.go();
    let ran = class.judge(&["--build-limit", "1000", "--limit", "1000"]);
    assert_eq!((ran.status, class.status("slow").as_str()), (0, "judged"), "{}", ran.stderr);
    nothing_is_left();
}

/// Whoever is judged when the runner is interrupted, or killed, is judged the next time; the others stay as they are, and
/// nothing is left behind.
#[test]
fn an_interrupted_class_goes_on_where_it_was() {
    for (name, signal) in [("sigint", Signal::SIGINT), ("sigkill", Signal::SIGKILL)] {
        let class = Class::new(name);
        class.right("a-right");
        class.waits("b-waits");
        let mut child = class.start(&["--jobs", "2"]);
        wait_for("the first has a report", || class.has_report("a-right"));
        class.wait_for_build(&mut child);
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        let status = child.wait().unwrap().code();
        assert_eq!(status, (signal == Signal::SIGINT).then_some(130));
        wait_for("every process is gone", || class.processes(0).is_empty() && !class.is_waiting());
        assert!(!class.has_report("b-waits"));
        nothing_is_left();
        let first = fs::read(class.dir.join("results/students/a-right/report.json")).unwrap();
        let seed = class.seed();
        class.go();
        let ran = class.judge(&["--jobs", "2"]);
        assert_eq!((ran.status, class.status("b-waits").as_str()), (0, "judged"), "{}", ran.stderr);
        assert_eq!(fs::read(class.dir.join("results/students/a-right/report.json")).unwrap(), first);
        assert_eq!(class.seed(), seed);
        nothing_is_left();
    }
}

/// A process that judges a student is killed from outside, each time: that student is not judged, all others are, and the
/// same command tries the student again.
#[test]
fn a_killed_process_costs_one_student_and_the_next_run_mends_it() {
    let class = Class::new("killed");
    class.waits("a-killed");
    class.right("b-right");
    let mut child = class.start(&["--jobs", "1"]);
    let mut killed = Vec::new();
    while killed.len() < 2 {
        class.wait_for_build(&mut child);
        let pid = class.students_processes().into_iter().find(|pid| !killed.contains(pid));
        if let Some(pid) = pid.filter(|_| class.is_waiting()) {
            // The first time itself, the second time the keeper that watches over it.
            let victim = if killed.is_empty() { pid } else { keeper_of(pid) };
            kill(Pid::from_raw(victim as i32), Signal::SIGKILL).unwrap();
            killed.push(pid);
        }
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    let lesson = class.lesson("a-killed");
    assert_eq!(lesson["status"], "unable", "{lesson:#}");
    assert!(lesson["why"].as_str().unwrap().contains("was ended by "), "{lesson:#}");
    assert!(said.contains("not judged: a-killed, 01-echo"), "{said}");
    assert_eq!(class.status("b-right"), "judged");
    wait_for("every process is gone", || class.processes(0).is_empty() && !class.is_waiting());
    class.go();
    let ran = class.judge(&[]);
    assert_eq!((ran.status, class.status("a-killed").as_str()), (0, "judged"), "{}", ran.stderr);
    nothing_is_left();
}

/// A program, not confined, that kills the process that watches it: those checks are not judged, and are marked so everywhere.
#[test]
fn what_is_judged_in_part_is_told() {
    let class = Class::new("part");
    let server = class.right("a-killer").join("src/bin/server.rs");
    let text = fs::read_to_string(&server).unwrap();
    let kills = "fn main() { let parent = std::os::unix::process::parent_id(); \
                 let kill = format!(\"kill -9 {parent}\"); \
                 let _ = std::process::Command::new(\"sh\").args([\"-c\", &kill]).status(); \
                 loop { std::thread::park(); } }\n";
    fs::write(&server, kills).unwrap();
    assert_ne!(text, kills);
    let ran = class.judge(&["--no-confine"]);
    assert_eq!(ran.status, 3, "{}{}", ran.stdout, ran.stderr);
    let lesson = class.lesson("a-killer");
    let unable =
        lesson["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == "error").count();
    assert!(lesson["status"] == "judged" && unable > 1, "{lesson:#}");
    let (passed, of) = (&lesson["passed"], &lesson["of"]);
    assert!(
        ran.stderr.contains(&format!("a-killer: 01 {passed}/{of}, {unable} not judged (")),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains(&format!("not judged in part: a-killer, 01-echo: {unable} checks: ")),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("\nto look at: 1 not judged in part\n"), "{}", ran.stdout);
    let grades = fs::read_to_string(class.dir.join("results/grades.csv")).unwrap();
    assert!(grades.contains(&format!("\"{passed} of {of}, {unable} not judged\"")), "{grades}");
    // Judged anew, as the last lines say.
    fs::remove_dir_all(class.dir.join("results/students/a-killer")).unwrap();
    fs::write(&server, text).unwrap();
    assert_eq!(class.judge(&[]).status, 0);
    nothing_is_left();
}

/// A hand-in of one half is judged beside the reference for the other half, in the box and without it.
#[test]
fn one_half_is_judged_beside_the_reference() {
    let class = Class::new("half");
    for half in ["server", "client"] {
        class.python(half);
        let file = format!("{half} = \"python3 {half}.py\"\n");
        fs::write(class.dir.join("in").join(half).join("lab.toml"), file).unwrap();
    }
    for words in [&["--seed", "7"][..], &["--seed", "7", "--no-confine"]] {
        let _ = fs::remove_dir_all(class.dir.join("results"));
        let ran = class.judge(words);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        for half in ["server", "client"] {
            let lesson = class.lesson(half);
            let judged = lesson["checks"].as_array().unwrap();
            let fails = judged.iter().filter(|check| check["verdict"] == "fail").count();
            let holds =
                judged.iter().filter(|check| check["half"] == half && check["verdict"] == "pass").count();
            assert!(lesson["status"] == "judged" && fails == 0 && holds > 10, "{half} {words:?}: {lesson:#}");
        }
    }
    nothing_is_left();
}

/// People see how far the class is: who is judged now, how many are left, and the time.
#[test]
fn a_terminal_shows_how_far_the_class_is() {
    let class = Class::new("terminal");
    class.waits("a-waits");
    class.right("b-right");
    let words = class.words(&["--jobs", "2"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut terminal = Terminal::start(runner(RUNNER, &words));
    terminal.see("[1/2] b-right: 01 ");
    terminal.see("1 done, 1 left, ");
    terminal.see("a-waits 01-echo");
    class.go();
    terminal.see("[2/2] a-waits: 01 ");
    assert_eq!(terminal.wait().code(), Some(0));
}

/// Returns the verdicts, ids and points of a class's report, without what differs from run to run.
fn verdicts(report: &Value) -> Vec<String> {
    let lessons = report["lessons"].as_array().unwrap().iter();
    lessons
        .flat_map(|lesson| {
            let points = format!("{} {}/{}", lesson["status"], lesson["passed"], lesson["of"]);
            let checks = lesson["checks"].as_array().unwrap().iter();
            let checks =
                checks.map(|check| format!("{} {} {}", check["id"], check["wire"], check["verdict"]));
            std::iter::once(points).chain(checks).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn four_shards_by_gnu_parallel_are_the_same_as_the_whole() {
    if !has("parallel", "parts of a class, judged by GNU parallel") {
        return;
    }
    let class = Class::new("shards");
    for student in ["a", "b", "c", "Li, Na"] {
        class.right(student);
    }
    class.wrong("e");
    // Nobody knows why it is empty: it is to be looked at, and its part is judged to the end all the same.
    fs::create_dir(class.dir.join("in/f")).unwrap();
    let whole = class.judge(&["--seed", "7"]);
    assert_eq!(whole.status, 3, "{}", whole.stderr);
    let open = "no lesson found: f: lesson-01 was not found in the hand-in: it is empty; ";
    assert!(whole.stderr.contains(open), "{}", whole.stderr);
    assert!(whole.stdout.contains("\nto look at: 1 no lesson found\n"), "{}", whole.stdout);
    let parallel = Command::new("parallel")
        .args(["--jobs", "2", RUNNER, "judge", &class.path("in"), &class.path("part-{}")])
        .args(["01", "--allow", &class.path("gate")])
        .args(["--seed", "7", "--shard", "{}/4", ":::", "1", "2", "3", "4"])
        .current_dir(root())
        .env("SOCKET_LAB_HOME", class.dir.join("home"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&parallel.stderr);
    // How many parts ended otherwise: the one with f.
    assert_eq!(parallel.status.code(), Some(1), "{said}");
    let parts = [1, 2, 3, 4].map(|part| class.path(&format!("part-{part}")));
    let merge = |into: &str, parts: &[String]| {
        let into = class.path(into);
        let mut words = vec!["judge", "--merge", &into];
        words.extend(parts.iter().map(String::as_str));
        run(RUNNER, &words)
    };
    // A part that is missing is said.
    let ran = merge("merged", &parts[..3]);
    assert!(ran.status == 3 && ran.stderr.contains("missing: part 4 of 4"), "{}", ran.stderr);
    let ran = merge("merged", &parts[3..]);
    assert!(ran.status == 3 && !ran.stderr.contains("missing: part"), "{}", ran.stderr);
    assert!(ran.stderr.contains(open), "{}", ran.stderr);
    let grades = |results: &str| fs::read(class.dir.join(results).join("grades.csv")).unwrap();
    assert_eq!(String::from_utf8_lossy(&grades("merged")), String::from_utf8_lossy(&grades("results")));
    let mut judged = 0;
    for entry in fs::read_dir(class.dir.join("results/students")).unwrap().flatten() {
        let key = entry.file_name().into_string().unwrap();
        let (one, other) = (class.report_of("results", &key), class.report_of("merged", &key));
        assert_eq!(verdicts(&one), verdicts(&other), "{key}");
        assert_eq!(one["made_with"], other["made_with"]);
        judged += 1;
    }
    assert_eq!(judged, 6);
    // One of the parts may be the place for all; a second time changes nothing.
    for _ in 0..2 {
        let ran = merge("part-1", &parts);
        assert!(ran.status == 3 && grades("part-1") == grades("results"), "{}", ran.stderr);
    }
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let class = Class::new("merge");
    let nobody = |results: &str, words: &[&str]| {
        fs::create_dir_all(class.dir.join("in/nobody")).unwrap();
        let (handed_in, results) = (class.path("in"), class.path(results));
        let ran = run(RUNNER, &[&["judge", &handed_in, &results], words].concat());
        assert!(ran.status == 3 || ran.status == 0, "{}", ran.stderr);
        results
    };
    let one = nobody("one", &["01", "--seed", "7", "--shard", "1/2"]);
    for (name, words, said) in [
        ("seed", &["01", "--seed", "8", "--shard", "2/2"][..], "seed 7 and seed 8"),
        ("lessons", &["02", "--seed", "7", "--shard", "2/2"], "lesson 01 and lesson 02"),
        ("parts", &["01", "--seed", "7", "--shard", "2/3"], "--shard 1/2 and --shard 2/3"),
    ] {
        let other = nobody(name, words);
        let into = class.path("into");
        let ran = judged(&["judge", "--merge", &into, &one, &other]);
        assert!(ran.status == 2 && ran.stderr.contains(said), "{name}: {}", ran.stderr);
        assert!(!Path::new(&into).exists());
    }
    // A hand-in that was changed between two parts.
    let again = nobody("again", &["01", "--seed", "7", "--shard", "1/2"]);
    fs::write(class.dir.join("in/nobody/notes.txt"), "I was ill\n").unwrap();
    let changed = nobody("changed", &["01", "--seed", "7", "--shard", "1/2"]);
    assert_eq!(run(RUNNER, &["judge", "--merge", &again, &one]).status, 3, "part 2 is missing");
    let ran = judged(&["judge", "--merge", &again, &changed]);
    assert!(ran.status == 2 && ran.stderr.contains("different hand-ins of nobody"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_judged_is_told_with_what_to_type() {
    let class = Class::new("usage");
    let (handed_in, results) = (class.path("in"), class.path("results"));
    let (inside, other) = (class.path("in/results"), class.path("other"));
    fs::create_dir(&other).unwrap();
    fs::write(Path::new(&other).join("thesis.tex"), "").unwrap();
    for (words, status, said) in [
        (&["judge", "/no/such/folder", &results][..], 2, "there is no such folder"),
        (&["judge", &handed_in], 2, "<RESULTS>"),
        (&["judge", &handed_in, &inside], 2, "name a folder elsewhere"),
        (&["judge", &handed_in, &other], 2, "name an empty folder or a new one"),
        (&["judge", &handed_in, &results, "ehco"], 2, "did you mean `echo`?"),
        (&["judge", &handed_in, &results, "--shard", "5/4", "--seed", "1"], 2, "for instance 1/4"),
        (&["judge", &handed_in, &results, "--shard", "1/4"], 2, "--shard needs --seed N"),
        (&["judge", &handed_in, &results, "--limit", "0"], 2, "0 is not in 1.."),
        (&["judge", "--merge", &results, &handed_in], 2, "type --merge INTO RESULTS…"),
        (&["judge", "--merge", &results, &handed_in, "--seed", "1"], 2, "cannot be used with"),
        (&["judge", &handed_in, &results, "01"], 3, "there is no hand-in in"),
    ] {
        let ran = judged(words);
        assert_eq!(ran.status, status, "{words:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(said), "{words:?}: {}", ran.stderr);
        // The last line says what to type next; clap has its own words for it.
        let next = ran.stderr.contains("next: cargo xtask ") || ran.stderr.contains("try '--help'");
        assert!(next, "{words:?}: {}", ran.stderr);
    }
    assert!(Path::new(&other).join("thesis.tex").is_file() && !Path::new(&inside).exists());
}
