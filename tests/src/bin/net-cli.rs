//! Compares what the runner prints for every `--help`, for wrong command lines and for `completions` with
//! tests/net/cli.txt: `cargo run -p lab-tests --bin net-cli`. `LAB_UPDATE=1` renews the file.
//!
//! Run it before and after a change to the command line. A new lesson or check changes the lists of names in that file.

use lab_tests::{Ran, root, runner, siblings};
use std::fs;
use std::process::{ExitCode, Stdio};

const VERBS: &str = "run watch list hint diff reset compare wire doctor completions starters pack";

/// Words that ask for help or a version, beside `-h`, `--help` and `help VERB` of every verb.
const HELP: &str = "
-h
--help
help
help help
help -h
run lesson-01 --help
run --solution -h
judge --help
help nonsense
--version
-V
version
run --version
";

/// Wrong command lines. A part in single quotes is one word. None of them builds or judges anything.
const WRONG: &str = r#"
nonsense
rum
RUN
''
-x
--nonsense
--all
list lesson-01
list --nonsense
doctor --fix
judge
judge /no/such/folder
judge /no/such/folder /no/such/results
judge /no/such/folder /no/such/results ehco
judge docs /no/such/results ehco
judge docs docs/src
judge docs lessons
judge docs /no/such/results --shard 1
judge docs /no/such/results --shard 0/4
judge docs /no/such/results --shard 1/4
judge docs /no/such/results --limit 0
judge docs /no/such/results --jobs 0
judge docs /no/such/results --points /no/such/file
judge docs /no/such/results --roster /no/such/file
judge --merge /no/such/into
judge --merge /no/such/into /no/such/results
judge --merge /no/such/into docs
judge --merge /no/such/into docs --seed 7
judge --merge /no/such/into docs --shard 1/4
run lesson-o1
run ehco
run zzz
run 99
run ''
run -x
run 01 --sead 7
run 01 --nonsense
run 01 --seed
run 01 --seed=
run 01 --seed -1
run 01 --seed 1.5
run 01 --seed seven
run 01 --seed 18446744073709551616
run 01 --seed 1 --seed 2
run 01 --all
run 01 02 --all
run 01 --all --all
run 01 --solution --lessons /no/such/folder
run 01 --solution=yes
run 01 --lessons /no/such/folder
run 01 --wire
run 01 --wire wet
run 01 --wire slow@x
run 01 --wire fin@3:up
run 01 --wire late@2
run 01 --check
run 01 --check echo-byte
run 01 --check zzz
run 01 --check echo-bytes --wire slice
run 01 02 --check zzz
run 01 --jobs 0
run 01 --jobs 257
run 01 --jobs 65536
run 01 --jobs many
run 01 --format
run 01 --format xml
run 01 --format JSON
run 01 --output
run 01 --output /no/such/folder/report
run 01 --output Cargo.toml
run 01 --server
run 01 --server ''
run 01 --server 'python3 "server.py'
run 01 --client ' '
run 01 --server-at nowhere
run 01 --client-at 1.2.3.4
run 01 --cwd /no/such/folder
run 01 --env LANG
run 01 --env =x
run 01 --env
run 01 --screen x
watch 01 02
watch zzz
hint 99
hint 01 --step
hint 01 --step 0
hint 01 --step 4
hint 01 --step 300
hint 01 --stp 1
diff zzz
diff 01 --whole=1
reset zzz
reset 01 --all
reset 01 02
compare 01
compare --delay 9
compare --delay 1001
compare --delay fast
compare --format xml
compare --seed x
wire
wire plain
wire wet --to 127.0.0.1:1
wire glue --to nowhere
wire glue --to
wire --to 127.0.0.1:1
wire plain --to 127.0.0.1:1 --listen nowhere
wire glue --to 127.0.0.1:1 --client-turn x
wire glue --to 127.0.0.1:1 --server-turn -1
wire slow --to 127.0.0.1:1 --delay soon
wire slice --to 127.0.0.1:1 --seed x
completions
completions tcsh
completions bash zsh
starters --check --into /no/such/folder
starters --into
starters --chek
pack
pack lab.zip
pack /no/such/folder/lab.tar.gz
pack a.tar.gz b.tar.gz
"#;

fn main() -> ExitCode {
    let runner = siblings().0.to_string_lossy().into_owned();
    let mut net = String::new();
    let mut cast = |line: &str, columns: Option<&str>| net += &entry(&runner, line, columns);
    HELP.trim().lines().for_each(|line| cast(line, None));
    for verb in VERBS.split(' ') {
        [format!("{verb} -h"), format!("{verb} --help"), format!("help {verb}")]
            .iter()
            .for_each(|line| cast(line, None));
    }
    // A narrow terminal, and a wide one.
    for columns in ["50", "200"] {
        VERBS.split(' ').for_each(|verb| cast(&format!("{verb} --help"), Some(columns)));
        ["--help", "rum"].iter().for_each(|line| cast(line, Some(columns)));
    }
    WRONG.trim().lines().for_each(|line| cast(line, None));
    for shell in ["bash", "zsh", "fish", "powershell"] {
        cast(&format!("completions {shell}"), None);
    }

    let path = root().join("tests/net/cli.txt");
    if std::env::var_os("LAB_UPDATE").is_some() {
        fs::create_dir_all(path.with_file_name("")).expect("the folder of the nets");
        fs::write(&path, &net).expect("the net");
        return ExitCode::SUCCESS;
    }
    let before = fs::read_to_string(&path).expect("tests/net/cli.txt");
    let count = differences(&before, &net);
    println!("{} command lines; {count} differ from tests/net/cli.txt", entries(&net).len());
    ExitCode::from(u8::from(count > 0))
}

/// Splits at blanks, but not inside single quotes. `''` is an empty word.
fn words_of(line: &str) -> Vec<String> {
    let mut words = vec![];
    let mut parts = line.split('\'');
    while let Some(bare) = parts.next() {
        words.extend(bare.split_whitespace().map(String::from));
        words.extend(parts.next().map(String::from));
    }
    words
}

/// Runs this command line. Returns `status N`, then each line of its two outputs.
fn entry(exe: &str, line: &str, columns: Option<&str>) -> String {
    let words = words_of(line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut command = runner(exe, &words);
    // The width of the terminal decides where help breaks its lines, so there is no terminal.
    command.stdin(Stdio::null()).env_remove("COLUMNS").env_remove("LINES").env_remove("RUST_BACKTRACE");
    command.envs(columns.map(|columns| ("COLUMNS", columns)));
    let ran: Ran = command.output().expect("start the runner").into();
    let width = columns.map(|columns| format!("  at {columns} columns")).unwrap_or_default();
    let mut text = format!("== cargo xtask {line}{width}\nstatus {}\n", ran.status);
    for (name, output) in [("out", &ran.stdout), ("err", &ran.stderr)] {
        output.lines().for_each(|line| text += &format!("{name} |{line}\n"));
        if !output.is_empty() && !output.ends_with('\n') {
            text += &format!("{name} without a line end\n");
        }
    }
    text
}

/// Splits a net into entries: `(command line, the rest)`.
fn entries(net: &str) -> Vec<(&str, &str)> {
    let all = net.trim_start_matches("== ").split("\n== ");
    all.map(|entry| entry.split_once('\n').unwrap_or((entry, ""))).collect()
}

/// Prints each entry that differs, with its lines that differ. Returns the number of these entries.
fn differences(before: &str, now: &str) -> usize {
    let (before, now) = (entries(before), entries(now));
    let mut count = 0;
    for (words, was) in &before {
        let Some((_, is)) = now.iter().find(|(other, _)| other == words) else {
            println!("== {words}\ngone");
            count += 1;
            continue;
        };
        if was != is {
            println!("== {words}");
            show(was, is);
            count += 1;
        }
    }
    for (words, _) in now.iter().filter(|(words, _)| before.iter().all(|(other, _)| other != words)) {
        println!("== {words}\nnew");
        count += 1;
    }
    count
}

/// Prints the lines of two texts, without the equal lines at the beginning and at the end.
fn show(was: &str, is: &str) {
    let (was, is): (Vec<&str>, Vec<&str>) = (was.lines().collect(), is.lines().collect());
    let head = was.iter().zip(&is).take_while(|(a, b)| a == b).count();
    let tail = was[head..].iter().rev().zip(is[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    was[head..was.len() - tail].iter().for_each(|line| println!("- {line}"));
    is[head..is.len() - tail].iter().for_each(|line| println!("+ {line}"));
}
