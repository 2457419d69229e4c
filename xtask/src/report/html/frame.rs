//! What all pages have: one file that needs no other and no network, in light and dark and on paper. Each part of a
//! figure is a link to its words, so a page works without its script. The script shows the words beside the figure.

use super::writer::Html;

/// Writes what stands before the content, and opens the body. `signature` is how the file begins.
pub fn begin(html: &mut Html, signature: &'static str, title: &str, style: &'static str) {
    html.raw(signature);
    html.open("html", &[("lang", &"en")]);
    html.line();
    html.open("head", &[]);
    html.empty("meta", &[("charset", &"utf-8")]);
    html.empty("meta", &[("name", &"viewport"), ("content", &"width=device-width, initial-scale=1")]);
    html.empty("meta", &[("name", &"color-scheme"), ("content", &"light dark")]);
    // The page loads nothing, whatever stands in it.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
    html.empty("meta", &[("http-equiv", &"Content-Security-Policy"), ("content", &policy)]);
    html.element("title", &[], title);
    html.line();
    html.open("style", &[]);
    html.line();
    html.raw(include_str!("base.css"));
    html.raw(style);
    html.close();
    html.close();
    html.line();
    html.open("body", &[]);
    html.line();
}

/// Writes the place where the script shows the words of what the pointer or the keyboard is at, and the script.
pub fn end(html: &mut Html) {
    html.open(
        "aside",
        &[("id", &"panel"), ("hidden", &"hidden"), ("aria-label", &"What is chosen in the figure")],
    );
    html.element("button", &[("type", &"button"), ("aria-label", &"Close")], "×");
    html.element("div", &[], "");
    html.close();
    html.line();
    html.open("script", &[]);
    html.raw(include_str!("page.js"));
    html.close();
    html.line();
}

/// A part of a figure in words.
#[derive(Debug, Default)]
pub struct Words<'a> {
    /// The name to which links lead.
    pub id: String,
    /// What it is, in one sentence.
    pub sentence: String,
    /// A link to what caused it: its name, and the text of the link.
    pub cause: Option<(String, &'static str)>,
    /// Its bytes, or the first of them.
    pub bytes: &'a [u8],
    /// That there are more bytes, and where.
    pub more: Option<String>,
}

impl Words<'_> {
    /// Writes them as one item of a list.
    pub fn write(&self, html: &mut Html) {
        html.open("li", &[("id", &self.id)]);
        html.element("p", &[], &self.sentence);
        if let Some((id, text)) = &self.cause {
            let href = format!("#{id}");
            html.element("a", &[("class", &"cause"), ("href", &href)], text);
        }
        if !self.bytes.is_empty() {
            html.open("pre", &[]);
            for line in dump(self.bytes) {
                html.text(&line);
                html.line();
            }
            html.close();
        }
        if let Some(more) = &self.more {
            html.element("p", &[("class", &"more")], more);
        }
        html.close();
    }
}

/// Returns bytes in lines of eight: where they stand, as hexadecimal digits, and as text.
pub fn dump(bytes: &[u8]) -> Vec<String> {
    let line = |(n, line): (usize, &[u8])| {
        let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String = line.iter().map(|byte| shown(*byte)).collect();
        format!("{:04x}  {:<23}  {text}", n * 8, hex.join(" "))
    };
    bytes.chunks(8).enumerate().map(line).collect()
}

/// Returns how a byte looks as text.
pub fn shown(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { byte as char } else { '·' }
}
