//! The words of a command that somebody has typed: in a `lab.toml`, behind `--server`, or in `EDITOR`.

/// Returns the words of a command as a shell splits them, without anything else that a shell does; `None` where a quote is not
/// closed. On Windows, `\` stands in paths and is a letter as any other.
pub fn split(command: &str) -> Option<Vec<String>> {
    if cfg!(windows) { split_for_windows(command) } else { shlex::split(command) }
}

/// Splits at blanks that stand in no quotes, `'…'` or `"…"`.
#[cfg_attr(not(windows), allow(dead_code))]
fn split_for_windows(command: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote): (Vec<String>, Option<String>, Option<char>) =
        (Vec::new(), None, None);
    for letter in command.chars() {
        match quote {
            Some(end) if letter == end => quote = None,
            None if letter == '\'' || letter == '"' => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            None if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_windows_stays_whole() {
        for (command, words) in [
            (r"C:\work\server.exe", &[r"C:\work\server.exe"][..]),
            (r"C:\work\server.exe  {addr} ", &[r"C:\work\server.exe", "{addr}"]),
            (r"'C:\my work\server.exe' -v", &[r"C:\my work\server.exe", "-v"]),
            (
                r#""C:\Program Files\Python\python.exe" "server.py""#,
                &[r"C:\Program Files\Python\python.exe", "server.py"],
            ),
            (r#"a\"b c" ''"#, &[r"a\b c", ""]),
            (" \t", &[]),
        ] {
            assert_eq!(
                split_for_windows(command).as_deref(),
                Some(&words.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
                "{command}"
            );
        }
        assert_eq!(split_for_windows(r"python 'C:\a b"), None);
    }

    #[cfg(not(windows))]
    #[test]
    fn elsewhere_a_backslash_takes_the_next_letter_as_it_is() {
        assert_eq!(split(r"./my\ server '{addr}'"), Some(vec!["./my server".into(), "{addr}".into()]));
    }
}
