//! Tests how the words of a command line are understood.

use super::*;

/// Checks that each word of a command line goes into the field with its name, and that the other fields are empty.
#[test]
fn words_land_in_their_fields() {
    for (line, fields) in [
        ("run", "format: Text"),
        (
            "run 01 2 echo --solution --server S --client C --server-at SA --client-at CA \
             --cwd D1 --env A=1 --env B=2 --wire W --check I --seed 3 --jobs 4 --format json --output F --screen 5",
            r#"lessons: ["01", "2", "echo"], solution: true, server: Some("S"), client: Some("C"), server_at: Some("SA"), client_at: Some("CA"), cwd: Some("D1"), env: ["A=1", "B=2"], wire: Some("W"), check: Some("I"), seed: Some(3), jobs: Some(4), format: Json, output: Some("F"), screen: Some(5)"#,
        ),
        ("run --all --lessons D2 --format junit", r#"all: true, dir: Some("D2"), format: Junit"#),
        ("run --confine --allow D1 --allow D2", r#"confine: true, allow: ["D1", "D2"], format: Text"#),
        ("watch --confine --allow D1", r#"confine: true, allow: ["D1"]"#),
        ("trace --no-confine", "no_confine: true, format: Text"),
        ("judge H R --no-confine", r#"handed_in: "H", results: "R", no_confine: true"#),
        (
            "run --lessons D2 --build-limit 9 --for-class",
            r#"dir: Some("D2"), build_limit: Some(9), format: Text, for_class: true"#,
        ),
        ("run --full", "full: true, format: Text"),
        ("run -- --all", r#"lessons: ["--all"], format: Text"#),
        ("hint 01 --step 2 --all", r#"lesson: Some("01"), step: Some(2), all: true"#),
        ("reset --all", "all: true"),
        ("watch 01", r#"lesson: Some("01")"#),
        ("predict 03", r#"lesson: Some("03")"#),
        ("diff 01 --whole --yes", r#"lesson: Some("01"), whole: true, yes: true"#),
        (
            "trace 01 --solution --server S --client C --server-at SA --client-at CA --cwd D1 --env A=1 --wire W \
             --family F --check I --seed 3 --full --format html --output O --pcap P --inside J",
            r#"lesson: Some("01"), solution: true, server: Some("S"), client: Some("C"), server_at: Some("SA"), client_at: Some("CA"), cwd: Some("D1"), env: ["A=1"], wire: Some("W"), family: Some("F"), check: Some("I"), seed: Some(3), full: true, format: Html, output: Some("O"), pcap: Some("P"), inside: Some("J")"#,
        ),
        ("trace --lessons D2", r#"dir: Some("D2"), format: Text"#),
        ("compare", "delay: 50, format: Text"),
        (
            "compare --mine --delay 60 --seed 7 --format json",
            "mine: true, delay: 60, seed: Some(7), format: Json",
        ),
        ("wire W --to T", r#"wire: "W", to: "T", listen: "127.0.0.1:9000", seed: 1"#),
        (
            "wire W --to T --listen L \
             --delay 20 --seed 7 --client-turn 1 --client-turn 2 --server-turn 3",
            r#"wire: "W", to: "T", listen: "L", delay: Some(20), seed: 7, client_turn: [1, 2], server_turn: [3]"#,
        ),
        (
            "judge H R 01 2 --seed 7 --limit 9 --build-limit 8 --jobs 3 --points P --roster F --shard 1/4",
            r#"handed_in: "H", results: "R", lessons: ["01", "2"], seed: Some(7), limit: Some(9), build_limit: Some(8), jobs: Some(3), points: Some("P"), roster: Some("F"), shard: Some("1/4")"#,
        ),
        ("judge --merge H R S", r#"handed_in: "H", results: "R", lessons: ["S"], merge: true"#),
        ("talk A", r#"address: "A""#),
        (
            "talk --listen A --no-newline --reset",
            r#"address: "A", listen: true, no_newline: true, reset: true"#,
        ),
        ("completions bash", "shell: Bash"),
        ("completions powershell", "shell: Powershell"),
        ("run --format gradescope", "format: Gradescope"),
        ("run --format classroom", "format: Classroom"),
        ("pack F", r#"file: "F""#),
        ("starters --check", "check: true"),
        ("starters --into D", r#"into: Some("D")"#),
    ] {
        let words = ["xtask"].into_iter().chain(line.split_whitespace());
        let cli = read(words).unwrap_or_else(|error| panic!("{line}: {error}"));
        let shown = format!("{cli:?}");
        let filled = |part: &&str| {
            let is_field =
                !part.is_empty() && !["Cli", "verb", ")"].iter().any(|head| part.starts_with(head));
            is_field && ![": None", ": []", ": false"].iter().any(|empty| part.ends_with(empty))
        };
        let parts = shown.split([',', '{', '}']).map(str::trim).filter(filled);
        assert_eq!(parts.collect::<Vec<_>>().join(", "), fields, "{line}");
    }
}
