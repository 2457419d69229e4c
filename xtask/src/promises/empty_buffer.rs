//! A buffer of length 0: the kernel shows the call that reads into it, while the other side is silent.

use crate::bench::Bench;
use crate::finding::{Cause, Outcome, Stop, Symptom, because};

/// The cause where the kernel shows a call that waits for bytes with a buffer of length 0.
pub const EMPTY_BUFFER: &str = "the buffer has length 0: `read` was called to take at most 0 bytes (the kernel shows the call), \
                                and then returns 0, as at the end. `Vec::new()` and `Vec::with_capacity(…)` have length 0: \
                                use `[0; 1024]`";

/// Gives a client that broke a promise the cause that it waits for bytes with a buffer of length 0, if `waits_with_nothing`
/// finds that of a new client.
///
/// # Errors
/// Those of `outcome`.
pub fn explained(
    bench: &mut Bench,
    outcome: Outcome,
    waits_with_nothing: impl FnOnce(&mut Bench) -> Outcome<bool>,
) -> Outcome {
    let Err(stop) = outcome else { return Ok(()) };
    if !matches!(*stop, Stop::Broken(_)) {
        return Err(stop);
    }
    match bench.aside(waits_with_nothing).unwrap_or(false) {
        true => because(Err(stop), Cause::certain(EMPTY_BUFFER)),
        false => Err(stop),
    }
}

/// Does that for a client that only listens: a new one gets no byte. One that hangs has waited for more than the first.
///
/// # Errors
/// Those of `outcome`.
pub fn explained_listener(bench: &mut Bench, outcome: Outcome) -> Outcome {
    match &outcome {
        Err(stop) if matches!(stop.symptom(), Symptom::StillRuns | Symptom::StillWaits { .. }) => outcome,
        _ => explained(bench, outcome, waits_with_nothing),
    }
}

fn waits_with_nothing(bench: &mut Bench) -> Outcome<bool> {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let _peer = bench.accept(&host, &client)?;
    Ok(client.reads_into_nothing())
}
