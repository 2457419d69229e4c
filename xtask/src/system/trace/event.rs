//! What a keeper tells the runner of its program's calls: one line of JSON an event.

use super::call::{Call, Happening, ProgramId, json};
use serde_json::{Value, json as object};

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The call of this number, counted from 0 in order of their starts. It comes at its start, and again, whole, when it
    /// has returned; only once when it returns soon.
    Call(usize, Call),
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
    /// Returns its line, without the line's end.
    pub fn line(&self) -> String {
        match self {
            Self::Call(number, call) => object!({ "number": number, "call": json::of_call(call) }),
            Self::Happened(happening) => object!({ "happened": json::of_happening(happening) }),
            Self::Stopped(thread, true) => object!({ "stopped": thread }),
            Self::Stopped(thread, false) => object!({ "continued": thread }),
            Self::Full => object!({ "full": true }),
            Self::Refused(why) => object!({ "refused": why }),
        }
        .to_string()
    }

    /// Reads the line of a keeper of this program.
    pub fn of_line(line: &str, program: ProgramId) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let thread = |key: &str| value[key].as_u64().and_then(|thread| u32::try_from(thread).ok());
        if let Some(number) = value["number"].as_u64() {
            return Some(Self::Call(number as usize, json::to_call(&value["call"], program)?));
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
    use crate::system::trace::call::What;

    #[test]
    fn each_event_comes_back_as_it_was() {
        for event in [
            Event::Happened(Happening { at: Stamp(1), pid: 2, what: What::Forked(3) }),
            Event::Stopped(7, true),
            Event::Stopped(7, false),
            Event::Full,
            Event::Refused("no \"right\"".into()),
        ] {
            assert_eq!(Event::of_line(&event.line(), ProgramId(0)), Some(event));
        }
        assert_eq!(Event::of_line("{\"number\":", ProgramId(0)), None);
    }
}
