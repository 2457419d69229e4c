//! One runner at a time works in a folder of results.

use crate::commands::shared::Usage;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Makes sure that no other runner works in this folder of results. As long as the value lives, none can.
///
/// # Errors
/// [`Usage`] when one does.
pub fn alone_in(results: &Path) -> anyhow::Result<Option<File>> {
    // Where a folder cannot be locked (Windows, some networks), nobody can say.
    let Ok(folder) = File::open(results) else { return Ok(None) };
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::Error(_)) => Ok(None),
        Err(TryLockError::WouldBlock) => {
            let why =
                format!("{}: another runner is judging into it; wait until it is over", results.display());
            Err(Usage(why).into())
        }
    }
}
