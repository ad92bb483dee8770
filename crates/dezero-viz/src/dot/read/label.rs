//! The text of labels: escapes such as `\n` and `\N` (the manual's type "escString"), and the fields of
//! records (its page "Node Shapes").

use super::MAX_LABEL;
use super::attributes::Value;
use super::{entities, html};
use crate::diagram::{Align, Line};

/// What the escapes of a text stand for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Names<'a> {
    /// `\G`
    pub(super) graph: &'a str,
    /// `\N`
    pub(super) node: Option<&'a str>,
    /// `\T` and `\H`, and, with the sign between them, `\E`.
    pub(super) edge: Option<(&'a str, &'a str, &'static str)>,
    /// `\L`
    pub(super) label: &'a str,
}

/// More characters than [`MAX_LABEL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// The lines of a value.
pub(super) fn lines(value: &Value, names: &Names<'_>) -> Result<Vec<Line>, TooLong> {
    if value.is_html {
        html::lines(&value.text, names)
    } else {
        Ok(split(&names.put_into(&value.text)?))
    }
}

/// Lines as one text.
pub(super) fn joined(lines: &[Line]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    lines.join("\n")
}

/// The fields of a record: side by side while each is one line, else below each other.
pub(super) fn record(value: &Value, names: &Names<'_>) -> Result<Vec<Line>, TooLong> {
    if value.is_html {
        return lines(value, names);
    }
    let mut fields = Vec::new();
    let mut length = 0;
    for field in record_fields(&value.text) {
        let field = names.put_into(&field)?;
        length += field.chars().count();
        if length > MAX_LABEL {
            return Err(TooLong);
        }
        fields.push(split(&field));
    }
    if fields.iter().all(|lines| lines.len() <= 1) {
        let fields: Vec<_> = fields.iter().map(|lines| joined(lines)).collect();
        let text = fields.join(" | ").trim().to_owned();
        return Ok(Vec::from_iter((!text.is_empty()).then(|| Line {
            text,
            ..Line::default()
        })));
    }
    let rule = Line {
        text: "———".to_owned(),
        ..Line::default()
    };
    Ok(fields.join(&rule))
}

/// The texts of the fields, with their escapes but without ports. Which fields lie across the others is
/// not told apart.
fn record_fields(text: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    // A `}` has ended the field already.
    let mut is_ended = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                match chars.next() {
                    Some(c @ ('{' | '}' | '|' | '<' | '>')) => field.push(c),
                    // A space that stays; an ordinary one may be trimmed.
                    Some(' ') => field.push('\u{a0}'),
                    Some(c) => field.extend(['\\', c]),
                    None => field.push('\\'),
                }
                is_ended = false;
            }
            '|' => {
                if !is_ended {
                    fields.push(std::mem::take(&mut field));
                }
                is_ended = false;
            }
            '}' => {
                if !is_ended {
                    fields.push(std::mem::take(&mut field));
                }
                is_ended = true;
            }
            '{' => {}
            '<' => while chars.next().is_some_and(|c| c != '>') {},
            c if c.is_ascii_whitespace() => {
                if !field.is_empty() && !field.ends_with(' ') {
                    field.push(' ');
                }
            }
            c => {
                field.push(c);
                is_ended = false;
            }
        }
    }
    if !is_ended {
        fields.push(field);
    }
    for field in &mut fields {
        field.truncate(field.trim_end_matches(' ').len());
    }
    fields
}

impl Names<'_> {
    /// The text with the names in place of their escapes; other escapes stay.
    pub(super) fn put_into(&self, text: &str) -> Result<String, TooLong> {
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('G') => out.push_str(self.graph),
                Some('N') => out.push_str(self.node.unwrap_or("\\N")),
                Some('L') => out.push_str(self.label),
                Some(c @ ('E' | 'T' | 'H')) => match self.edge {
                    Some((tail, _, _)) if c == 'T' => out.push_str(tail),
                    Some((_, head, _)) if c == 'H' => out.push_str(head),
                    Some((tail, head, sign)) => out.extend([tail, sign, head]),
                    None => out.extend(['\\', c]),
                },
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            }
            // A character takes at most four bytes.
            if out.len() > 4 * MAX_LABEL {
                return Err(TooLong);
            }
        }
        if out.chars().count() > MAX_LABEL {
            return Err(TooLong);
        }
        Ok(out)
    }
}

/// The lines of a text, ended by `\n` (centred), `\l` (to the left), `\r` (to the right) or a line feed. A
/// backslash before another character is dropped, and HTML's references become what they stand for.
fn split(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = Line::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let align = match c {
            '\n' => Align::Centre,
            '\r' => continue,
            '&' => {
                let whole = &text[text.len() - rest.len() - 1..];
                let (c, length) = entities::reference(whole).unwrap_or((c, 1));
                line.text.push(c);
                rest = &whole[length..];
                continue;
            }
            '\\' => {
                let Some(c) = rest.chars().next() else {
                    line.text.push('\\');
                    break;
                };
                rest = &rest[c.len_utf8()..];
                match c {
                    'n' => Align::Centre,
                    'l' => Align::Left,
                    'r' => Align::Right,
                    c => {
                        line.text.push(c);
                        continue;
                    }
                }
            }
            c => {
                line.text.push(c);
                continue;
            }
        };
        line.align = align;
        lines.push(std::mem::take(&mut line));
    }
    if !line.text.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'static> = Names {
        graph: "G",
        node: Some("a\\nb"),
        edge: None,
        label: "L",
    };

    fn value(text: &str) -> Value {
        Value {
            text: text.into(),
            is_html: false,
        }
    }

    fn shown(lines: &[Line]) -> String {
        let mut shown = String::new();
        for line in lines {
            let end = match line.align {
                Align::Centre => '|',
                Align::Left => '<',
                Align::Right => '>',
            };
            shown.push_str(&line.text);
            shown.push(end);
        }
        shown
    }

    #[test]
    fn escapes_end_lines() {
        for (text, lines) in [
            ("", ""),
            ("a", "a|"),
            (r"a\nb", "a|b|"),
            (r"a\lbc\r\n", "a<bc>|"),
            ("a\r\nb", "a|b|"),
            (r"a\\nb", r"a\nb|"),
            (r"\q\", r"q\|"),
            (r"\N", "a|b|"),
            (r"\G \L \E", "G L E|"),
        ] {
            let found = super::lines(&value(text), &NAMES).unwrap();
            assert_eq!(shown(&found), lines, "{text}");
        }
    }

    #[test]
    fn escapes_name_the_ends_of_edges() {
        let names = Names {
            edge: Some(("a", "b", "->")),
            ..Names::default()
        };
        let found = lines(&value(r"\T\H \E \N"), &names).unwrap();
        assert_eq!(shown(&found), "ab a->b N|");
    }

    #[test]
    fn references_of_html() {
        for (text, line) in [
            ("&alpha;&amp;&lt;", "α&<|"),
            ("&#945;&#x3B1;&#X3b1;", "ααα|"),
            (
                "&nothing; &; & &#; &#x; &#xd800; &#-1; &#+65;",
                "&nothing; &; & &#; &#x; &#xd800; &#-1; &#+65;|",
            ),
            ("&é;&", "&é;&|"),
            ("&thetasym;", "ϑ|"),
        ] {
            assert_eq!(shown(&split(text)), line, "{text}");
        }
    }

    #[test]
    fn fields_of_records() {
        for (text, lines) in [
            ("{a|b|<p> c}", "a | b | c|"),
            ("x|{a|b}|y", "x | a | b | y|"),
            ("a||b", "a |  | b|"),
            (r"\{a\}|<p>|b\|c", "{a} |  | b|c|"),
            ("  a   b | c\nd ", "a b | c d|"),
            (r"{Name|+a\l+b\l|f()\l}", "Name|———|+a<+b<———|f()<"),
            (r"\N", "a|b|"),
            ("", ""),
            ("|", "||"),
            ("{{}", ""),
            ("a<p", "a|"),
        ] {
            let found = record(&value(text), &NAMES).unwrap();
            assert_eq!(shown(&found), lines, "{text}");
        }
    }

    #[test]
    fn what_grows_by_its_names_is_bounded() {
        let long = "x".repeat(10_000);
        let names = Names {
            graph: &long,
            ..NAMES
        };
        assert_eq!(names.put_into(r"\G\G"), Err(TooLong));
        assert_eq!(record(&value(r"\G|\G"), &names), Err(TooLong));
        assert!(lines(&value(r"\G"), &names).is_ok());
        assert_eq!(
            names.put_into(&"é".repeat(MAX_LABEL)).map(|s| s.len()),
            Ok(2 * MAX_LABEL)
        );
        assert_eq!(names.put_into(&"é".repeat(MAX_LABEL + 1)), Err(TooLong));
    }
}
