//! What a check has named so far, and that programs are confined to it.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// That programs are confined, and what more they may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confined {
    /// Folders and files that they may read beside their own.
    pub allow: Vec<PathBuf>,
}

/// What the check has named so far.
#[derive(Debug, Default)]
pub struct Named {
    /// The ports of addresses.
    pub ports: BTreeSet<u16>,
    /// The ports at which it has started a server: another one there may take another port.
    pub served: BTreeSet<u16>,
    /// The folders of the check.
    pub folders: Vec<PathBuf>,
    /// Whether the check looks for what a server binds beside its address.
    pub is_about_binding: bool,
}
