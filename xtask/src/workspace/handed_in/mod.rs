//! What students hand in: a folder or an archive each, and the lessons in it, in whatever layout.

mod archive;
mod digest;
mod find;
mod holds;
mod list;
mod refused;
mod sole;
mod unpacker;
mod walk;

pub use archive::open;
pub use digest::{Fnv, digest};
pub use find::{Place, find, find_only};
pub use holds::holds;
pub use list::{HandIn, list, others};
pub use refused::Refused;
pub use sole::archive_of;
pub use unpacker::{UNPACK, unpacker};
pub use walk::{copy, copy_some, walk};
