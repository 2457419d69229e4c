//! Judges the whole corpus by all checks and prints how good the checker is: `cargo run -p lab-tests --bin corpus`.
//!
//! Sensitivity: how many of the wrong programs are caught. Specificity: how many of the right ones pass. Then, check by
//! check, which wrong programs it kills. With lessons as arguments (`-- 05 06`), only those.

use lab_tests::corpus::{Expected, Judge, Program, Verdict, lessons};
use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let judge = Judge::beside_me();
    let dir = std::env::temp_dir().join(format!("socket-lab-corpus-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder for the programs in C");
    let (mut caught, mut wrong, mut named, mut passed, mut right) = (0, 0, 0, 0, 0);
    let expected = Expected::all();
    for lesson in lessons().filter(|lesson| wanted.is_empty() || wanted.iter().any(|word| word == lesson)) {
        let of = |kind| {
            let (programs, left_out) = judge.programs(kind, &dir);
            left_out
                .iter()
                .filter(|file| &file[1..3] == lesson)
                .for_each(|file| println!("not tried: {file}"));
            let mine: Vec<Program> = programs.into_iter().filter(|p| p.lesson() == lesson).collect();
            let trials: Vec<_> = mine.iter().map(|p| (p.clone(), lesson.to_string(), None)).collect();
            let verdicts = judge.judge(&trials);
            mine.into_iter().zip(verdicts).collect::<Vec<(Program, Vec<Verdict>)>>()
        };
        println!("\nlesson {lesson}");
        for (program, verdicts) in of("right") {
            right += 1;
            let bad: Vec<_> =
                verdicts.iter().filter(|v| v.verdict != "pass" && v.verdict != "demo").collect();
            passed += usize::from(bad.is_empty());
            bad.iter().for_each(|verdict| println!("  RIGHT, BUT NOT PASSED: {} {verdict:?}", program.file));
        }
        let mut kills: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (program, verdicts) in of("wrong") {
            wrong += 1;
            let failed: Vec<_> = verdicts.iter().filter(|verdict| verdict.verdict == "fail").collect();
            let refused = verdicts.iter().any(|verdict| verdict.verdict == "error");
            caught += usize::from(!failed.is_empty() || refused);
            if failed.is_empty() && !refused {
                println!("  WRONG, BUT NOT CAUGHT: {}", program.file);
            }
            let line = |line: &&Expected| line.file == program.file && line.lesson == lesson;
            let right_cause =
                expected.iter().filter(line).any(|line| verdicts.iter().any(|v| line.is_named_by(v)));
            named += usize::from(right_cause);
            if !right_cause {
                println!("  THE CAUSE WAS NOT NAMED: {}", program.file);
            }
            for verdict in &verdicts {
                let killed = kills.entry(verdict.check.clone()).or_default();
                if verdict.verdict == "fail" {
                    let stem = program.file.split('.').next().unwrap_or_default();
                    killed.push(stem[4..].to_string());
                }
            }
        }
        for (check, programs) in kills {
            println!("  {check:<34} {:>3}: {}", programs.len(), programs.join(" "));
        }
    }
    let _ = std::fs::remove_dir_all(&dir);
    println!("\nsensitivity: {caught} of {wrong} wrong programs caught");
    println!("specificity: {passed} of {right} right programs passed");
    println!("causes: {named} of {wrong} named as tests/corpus.txt has them");
    if caught == wrong && passed == right && named * 10 >= wrong * 9 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
