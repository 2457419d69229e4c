//! What a keeper tells the runner of its program's calls: one line of JSON an event; after the line of a call, its bytes as
//! they are.

use super::call::{Call, Happening, ProgramId, json};
use serde_json::{Value, json as object};
use std::io::BufRead;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The call of this number, counted from 0 in order of their starts. It comes at its start, and again, whole, when it
    /// has returned; only once when it returns soon.
    Call(usize, Box<Call>),
    /// A process did something beside its calls.
    Happened(Happening),
    /// This thread was stopped by a signal, such as SIGSTOP, and stays so; `false`: it goes on.
    Stopped(u32, bool),
    /// From now on nothing is told any more: there were too many calls.
    Full,
    /// The calls cannot be seen: why.
    Refused(String),
}

impl Event {
    /// Appends it to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let value = match self {
            Self::Call(number, call) => {
                let length = call.bytes.len();
                object!({ "number": number, "bytes": length, "call": json::without_bytes(call) })
            }
            Self::Happened(happening) => object!({ "happened": json::of_happening(happening) }),
            Self::Stopped(thread, true) => object!({ "stopped": thread }),
            Self::Stopped(thread, false) => object!({ "continued": thread }),
            Self::Full => object!({ "full": true }),
            Self::Refused(why) => object!({ "refused": why }),
        };
        // A vector takes every byte.
        let _ = serde_json::to_writer(&mut *out, &value);
        out.push(b'\n');
        if let Self::Call(_, call) = self {
            out.extend_from_slice(&call.bytes);
        }
    }

    /// Reads all events of a keeper of this program, until it tells no more. What is no event is skipped.
    pub fn read_all(mut told: impl BufRead, program: ProgramId, mut each: impl FnMut(Self)) {
        let mut line = Vec::new();
        while matches!(told.read_until(b'\n', &mut line), Ok(1..)) {
            let value: Value = serde_json::from_slice(&line).unwrap_or_default();
            let mut bytes = vec![0; value["bytes"].as_u64().unwrap_or(0) as usize];
            if told.read_exact(&mut bytes).is_err() {
                return;
            }
            Self::of(&value, bytes, program).into_iter().for_each(&mut each);
            line.clear();
        }
    }

    fn of(value: &Value, bytes: Vec<u8>, program: ProgramId) -> Option<Self> {
        let thread = |key: &str| value[key].as_u64().and_then(|thread| u32::try_from(thread).ok());
        if let Some(number) = value["number"].as_u64() {
            let call = json::to_call(&value["call"], program)?;
            return Some(Self::Call(number as usize, Box::new(Call { bytes, ..call })));
        }
        if let Some(happening) = json::to_happening(&value["happened"]) {
            return Some(Self::Happened(happening));
        }
        if let Some(why) = value["refused"].as_str() {
            return Some(Self::Refused(why.into()));
        }
        thread("stopped")
            .map(|thread| Self::Stopped(thread, true))
            .or_else(|| thread("continued").map(|thread| Self::Stopped(thread, false)))
            .or_else(|| value["full"].as_bool().map(|_| Self::Full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::stamp::Stamp;
    use crate::system::trace::call::{Detail, What};

    #[test]
    fn events_come_back_as_they_were() {
        let call = Call {
            program: ProgramId(0),
            pid: 1,
            tid: 1,
            name: "write",
            file: Some(3),
            on: None,
            detail: Detail::None,
            start: Stamp(1),
            end: Some(Stamp(2)),
            result: Some(3),
            made: None,
            bytes: b"a\n\xff".to_vec(),
            moved: 3,
        };
        let events = [
            Event::Happened(Happening { at: Stamp(1), pid: 2, what: What::Forked(3) }),
            Event::Stopped(7, true),
            Event::Call(0, Box::new(call.clone())),
            Event::Stopped(7, false),
            Event::Call(1, Box::new(Call { bytes: Vec::new(), ..call })),
            Event::Full,
            Event::Refused("no \"right\"".into()),
        ];
        let mut told = Vec::new();
        events.iter().for_each(|event| event.write(&mut told));
        let read = |told: &[u8]| {
            let mut all = Vec::new();
            Event::read_all(told, ProgramId(0), |event| all.push(event));
            all
        };
        assert_eq!(read(&told), events);
        // A keeper that ends in the middle.
        for length in 0..told.len() {
            let read = read(&told[..length]);
            assert_eq!(read, events[..read.len()]);
        }
    }
}
