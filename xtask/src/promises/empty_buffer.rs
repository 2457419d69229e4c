//! A buffer of length 0: the kernel shows the call that reads into it, while the other side is silent.

use crate::bench::Bench;
use crate::finding::{Cause, Outcome, Stop, Symptom, because};

/// The cause where the kernel shows a call that waits for bytes with a buffer of length 0.
pub const EMPTY_BUFFER: &str = "the buffer has length 0: `read` was called to take at most 0 bytes (the kernel shows the call), \
                                and then returns 0, as at the end. `Vec::new()` and `Vec::with_capacity(…)` have length 0: \
                                use `[0; 1024]`";

/// Gives a client that only listens, and broke a promise, the cause that it waits for the first byte with a buffer of length
/// 0, if a new client does.
///
/// # Errors
/// Those of `outcome`.
pub fn explained(bench: &mut Bench, outcome: Outcome) -> Outcome {
    let Err(stop) = outcome else { return Ok(()) };
    let hangs = matches!(stop.symptom(), Symptom::StillRuns | Symptom::StillWaits { .. });
    if hangs || !matches!(*stop, Stop::Broken(_)) {
        return Err(stop);
    }
    let (logs, ran) = (bench.logs.len(), bench.ran.len());
    let is_empty = waits_with_nothing(bench).unwrap_or(false);
    // The evidence is that of the connection that broke the promise.
    bench.logs.truncate(logs);
    bench.ran.truncate(ran);
    match is_empty {
        true => because(Err(stop), Cause::certain(EMPTY_BUFFER)),
        false => Err(stop),
    }
}

fn waits_with_nothing(bench: &mut Bench) -> Outcome<bool> {
    let host = bench.host()?;
    let mut client = bench.client(host.addr, &[])?;
    client.end_input();
    let _peer = bench.accept(&host, &client)?;
    Ok(client.reads_into_nothing())
}
