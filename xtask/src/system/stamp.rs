//! A point in time that calls and segments share.

use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970 by the kernel's CLOCK_REALTIME (clock_gettime(2)): the clock by which the kernel stamps
/// packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub u64);

impl Stamp {
    /// Returns the time now.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}
