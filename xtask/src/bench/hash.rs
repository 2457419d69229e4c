//! SHA-256 (FIPS 180-4) of what a check sends and hears. The package `lab-hash` computes it, so that the runner itself
//! needs no crate for it.

use super::Bench;
use super::facts::can;
use crate::finding::Outcome;
use anyhow::{Context, bail};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

impl Bench<'_> {
    /// Returns the SHA-256 of these bytes, in 64 lower-case digits.
    ///
    /// # Errors
    /// When the package `lab-hash` is not there, or fails.
    pub fn hash(&self, bytes: &[u8]) -> Outcome<String> {
        can("hash", self.hash_of(None, bytes))
    }

    /// Returns the SHA-256 of the file at this path, in 64 lower-case digits.
    ///
    /// # Errors
    /// As [`Bench::hash`], and when the file cannot be read.
    pub fn hash_file(&self, path: &Path) -> Outcome<String> {
        can("hash a file", self.hash_of(Some(path), &[]))
    }

    fn hash_of(&self, path: Option<&Path>, bytes: &[u8]) -> anyhow::Result<String> {
        let program = self.programs.hash.as_ref().context("the package lab-hash was not built")?;
        let mut child =
            Command::new(program).args(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        // It says nothing before the end of its input, so nobody waits for the other.
        child.stdin.take().map_or(Ok(()), |mut input| input.write_all(bytes))?;
        let output = child.wait_with_output()?;
        let hash = String::from_utf8(output.stdout)?.trim().to_string();
        if !output.status.success() || hash.len() != 64 {
            bail!("lab-hash {}", output.status);
        }
        Ok(hash)
    }
}
