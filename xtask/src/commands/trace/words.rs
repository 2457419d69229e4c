//! What `trace` says beside its picture.

use super::super::shared::Usage;
use crate::cli::Trace;
use crate::finding::Verdict;
use crate::picture::model::Picture;
use crate::picture::page;
use crate::report::CheckReport;
use crate::report::text::{Paint, WIDTH, wrap};
use crate::system::segments::{Captured, Refused};
use crate::system::trace::call::Transport;
use crate::system::trace::{Coverage, Traced};
use crate::workspace::files::Standing;
use colored::Color;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Returns what is drawn, and which part of it is missing and why, with what to do; each in one line, however long.
pub fn missing(
    what: &str,
    mtu: Option<u32>,
    programs: &[Traced],
    captured: Result<&Captured, Option<&Refused>>,
    picture: &Picture,
) -> Vec<String> {
    let mut lines = vec![what.to_string()];
    if let (Some(mtu), Ok(_)) = (mtu, captured) {
        let far = "TSO, GSO and GRO are off";
        lines.push(format!("--mtu {mtu}: no packet is longer than {mtu} bytes, with its headers; {far}"));
    }
    for program in programs {
        let line = match &program.coverage {
            Coverage::Whole => continue,
            Coverage::Full => format!("of the {} only the first calls: it made too many", program.role),
            Coverage::Refused(why) => format!("no calls of the {}: {why}", program.role),
        };
        lines.push(line);
    }
    match captured {
        Ok(captured) if captured.lost > 0 => {
            lines.push(format!("{} packets were lost on the way into this picture", captured.lost));
        }
        Ok(_) => {}
        Err(Some(refused)) => lines.push(format!("no packets: {refused}; what mends it: {}", refused.mend())),
        Err(None) => lines.push("no packets: --inside is for the runner itself".into()),
    }
    let unix = |made: &crate::picture::model::Made| {
        made.call
            .socket()
            .is_some_and(|socket| matches!(socket.transport, Transport::Unix | Transport::UnixDatagram))
    };
    if picture.calls.iter().any(unix) {
        lines.push(
            "Unix sockets send no packets: the kernel moves the bytes from one socket's queue to the other's"
                .into(),
        );
    }
    lines
}

/// Returns the verdict in one line.
pub fn verdict(paint: Paint, check: &CheckReport) -> String {
    let (text, color) = match check.verdict {
        Verdict::Pass => ("the check passed".to_string(), Color::Green),
        Verdict::Demo => (format!("shown as the lesson predicts: {}", check.got), Color::Blue),
        Verdict::Skip => (format!("the check was skipped: {}", check.got), Color::Yellow),
        Verdict::Error => (format!("the check could not be judged: {}", check.got), Color::Yellow),
        Verdict::Fail if check.hole.is_some() => {
            let hole = check.hole.as_ref().map_or("", |hole| &hole.function);
            (format!("`{hole}` is not written yet"), Color::Yellow)
        }
        Verdict::Fail if check.cause.is_empty() => (format!("the check failed: {}", check.got), Color::Red),
        Verdict::Fail => (format!("the check failed: {}", check.cause), Color::Red),
    };
    wrap(&text, WIDTH).iter().map(|line| paint.color(line, color) + "\n").collect()
}

/// The first bytes of a pcapng file: the type of its first block.
const PCAPNG: &[u8] = &[0x0a, 0x0d, 0x0d, 0x0a];

/// Checks that both files may be written: each replaces only an earlier one of its kind.
pub fn files_are_ours(args: &Trace) -> anyhow::Result<()> {
    let page = page::SIGNATURE.as_bytes();
    let text = TEXT.as_bytes();
    may_replace("--output", args.output.as_deref(), &[page, text], "picture of ours")?;
    may_replace("--pcap", args.pcap.as_deref(), &[PCAPNG], "packets")
}

/// The first words of a picture for the terminal that is written into a file.
pub const TEXT: &str = "Socket Lab picture\n";

fn may_replace(option: &str, path: Option<&Path>, heads: &[&[u8]], what: &str) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Usage(format!("{option} {shown}: there is no folder {}", folder.display())).into());
    }
    match Standing::at(path) {
        Standing::Nothing | Standing::Stream => return Ok(()),
        Standing::Folder => return Err(Usage(format!("{option} {shown}: that is a folder")).into()),
        Standing::File => {}
    }
    let mut old = Vec::new();
    let longest = heads.iter().map(|head| head.len()).max().unwrap_or(0) as u64;
    File::open(path)
        .and_then(|file| file.take(longest).read_to_end(&mut old))
        .map_err(|error| Usage(format!("{option} {shown}: {error}")))?;
    if old.is_empty() || heads.iter().any(|head| old.starts_with(head)) {
        return Ok(());
    }
    let why = format!("that file exists and holds no {what}; name another, or move it away");
    Err(Usage(format!("{option} {shown}: {why}")).into())
}
