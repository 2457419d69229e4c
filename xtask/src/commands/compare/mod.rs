//! `cargo xtask compare`

mod measure;
mod table;

use super::shared::{UNABLE, print, stop_at_ctrl_c};
use crate::bench::Programs;
use crate::cli::{Compare, Table};
use crate::report::text;
use crate::report::text::Paint;
use crate::workspace;
use crate::workspace::cargo::{self, Show};
use measure::{Row, WAYS, proves};
use std::io::IsTerminal;

/// The status when a program does not compile, or breaks in a way that its lesson does not predict.
const FAILED: u8 = 1;

/// Runs lessons 03 to 06, and 09, on every wire and prints what holds and what it costs.
pub fn compare(args: &Compare) -> anyhow::Result<u8> {
    stop_at_ctrl_c()?;
    let kind = if args.mine { "lesson" } else { "solution" };
    let packages: Vec<String> = WAYS.iter().map(|way| format!("{kind}-{}", way.lesson().dir())).collect();
    let show = if std::io::stderr().is_terminal() { Show::Progress } else { Show::Messages };
    let built = cargo::build(&workspace::root(), &packages, None, show)?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..100_000));
    let mut pairs = Vec::new();
    for way in &WAYS {
        let Some(programs) = Programs::built(kind, way.number, &built.programs) else {
            eprintln!("{kind}-{} does not compile: cargo's message above states where", way.lesson().dir());
            return Ok(FAILED);
        };
        pairs.push((way, programs));
    }
    if show == Show::Progress {
        eprintln!("the pairs of lessons 03 to 06, and 09, run on every wire; this takes some seconds");
    }
    // At once: each mostly waits for its own programs.
    let rows: Vec<Row> = std::thread::scope(|scope| {
        let measure = |(way, programs)| scope.spawn(move || Row::measure(way, programs, seed, args.delay));
        let running: Vec<_> = pairs.iter().map(|(way, programs)| measure((*way, programs))).collect();
        running.into_iter().filter_map(|row| row.join().ok()).collect()
    });
    if rows.len() < WAYS.len() {
        return Ok(UNABLE);
    }
    let proved = proves(&rows);
    if args.format == Table::Json {
        print(&table::render_json(&rows, seed, args.delay, &proved));
    } else {
        let paint = Paint::of(&std::io::stdout());
        print(&format!("{}\n", table::render(paint, &rows, args.delay)));
        print(&format!("{}\n", table::legend(&rows, args.delay)));
        let (label, sentence) = match &proved {
            Ok(sentence) => ("It shows: ", (*sentence).to_string()),
            Err(why) => ("It shows nothing yet: ", why.clone()),
        };
        print(&(text::wrap(&format!("{label}{sentence}"), text::WIDTH).join("\n") + "\n"));
    }
    Ok(if proved.is_ok() { 0 } else { FAILED })
}
