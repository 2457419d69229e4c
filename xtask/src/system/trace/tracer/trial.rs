//! Tries whether this system permits to trace.

use super::start::start;
use crate::system::trace::call::ProgramId;
use crate::system::trace::event::Event;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;

/// What the traced process of a trial sends to itself.
const SENT: &[u8] = b"traced";

/// Traces `command`, which runs [`tried`], and looks for what that does.
///
/// # Errors
/// Why the calls cannot be seen.
///
/// # Safety
/// This process must have no other thread.
pub unsafe fn try_here(command: Command) -> Result<(), String> {
    let (told, to) = io::pipe().map_err(|error| error.to_string())?;
    // SAFETY: the caller promises what `start` asks for.
    let (_, tracer) = unsafe { start(command, to) }.map_err(|error| error.to_string())?;
    if let Some(mut tracer) = tracer {
        while tracer.next_end().is_some() {}
    }
    let mut events = Vec::new();
    Event::read_all(BufReader::new(told), ProgramId(0), |event| events.push(event));
    let why = events.iter().find_map(|event| match event {
        Event::Refused(why) => Some(why.clone()),
        _ => None,
    });
    let moved = |event: &Event| matches!(event, Event::Call(_, call) if call.moved == SENT.len() as u64);
    let seen = |event: &Event| matches!(event, Event::Call(_, call) if call.bytes == SENT);
    match why {
        Some(why) => Err(why),
        None if !events.iter().any(moved) => Err("the calls of a traced program are not seen".into()),
        None if !events.iter().any(seen) => Err("the memory of a traced program cannot be read".into()),
        None => Ok(()),
    }
}

/// Does what [`try_here`] looks for.
pub fn tried() -> io::Result<()> {
    let (mut one, mut other) = UnixStream::pair()?;
    one.write_all(SENT)?;
    other.read_exact(&mut [0; SENT.len()])
}
