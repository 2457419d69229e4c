//! The hidden verb that makes the tables of a class anew: `__results RESULTS`.

use super::shared::UNABLE;
use crate::report::class;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// The verb.
pub const VERB: &str = "__results";

/// Makes the tables of the class in the folder that is named.
pub fn results(args: &[OsString]) -> ExitCode {
    let [folder] = args else {
        eprintln!("error: name the folder of results, for instance {VERB} results");
        return ExitCode::from(super::shared::USAGE);
    };
    match class::write(Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(UNABLE)
        }
    }
}
