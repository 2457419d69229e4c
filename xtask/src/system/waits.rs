//! What a check waits for, for those who wait with it. The verdict does not hang on it.

use std::cell::RefCell;

/// What a check waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// That the server listens, or binds its socket.
    Listening,
    /// That the client calls, or sends its first datagram.
    Call,
    /// Something else that the programs do.
    Programs,
}

type Tell = Box<dyn Fn(WaitsFor)>;

thread_local! {
    /// Gets what the check of this thread waits for.
    static TELL: RefCell<Option<Tell>> = const { RefCell::new(None) };
}

/// Runs a check; `tell` gets what it waits for, first at its start.
pub fn told<T>(tell: impl Fn(WaitsFor) + 'static, check: impl FnOnce() -> T) -> T {
    tell(WaitsFor::Programs);
    TELL.with_borrow_mut(|now| *now = Some(Box::new(tell)));
    let done = check();
    TELL.with_borrow_mut(|now| *now = None);
    done
}

/// A wait that is under way.
#[must_use]
pub struct Waiting(());

/// States what the check of this thread waits for, until what it returns is dropped.
pub fn until(what: WaitsFor) -> Waiting {
    state(what);
    Waiting(())
}

impl Drop for Waiting {
    fn drop(&mut self) {
        state(WaitsFor::Programs);
    }
}

fn state(what: WaitsFor) {
    TELL.with_borrow(|tell| tell.iter().for_each(|tell| tell(what)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn a_wait_is_told_from_its_start_to_its_end() {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let keep = Rc::clone(&seen);
        told(move |what| keep.borrow_mut().push(what), || drop(until(WaitsFor::Call)));
        drop(until(WaitsFor::Listening)); // Nobody waits with it.
        assert_eq!(*seen.borrow(), [WaitsFor::Programs, WaitsFor::Call, WaitsFor::Programs]);
    }
}
