//! The fault wires: each ends one direction by FIN, by RST, or by silence, after the reader has taken a number of
//! its bytes.

use super::kind::{Cut, Fault};
use super::lane::{Came, End, Lane};

pub(super) fn carry(lane: &mut Lane<'_>, fault: Fault) -> End {
    let mut buffer = vec![0; 64 * 1024];
    let ours = lane.direction() == fault.direction;
    while !ours || lane.sent() < fault.after {
        let left = if ours { fault.after - lane.sent() } else { u64::MAX };
        let room = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match lane.take(&mut buffer[..room], None) {
            Came::Bytes(n) => {
                if let Err(end) = lane.pass(&buffer[..n]) {
                    return end;
                }
            }
            Came::Nothing => {}
            Came::End(end) => return end,
        }
    }
    // A reset would destroy what the reader has not taken yet.
    lane.drain();
    match fault.cut {
        Cut::Rst => return End::Rst,
        Cut::Fin => lane.end(End::Fin),
        Cut::Stall => {}
    }
    // Takes and drops what the speaking side still says, so that it notices nothing.
    loop {
        match lane.take(&mut buffer, None) {
            Came::End(End::Rst) => return End::Rst,
            Came::End(End::Fin | End::Deaf | End::Silent) => return End::Silent,
            Came::Bytes(_) | Came::Nothing => {}
        }
    }
}
