//! `lab-hash [FILE]` prints the SHA-256 of a file, or of its standard input, in 64 lower-case digits.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let path = std::env::args_os().nth(1);
    let input: io::Result<Box<dyn Read>> = match &path {
        Some(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
        None => Ok(Box::new(io::stdin())),
    };
    match input.and_then(hash) {
        Ok(hash) => {
            // A runner that was interrupted reads no more.
            match writeln!(io::stdout(), "{hash}") {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("lab-hash: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the SHA-256 of all that `input` brings.
///
/// # Errors
/// When it cannot be read.
fn hash(mut input: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            n => hash.update(&buffer[..n]),
        }
    }
}
