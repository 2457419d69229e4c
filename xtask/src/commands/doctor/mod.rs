//! `cargo xtask doctor`

mod advice;
mod boxed;
mod confined;
mod probe;
mod probes;

use super::shared::{UNABLE, print, stop_at_ctrl_c};
use crate::report::text::{Paint, WIDTH, wrap};
use colored::Color;
use probe::Health;

/// Columns before the text of a finding.
const INDENT: usize = 15;

/// Tries all that the course needs, and prints what a missing thing costs and how to mend it.
pub fn doctor() -> anyhow::Result<u8> {
    stop_at_ctrl_c()?;
    let paint = Paint::of(&std::io::stdout());
    let findings = probes::examine();
    for finding in &findings {
        let (mark, color) = match finding.health {
            Health::Works => ("✓", Color::Green),
            Health::Less => ("–", Color::Yellow),
            Health::Missing => ("✗", Color::Red),
        };
        let mut text = wrap(&finding.seen, WIDTH - INDENT);
        if !finding.cost.is_empty() {
            text.extend(wrap(&format!("cost: {}", finding.cost), WIDTH - INDENT));
        }
        if !finding.mend.is_empty() {
            // A command fits on one line, so it can be copied.
            text.extend(wrap(&format!("mend: {}", finding.mend), WIDTH - INDENT));
        }
        print(&format!("{} {:<12} {}\n", paint.color(mark, color), finding.what, text[0]));
        text[1..].iter().for_each(|line| print(&format!("{:INDENT$}{line}\n", "")));
    }
    let fit = probes::is_fit(&findings);
    let less = findings.iter().any(|finding| finding.health == Health::Less);
    print(match (fit, less) {
        (true, false) => "\nall is well\nnext: cargo xtask\n",
        (true, true) => "\nevery lesson can be judged\nnext: cargo xtask\n",
        (false, _) => "\nnext: mend what is marked ✗, then cargo xtask doctor\n",
    });
    Ok(if fit { 0 } else { UNABLE })
}
