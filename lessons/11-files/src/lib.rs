//! Files over a connection: sent in blocks, checked by their hash, and stored whole or not at all.
//!
//! - [`message`]: a length, a JSON object, and as many bytes of data as the object states.
//! - [`names`]: which names a file may have.
//! - [`blocks`]: copies data block by block, and hashes it on the way.
//! - [`folder`]: stores, opens and lists the files of one folder.
//! - [`progress`]: shows a person how far a long transfer is.

pub mod blocks;
pub mod folder;
pub mod message;
pub mod names;
pub mod progress;
