//! Pages in a browser without a window: Debian's chromium.

use std::path::Path;
use std::process::Command;

/// Opens a file of `dir`, in which the browser also keeps its profile, and returns the texts of the `<pre>` elements that stand
/// in the page at the end: what its scripts tell.
///
/// # Panics
/// When chromium is missing, or the page writes to the console.
pub fn told(dir: &Path, file: &str) -> Vec<String> {
    let mut browser = Command::new("chromium");
    browser.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
    ]);
    browser.args(["--window-size=1400,900", "--virtual-time-budget=10000", "--enable-logging=stderr"]);
    browser.arg(format!("--user-data-dir={}", dir.join("profile").display())).arg("--dump-dom");
    browser.arg(format!("file://{}", dir.join(file).display()));
    // What it writes beside its profile.
    browser.env("HOME", dir);
    let output = browser.output().expect("start chromium");
    let _ = std::fs::remove_dir_all(dir.join("profile"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("CONSOLE"), "{errors}");
    let dom = String::from_utf8_lossy(&output.stdout);
    let plain = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let told: Vec<String> =
        dom.split("<pre>").skip(1).filter_map(|rest| Some(plain(rest.split_once("</pre>")?.0))).collect();
    assert!(!told.is_empty(), "{dom}\n{errors}");
    told
}
