//! The pages of `trace --format html` and of `run --format html` in a browser (Debian's chromium, without a window): they
//! have no error, their texts are there, and nothing is wider than the screen.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use lab_tests::browser::seen;
use lab_tests::{empty_dir, has, not_checked, run};
use serde_json::Value;
use std::fs;
use std::path::Path;
use xtask::system::segments;

const RUNNER: &str = env!("CARGO_BIN_EXE_runner");
const PROGRAMS: &str = env!("CARGO_BIN_EXE_programs");
const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// Writes the page of a check of the solution of lesson 01. Returns nothing where this system shows no calls or no packets.
fn page(dir: &Path, more: &[&str]) -> Option<String> {
    let calls = run(RUNNER, &["__probe"]);
    let packets = segments::probe().map_err(|refused| refused.to_string());
    if calls.status != 0 || packets.is_err() {
        not_checked(&format!("a page of calls and packets: {} {packets:?}", calls.stdout.trim()));
        return None;
    }
    let file = dir.join("page.html");
    let path = file.display().to_string();
    let words = ["trace", "01", "--solution", "--seed", "7", "--format", "html", "--output", &path];
    let ran = run(RUNNER, &[&words, more].concat());
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, format!("the check passed\npicture: {path}\n"));
    Some(fs::read_to_string(file).unwrap())
}

/// What the page of a picture tells of itself.
const END: &str = r#"<script>
addEventListener("load", () => {
  const told = { width: innerWidth, wide: [] };
  const measure = () => told.wide.push(document.documentElement.scrollWidth);
  const texts = (figure) =>
    [...document.querySelectorAll(`svg.${figure} text`)].filter((text) => text.getClientRects().length);
  const see = (figure) => {
    measure();
    const own = texts(figure);
    const svg = document.querySelector(`svg.${figure}`);
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const boxes = own.map((text) => [text.textContent, text.getBBox()]);
    const outside = ([, box]) => box.x < 0 || box.x + box.width > width || box.y + box.height > height;
    const meet = (a, b) =>
      a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
    const pairs = boxes.flatMap((one, n) => boxes.slice(n + 1).map((other) => [one, other]));
    const overlaps = pairs.filter(([one, other]) => meet(one[1], other[1]));
    told[figure] = {
      texts: boxes.map(([text]) => text),
      outside: boxes.filter(outside).map(([text]) => text),
      overlaps: overlaps.map(([one, other]) => `${one[0]} | ${other[0]}`),
      size: (svg.getBoundingClientRect().width / width) * parseFloat(getComputedStyle(own[0]).fontSize),
    };
  };
  see("folded");
  document.getElementById("view-scaled").click();
  see("scaled");
  told.both = texts("folded").length;
  document.getElementById("view-folded").click();
  const panel = document.getElementById("panel");
  const items = [...document.querySelectorAll("svg.folded a.item")];
  const link = items.find((item) => item.getAttribute("aria-label").includes('= 5 "hello"'));
  told.hidden = [panel.hidden];
  link.focus();
  told.focused = document.activeElement === link;
  told.hidden.push(panel.hidden);
  told.panel = panel.innerText;
  measure();
  link.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  told.next = items.indexOf(document.activeElement) - items.indexOf(link);
  link.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  told.hidden.push(panel.hidden);
  items[0].dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  told.hovered = panel.innerText;
  told.reached = items.every((item) => item.tabIndex >= 0);
  const outer = [...document.querySelectorAll("body *")].filter((one) => !one.closest("svg, pre"));
  told.cut = outer.filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.tagName);
  told.errors = lab;
  parent.postMessage(JSON.stringify(told), "*");
});
</script>"#;

/// What the page of a report tells of itself.
const REPORT_END: &str = r#"<script>
addEventListener("load", () => {
  const told = { width: innerWidth, wide: [], outside: [], sizes: [] };
  const measure = () => told.wide.push(document.documentElement.scrollWidth);
  measure();
  told.folded = [...document.querySelectorAll("details.folded")].map((one) => one.open);
  for (const svg of document.querySelectorAll("section.fail svg, section.demo svg")) {
    const shown = [...svg.querySelectorAll("text")].filter((text) => text.getClientRects().length);
    if (!shown.length) continue;
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    for (const text of shown) {
      const box = text.getBBox();
      const is_out = box.x < 0 || box.x + box.width > width || box.y < 0 || box.y + box.height > height;
      if (is_out) told.outside.push(text.textContent);
    }
    const scale = svg.getBoundingClientRect().width / width;
    told.sizes.push(scale * parseFloat(getComputedStyle(shown[0]).fontSize));
  }
  told.texts = [...document.querySelectorAll("svg text, dd, mark, .wrong, summary")].map((one) => one.textContent);
  told.marks = [...document.querySelectorAll("mark")].filter((one) => one.getClientRects().length).length;
  const panel = document.getElementById("panel");
  told.hidden = [panel.hidden];
  const links = ["svg a.item", "svg a.block"].map((link) => document.querySelector(link));
  told.panels = links.filter(Boolean).map((link) => {
    link.focus();
    measure();
    return panel.innerText;
  });
  told.hidden.push(panel.hidden);
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  told.hidden.push(panel.hidden);
  for (const one of document.querySelectorAll("details")) one.open = true;
  measure();
  const outer = [...document.querySelectorAll("body *")].filter((one) => !one.closest("svg, pre"));
  told.cut = outer.filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.tagName);
  told.errors = lab;
  parent.postMessage(JSON.stringify(told), "*");
});
</script>"#;

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn is_fine(told: &Value) {
    let width = told["width"].as_u64().unwrap();
    assert_eq!(texts(&told["errors"]), [""; 0], "{told}");
    for wide in told["wide"].as_array().unwrap() {
        assert!(wide.as_u64().unwrap() <= width, "{told}");
    }
    assert_eq!(texts(&told["cut"]), [""; 0], "{width}: {told}");
    for figure in ["folded", "scaled"] {
        let figure = &told[figure];
        assert_eq!(texts(&figure["outside"]), [""; 0], "{width}");
        assert_eq!(texts(&figure["overlaps"]), [""; 0], "{width}");
        assert!(figure["size"].as_f64().unwrap() >= 11.0, "{width}: {}", figure["size"]);
    }
    // Only one figure is shown at a time.
    assert_eq!(told["both"], 0);
    assert_eq!(told["hidden"], serde_json::json!([true, false, true]));
    assert_eq!(told["focused"], true);
    assert_eq!(told["next"], 1);
    assert_eq!(told["reached"], true);
    let panel = told["panel"].as_str().unwrap();
    assert!(panel.contains("68 65 6c 6c 6f") && panel.contains("hello"), "{panel}");
    assert!(told["hovered"].as_str().unwrap().contains("socket(TCP) = 3"), "{}", told["hovered"]);
}

#[test]
fn the_page_has_its_texts_and_no_errors_and_nothing_is_wider_than_the_screen() {
    if !has("chromium", "the page of a picture in a browser") {
        return;
    }
    for (name, more) in [("page", &[][..]), ("page-wire", &["--wire", "plain"])] {
        let dir = empty_dir(TMP, name);
        let Some(page) = page(&dir, more) else { return };
        let told = seen(&dir, &page, END);
        for one in &told {
            is_fine(one);
            let folded = texts(&one["folded"]["texts"]);
            for text in
                ["LISTEN", "SYN seq 0", "SYN ACK seq 0 ack 1", "PSH ACK seq 1 ack 1 len 5", "TIME_WAIT"]
            {
                assert!(folded.contains(&text), "{text}: {folded:?}");
            }
            for text in ["listen(3, 128) = 0", "connect(3, ", "sendto(3, 5) = 5 \"hello\"", "close(3) = 0"] {
                assert!(folded.iter().any(|own| own.starts_with(text)), "{text}: {folded:?}");
            }
        }
    }
}

#[test]
fn a_report_has_its_texts_and_no_errors_and_nothing_is_wider_than_the_screen() {
    if !has("chromium", "the page of a report in a browser") {
        return;
    }
    let server = format!("{PROGRAMS} wrong-01-server-trims");
    let lost = format!("{PROGRAMS} wrong-12-client-four-tries");
    let runs: [(&str, &[&str], &[&str]); 3] = [
        (
            "report-server",
            &["01", "--server", &server],
            &["the check as client", "written", "read", " s in which nothing passed", "byte 255 is missing"],
        ),
        (
            "report-demo",
            &["04", "--solution"],
            &["passed on", "wire", "the check as server", "checks passed"],
        ),
        ("report-datagrams", &["12", "--client", &lost], &["#1 10 bytes, lost", "failed too"]),
    ];
    for (name, words, texts) in runs {
        let dir = empty_dir(TMP, name);
        let words = [&["run"], words, &["--seed", "7", "--format", "html"]].concat();
        let ran = run(RUNNER, &words);
        for one in seen(&dir, &ran.stdout, REPORT_END) {
            is_whole(name, &one);
            let all = self::texts(&one["texts"]).join("\n");
            for text in texts {
                assert!(all.contains(text), "{name}: {text}: {all}");
            }
            // The runner waits at least that long before it gives up.
            if let Some((before, _)) = all.split_once(" s in which nothing passed") {
                let seconds: f64 = before.split_whitespace().next_back().unwrap().parse().unwrap();
                assert!(seconds >= 2.0, "{name}: {seconds} s: {all}");
            }
        }
    }
}

fn is_whole(name: &str, told: &Value) {
    let width = told["width"].as_u64().unwrap();
    assert_eq!(texts(&told["errors"]), [""; 0], "{name}: {told}");
    for wide in told["wide"].as_array().unwrap() {
        assert!(wide.as_u64().unwrap() <= width, "{name}: {told}");
    }
    assert_eq!(texts(&told["cut"]), [""; 0], "{name}, {width}: {told}");
    assert_eq!(texts(&told["outside"]), [""; 0], "{name}, {width}");
    let sizes = told["sizes"].as_array().unwrap();
    assert!(
        !sizes.is_empty() && sizes.iter().all(|size| size.as_f64().unwrap() >= 11.0),
        "{name}: {sizes:?}"
    );
    let folded = told["folded"].as_array().unwrap();
    assert!(!folded.is_empty() && folded.iter().all(|open| open == false), "{name}: {folded:?}");
    assert_eq!(told["hidden"], serde_json::json!([true, false, true]), "{name}");
    assert!(texts(&told["panels"]).iter().all(|panel| !panel.trim().is_empty()), "{name}: {told}");
}
