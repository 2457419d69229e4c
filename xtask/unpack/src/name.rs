//! Names that lead out of a folder, or to a device, on Windows. They are refused on every system: a hand-in is the same
//! everywhere.

/// Returns whether an entry's name begins with a drive, as `C:` does.
pub fn has_drive(name: &str) -> bool {
    name.as_bytes().get(1) == Some(&b':')
}

/// Returns why one part of an entry's name is refused; `None` for a name that is a plain file's.
///
/// Source: <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>.
pub fn why_refused(part: &str) -> Option<&'static str> {
    if part.contains(':') {
        return Some("on Windows, a colon names a drive or a stream beside a file");
    }
    if is_device(part) {
        return Some("on Windows, that is a device");
    }
    None
}

/// Returns whether Windows takes this name for a device, whatever stands behind a dot or a blank: `nul`, `COM1.rs`.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end_matches(' ').to_ascii_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"].contains(&stem.as_str()) {
        return true;
    }
    let mut letters =
        stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).unwrap_or_default().chars();
    let is_number = |letter: char| letter.is_ascii_digit() || "\u{b9}\u{b2}\u{b3}".contains(letter);
    letters.next().is_some_and(is_number) && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_elsewhere_on_windows_is_refused() {
        for part in [
            "C:evil.txt",
            "D:",
            "server.rs:ads",
            "CON",
            "nul",
            "aux.rs",
            "COM1",
            "lpt9.txt",
            "com\u{b9}",
            "PRN .txt",
            "NUL ",
            "conin$",
        ] {
            assert!(why_refused(part).is_some(), "{part}");
        }
        for part in [
            "server.rs",
            "console.rs",
            "COM",
            "COM10",
            "com.rs",
            "auxiliary",
            "null.rs",
            "lpt",
            "01-echo",
            "粘包.md",
            "..",
            "",
        ] {
            assert_eq!(why_refused(part), None, "{part}");
        }
        assert!(has_drive("C:\\x") && has_drive("d:x") && !has_drive("src/C:x"));
    }
}
