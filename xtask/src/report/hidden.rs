//! Characters that nobody sees, or that change the order of others: no report shows them as they came.

/// Returns whether a character is a control character, changes the direction of text (UAX #9), has no width, or is none.
pub fn is_hidden(c: char) -> bool {
    let is_none = (c as u32) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c);
    let is_tag = ('\u{e0000}'..='\u{e0fff}').contains(&c);
    c.is_control()
        || is_none
        || is_tag
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_hidden_and_text_of_all_languages_is_not() {
        assert!(['\u{1b}', '\u{202e}', '\u{200b}', '\u{85}', '\n'].into_iter().all(is_hidden));
        assert!(!"a é 粘包 ש 😀 '=".chars().any(is_hidden));
    }
}
