//! HTML-like labels as text: their characters, line breaks and cells, without tags.

use super::label::{Names, TooLong};
use super::{MAX_LABEL, entities};
use crate::diagram::{Align, Line};

/// Between the cells of a row.
const BETWEEN_CELLS: &str = " | ";

/// The lines of what is between the angle brackets. White space in it only formats it, as in HTML; tags
/// that are not closed do no harm.
pub(super) fn lines(text: &str, names: &Names<'_>) -> Result<Vec<Line>, TooLong> {
    let mut written = Written::default();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.split_once("-->").map_or("", |(_, after)| after);
        } else if let Some(after) = rest.strip_prefix('<') {
            let length = tag_length(after);
            written.tag(&after[..length]);
            rest = after[length..].strip_prefix('>').unwrap_or("");
            if written.length > MAX_LABEL {
                return Err(TooLong);
            }
        } else {
            let length = rest.find('<').unwrap_or(rest.len());
            written.text(&names.put_into(&rest[..length])?)?;
            rest = &rest[length..];
        }
    }
    written.end_line(Align::Centre, false);
    Ok(written.lines)
}

/// Up to the `>` that is not in quotes; all, if there is none.
fn tag_length(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at,
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    tag.len()
}

#[derive(Default)]
struct Written {
    lines: Vec<Line>,
    line: String,
    /// White space was met that is one space if text follows on the line.
    has_space: bool,
    /// Whether a cell of the row has begun.
    in_row: bool,
    /// Characters and ends of lines.
    length: usize,
}

impl Written {
    fn text(&mut self, text: &str) -> Result<(), TooLong> {
        let mut rest = text;
        while let Some(mut c) = rest.chars().next() {
            let mut length = c.len_utf8();
            if c == '&' {
                (c, length) = entities::reference(rest).unwrap_or((c, length));
            }
            if rest[..length].chars().all(|c| c.is_ascii_whitespace()) {
                self.has_space = true;
            } else {
                if self.has_space && !self.line.is_empty() && !self.line.ends_with(' ') {
                    self.line.push(' ');
                }
                self.has_space = false;
                self.line.push(c);
                self.length += 1;
                if self.length > MAX_LABEL {
                    return Err(TooLong);
                }
            }
            rest = &rest[length..];
        }
        Ok(())
    }

    /// What is in the angle brackets of a tag.
    fn tag(&mut self, tag: &str) {
        let end = tag
            .find(|c: char| c.is_ascii_whitespace() || c == '/')
            .unwrap_or(tag.len());
        // The slash of a closing tag is part of its name here.
        let end = if end == 0 && tag.starts_with('/') {
            tag.trim_end().len()
        } else {
            end
        };
        let is = |name: &str| tag[..end].eq_ignore_ascii_case(name);
        if is("br") {
            self.end_line(alignment(&tag[end..]), true);
        } else if is("tr") || is("/tr") || is("table") || is("/table") {
            self.end_line(Align::Centre, false);
            self.in_row = false;
        } else if is("td") {
            if self.in_row && !self.line.is_empty() {
                self.line.truncate(self.line.trim_end_matches(' ').len());
                self.line.push_str(BETWEEN_CELLS);
            }
            self.has_space = false;
            self.in_row = true;
        }
    }

    fn end_line(&mut self, align: Align, even_if_empty: bool) {
        let line = std::mem::take(&mut self.line);
        self.has_space = false;
        let text = line.trim_matches(' ').to_owned();
        if even_if_empty || !text.is_empty() {
            self.length += 1;
            self.lines.push(Line {
                text,
                align,
                accent: None,
            });
        }
    }
}

/// Of the attribute `align` among the attributes of a tag.
fn alignment(attributes: &str) -> Align {
    let attributes = attributes.to_ascii_lowercase();
    let Some((_, after)) = attributes.split_once("align") else {
        return Align::Centre;
    };
    let value = after.trim_start_matches(|c: char| c.is_ascii_whitespace() || "=\"'".contains(c));
    if value.starts_with("left") {
        Align::Left
    } else if value.starts_with("right") {
        Align::Right
    } else {
        Align::Centre
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_dropped_and_breaks_kept() {
        for (html, text) in [
            ("a<b>b</b> <i>c</i>", &["ab c"][..]),
            ("a<br/>b<BR ALIGN=\"LEFT\"/>\n  c", &["a", "b", "c"]),
            ("a<br/><br/>b", &["a", "", "b"]),
            ("x &lt; y &amp;&nbsp;z", &["x < y &\u{a0}z"]),
            ("a<!-- <b> -->b", &["ab"]),
            ("<img src=\"a>b\"/>c", &["c"]),
            ("\\N \\G", &["n g"]),
            ("", &[]),
            ("  ", &[]),
            ("a<b", &["a"]),
            ("<", &[]),
            ("<é>é</é>", &["é"]),
        ] {
            let names = Names {
                graph: "g",
                node: Some("n"),
                ..Names::default()
            };
            let found = lines(html, &names).unwrap();
            let found: Vec<_> = found.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(found, text, "{html}");
        }
    }

    #[test]
    fn cells_are_kept_apart() {
        let table = "<table border=\"0\">\n <tr> <td>a</td> <td port=\"p\"><b>b</b></td> </tr>\n \
                     <tr><td></td><td>c d</td></tr>\n</table>";
        let found = lines(table, &Names::default()).unwrap();
        let found: Vec<_> = found.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(found, ["a | b", "c d"]);
    }

    #[test]
    fn breaks_align_the_line_before_them() {
        let found = lines(
            "a<br align='left'/>b<br align = right/>c<br/>",
            &Names::default(),
        );
        let found: Vec<_> = found.unwrap().iter().map(|line| line.align).collect();
        assert_eq!(found, [Align::Left, Align::Right, Align::Centre]);
    }

    #[test]
    fn long_labels_are_refused() {
        let text = "x".repeat(MAX_LABEL / 2);
        let whole = format!("{text}<b>{text}</b>");
        assert!(lines(&whole, &Names::default()).is_ok());
        let more = format!("{whole}x");
        assert_eq!(lines(&more, &Names::default()), Err(TooLong));
    }
}
