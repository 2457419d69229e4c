//! The first minute of a learner, beside that of another revision.

use super::{call, clone, limited, median, processor_time};
use std::time::Instant;

/// How often each revision is built.
const TIMES: usize = 3;

/// From nothing to the first verdict, of `revision` and of what is checked out here, in turn.
pub fn measure(revision: &str) {
    let both = [revision, "HEAD"];
    for revision in both {
        // What the network takes is not compared: all crates are fetched before.
        call(&clone("beside", revision), "cargo", &["fetch", "--locked"]);
    }
    println!("from nothing to the first verdict: git clone, cargo xtask run lesson-01 --solution");
    let (mut times, mut processor) = ([vec![], vec![]], [vec![], vec![]]);
    for time in 1..=TIMES {
        for (n, revision) in both.iter().enumerate() {
            let (start, before) = (Instant::now(), processor_time());
            let copy = clone("beside", revision);
            let cloned = start.elapsed().as_secs_f64();
            let run = call(&copy, "cargo", &["xtask", "run", "lesson-01", "--solution"]) / 1e3;
            let used = (processor_time() - before) / 1e3;
            println!(
                "{time}  {revision:<10} {:>6.1} s (clone {cloned:.1} s, run {run:.1} s), processor {used:>6.1} s",
                cloned + run
            );
            times[n].push(cloned + run);
            processor[n].push(used);
        }
    }
    let ([was, is], [used_was, used_is]) = (times.map(median), processor.map(median));
    println!("medians of {TIMES}: {was:.1} s and {is:.1} s, processor {used_was:.1} s and {used_is:.1} s");
    println!("processor: HEAD / {revision} = {:.2}", used_is / used_was);
    limited(&format!("time:      HEAD / {revision}"), is / was, 0.5);
}
