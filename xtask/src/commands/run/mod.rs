//! `cargo xtask run`

mod build;
mod choice;
mod confined;
mod deliver;
mod next;
mod place;
mod plan;
pub mod progress;
mod remember;
mod rustc;
mod screen;
mod student;
mod telling;
mod words;

pub use choice::file_of;
pub use confined::confined;
pub use place::Place;
pub use plan::Plan;
pub use telling::FIRST;

use super::predict::offer;
use super::shared::{again, lab, stop_at_ctrl_c};
use crate::cli::Run;

/// Builds the programs, lets each pair talk, judges them, and prints what to do next.
pub fn run(args: &Run) -> anyhow::Result<u8> {
    let plan = Plan::of(args)?;
    stop_at_ctrl_c()?;
    #[cfg(target_os = "linux")]
    if args.screen.is_some() {
        // When `watch` is killed, nobody reads this run any more: the kernel ends it, and its keepers end its programs.
        let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
    }
    if !args.all
        && let Some(line) = again(args.lessons.first().map(String::as_str), &lab().load().0)
    {
        plan.say(&format!("{line}\n\n"));
    }
    if let [lesson] = plan.lessons[..]
        && plan.is_for_predictions()
        && let Some(line) = offer(lesson)
    {
        eprintln!("{line}");
    }
    let built = plan.build();
    plan.say_whether_confined();
    let report = plan.judge(built);
    plan.remember(&report);
    plan.deliver(&report)?;
    if let Some(dir) = args.dir.as_ref().filter(|_| !plan.has_found_some()) {
        eprintln!("error: no lesson was found in {}: nothing was judged", dir.display());
    }
    Ok(report.status())
}
