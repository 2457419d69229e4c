//! What of the system's files every program may need: what a confined program may read anyway.

use crate::system::program::confine;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Returns the system's files and folders, but for those that a box makes anew. It looks once.
pub fn places() -> &'static [PathBuf] {
    static PLACES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let is_own = |path: &PathBuf| ["/dev", "/proc"].iter().any(|place| path.starts_with(place));
    PLACES.get_or_init(|| confine::essentials().into_iter().filter(|path| !is_own(path)).collect())
}

/// Returns whether the path lies in one of them.
pub fn has(path: &Path) -> bool {
    places().iter().any(|place| path.starts_with(place))
}
