//! Measures how fast a verdict is, and prints ratios: `cargo run --release -p lab-tests --bin bench`.
//!
//! Works in a copy of the repository below `target/`, in which the learner's lesson has the solution's bodies.

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use xtask::system::address;
use xtask::wire::{Kind, Setup, Wire};

const ROUNDS: usize = 7;

fn main() {
    wires();
    deadlines();
    verdicts();
}

/// Measures how long after its deadline the runner ends when a program does not answer. The time is measured from
/// outside: the whole run minus the seconds in `gave up after N s`.
fn deadlines() {
    let (runner, programs) = lab_tests::siblings();
    let mut late = Vec::new();
    for program in [
        "worst-never-listens",
        "worst-spins",
        "worst-never-accepts",
        "worst-hangs",
        "worst-reads-nothing",
        "worst-spins-beside-a-client",
        "worst-uses-up-descriptors",
    ] {
        let server = format!("{} {program}", programs.display());
        let words = [
            "run",
            "01",
            "--server",
            &server,
            "--client",
            "true",
            "--check",
            "echo-bytes",
            "--format",
            "json",
        ];
        let start = Instant::now();
        let ran = lab_tests::run(&runner.to_string_lossy(), &words);
        let took = start.elapsed().as_secs_f64();
        let told = ran.json()["lessons"][0]["checks"][0]["got"].as_str().unwrap_or_default().to_string();
        let seconds =
            told.split("gave up after ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
        let after = 1e3 * (took - seconds.unwrap_or(0.0_f64));
        println!("{program:<30} ended {after:>5.0} ms after the deadline");
        late.push(after);
    }
    println!("median                         {:>11.0} ms (at most 200)", median(late));
}

/// Measures how fast each wire carries bytes, compared with a direct connection: the median of three transfers.
fn wires() {
    println!("bytes a second, one way     8 KiB in 64 B writes          64 MiB in 64 KiB writes");
    let direct = [(8 << 10, 64), (64 << 20, 64 << 10)].map(|(total, write)| speed(None, total, write));
    let kinds = [Kind::Plain, Kind::Glue, Kind::Dribble, Kind::Slice].map(Some);
    for kind in [None].into_iter().chain(kinds) {
        let name = kind.map_or("direct".into(), |kind| kind.to_string());
        let [small, large] = match kind {
            None => direct,
            kind => [speed(kind, 8 << 10, 64), speed(kind, 64 << 20, 64 << 10)],
        };
        let ratio = |speed: f64, beside: f64| format!("{:>9.3} MB/s  1/{:<7.1}", speed / 1e6, beside / speed);
        println!("{name:<24} {}       {}", ratio(small, direct[0]), ratio(large, direct[1]));
    }
}

/// Returns how many bytes a second a reader gets, of `total` bytes that are written `write` at a time.
fn speed(kind: Option<Kind>, total: usize, write: usize) -> f64 {
    let mut speeds: Vec<f64> = (0..3)
        .map(|_| {
            let listener = TcpListener::bind(address::free().expect("an address")).expect("listen");
            let behind = listener.local_addr().expect("the address");
            let wire = kind.map(|kind| {
                Wire::start(Setup::new(kind, 1), address::free().expect("an address"), behind)
                    .expect("the wire")
            });
            let mut client =
                TcpStream::connect(wire.as_ref().map_or(behind, |wire| wire.addr)).expect("connect");
            client.set_nodelay(true).expect("nodelay");
            let (mut server, _) = listener.accept().expect("accept");
            let start = Instant::now();
            let writer = std::thread::spawn(move || {
                let chunk = vec![b'x'; write];
                (0..total / write).for_each(|_| client.write_all(&chunk).expect("write"));
            });
            let mut buffer = vec![0; 64 * 1024];
            let mut read = 0;
            while let n @ 1.. = server.read(&mut buffer).expect("read") {
                read += n;
            }
            writer.join().expect("the writer");
            assert_eq!(read, total);
            total as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    speeds.sort_by(f64::total_cmp);
    speeds[1]
}

/// Measures how long a learner waits for a verdict.
fn verdicts() {
    let root = lab_tests::root();
    let copy = root.join("target/bench/clone");
    let _ = fs::remove_dir_all(&copy);
    let from = root.to_string_lossy().into_owned();
    call(Path::new("."), "git", &["clone", "--quiet", &from, &copy.to_string_lossy()]);
    lab_tests::solve(&copy, "01-echo");

    let start = Instant::now();
    call(&copy, "cargo", &["build", "--quiet", "--package", "xtask"]);
    println!(
        "the runner, built from nothing  {:>6.1} s, {} crates",
        start.elapsed().as_secs_f64(),
        crates(&copy)
    );

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
    println!("edit:  run / (build + path)   = {:.2}   (at most 1.3)", er / (eb + ep));
    println!("warm:  (run - path) / build   = {:.2}   (at most 3)", (wr - wp) / wb);
    let saved = median(watched(&copy, &mut edit));
    println!(
        "watch: {saved:.0} ms from save to verdict, / (build + path + look's interval) = {:.2}   (at most 1.3)",
        saved / (eb + ep + 100.0)
    );
    all_lessons(&copy);
}

/// Returns the milliseconds from each save to the verdict on the screen of `watch`.
fn watched(copy: &Path, edit: &mut impl FnMut()) -> Vec<f64> {
    let mut command = Command::new(copy.join("target/debug/xtask"));
    command.args(["watch", "01"]).current_dir(copy).env("CARGO_MANIFEST_DIR", copy.join("xtask"));
    for name in ["CARGO_TARGET_DIR", "CARGO", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut watch = command.spawn().expect("cargo xtask watch");
    let mut lines = BufReader::new(watch.stdout.take().expect("its screen")).lines();
    let mut verdict = || {
        let found = lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("25 passed of 25 checks"));
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

/// Measures how much longer all lessons take than they must. They must take the build, and the larger of two times: the
/// longest check of any lesson, and the CPU time of all divided by the cores.
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
    for _ in 0..ROUNDS {
        builds.push(
            call(copy, "cargo", &["build", "--quiet", "--package", "xtask"]) + call(copy, "cargo", &build),
        );
        let before = cpu_of_children();
        runs.push(call(copy, "cargo", run));
        cpus.push((cpu_of_children() - before) / cores);
    }
    let (build, cpu, run) = (median(builds), median(cpus), median(runs));
    println!(
        "all {lessons} lessons: build {build:.0} ms, longest check {path:.0} ms, CPU time over the cores {cpu:.0} ms"
    );
    println!(
        "all:   run / (larger + build) = {:.2}   (at most 1.2), {run:.0} ms",
        run / (path.max(cpu) + build)
    );
}

/// Returns the CPU time of all ended children and their children, in milliseconds (proc_pid_stat(5): cutime and cstime,
/// ticks of 10 ms).
fn cpu_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) * 10.0
}

/// Runs a command to its end and returns its time in milliseconds.
fn call(dir: &Path, program: &str, words: &[&str]) -> f64 {
    let start = Instant::now();
    let mut command = Command::new(program);
    command.args(words).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null());
    // Set by the cargo that runs this benchmark; a learner's shell has none of them.
    for name in ["CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR", "CARGO", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    let status = command.status().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(status.success(), "{program} {words:?}: {status}");
    start.elapsed().as_secs_f64() * 1e3
}

/// Returns the time of the longest check of the last run, in milliseconds.
fn critical_path(copy: &Path) -> f64 {
    let report = fs::read_to_string(copy.join("target/bench.json")).expect("the report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let checks = report["lessons"][0]["checks"].as_array().expect("checks");
    let longest = checks.iter().filter_map(|check| check["millis"].as_u64()).max().unwrap_or(0);
    Duration::from_millis(longest).as_secs_f64() * 1e3
}

fn crates(copy: &Path) -> usize {
    let words = ["tree", "--package", "xtask", "--edges", "normal,build", "--prefix", "none"];
    let output = Command::new("cargo").args(words).current_dir(copy).output().expect("cargo tree");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| line.trim_end_matches(" (*)")).collect::<std::collections::HashSet<_>>().len()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
