//! Makes a class of fabricated hand-ins, to judge by hand and to measure: `cargo run -p lab-tests --bin class DIR [N]`.
//!
//! Of each ten students, five hand in all lessons solved, one the same as an archive, one only lesson 01, one a server of
//! 01 that replies with three bytes at most, one a lesson 01 that does not compile, and one the untouched starters.

use lab_tests::{run, siblings, solve};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

/// How many students there are when nobody says.
const STUDENTS: usize = 12;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let count = |word: String| word.parse::<usize>().ok();
    let (dir, students) = (words.next(), words.next().map_or(Some(STUDENTS), count));
    let (Some(dir), Some(students), None) = (dir, students, words.next()) else {
        eprintln!("type the folder to make, and how many students it has: class DIR [N]");
        return ExitCode::from(2);
    };
    let dir = Path::new(&dir);
    if dir.exists() {
        eprintln!("{} is there already; type the name of a new folder", dir.display());
        return ExitCode::from(2);
    }
    let (runner, _) = siblings();
    for number in 0..students {
        hand_in(&runner.to_string_lossy(), &dir.join(format!("student-{:03}", number + 1)), number % 10);
    }
    println!("{students} students in {}", dir.display());
    ExitCode::SUCCESS
}

/// Makes one student's folder, or the archive in its place.
fn hand_in(runner: &str, own: &Path, kind: usize) {
    let lessons = own.join("lessons");
    assert_eq!(run(runner, &["starters", "--into", &lessons.to_string_lossy()]).status, 0);
    let server = lessons.join("01-echo/src/bin/server.rs");
    let names: Vec<String> = fs::read_dir(&lessons)
        .expect("the lessons")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| lessons.join(name).is_dir())
        .collect();
    let solved = names.iter().filter(|name| kind < 6 || (kind < 9 && *name == "01-echo"));
    solved.for_each(|name| solve(own, name));
    let change = |from: &str, to: &str| {
        let text = fs::read_to_string(&server).expect("the server");
        assert!(text.contains(from), "the solution has changed: {text}");
        fs::write(&server, text.replace(from, to)).expect("write the server");
    };
    match kind {
        5 => {
            let parent = own.parent().expect("the class");
            let name = own.file_name().expect("a name").to_string_lossy().into_owned();
            let mut tar = Command::new("tar");
            tar.arg("-czf").arg(parent.join(format!("{name}.tar.gz"))).arg("-C").arg(parent).arg(&name);
            assert!(tar.status().is_ok_and(|status| status.success()), "{tar:?}");
            fs::remove_dir_all(own).expect("remove what is packed");
        }
        6 => names.iter().filter(|name| *name != "01-echo").for_each(|name| {
            let _ = fs::remove_dir_all(lessons.join(name));
        }),
        7 => change("&buffer[..n]", "&buffer[..n.min(3)]"),
        8 => change("fn main", "fn mian"),
        _ => {}
    }
}
