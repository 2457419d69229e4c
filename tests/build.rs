//! Lists the Rust programs in `src/bin/programs/right` and `wrong`: to add a program, add its file.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/bin/programs");
    let (mut modules, mut list) = (String::new(), String::new());
    for kind in ["right", "wrong"] {
        println!("cargo::rerun-if-changed=src/bin/programs/{kind}");
        writeln!(modules, "mod {kind} {{")?;
        for stem in stems(&folder.join(kind))? {
            let path = folder.join(kind).join(format!("{stem}.rs"));
            writeln!(modules, "    #[path = {path:?}]\n    pub mod {stem};")?;
            let called = format!("{kind}-{}", stem[1..].replace('_', "-"));
            writeln!(list, "    ({called:?}, {kind}::{stem}::main),")?;
        }
        writeln!(modules, "}}")?;
    }
    let text = format!("{modules}const CORPUS: &[(&str, Main)] = &[\n{list}];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("programs.rs"), text)?;
    Ok(())
}

/// Returns the names of the Rust files in this folder, sorted. Skips names of another form: the corpus tests report
/// them.
fn stems(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut stems = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(".rs"));
        let is_module = |stem: &&str| {
            stem.starts_with('s') && stem.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        };
        stems.extend(stem.filter(is_module).map(String::from));
    }
    stems.sort();
    Ok(stems)
}
