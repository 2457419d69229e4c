//! Text in a page: it is shown, and never read as a part of the page.

use crate::report::hidden::is_hidden;

/// Returns a text as HTML shows it, in an element or between the quotes of an attribute. Characters that nobody sees, or
/// that change the order of others, are written as in a string of Rust.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c if is_hidden(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_a_part_of_the_page() {
        for (text, shown) in [
            ("", ""),
            ("hello é 日本", "hello é 日本"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\"' onload='x' \"", "&quot;&#39; onload=&#39;x&#39; &quot;"),
            ("&lt;&amp;", "&amp;lt;&amp;amp;"),
            ("<!-- --> ]]> <![CDATA[", "&lt;!-- --&gt; ]]&gt; &lt;![CDATA["),
            ("\0\x1b[2J\x7f\r\n\t", "\\u{0}\\u{1b}[2J\\u{7f}\\r\\n\\t"),
            ("a\u{202e}b\u{2066}c\u{200f}d\u{61c}", "a\\u{202e}b\\u{2066}c\\u{200f}d\\u{61c}"),
            (
                "\u{feff}\u{200b}\u{2028}\u{ffff}\u{1fffe}\u{85}",
                "\\u{feff}\\u{200b}\\u{2028}\\u{ffff}\\u{1fffe}\\u{85}",
            ),
            ("C:\\n", "C:\\n"),
        ] {
            assert_eq!(escaped(text), shown, "{text:?}");
        }
    }
}
