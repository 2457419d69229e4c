//! Checks that each figure of the book is drawn from a run, and that a run today still shows what its chapter says.
//!
//! `docs/src/figures` holds of each figure its events (`NAME.events`) and its drawing (`NAME.svg`). Each scene is played
//! anew in a network of its own, and its claims are checked. Its events are compared with the stored ones, without times.
//! The drawing, and the block in the chapter below `<!-- figure: NAME -->`, are made from the stored events.
//! `LAB_UPDATE=1 cargo test -p lab-tests --test figures` renews what differs; with `--test book` beside it, also the transcripts. Events that are alike stay as they are: so
//! nothing changes where nothing is new. To draw a run of today all the same, remove the file with the events first.

use lab_tests::figures::{SCENES, Scene};
use lab_tests::{browser, empty_dir, has, root};
use std::fs;
use std::path::PathBuf;
use xtask::picture::page::figure::{in_words, svg};
use xtask::picture::stored::Stored;

/// The chapter that explains what the signs mean.
const FIRST: &str = "01-echo";

fn file(scene: &Scene, end: &str) -> PathBuf {
    root().join(format!("docs/src/figures/{}.{end}", scene.name))
}

fn kept(scene: &Scene) -> Option<Stored> {
    Stored::read(&fs::read_to_string(file(scene, "events")).ok()?)
}

fn is_update() -> bool {
    std::env::var_os("LAB_UPDATE").is_some()
}

/// Returns the claims that these events do not bear out.
fn wrong(scene: &Scene, stored: &Stored, is_fresh: bool) -> Vec<String> {
    let picture = stored.picture();
    let checked = scene.claims.iter().map(|claim| (claim, claim.check(&picture, is_fresh)));
    let one = |(claim, so): (_, Result<(), String>)| Some(format!("    {claim:?}\n      but {}", so.err()?));
    checked.filter_map(one).collect()
}

/// The chapters' figures are those of the stored events, and these bear out what the chapters say.
#[test]
fn figures_are_drawn_from_their_events() {
    if is_update() {
        return; // Another test renews them.
    }
    let mut differ = Vec::new();
    for scene in SCENES {
        let Some(stored) = kept(scene) else {
            differ.push(format!("{}: its events are missing, or cannot be read", scene.name));
            continue;
        };
        differ.extend(wrong(scene, &stored, false).iter().map(|why| format!("{}:\n{why}", scene.name)));
        if fs::read_to_string(file(scene, "svg")).ok() != Some(svg(&stored.picture(), &scene.figure())) {
            differ.push(format!("{}: its drawing is not that of its events", scene.name));
        }
        let page = page(scene);
        if with_figure(&page, scene, &stored) != page {
            differ.push(format!("{}: its block in the chapter is not that of its events", scene.name));
        }
    }
    assert!(differ.is_empty(), "LAB_UPDATE=1 renews figures\n{}", differ.join("\n"));
}

fn page(scene: &Scene) -> String {
    fs::read_to_string(root().join(format!("docs/src/{}.md", scene.chapter))).expect("the chapter")
}

/// Returns a chapter with the block of this figure below its mark.
fn with_figure(page: &str, scene: &Scene, stored: &Stored) -> String {
    let Scene { name, chapter, title, about, .. } = *scene;
    let mark = format!("<!-- figure: {name} -->\n");
    let end = "<!-- end of figure -->\n";
    let Some((before, after)) = page.split_once(&mark) else {
        panic!("{chapter} has no line `{}`", mark.trim_end());
    };
    assert!(!after.contains(&mark), "{chapter} has the figure {name} twice");
    let after = after.split_once(end).filter(|(block, _)| !block.contains("<!-- figure:"));
    let Some((_, after)) = after else {
        panic!("{chapter}: `{}` must follow the figure {name}", end.trim_end())
    };
    let picture = stored.picture();
    let drawn = svg(&picture, &scene.figure());
    let width = drawn.split("width=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a width");
    let words = in_words(&picture, scene.time);
    let words: String = words.iter().map(|one| format!("<li>{}</li>\n", escaped(one))).collect();
    let more = match chapter == FIRST {
        true => String::new(),
        false => format!(" (<a href=\"{FIRST}.md#why\">how to read it</a>)"),
    };
    // No line is empty and each begins with `<`: so all of it is one piece of HTML for mdBook and for GitHub.
    format!(
        "{before}{mark}\n<figure>\n\
         <a href=\"figures/{name}.svg\"><img src=\"figures/{name}.svg\" width=\"{width}\" alt=\"{}\"></a>\n\
         <figcaption>{}, drawn from a run{more}</figcaption>\n</figure>\n\
         <details>\n<summary>This figure in words</summary>\n<ol>\n{words}</ol>\n</details>\n\n{end}{after}",
        escaped(about),
        escaped(title),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A claim can be wrong: those of a scene do not hold for the events of another one.
#[test]
fn claims_are_those_of_one_figure() {
    if is_update() {
        return;
    }
    for scene in SCENES {
        for other in SCENES.iter().filter(|other| other.name != scene.name) {
            let stored = kept(other).expect("events");
            assert!(
                !wrong(scene, &stored, false).is_empty(),
                "{} says nothing that {} does not show",
                scene.name,
                other.name
            );
        }
    }
}

/// Each mark in a page is that of a figure, and no file is left of one that is gone.
#[test]
fn nothing_is_left_of_a_figure_that_is_gone() {
    let docs = root().join("docs/src");
    let pages =
        fs::read_dir(&docs).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    for path in pages.filter(|path| path.extension().is_some_and(|end| end == "md")) {
        let text = fs::read_to_string(&path).unwrap();
        for rest in text.split("<!-- figure: ").skip(1) {
            let name = rest.split(' ').next().unwrap();
            let scene = SCENES.iter().find(|scene| scene.name == name);
            let chapter = scene.map(|scene| format!("{}.md", scene.chapter));
            assert_eq!(chapter.as_deref(), path.file_name().unwrap().to_str(), "the figure {name}");
        }
    }
    for entry in fs::read_dir(docs.join("figures")).unwrap().flatten() {
        let path = entry.path();
        let is_known =
            SCENES.iter().any(|scene| ["events", "svg"].map(|end| file(scene, end)).contains(&path));
        assert!(is_known, "{} belongs to no figure", path.display());
    }
}

/// Measures the texts of all figures on a page, and writes what is wrong.
const MEASURE: &str = r#"<script>
const wrong = [];
const all = [...document.querySelectorAll("svg")];
for (const svg of all) {
  const name = svg.querySelector("title").textContent;
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const boxes = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBBox()]);
  const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  boxes.forEach(([text, box], n) => {
    if (box.x < 0 || box.x + box.width > width || box.y + box.height > height) wrong.push(`${name}: ${text} is outside`);
    for (const [other, its] of boxes.slice(n + 1)) if (meet(box, its)) wrong.push(`${name}: ${text} | ${other}`);
  });
}
const told = document.createElement("pre");
told.textContent = [`${all.length} figures`, ...wrong].join("\n");
document.body.append(told);
</script>"#;

#[test]
fn texts_in_figures_neither_overlap_nor_stand_outside() {
    if is_update() || !has("chromium", "the figures of the book in a browser") {
        return;
    }
    let dir = empty_dir(env!("CARGO_TARGET_TMPDIR"), "figures");
    let drawings: String =
        SCENES.iter().map(|scene| fs::read_to_string(file(scene, "svg")).unwrap_or_default()).collect();
    fs::write(
        dir.join("all.html"),
        format!("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n{drawings}{MEASURE}"),
    )
    .unwrap();
    assert_eq!(browser::told(&dir, "all.html"), [format!("{} figures", SCENES.len())]);
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod runs {
    use super::*;
    use lab_tests::not_checked;
    use lab_tests::refused::refuse;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use xtask::system::segments::{own_network, probe};

    const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
    const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");
    /// How often a scene is played at most. On a busy machine the kernel may acknowledge earlier or later than the scene
    /// needs it.
    const TRIES: usize = 8;

    /// Plays a scene once.
    fn played(scene: &Scene) -> Result<Stored, String> {
        let mut command = Command::new(RUNNER);
        command.args(["__figure", scene.name, PROGRAMS]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = own_network::start(command).map_err(|refused| refused.to_string())?;
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Stored::read(&String::from_utf8_lossy(&output.stdout)).ok_or("these are no events".into())
    }

    /// Plays a scene until its claims hold and its events are the stored ones, where there are some. Returns the last run,
    /// and what is wrong with it: claims, and a difference.
    fn fresh(scene: &Scene) -> Result<(Stored, Vec<String>, Option<String>), String> {
        let mut last = Err("it was not played".into());
        for _ in 0..TRIES {
            last = played(scene).map(|now| {
                let wrong = wrong(scene, &now, is_update());
                let difference = kept(scene).and_then(|kept| kept.differs(&now));
                (now, wrong, difference)
            });
            match &last {
                Ok((_, wrong, None)) if wrong.is_empty() => break,
                _ => {}
            }
        }
        last
    }

    /// A run today shows what the chapters say, and its events are the stored ones.
    #[test]
    fn a_run_today_shows_what_the_chapters_say() {
        let calls = lab_tests::run(RUNNER, &["__probe"]);
        let packets = probe().map_err(|refused| refused.to_string());
        if calls.status != 0 || packets.is_err() {
            let why = format!("{} {}", calls.stdout.trim(), packets.err().unwrap_or_default());
            return not_checked(&format!("runs of the book's figures: {}", why.trim()));
        }
        let mut problems = Vec::new();
        for scene in SCENES {
            let name = scene.name;
            let (now, wrong, difference) = match fresh(scene) {
                Ok(fresh) => fresh,
                Err(why) => {
                    problems.push(format!("{name} cannot be played: {why}"));
                    continue;
                }
            };
            if !wrong.is_empty() {
                problems.push(format!("{name} does not show any more\n{}", wrong.join("\n")));
            }
            if is_update() && wrong.is_empty() {
                renew(scene, now, difference.as_deref());
            } else if let Some(difference) = difference {
                problems.push(format!("{name} is another one: it had {difference}"));
            }
        }
        assert!(problems.is_empty(), "LAB_UPDATE=1 renews figures\n{}", problems.join("\n"));
    }

    #[test]
    fn where_calls_are_refused_the_test_says_so() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["runs::a_run_today_shows_what_the_chapters_say", "--exact", "--nocapture"]);
        refuse(&mut command, &[libc::SYS_ptrace]);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let why = "NOT CHECKED: runs of the book's figures: ptrace is refused";
        assert!(said.contains(why), "{said}");
    }

    /// Writes what differs: the events where they are not alike, and then what is drawn from them.
    fn renew(scene: &Scene, now: Stored, difference: Option<&str>) {
        let stored = match kept(scene) {
            Some(kept) if difference.is_none() => kept,
            _ => now,
        };
        write(&file(scene, "events"), &stored.text());
        write(&file(scene, "svg"), &svg(&stored.picture(), &scene.figure()));
        let page = root().join(format!("docs/src/{}.md", scene.chapter));
        write(&page, &with_figure(&super::page(scene), scene, &stored));
    }

    fn write(path: &Path, text: &str) {
        if fs::read_to_string(path).ok().as_deref() != Some(text) {
            fs::write(path, text).unwrap();
        }
    }
}
