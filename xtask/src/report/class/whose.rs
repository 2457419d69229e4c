//! Which hand-in is whose, by its name.

use super::moodle_name::moodle_name;
use super::roster::Person;

/// Whose a hand-in is: places in the roster.
#[derive(Debug, PartialEq, Eq)]
pub enum Whose {
    /// Nobody's of the roster.
    Nobody,
    /// This person's.
    One(usize),
    /// Perhaps the one's and perhaps the other's: its name fits them all.
    Several(Vec<usize>),
}

/// Returns whose hand-in has this name. The name of a hand-in is the id, or the name, or has one of them, or both, as a
/// part: `li-na-4711`, `4711 Li Na`. In Moodle's names (`Li Na_12345_assignsubmission_file`) the number is no id, so only
/// what stands before it counts. Where id and name belong to two students, a grade would go to the wrong one: it is then
/// nobody's.
pub fn whose(roster: &[Person], hand_in: &str) -> Whose {
    let hand_in = moodle_name(hand_in).map_or(hand_in, |(name, _)| name).to_lowercase();
    let all = |test: &dyn Fn(&Person) -> bool| -> Vec<usize> {
        roster.iter().enumerate().filter(|(_, person)| test(person)).map(|(at, _)| at).collect()
    };
    let is = |text: &str| !text.is_empty() && text.to_lowercase() == hand_in;
    match all(&|person| is(&person.id) || is(&person.name))[..] {
        [] => {}
        [at] => return Whose::One(at),
        ref several => return Whose::Several(several.to_vec()),
    }
    let ids = all(&|person| has(&hand_in, &person.id));
    let names = all(&|person| has(&hand_in, &person.name));
    // `Li Na Po` has `Li Na` in it; with the id of Li Na Po it is hers.
    let is_part = |other: usize, at: usize| names.contains(&at) && has(&roster[at].name, &roster[other].name);
    match (&ids[..], &names[..]) {
        ([], []) => Whose::Nobody,
        ([], [at]) => Whose::One(*at),
        ([at], names) if names.iter().all(|other| other == at || is_part(*other, *at)) => Whose::One(*at),
        (ids, names) => {
            let mut all = [ids, names].concat();
            all.sort_unstable();
            all.dedup();
            Whose::Several(all)
        }
    }
}

/// Returns whether a text has the words of the other one in a row.
fn has(text: &str, part: &str) -> bool {
    let (text, part) = (text.to_lowercase(), part.to_lowercase());
    let (words, wanted) = (words(&text), words(&part));
    !wanted.is_empty() && words.windows(wanted.len()).any(|some| some == wanted)
}

/// Splits a text at whatever is no letter and no digit.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::Whose::{Nobody, One, Several};
    use super::*;

    fn person(id: &str, name: &str) -> Person {
        Person { id: id.into(), name: name.into(), email: String::new() }
    }

    #[test]
    fn a_hand_in_is_somebodys_or_nobodys() {
        let roster =
            [person("4711", "Li Na"), person("47", "Jo"), person("u-9", "李娜"), person("12", "Li Na Po")];
        for (hand_in, whose_is) in [
            ("4711", One(0)),
            ("li na", One(0)),
            ("Li Na_99_assignsubmission_file", One(0)),
            ("li-na-4711", One(0)),
            ("47", One(1)),
            ("李娜", One(2)),
            ("u-9 李娜", One(2)),
            ("Li Na Po", One(3)),
            ("Li Na Po 12", One(3)),
            ("Li Na Po 2", Several(vec![0, 3])),
            ("471", Nobody),
            ("Joan", Nobody),
            ("", Nobody),
        ] {
            assert_eq!(whose(&roster, hand_in), whose_is, "{hand_in:?}");
        }
    }

    #[test]
    fn an_id_and_a_name_of_two_students_are_nobodys() {
        let roster = [person("1001", "Ann Lee"), person("2002", "Bob Ray"), person("3", "Ann Lee Po")];
        for (hand_in, whose_is) in [
            // The number is Moodle's, whatever id it looks like.
            ("Ann Lee_2002_assignsubmission_file", One(0)),
            ("Cy Doe_2002_assignsubmission_file", Nobody),
            ("Bob Ray_2002_assignsubmission_onlinetext", One(1)),
            ("Ann Lee 2002", Several(vec![0, 1])),
            ("2002-ann-lee", Several(vec![0, 1])),
            ("1001 2002", Several(vec![0, 1])),
            // The longer name is somebody else's than the id.
            ("Ann Lee Po 1001", Several(vec![0, 2])),
            ("2002 homework", One(1)),
        ] {
            assert_eq!(whose(&roster, hand_in), whose_is, "{hand_in:?}");
        }
    }
}
