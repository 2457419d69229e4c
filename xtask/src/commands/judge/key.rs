//! The names of students' folders in the results: safe on every file system, and the same on every machine.

use crate::workspace::starter;
use std::ffi::OsStr;

/// The most characters of a name that is taken as it is, and of the readable part of one that is not.
const MOST: usize = 40;

/// Names that Windows keeps for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Returns the key of the hand-in with this name, without the ending of an archive. Two names never have the same key,
/// also where a file system takes large and small letters for the same: what is not plain gets a hash of its bytes.
pub fn key(name: &OsStr) -> String {
    let text = name.to_string_lossy();
    if is_plain(&text) {
        return text.into_owned();
    }
    let safe = |c: char| match c {
        c if c.is_alphanumeric() || c == '-' || c == '_' => c,
        _ => '_',
    };
    let readable: String = text.chars().take(MOST).map(safe).collect();
    format!("{readable}-{:08x}", starter::hash(&name.as_encoded_bytes().escape_ascii().to_string()) as u32)
}

/// Returns whether the name is safe as it is, and cannot be the key of another one.
fn is_plain(name: &str) -> bool {
    let has_hash = name.rsplit_once('-').is_some_and(|(_, end)| {
        end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    });
    let is_device = DEVICES.contains(&name)
        || ["com", "lpt"].iter().any(|start| {
            name.strip_prefix(start)
                .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
        });
    let is_safe = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=MOST).contains(&name.len())
        && name.bytes().all(is_safe)
        && !name.starts_with(['-', '_'])
        && !has_hash
        && !is_device
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_and_all_others_get_a_hash() {
        for plain in ["li-na", "07_wang", "a", "com10"] {
            assert_eq!(key(plain.as_ref()), plain);
        }
        let names = [
            "Li-Na",
            "li na",
            "li/na",
            "..",
            ".",
            "con",
            "com1",
            "李 娜",
            "a\nb",
            "a.b",
            "-a",
            "x-0123abcd",
            "",
        ];
        let keys: Vec<String> = names.iter().map(|name| key(name.as_ref())).collect();
        for (name, key) in names.iter().zip(&keys) {
            let safe = key.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
            assert!(safe && key != name, "{name:?}: {key}");
        }
        let folded: std::collections::BTreeSet<String> = keys.iter().map(|key| key.to_lowercase()).collect();
        assert_eq!(folded.len(), names.len(), "{keys:?}");
        assert!(keys[7].starts_with("李_娜-"), "{}", keys[7]);
    }

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let (one, other) = (key("a".repeat(300).as_ref()), key("a".repeat(301).as_ref()));
        assert!(one.len() < 60 && one != other, "{one} {other}");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_utf_8_stay_different() {
        use std::os::unix::ffi::OsStrExt;
        let of = |bytes: &[u8]| key(OsStr::from_bytes(bytes));
        assert_ne!(of(b"\xc0\xee\xc4\xc8"), of(b"\xcd\xf5\xce\xb0"));
    }
}
