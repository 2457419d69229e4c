//! How long a learner waits for the first failure: of each wrong program, the time from the start of a run until its first
//! failed check stands on the screen. Where that check must wait for a time that the protocol or the program names, the limit
//! is so much higher, and the table says so.

use super::asked::Asked;
use lab_tests::corpus::{Judge, Program};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Instant;

/// How many programs the table has.
const ROWS: usize = 10;
/// How long the first failure may take, in seconds.
const AT_MOST: f64 = 8.0;

/// Runs the wrong programs one at a time, as a learner does, and prints the ten whose first failure takes longest.
pub fn measure(asked: &Asked) {
    let judge = asked.judge();
    let mut all = Vec::new();
    for lesson in &asked.lessons {
        for program in asked.programs(&judge, lesson) {
            let shown = Shown::of(&judge, program, lesson);
            println!("{}", shown.line(program));
            all.push((shown, program));
        }
    }
    all.sort_by(|(one, _), (other, _)| other.seconds.total_cmp(&one.seconds));
    let late = all.iter().filter(|(shown, _)| shown.is_late()).count();
    println!(
        "\nthe slowest of {} wrong programs; {late} take more than {AT_MOST} s, and what their check must wait (second column)",
        all.len()
    );
    all.iter().take(ROWS).for_each(|(shown, program)| println!("{}", shown.line(program)));
}

/// When and how the first failure came.
struct Shown {
    /// From the start of the runner, in seconds.
    seconds: f64,
    /// For how many seconds of these the failed check may have had to wait by its promise.
    must_wait: u8,
    /// The failed promise, and what the program did instead.
    why: String,
}

impl Shown {
    fn of(judge: &Judge, program: &Program, lesson: &str) -> Self {
        let mut words = judge.words(program, lesson, None);
        // A learner reads text, and as many checks run at once as the runner chooses.
        for (word, values) in [("--format", 1), ("--jobs", 1)] {
            if let Some(at) = words.iter().position(|one| one == word) {
                words.drain(at..=at + values);
            }
        }
        let start = Instant::now();
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let mut command = lab_tests::runner(&judge.runner.to_string_lossy(), &words);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the runner");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let (mut seconds, mut why, mut got) = (None, String::new(), String::new());
        for line in lines.map_while(Result::ok) {
            let text = line.trim_start();
            if seconds.is_none() && text.starts_with('✗') {
                seconds = Some(start.elapsed().as_secs_f64());
                why = text.trim_start_matches('✗').split_whitespace().collect::<Vec<_>>().join(" ");
            } else if got.is_empty() && text.starts_with("got ") {
                got = text["got ".len()..].trim().to_string();
                break;
            }
        }
        // What comes after the first failure is not measured, and the keeper ends what still runs.
        let _ = child.kill();
        let _ = child.wait();
        match seconds {
            Some(seconds) => {
                let must_wait = xtask::must_wait(lesson, &why).expect("the row of a check");
                Self { seconds, must_wait, why: format!("{why}: {got}") }
            }
            None => Self {
                seconds: start.elapsed().as_secs_f64(),
                must_wait: 0,
                why: "no failure was shown".into(),
            },
        }
    }

    fn is_late(&self) -> bool {
        self.seconds > AT_MOST + f64::from(self.must_wait)
    }

    fn line(&self, program: &Program) -> String {
        let missed = if self.is_late() { "  MISSED" } else { "" };
        let waits = if self.must_wait > 0 { format!("{} s", self.must_wait) } else { String::new() };
        format!("{:>6.1} s {waits:>5}  {:<44} {}{missed}", self.seconds, program.file, self.why)
    }
}
