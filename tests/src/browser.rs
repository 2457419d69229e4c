//! Pages in a browser without a window: Debian's chromium.

use serde_json::Value;
use std::fs;
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

/// The errors of a page, which its script reports in `lab`. It stands before all else of the page.
const BEGIN: &str = r#"<script>
const lab = [];
addEventListener("error", (event) => lab.push(String(event.message)));
addEventListener("securitypolicyviolation", (event) => lab.push(event.violatedDirective + event.blockedURI));
for (const kind of ["error", "warn"]) console[kind] = (...words) => lab.push(words.join(" "));
</script>"#;

const AROUND: &str = r#"<!DOCTYPE html>
<script>
addEventListener("message", (event) => {
  const told = document.createElement("pre");
  told.textContent = event.data;
  document.body.append(told);
});
</script>
<body>
<iframe src="inside.html" style="border: 0" width="360" height="800"></iframe>
<iframe src="inside.html" style="border: 0" width="1280" height="800"></iframe>
"#;

/// Opens a page in the browser, once as wide as a telephone and once as a screen, and returns what each tells by the script
/// `end`, which also reports its `width` and the errors in `lab`.
///
/// # Panics
/// When chromium is missing, or the page tells nothing.
pub fn seen(dir: &Path, page: &str, end: &str) -> Vec<Value> {
    let inside = page.replacen("<head>", &format!("<head>{BEGIN}"), 1);
    let inside = inside.replacen("</body>", &format!("{end}</body>"), 1);
    assert_eq!(inside.matches("postMessage").count(), 1);
    fs::write(dir.join("inside.html"), inside).unwrap();
    fs::write(dir.join("around.html"), AROUND).unwrap();
    let told = told(dir, "around.html");
    let told: Vec<Value> = told.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
    assert_eq!(told.len(), 2);
    let mut widths: Vec<u64> = told.iter().filter_map(|one| one["width"].as_u64()).collect();
    widths.sort_unstable();
    assert_eq!(widths, [360, 1280]);
    told
}
