//! Writes elements of HTML and SVG. All text and all values are escaped, and each element that is opened is closed.

use super::escape::escaped;
use std::fmt::Display;

/// The attributes of an element.
pub type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// A page that grows.
#[derive(Debug, Default)]
pub struct Html {
    out: String,
    open: Vec<&'static str>,
}

impl Html {
    /// Opens an element.
    pub fn open(&mut self, tag: &'static str, attributes: Attributes) {
        self.begin(tag, attributes);
        self.out.push('>');
        self.open.push(tag);
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(tag) = self.open.pop() {
            self.out += &format!("</{tag}>");
        }
    }

    /// Writes an element that has nothing in it.
    pub fn empty(&mut self, tag: &'static str, attributes: Attributes) {
        self.begin(tag, attributes);
        self.out += "/>";
    }

    /// Writes an element with a text in it.
    pub fn element(&mut self, tag: &'static str, attributes: Attributes, text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close();
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        self.out += &escaped(text);
    }

    /// Ends a line of the file.
    pub fn line(&mut self) {
        self.out.push('\n');
    }

    /// Writes what is a part of the page already: nothing of a program.
    pub fn raw(&mut self, part: &'static str) {
        self.out += part;
    }

    /// Closes what is still open, and returns the page.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out.push('\n');
        self.out
    }

    fn begin(&mut self, tag: &str, attributes: Attributes) {
        self.out.push('<');
        self.out += tag;
        for (name, value) in attributes {
            self.out += &format!(" {name}=\"{}\"", escaped(&value.to_string()));
        }
    }
}
