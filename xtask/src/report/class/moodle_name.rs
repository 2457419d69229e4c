//! The names that Moodle gives to hand-ins.

/// Splits the name that Moodle gives to a hand-in into the student's name and the number of the participant, which is no id
/// of the student's (mod/assign/locallib.php): in names, Moodle writes a blank for `_`.
pub fn moodle_name(name: &str) -> Option<(&str, &str)> {
    let (before, _) = name.split_once("_assignsubmission_")?;
    let (name, number) = before.rsplit_once('_')?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some((name, number))
}

#[cfg(test)]
mod tests {
    use super::moodle_name;

    #[test]
    fn a_name_of_moodle_has_a_name_and_a_number() {
        assert_eq!(moodle_name("Li Na_12345_assignsubmission_file"), Some(("Li Na", "12345")));
        assert_eq!(moodle_name("Li Na_12345_assignsubmission_file_"), Some(("Li Na", "12345")));
        assert_eq!(moodle_name("Li Na_x_assignsubmission_file"), None);
        assert_eq!(moodle_name("Li Na_12345"), None);
    }
}
