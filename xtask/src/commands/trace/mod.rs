//! `cargo xtask trace`: both programs' calls and the packets between them, as one picture.
//!
//! Packets are seen only inside a network of the runner's own, in which nothing can be downloaded. So the programs are
//! built first; then the runner starts itself anew inside, with the programs on its command line, and runs the check there.

mod choice;
mod handed;
mod inside;
mod words;

use super::run::Plan;
use super::shared::{INTERRUPTED, UNABLE, stop_at_ctrl_c};
use crate::bench::Programs;
use crate::cli::{Format, Run, Trace};
use crate::report::Problem;
use crate::system::portable;
use crate::system::program::own_executable;
use crate::system::segments::{Capture, own_network};
use choice::Chosen;
use std::process::Command;

/// Builds the programs, runs one check where its packets can be seen, and draws what was seen.
pub fn trace(args: &Trace) -> anyhow::Result<u8> {
    // First of all: it must come before any other thread.
    let capture = Capture::inherited().transpose()?;
    let run = run_of(args);
    let plan = Plan::of(&run)?;
    let chosen = Chosen::of(args, &plan, portable::asks_kernel())?;
    words::files_are_ours(args)?;
    stop_at_ctrl_c()?;
    if let Some(programs) = &args.inside {
        return inside::trace(args, &plan, &chosen, handed::read(programs)?, capture.ok_or(None));
    }
    let programs = match plan.build().remove(0) {
        // The mirror of a hand-in is not needed any more.
        Ok((programs, _)) => programs,
        Err(problem) => return does_not_build(&problem),
    };
    match start(&programs, args.mtu) {
        Ok(status) => Ok(status),
        Err(refused) => {
            let chosen = Chosen::of(args, &plan, false)?;
            inside::trace(args, &plan, &chosen, programs, Err(Some(refused)))
        }
    }
}

/// Starts the runner anew with the same command line, in a network of its own, and returns its status.
fn start(programs: &Programs, mtu: Option<u32>) -> Result<u8, own_network::Refused> {
    let mut command = Command::new(own_executable());
    command.args(std::env::args_os().skip(1)).arg("--inside").arg(handed::write(programs));
    let mut child = match mtu {
        Some(mtu) => own_network::start_with_mtu(command, mtu)?,
        None => own_network::start(command)?,
    };
    let status = child.wait().ok().and_then(|status| status.code());
    let status = status.and_then(|status| u8::try_from(status).ok()).unwrap_or(UNABLE);
    if status == INTERRUPTED {
        // It has said so.
        std::process::exit(INTERRUPTED.into());
    }
    Ok(status)
}

fn does_not_build(problem: &Problem) -> anyhow::Result<u8> {
    match problem {
        Problem::DoesNotCompile(_) | Problem::WrongLabToml(_) => {
            eprintln!("{}", problem.why());
            Ok(1)
        }
        problem => anyhow::bail!("{}", problem.why()),
    }
}

/// Returns the run of which one check is drawn.
fn run_of(args: &Trace) -> Run {
    Run {
        lessons: args.lesson.iter().cloned().collect(),
        all: false,
        solution: args.solution,
        server: args.server.clone(),
        client: args.client.clone(),
        server_at: args.server_at.clone(),
        client_at: args.client_at.clone(),
        cwd: args.cwd.clone(),
        env: args.env.clone(),
        dir: args.dir.clone(),
        build_limit: None,
        confine: args.confine,
        no_confine: args.no_confine,
        allow: args.allow.clone(),
        wire: args.wire.clone(),
        family: args.family.clone(),
        check: args.check.clone(),
        full: true,
        seed: args.seed,
        jobs: Some(1),
        format: Format::Text,
        output: None,
        screen: None,
        for_class: false,
    }
}
