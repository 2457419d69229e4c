//! Whether a run confines the programs.

use crate::bench::Confined;
use crate::cli::Confining;
use crate::commands::shared::Usage;
use crate::system::program::confine;

/// Returns how a command line confines programs; `None` where it does not, and on systems that cannot.
///
/// # Errors
/// When it names what may be read in addition, and that is not there, or nothing is confined.
pub fn confined(confining: &Confining) -> Result<Option<Confined>, Usage> {
    if !confining.is_on {
        return match confining.allow.first() {
            Some(path) => Err(Usage(format!(
                "--allow {}: programs that are not confined read it anyway; add --confine, or leave --allow out",
                path.display()
            ))),
            None => Ok(None),
        };
    }
    let there = |path: &std::path::PathBuf| {
        let shown = path.display();
        path.canonicalize()
            .map_err(|error| Usage(format!("--allow {shown}: {error}; name a folder or a file")))
    };
    let allow = confining.allow.iter().map(there).collect::<Result<_, _>>()?;
    // Where nothing can be held, programs start as they do without this.
    Ok(confine::kernel().linux.then_some(Confined { allow }))
}
