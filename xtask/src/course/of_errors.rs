//! What leads on where rustc's words do not: errors of which it does not say what the lesson asks for.

use super::Lesson;
use crate::workspace::diagnostic::Diagnostic;

/// A mistake that rustc names by its code alone, and what mends it.
struct Mistake {
    /// The numbers of the lessons in which it is likely.
    lessons: &'static [&'static str],
    /// rustc's code.
    code: &'static str,
    /// What the source has at that place, all of it.
    source: &'static [&'static str],
    /// What to do, in less than 64 characters: the line in which it stands is not wrapped.
    mend: &'static str,
}

/// The mistakes of the servers.
const OF_SERVERS: &[Mistake] = &[
    Mistake {
        lessons: &["01", "08"],
        code: "E0308", // Mismatched types: `()` in place of `!`.
        source: &["for ", "incoming()"],
        mend: "for rustc a `for` can end; write `loop`, and `accept` in it",
    },
    Mistake {
        lessons: &["02"],
        code: "E0277", // `?` finds no way from `FromUtf8Error` to `io::Error`.
        source: &["from_utf8"],
        mend: "leave `from_utf8` out: `make_ascii_uppercase` works on bytes",
    },
];

/// Returns what perhaps mends an error of rustc's in a lesson. What decides is its code and the source at its place.
pub fn perhaps(lesson: &Lesson, error: &Diagnostic) -> Option<&'static str> {
    let fits = |mistake: &&Mistake| {
        mistake.lessons.contains(&lesson.number)
            && mistake.code == error.code
            && mistake.source.iter().all(|part| error.source.contains(part))
    };
    let is_of_server = error.target == format!("lesson-{}-server", lesson.number);
    OF_SERVERS.iter().filter(|_| is_of_server).find(fits).map(|mistake| mistake.mend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::LESSONS;

    #[test]
    fn the_code_and_the_source_decide_and_the_words_do_not() {
        let of = |number: usize, target: &str, code: &str, source: &str| {
            let error = Diagnostic {
                what: "any words".into(),
                code: code.into(),
                target: target.into(),
                place: ("server.rs".into(), 1),
                source: source.into(),
                rendered: String::new(),
            };
            perhaps(&LESSONS[number - 1], &error)
        };
        let (one, two, line) =
            ("lesson-01-server", "lesson-02-server", "for stream in listener.incoming() {");
        let text = "let text = String::from_utf8(bytes)?;";
        assert!(of(1, one, "E0308", line).is_some_and(|mend| mend.contains("`loop`")));
        assert!(of(2, two, "E0277", text).is_some_and(|mend| mend.contains("bytes")));
        for (number, target, code, source) in [
            (1, "lesson-01-client", "E0308", line),
            (1, "lesson-08-server", "E0308", line),
            (1, one, "E0277", line),
            (1, one, "", line),
            (1, one, "E0308", "while let Some(stream) = listener.incoming().next() {"),
            (1, one, "E0277", text),
            (2, two, "E0277", "let bytes = stream.read(&mut buffer)?;"),
        ] {
            assert_eq!(of(number, target, code, source), None, "{target} {code} {source}");
        }
    }

    #[test]
    fn each_mend_fits_into_its_line() {
        for mistake in OF_SERVERS {
            assert!(mistake.mend.chars().count() < 64, "{}", mistake.mend);
            assert!(mistake.lessons.iter().all(|number| LESSONS.iter().any(|one| one.number == *number)));
        }
    }
}
