//! Checks the words of `run` before anything is built.

use super::super::shared::Usage;
use crate::course::Lesson;
use crate::promises::CheckOn;
use crate::report::hosts::{classroom, gradescope};
use crate::report::{html, text};
use crate::system::family::Family;
use crate::wire::Kind;
use crate::workspace::files::Standing;
use std::fs::File;
use std::io::Read;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;

/// Returns the address of `--server-at` or `--client-at`.
pub fn address(word: Option<&str>) -> anyhow::Result<Option<SocketAddr>> {
    let Some(word) = word else { return Ok(None) };
    let mut found = word.to_socket_addrs().map_err(|error| {
        Usage(format!("`{word}` is no address ({error}); type HOST:PORT, for instance 127.0.0.1:8080"))
    })?;
    match found.next().filter(|addr| addr.ip().is_loopback()) {
        Some(addr) => Ok(Some(addr)),
        None => Err(Usage(format!("`{word}`: only programs on a loopback address are judged")).into()),
    }
}

/// Returns a word quoted for a shell.
pub fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_string(), |quoted| quoted.into_owned())
}

/// Returns whether the check runs on this wire and over this family; `None` stands for any.
pub fn is_on(check: CheckOn, wire: Option<Kind>, family: Option<Family>) -> bool {
    wire.is_none_or(|wire| wire == check.wire) && family.is_none_or(|family| family == check.family)
}

/// Checks that some check runs on this wire and over this family.
pub fn some_check(lessons: &[&Lesson], wire: Option<Kind>, family: Option<Family>) -> anyhow::Result<()> {
    if lessons.iter().flat_map(|lesson| lesson.checks()).any(|check| is_on(check, wire, family)) {
        return Ok(());
    }
    let which = if lessons.len() == 1 { "of this lesson" } else { "of these lessons" };
    Err(Usage(format!("no check {which} runs{}", on_what(wire, family))).into())
}

/// Returns ` on the wire … over the family …`, as far as they are asked for.
fn on_what(wire: Option<Kind>, family: Option<Family>) -> String {
    let on = wire.map_or(String::new(), |wire| format!(" on the wire `{wire}`"));
    on + &family.map_or(String::new(), |family| format!(" over the family `{family}`"))
}

/// Checks that a check of this name exists, on this wire and over this family.
pub fn find_check(
    lessons: &[&Lesson],
    id: &str,
    wire: Option<Kind>,
    family: Option<Family>,
) -> anyhow::Result<()> {
    let all = || {
        let all = lessons.iter().flat_map(|lesson| lesson.checks());
        all.filter(move |check| is_on(*check, wire, family))
    };
    if all().any(|check| check.is_called(id)) {
        return Ok(());
    }
    let mut ids: Vec<&str> = all().map(|check| check.check.id).collect();
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    let nearest = ids
        .iter()
        .map(|other| (strsim::jaro_winkler(other, id), other))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let nearest = nearest.map_or(String::new(), |(_, nearest)| format!("; did you mean `{nearest}`?"));
    let of: Vec<String> = lessons.iter().map(|lesson| lesson.id()).collect();
    let on = format!(" of {}{}", of.join(", "), on_what(wire, family));
    Err(Usage(format!("there is no check `{id}`{on}{nearest}\n\nThe checks:\n  {}", ids.join("\n  "))).into())
}

/// Bytes at the start of a file by which the runner knows its own report.
const HEAD: u64 = 4096;

/// Checks that a report may be written to `path`: it replaces only an earlier report; devices and FIFOs take any bytes.
pub fn output_is_ours(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(
            Usage(format!("--output {}: there is no folder {}", path.display(), folder.display())).into()
        );
    }
    match Standing::at(path) {
        Standing::Nothing | Standing::Stream => return Ok(()),
        Standing::Folder => {
            return Err(Usage(format!("--output {}: that is a folder", path.display())).into());
        }
        Standing::File => {}
    }
    let mut old = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEAD).read_to_end(&mut old))
        .map_err(|error| Usage(format!("--output {}: {error}", path.display())))?;
    let ours = old.is_empty()
        || old.starts_with(html::SIGNATURE.as_bytes())
        || old.starts_with(text::SIGNATURE.as_bytes())
        || old.starts_with(classroom::SIGNATURE.as_bytes())
        || old
            .windows(gradescope::SIGNATURE.len())
            .take(80)
            .any(|words| words == gradescope::SIGNATURE.as_bytes())
        || old.starts_with(b"{\n  \"interrupted\":")
        || old.starts_with(b"{\n  \"lessons\":")
        || old.windows(30).take(80).any(|words| words.starts_with(b"<testsuites name=\"Socket Lab\""));
    if ours {
        return Ok(());
    }
    Err(Usage(format!(
        "--output {}: that file exists and is no report of ours; name another, or move it away",
        path.display()
    ))
    .into())
}
