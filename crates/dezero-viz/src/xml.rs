//! Text as it may stand in XML.

use std::fmt;

/// Text between tags or in a quoted attribute, with what is markup escaped. Characters that XML does not
/// allow are replaced (Extensible Markup Language 1.0, section 2.2), and so are controls, which
/// nobody sees.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\n' => f.write_str("&#10;")?,
                '\t' => f.write_char(' ')?,
                c if c.is_control() => f.write_char('\u{fffd}')?,
                '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn markup_and_what_is_not_text_are_escaped() {
        let text = "a<b & \"c\"\n\u{0}\u{8}\t\u{202e}\u{ffff}>";
        let escaped = Escaped(text).to_string();
        assert_eq!(
            escaped,
            "a&lt;b &amp; &quot;c&quot;&#10;\u{fffd}\u{fffd} \u{202e}\u{fffd}&gt;"
        );
    }
}
