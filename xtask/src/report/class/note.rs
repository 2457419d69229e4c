//! The column `note` of `grades.csv`: why there is no grade, or less of one.

use super::model::Status;
use super::remark::Remark;
use super::student::Own;
use super::table::{Row, Table};

/// How much of a reason a cell has, in characters.
const MOST: usize = 200;

/// Returns why lessons of this row are not judged, each reason once; nothing where there is nothing to say.
pub fn note(table: &Table, row: &Row) -> String {
    // What the roster tells has a column of its own, where there is a roster.
    let is_here = |remark: &Remark| *remark == Remark::Gone || table.class.roster.is_none();
    let remarks = Remark::of(row, table.class).into_iter().filter(is_here);
    let mut parts: Vec<String> = remarks.map(|remark| remark.told(row)).collect();
    if row.has_nothing() {
        let first = row.all().next();
        parts.extend(first.map(|own| told("no lesson was found", own)));
        return parts.join("; ");
    }
    // Lessons for the same reason stand together.
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for own in row.all().filter(|own| is_told(own)) {
        let what =
            if own.not_judged > 0 { format!("{} not judged", own.not_judged) } else { own.words.clone() };
        let told = told(&what, own);
        match reasons.iter_mut().find(|(other, _)| *other == told) {
            Some((_, lessons)) => lessons.push(&own.lesson),
            None => reasons.push((told, vec![&own.lesson])),
        }
    }
    let all = row.all().count();
    parts.extend(reasons.into_iter().map(|(told, lessons)| match lessons.len() == all && all > 1 {
        true => told,
        false => format!("{}: {told}", lessons.join(", ")),
    }));
    parts.join("; ")
}

/// Returns whether a cell alone does not say it. Whose turn has not come, and what was not handed in, needs no reason.
fn is_told(own: &Own) -> bool {
    let is_plain = own.words == super::student::NOT_YET;
    let is_said = matches!(own.status, Status::NotBegun | Status::NotFound);
    !is_plain && !is_said && (own.status != Status::Judged || own.not_judged > 0)
}

fn told(what: &str, own: &Own) -> String {
    let line = own.why.lines().next().unwrap_or_default();
    // The cell names the lesson, and says what it is about: a reason that begins so says both a second time.
    let number = own.lesson.split('-').next().unwrap_or_default();
    let why = line.strip_prefix(&format!("lesson-{number} {what}: ")).unwrap_or(line);
    let why = cut(why);
    if why.is_empty() { what.into() } else { format!("{what}: {why}") }
}

/// Returns the words of a text that a cell has room for.
fn cut(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(MOST) else { return text.into() };
    // A word that is longer than all of it is cut, too.
    let end = text[..end].rfind(' ').unwrap_or(end);
    format!("{}…", text[..end].trim_end_matches([' ', ',', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_ends_with_a_word() {
        let short = "word ".repeat(MOST / 5);
        assert_eq!(cut(&short), short);
        assert_eq!(cut(&format!("{short}more")), format!("{}…", short.trim_end()));
        assert_eq!(
            cut(&format!("ü{}, more words", "x".repeat(MOST - 3))),
            format!("ü{}…", "x".repeat(MOST - 3))
        );
        assert_eq!(cut(&"粘".repeat(MOST + 1)), format!("{}…", "粘".repeat(MOST)));
    }
}
