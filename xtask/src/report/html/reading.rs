//! Reads pages in tests.

/// One tag of a page, as it was read.
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Its attributes, in order.
    pub attributes: Vec<(String, String)>,
    /// How many elements are around it.
    pub depth: usize,
}

impl Tag {
    /// Returns the value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a page as XML is read, and returns its tags: each is closed by its own end, each value stands in quotes, no
/// attribute is there twice, and no other `<`, `&` or control character stands anywhere.
#[track_caller]
pub fn read(page: &str, signature: &str) -> Vec<Tag> {
    let (mut tags, mut open): (Vec<Tag>, Vec<String>) = (Vec::new(), Vec::new());
    let mut rest = page.strip_prefix(signature).expect("the signature");
    while let Some(from) = rest.find('<') {
        is_text(&rest[..from]);
        rest = &rest[from + 1..];
        if let Some(end) = rest.strip_prefix('/') {
            let (name, after) = end.split_once('>').expect("the end of a tag");
            assert_eq!(open.pop().as_deref(), Some(name), "before {:?}", start(after));
            rest = after;
            continue;
        }
        let length = rest.find([' ', '>', '/']).expect("the end of a name");
        let (name, mut inner) = rest.split_at(length);
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name:?}");
        let mut attributes: Vec<(String, String)> = Vec::new();
        while let Some(more) = inner.strip_prefix(' ') {
            let (key, after) = more.split_once("=\"").expect("a value in quotes");
            let (value, after) = after.split_once('"').expect("the end of a value");
            is_text(value);
            assert!(!value.contains('\n'), "{value:?}");
            assert!(!attributes.iter().any(|(other, _)| other == key), "{key} twice in {name}");
            assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{key:?} in {name}");
            attributes.push((key.into(), value.into()));
            inner = after;
        }
        tags.push(Tag { name: name.into(), attributes, depth: open.len() });
        if let Some(after) = inner.strip_prefix("/>") {
            rest = after;
            continue;
        }
        rest = inner.strip_prefix('>').unwrap_or_else(|| panic!("{name} {:?}", start(inner)));
        match name {
            // What is in these two is no HTML.
            "style" | "script" => {
                let end = format!("</{name}>");
                rest = rest.split_once(&end).expect("the end of it").1;
            }
            _ => open.push(name.into()),
        }
    }
    is_text(rest);
    assert!(open.is_empty(), "{open:?} are not closed");
    tags
}

fn start(text: &str) -> String {
    text.chars().take(40).collect()
}

#[track_caller]
fn is_text(text: &str) {
    assert!(!text.contains('>'), "{:?}", start(text));
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{:?}", start(text));
    for part in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
        assert!(known.iter().any(|name| part.starts_with(name)), "&{:?}", start(part));
    }
}

/// Returns the names of all elements.
pub fn ids(tags: &[Tag]) -> Vec<&str> {
    tags.iter().filter_map(|tag| tag.attribute("id")).collect()
}

/// Checks that links lead to what is there, and that no name is there twice.
#[track_caller]
pub fn leads_somewhere(tags: &[Tag]) {
    let mut all = ids(tags);
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    assert_eq!(all.len(), count);
    for link in tags.iter().filter(|tag| tag.name == "a") {
        let to = link.attribute("href").and_then(|href| href.strip_prefix('#')).expect("a place in the page");
        assert!(all.contains(&to), "{to}");
    }
}
