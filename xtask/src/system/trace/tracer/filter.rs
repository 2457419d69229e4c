//! The filter that stops a traced program only at calls of interest.

use super::calls;
use crate::system::filter::{Filter, ends, equals};

/// Makes the filter for the calls of interest. It lets all others pass, and all of another machine's (32 bits). Without a
/// tracer, the calls of interest fail with ENOSYS.
pub fn of_interest() -> Filter {
    let stops = |number| [equals(number as u32, 0, 1), ends(libc::SECCOMP_RET_TRACE)];
    Filter::new(libc::SECCOMP_RET_ALLOW, calls::numbers().flat_map(stops))
}
