//! How long a learner waits for a verdict.

use super::{as_in_a_shell, call, clone, limited, median, processor_time};
use lab_tests::corpus::place;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often each time of one lesson is taken.
const ROUNDS: usize = 15;
/// How often the time of all lessons is taken.
const ROUNDS_OF_ALL: usize = 3;
/// How long all solutions may take, in seconds.
const ALL: f64 = 40.0;

/// One lesson after an edit, with nothing to build, and in `watch`; then all lessons.
pub fn measure() {
    let copy = clone("verdicts", "HEAD");
    lab_tests::solve(&copy, "01-echo");
    call(&copy, "cargo", &["build", "--quiet", "--package", "xtask"]);

    let server = copy.join("lessons/01-echo/src/bin/server.rs");
    let pristine = fs::read_to_string(&server).expect("the lesson's server");
    let mut edits = 0;
    let mut edit = || {
        edits += 1;
        let edited = pristine.replace("listening on", &format!("listening ({edits}) on"));
        fs::write(&server, edited).expect("edit the lesson");
    };
    let build = &["build", "--quiet", "--package", "lesson-01-echo"][..];
    let run = &["xtask", "run", "lesson-01", "--format", "json", "--output", "target/bench.json"][..];
    call(&copy, "cargo", build);
    call(&copy, "cargo", run);

    let (mut edited_build, mut edited_run, mut warm_build, mut warm_run) = (vec![], vec![], vec![], vec![]);
    let (mut edited_path, mut warm_path) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        edit();
        edited_build.push(call(&copy, "cargo", build));
        edit();
        edited_run.push(call(&copy, "cargo", run));
        edited_path.push(critical_path(&copy));
        warm_build.push(call(&copy, "cargo", build));
        warm_run.push(call(&copy, "cargo", run));
        warm_path.push(critical_path(&copy));
    }
    let [eb, er, ep, wb, wr, wp] =
        [edited_build, edited_run, edited_path, warm_build, warm_run, warm_path].map(median);
    println!("medians of {ROUNDS} rounds          cargo build   checks' path   cargo xtask run");
    println!("after a one-line edit         {eb:>8.0} ms    {ep:>8.0} ms       {er:>8.0} ms");
    println!("with nothing to build         {wb:>8.0} ms    {wp:>8.0} ms       {wr:>8.0} ms");
    limited("edit:  run / (build + path)", er / (eb + ep), 1.3);
    limited("warm:  (run - path) / build", (wr - wp) / wb, 3.0);
    let saved = median(watched(&copy, &mut edit));
    println!("watch: {saved:.0} ms from save to verdict");
    limited("watch: save to verdict / (build + path + look's interval)", saved / (eb + ep + 100.0), 1.3);
    all_lessons(&copy);
}

/// Milliseconds from each save to the verdict on the screen of `watch`.
fn watched(copy: &Path, edit: &mut impl FnMut()) -> Vec<f64> {
    let mut command = Command::new(copy.join("target/debug/xtask"));
    as_in_a_shell(&mut command);
    command.args(["watch", "01"]).current_dir(copy).env("CARGO_MANIFEST_DIR", copy.join("xtask"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut watch = command.spawn().expect("cargo xtask watch");
    let mut lines = BufReader::new(watch.stdout.take().expect("its screen")).lines();
    let mut verdict = || {
        let found = lines.by_ref().map_while(Result::ok).any(|line| all_passed(&line));
        assert!(found, "watch ended without a verdict");
    };
    verdict();
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        edit();
        verdict();
        start.elapsed().as_secs_f64() * 1e3
    });
    let times = times.collect();
    let _ = watch.kill();
    let _ = watch.wait();
    times
}

/// Whether it is a line as `26 passed of 26 checks`.
fn all_passed(line: &str) -> bool {
    let counts = line.strip_suffix(" checks").and_then(|line| line.split_once(" passed of "));
    counts.is_some_and(|(passed, all)| passed.ends_with(all))
}

/// How much longer all lessons take than they must: than the longest check of any lesson, or their processor time over
/// the cores, whichever is more, and the build.
fn all_lessons(copy: &Path) {
    let run =
        &["xtask", "run", "--all", "--solution", "--format", "json", "--output", "target/bench.json"][..];
    call(copy, "cargo", run);
    let lessons = fs::read_dir(copy.join("solutions")).expect("the solutions").count();
    let mut path = 0.0_f64;
    for lesson in 1..=lessons {
        let lesson = lesson.to_string();
        let one =
            &["xtask", "run", &lesson, "--solution", "--format", "json", "--output", "target/bench.json"][..];
        call(copy, "cargo", one);
        path = path.max(critical_path(copy));
    }
    let words: Vec<String> = fs::read_dir(copy.join("solutions"))
        .expect("the solutions")
        .flatten()
        .flat_map(|entry| ["--package".into(), format!("solution-{}", entry.file_name().to_string_lossy())])
        .collect();
    let build: Vec<&str> = ["build", "--quiet"].into_iter().chain(words.iter().map(String::as_str)).collect();
    let cores = std::thread::available_parallelism().map_or(2, usize::from) as f64;
    let (mut builds, mut cpus, mut runs) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS_OF_ALL {
        builds.push(
            call(copy, "cargo", &["build", "--quiet", "--package", "xtask"]) + call(copy, "cargo", &build),
        );
        let before = processor_time();
        runs.push(call(copy, "cargo", run));
        cpus.push((processor_time() - before) / cores);
    }
    let (build, cpu, run) = (median(builds), median(cpus), median(runs));
    println!(
        "all {lessons} lessons: build {build:.0} ms, longest check {path:.0} ms, processor time over the cores {cpu:.0} ms"
    );
    limited("all:   run / (larger + build)", run / (path.max(cpu) + build), 1.2);
    limited(&format!("all:   seconds, median of {ROUNDS_OF_ALL}"), run / 1e3, ALL);
    println!("the five longest checks:");
    for (millis, check) in checks(copy).into_iter().take(5) {
        println!("{millis:>8} ms  {check}");
    }
}

/// The longest check of the last run, in milliseconds.
fn critical_path(copy: &Path) -> f64 {
    checks(copy).first().map_or(0.0, |(millis, _)| *millis as f64)
}

/// The checks of the last run, the longest first: milliseconds, and which one it is.
fn checks(copy: &Path) -> Vec<(u64, String)> {
    let report = fs::read_to_string(copy.join("target/bench.json")).expect("the report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let mut found = Vec::new();
    for lesson in report["lessons"].as_array().expect("lessons") {
        for check in lesson["checks"].as_array().expect("checks") {
            let [id, half] = ["id", "half"].map(|field| check[field].as_str().unwrap_or_default());
            let wire = place(check);
            let name = lesson["lesson"].as_str().unwrap_or_default();
            found.push((check["millis"].as_u64().unwrap_or(0), format!("{name} {half} {id}@{wire}")));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    found
}
