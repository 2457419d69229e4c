//! Names: what a file may be called. The other side chooses the name, so it must not be able to leave the folder.

use std::io;
use std::path::{Path, PathBuf};

/// The longest name, in bytes of UTF-8. File systems take 255; the rest is for endings such as `.part`.
pub const MAX_NAME: usize = 240;

/// Returns whether `name` keeps the rule: 1 to [`MAX_NAME`] bytes, no `/`, no `\`, no byte under 0x20, no 0x7F, and no
/// `.` at the beginning.
///
/// Looks at the name and not at the disk. A name that keeps the rule is one part of a path, on every system, and none
/// of the two parts that lead elsewhere, `.` and `..`.
pub fn is_name(name: &str) -> bool {
    // BEGIN SOLUTION: check the length, the first byte, and each byte
    (1..=MAX_NAME).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte >= 0x20 && !matches!(byte, 0x7F | b'/' | b'\\'))
    // END SOLUTION
}

/// Returns the path of the file `name` in the folder `dir`. A name that breaks the rule ([`is_name`]) is an error.
pub fn place(dir: &Path, name: &str) -> io::Result<PathBuf> {
    // On Windows `C:name` is a path on another drive, and `name:other` a second stream of the file `name`.
    if !is_name(name) || (cfg!(windows) && name.contains(':')) {
        return Err(io::Error::other(format!(
            "bad name: 1 to {MAX_NAME} bytes, no `/`, `\\` or control character, no `.` in front"
        )));
    }
    Ok(dir.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule() {
        let long = "n".repeat(241);
        for good in ["a", "a.txt", "a..b", "~", " ", "-rf", "你好", "a:b", "con", &long[1..], "\u{85}"] {
            assert!(is_name(good), "{good:?}");
        }
        let escapes = ["..", "../a", "a/b", "/etc/passwd", "a/", "..\\a", "C:\\a", "\\\\host\\share"];
        for bad in
            ["", ".", ".a", "a\0", "a\nb", "\x1f", "a\x7f", &long, &"你".repeat(81)].iter().chain(&escapes)
        {
            assert!(!is_name(bad), "{bad:?}");
            assert!(place(Path::new("dir"), bad).is_err());
        }
        assert!(is_name(&"你".repeat(80)));
    }
}
