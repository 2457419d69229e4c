//! The grades in the columns of other tools.

use super::csv::Csv;
use super::model::Class;
use super::moodle_name::moodle_name;
use super::remark::Remark;
use super::student::{NOT_YET, Own};
use super::table::{Row, Table, shown};

/// Renders what Moodle imports, in two places. As the offline grading worksheet of an assignment, which needs `Identifier`,
/// `Grade` and `Last modified (grade)`, and takes `Feedback comments` (Moodle, mod/assign/feedback/offline/importgradeslib.php;
/// the names are those of Moodle in English). And in the gradebook (grade/import/csv), where the teacher says which column is
/// which: `Email address` or `ID number` name the student, and each lesson has a column of points.
///
/// Where a person must look first, or choose one of several hand-ins, the grade is empty: an import leaves such a student as
/// it was.
///
/// `Identifier` is known for hand-ins that Moodle named: `Li Na_12345_assignsubmission_file`.
pub fn moodle(table: &Table) -> String {
    let class = table.class;
    let mut csv = Csv::default();
    let mut head = vec!["Identifier", "Full name", "Email address", "ID number", "Grade", "Maximum grade"];
    head.extend(["Last modified (grade)", "Feedback comments"]);
    head.extend(class.lessons.iter().map(String::as_str));
    csv.row(head);
    for row in &table.rows {
        let person = row.person.cloned().unwrap_or_default();
        let parts = moodle_name(row.name());
        let identifier =
            parts.filter(|_| row.student.is_some()).map(|(_, number)| format!("Participant {number}"));
        let name = match person.name.is_empty() {
            true => parts.map_or(row.name(), |(name, _)| name).to_string(),
            false => person.name,
        };
        let mut cells = vec![identifier.unwrap_or_default(), name, person.email, person.id];
        let is_open = row.is_open() || row.all().any(Own::is_open);
        let grade = if is_open { String::new() } else { shown(row.points(class)) };
        let most = shown(table.worth());
        cells.extend([grade, most, String::new(), comment(row)]);
        cells.extend((0..class.lessons.len()).map(|n| score(row, n, class)));
        csv.row(cells);
    }
    csv.finish()
}

/// Returns one line on each lesson; first that one of several hand-ins must be chosen.
fn comment(row: &Row) -> String {
    if row.student.is_none() {
        return row.absent().into();
    }
    if row.is_waiting() {
        return NOT_YET.into();
    }
    let twice = row.is_twice.then(|| Remark::Twice.told(row));
    let lessons = row.all().map(|own| format!("{}: {}", own.lesson, own.sentence()));
    twice.into_iter().chain(lessons).collect::<Vec<_>>().join("; ")
}

/// Returns the points of the lesson at this place; nothing where a person must look first, or choose.
fn score(row: &Row, lesson: usize, class: &Class) -> String {
    if row.is_open() { String::new() } else { row.score(lesson, class) }
}

/// Renders the grades in the columns that `nbgrader export` writes (nbgrader, plugins/export.py), a row for each student and
/// lesson: for tools that read those. nbgrader itself imports students and assignments, and no grades.
pub fn nbgrader(table: &Table) -> String {
    let class = table.class;
    let mut csv = Csv::default();
    csv.row([
        "assignment",
        "duedate",
        "timestamp",
        "student_id",
        "last_name",
        "first_name",
        "email",
        "raw_score",
        "late_submission_penalty",
        "score",
        "max_score",
    ]);
    for (n, lesson) in class.lessons.iter().enumerate() {
        for row in &table.rows {
            let person = row.person.cloned().unwrap_or_default();
            let id = if person.id.is_empty() { row.name().to_string() } else { person.id };
            // Which part of a name is the last one, only its bearer knows.
            let (last, first) = (person.name, String::new());
            let (score, most) = (score(row, n, class), class.worth(lesson));
            let empty = String::new;
            csv.row([
                lesson.clone(),
                empty(),
                empty(),
                id,
                last,
                first,
                person.email,
                score.clone(),
                "0".into(),
                score,
                shown(most),
            ]);
        }
    }
    csv.finish()
}
