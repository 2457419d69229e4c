//! What a student gets: what became of each lesson, what to mend first, and the commands that repeat it in the student's own
//! clone.

mod page;
mod text;
mod words;

#[cfg(test)]
pub use page::SIGNATURE;
pub use page::page;
pub use text::text;
pub use words::anchor;
