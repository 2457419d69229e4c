//! Runs the check with both programs traced, and draws what was seen.

use super::super::run::Plan;
use super::super::shared::print;
use super::choice::Chosen;
use super::words;
use crate::bench::Programs;
use crate::cli::{Drawn, Trace};
use crate::judge::{self, Watched};
use crate::picture::model::{Cause, Party, Picture, Piece};
use crate::picture::page::{self, Around};
use crate::picture::{Seen, pcap, text};
use crate::report::text::{Paint, WIDTH, heading, wrap};
use crate::report::{LessonReport, Report};
use crate::system::program;
use crate::system::segments::{Capture, Captured, Refused};
use crate::system::stamp::Stamp;
use crate::system::trace::{self, Collector, Traced};
use crate::wire::{Direction, Passed, Record};
use crate::workspace::files;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the last calls of programs that have ended may take to come.
const LAST_CALLS: Duration = Duration::from_secs(5);
/// How often the runner looks whether they have come.
const LOOK: Duration = Duration::from_millis(2);

/// Runs the check, draws it, and returns the status; `capture` sees the packets, or says why none are seen.
pub fn trace(
    args: &Trace,
    plan: &Plan,
    chosen: &Chosen,
    programs: Programs,
    capture: Result<Capture, Option<Refused>>,
) -> anyhow::Result<u8> {
    let collector = trace::collect();
    let trial = plan.trial(chosen.lesson, programs, None);
    let watched = judge::watched(&trial.case, chosen.check, chosen.without_wire);
    if program::interrupted() {
        return Ok(0); // The caller says so.
    }
    let programs = whole(collector);
    let captured = capture.map(Capture::finish);
    let has_wire = chosen.check.half == crate::finding::Half::Pair && !chosen.without_wire;
    let seen = Seen {
        programs: &programs,
        segments: captured.as_ref().ok().map(|captured| &captured.segments[..]),
        pieces: pieces(&watched.records),
        fates: watched.crossings.iter().map(|one| (sender(one.direction), one.fate)).collect(),
        has_wire,
    };
    let picture = Picture::of(seen);
    let subject = plan.described(chosen.lesson);
    let refused = captured.as_ref().map_err(Option::as_ref);
    let missing = words::missing(&chosen.words(), args.mtu, &programs, refused, &picture);
    let Watched { judged, .. } = watched;
    let to_terminal = args.format == Drawn::Text && args.output.is_none();
    let paint = if to_terminal { plan.paint } else { Paint { on: false } };
    let title = heading(paint, chosen.lesson, &subject, plan.seed);
    let verdict = words::verdict(paint, &judged.report);
    let drawn = match args.format {
        Drawn::Text => {
            let missing = missing.iter().flat_map(|line| wrap(line, WIDTH)).map(|line| line + "\n");
            let missing: String = missing.collect();
            format!("{title}{missing}\n{}{verdict}", text::render(&picture, paint, args.full))
        }
        Drawn::Html => {
            let lesson = chosen.lesson;
            let title = format!("{} {}: {subject}, seed {}", lesson.id(), lesson.name, plan.seed);
            let verdict = verdict.trim().replace('\n', " ");
            let full = args.full;
            page::render(&picture, &Around { title: &title, notes: &missing, verdict: &verdict, full })
        }
    };
    let mut written = String::new();
    if let Some(path) = &args.output {
        let head = if args.format == Drawn::Text { words::TEXT } else { "" };
        files::deliver(path, format!("{head}{drawn}").as_bytes())?;
        written += &format!("picture: {}\n", path.display());
    }
    if let (Some(path), Ok(captured)) = (&args.pcap, &captured) {
        write_pcap(path, captured, &picture)?;
        written += &format!("packets: {}\n", path.display());
    }
    match (&args.output, args.format) {
        (Some(_), _) => print(&(verdict + &written)),
        (None, Drawn::Text) => print(&(drawn + &written)),
        // Standard output has the page, and nothing else.
        (None, Drawn::Html) => {
            print(&drawn);
            eprint!("{written}");
        }
    }
    let lesson = LessonReport {
        lesson: chosen.lesson.dir(),
        subject,
        half: None,
        problem: None,
        millis: 0,
        checks: vec![judged.report],
        not_run: Vec::new(),
        handed_in: None,
    };
    Ok(Report { seed: plan.seed, lessons: vec![lesson], ..Report::default() }.status())
}

/// Returns what is known of the programs as soon as all is known: all of them have ended.
fn whole(collector: &Collector) -> Vec<Traced> {
    let until = Instant::now() + LAST_CALLS;
    loop {
        let programs = collector.programs();
        if programs.iter().all(|program| program.is_over) || Instant::now() >= until {
            return programs;
        }
        std::thread::sleep(LOOK);
    }
}

/// Returns what wires passed on, in the order of time.
fn pieces(records: &[Record]) -> Vec<Piece> {
    let now = (Stamp::now(), Instant::now());
    let mut all = Vec::new();
    for record in records {
        let began = now.0.0.saturating_sub(now.1.duration_since(record.started()).as_nanos() as u64);
        for piece in record.pieces() {
            let (bytes, len) = match &piece.what {
                Passed::Bytes { len, start, .. } => (Some(start.clone()), *len),
                Passed::Fin | Passed::Rst => (None, 0),
            };
            all.push(Piece {
                at: Stamp(began + piece.at.as_nanos() as u64),
                from: sender(piece.direction),
                bytes,
                len,
                resets: piece.what == Passed::Rst,
            });
        }
    }
    all
}

fn sender(direction: Direction) -> Party {
    match direction {
        Direction::ClientToServer => Party::Client,
        Direction::ServerToClient => Party::Server,
    }
}

/// Writes the packets that are in the picture, each with what made its sender send it.
fn write_pcap(path: &Path, captured: &Captured, picture: &Picture) -> anyhow::Result<()> {
    let comment = |place: usize| {
        let sent = picture.segments.iter().find(|sent| sent.place == place)?;
        let who = |party| match party {
            Party::Server => "server",
            Party::Client => "client",
            Party::Runner => "runner",
        };
        match sent.cause {
            Cause::Call(n) => Some(format!("{}: {}", who(sent.from), picture.calls[n].call)),
            Cause::Kernel => Some(format!("{}'s kernel", who(sent.from))),
            Cause::Unknown => None,
        }
    };
    let comments: Vec<Vec<String>> =
        (0..captured.segments.len()).map(|place| comment(place).into_iter().collect()).collect();
    let mut file = Vec::new();
    pcap::write(&mut file, captured.segments.iter().zip(comments.iter().map(|one| &one[..])))?;
    files::deliver(path, &file)
}
