//! DOT text as tokens, after the section "Lexical and Semantic Notes" of Graphviz's manual of the
//! language.

use std::borrow::Cow;

use super::error::{DotError, place, quoted};

/// A piece of DOT text with the bytes that it begins and ends at.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'a> {
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Semicolon,
    Comma,
    Equals,
    Colon,
    /// `->`
    Arrow,
    /// `--`
    Line,
    Keyword(Keyword),
    Id(Id<'a>),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Strict,
    Graph,
    Digraph,
    Node,
    Edge,
    Subgraph,
}

/// A name or a value. `<b>` and `"b"` are different.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Id<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) is_html: bool,
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Whether the token before was `=`.
    after_equals: bool,
    /// Where the last string began that goes over several lines.
    long_string: Option<usize>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            // A byte order mark; further on, the same character is a letter as all that is not ASCII.
            at: text.len() - text.trim_start_matches('\u{feff}').len(),
            after_equals: false,
            long_string: None,
        }
    }

    /// The next token; [`Kind::End`] at the end, again and again.
    pub(super) fn next(&mut self) -> Result<Token<'a>, DotError> {
        self.skip_blanks()?;
        let start = self.at;
        let kind = self.kind()?;
        self.after_equals = kind == Kind::Equals;
        Ok(Token {
            kind,
            start,
            end: self.at,
        })
    }

    fn kind(&mut self) -> Result<Kind<'a>, DotError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Kind::End);
        };
        let kind = match first {
            '{' => Kind::OpenBrace,
            '}' => Kind::CloseBrace,
            '[' => Kind::OpenBracket,
            ']' => Kind::CloseBracket,
            ';' => Kind::Semicolon,
            ',' => Kind::Comma,
            '=' => Kind::Equals,
            ':' => Kind::Colon,
            '"' => return self.strings(),
            '<' => return self.html(),
            '-' if rest.starts_with("->") => {
                self.at += 2;
                return Ok(Kind::Arrow);
            }
            '-' if rest.starts_with("--") => {
                self.at += 2;
                return Ok(Kind::Line);
            }
            c if is_letter(c) => return Ok(self.word()),
            _ => {
                let length = numeral(rest);
                if length == 0 {
                    return Err(self.stray(first));
                }
                self.at += length;
                return Ok(Kind::Id(Id {
                    text: Cow::Borrowed(&rest[..length]),
                    is_html: false,
                }));
            }
        };
        self.at += 1;
        Ok(kind)
    }

    /// Past white space and comments. The manual has `#` begin a comment at the start of a line; here
    /// it does everywhere between tokens.
    fn skip_blanks(&mut self) -> Result<(), DotError> {
        loop {
            let rest = self.rest();
            let blank = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
            self.at = self.text.len() - blank.len();
            if let Some(comment) = blank.strip_prefix("/*") {
                let Some(length) = comment.find("*/") else {
                    return Err(self
                        .error(self.at, "this comment is never closed")
                        .help("write `*/` where it ends"));
                };
                self.at += length + 4;
            } else if blank.starts_with("//") || blank.starts_with('#') {
                if self.after_equals && is_colour(blank) {
                    return Err(self.bare_colour(blank));
                }
                self.at += blank.find(['\n', '\r']).unwrap_or(blank.len());
            } else {
                return Ok(());
            }
        }
    }

    fn word(&mut self) -> Kind<'a> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !is_letter(c) && !c.is_ascii_digit())
            .unwrap_or(rest.len());
        self.at += length;
        let word = &rest[..length];
        for (name, keyword) in [
            ("node", Keyword::Node),
            ("edge", Keyword::Edge),
            ("graph", Keyword::Graph),
            ("digraph", Keyword::Digraph),
            ("subgraph", Keyword::Subgraph),
            ("strict", Keyword::Strict),
        ] {
            if word.eq_ignore_ascii_case(name) {
                return Kind::Keyword(keyword);
            }
        }
        Kind::Id(Id {
            text: Cow::Borrowed(word),
            is_html: false,
        })
    }

    /// A double-quoted string, or several that are joined by `+`.
    fn strings(&mut self) -> Result<Kind<'a>, DotError> {
        let mut text = self.string()?;
        let mut end = self.at;
        loop {
            self.after_equals = false;
            self.skip_blanks()?;
            if !self.rest().starts_with('+') {
                break;
            }
            let plus = self.at;
            self.at += 1;
            self.skip_blanks()?;
            if !self.rest().starts_with('"') {
                let message = "after this `+` a string in double quotes is expected";
                return Err(self
                    .error(plus, message)
                    .help("`+` joins two strings in double quotes; nothing else can be joined"));
            }
            text.to_mut().push_str(&self.string()?);
            end = self.at;
        }
        self.at = end;
        Ok(Kind::Id(Id {
            text,
            is_html: false,
        }))
    }

    /// One double-quoted string. Only `\"` and a backslash at the end of a line are resolved here; the
    /// others mean something in labels.
    fn string(&mut self) -> Result<Cow<'a, str>, DotError> {
        let start = self.at;
        let inside = &self.text[start + 1..];
        let mut text = Cow::Borrowed("");
        let mut copied = 0;
        let mut from = 0;
        loop {
            let Some(found) = inside[from..].find(['"', '\\']) else {
                return Err(self.unclosed_string(start));
            };
            let at = from + found;
            let after = &inside[at..];
            if after.starts_with('"') {
                if copied == 0 {
                    text = Cow::Borrowed(&inside[..at]);
                } else {
                    text.to_mut().push_str(&inside[copied..at]);
                }
                self.at = start + 1 + at + 1;
                if text.contains('\n') {
                    self.long_string = Some(start);
                }
                return Ok(text);
            }
            let dropped = match after.as_bytes() {
                [_, b'"', ..] => 1,
                [_, b'\r', b'\n', ..] => 3,
                [_, b'\n' | b'\r', ..] => 2,
                // Two, lest the second of `\\` begins an escape.
                [_, b'\\', ..] => {
                    from = at + 2;
                    continue;
                }
                _ => {
                    from = at + 1;
                    continue;
                }
            };
            text.to_mut().push_str(&inside[copied..at]);
            copied = at + dropped;
            // A quote that was escaped is not the end.
            from = at + dropped.max(2);
        }
    }

    /// `<...>` with its angle brackets in pairs.
    fn html(&mut self) -> Result<Kind<'a>, DotError> {
        let start = self.at;
        let mut depth = 0usize;
        for (at, bracket) in self.rest().match_indices(['<', '>']) {
            if bracket == "<" {
                depth += 1;
                continue;
            }
            depth -= 1;
            if depth == 0 {
                self.at = start + at + 1;
                return Ok(Kind::Id(Id {
                    text: Cow::Borrowed(&self.text[start + 1..start + at]),
                    is_html: true,
                }));
            }
        }
        Err(self
            .error(start, "the `<` of this HTML-like text is never closed")
            .help("each `<` needs its `>`; as characters they are written `&lt;` and `&gt;`"))
    }

    fn stray(&self, c: char) -> DotError {
        let found = format!(
            "found {}, which means nothing here",
            quoted(c.encode_utf8(&mut [0; 4]))
        );
        let error = self.error(self.at, found);
        let before = self.text[..self.at].trim_end();
        match c {
            '>' if before.ends_with(['=', '-']) => error.help("an edge is written `->`"),
            '>' => error
                .help("an edge is written `->`; a `>` in a name or a label needs double quotes"),
            '-' => error.help("an edge is written `->` in a digraph and `--` in a graph"),
            '\'' | '`' => error.help("text stands in double quotes"),
            '+' => error.help("`+` joins two strings in double quotes; nothing else can be joined"),
            c if c.is_control() => error.help("is this a DOT file?"),
            _ => error.help("names and labels with such characters stand in double quotes"),
        }
    }

    /// The quote may also be the end of one that should have been closed before.
    fn unclosed_string(&self, start: usize) -> DotError {
        let error = self.error(start, "the string that begins here is never closed");
        match self.long_string.map(|before| place(self.text, before)) {
            Some((line, column)) => error.help(format!(
                "the string of line {line}, column {column} goes over several lines: should it end there?"
            )),
            None => error.help("write `\"` where it ends; a `\"` within it is written `\\\"`"),
        }
    }

    fn bare_colour(&self, at: &str) -> DotError {
        let length = 1 + at[1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let colour = &at[..length];
        self.error(
            self.at,
            format!("expected a value after `=`, found `{colour}` without quotes, where `#` begins a comment"),
        )
        .help(format!("write \"{colour}\""))
    }

    fn error(&self, at: usize, message: impl Into<String>) -> DotError {
        DotError::new(self.text, at, message)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
}

/// The manual's letters: those of ASCII, `_`, and every byte above 127.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

/// The length of the numeral that `text` begins with, `-?(.[0-9]+ | [0-9]+(.[0-9]*)?)`; 0 if with
/// none.
fn numeral(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with('-'));
    let whole = digits(sign);
    let point = sign + whole;
    if !text[point..].starts_with('.') {
        return if whole == 0 { 0 } else { point };
    }
    let fraction = digits(point + 1);
    if whole + fraction == 0 {
        return 0;
    }
    point + 1 + fraction
}

/// Whether the text begins with a colour such as `#ff8000`.
fn is_colour(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('#') else {
        return false;
    };
    let count = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    let after = digits[count..].chars().next();
    matches!(count, 3 | 6 | 8) && after.is_none_or(|c| " \t\r\n,;]}".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        let mut lexer = Lexer::new(text);
        let mut ids = Vec::new();
        loop {
            match lexer.next().unwrap().kind {
                Kind::End => return ids,
                Kind::Id(id) if id.is_html => ids.push(format!("<{}>", id.text)),
                Kind::Id(id) => ids.push(id.text.into_owned()),
                other => ids.push(format!("{other:?}")),
            }
        }
    }

    #[test]
    fn words_numerals_and_what_is_not_ascii() {
        assert_eq!(
            ids("abc _a1 π 높이 1 -.5 3.14 -2."),
            ["abc", "_a1", "π", "높이", "1", "-.5", "3.14", "-2."]
        );
        // A numeral ends where it ends, as in Graphviz.
        assert_eq!(ids("1abc 2.3.4"), ["1", "abc", "2.3", ".4"]);
    }

    #[test]
    fn keywords_in_any_case_but_not_in_quotes() {
        assert_eq!(ids("Graph"), ["Keyword(Graph)"]);
        assert_eq!(ids("sTRICT"), ["Keyword(Strict)"]);
        assert_eq!(ids("\"node\" nodes"), ["node", "nodes"]);
    }

    #[test]
    fn strings() {
        assert_eq!(
            ids(r#""a\"b" "\\" "\n\N" """#),
            ["a\"b", "\\\\", "\\n\\N", ""]
        );
        assert_eq!(ids("\"a\\\nb\\\r\nc\" \"a\nb\""), ["abc", "a\nb"]);
        assert_eq!(ids("\"a\" + \"b\"/**/+ # here\n\"c\" d"), ["abc", "d"]);
        assert_eq!(ids(r#""\"" "\\\"" "a\"""#), ["\"", "\\\\\"", "a\""]);
    }

    #[test]
    fn html() {
        assert_eq!(ids("<a<b>c</b>> <>"), ["<a<b>c</b>>", "<>"]);
    }

    #[test]
    fn comments() {
        assert_eq!(ids("a/* * / */b//c\nd # e\r\n#f\ng"), ["a", "b", "d", "g"]);
        assert_eq!(ids("\"#\" \"//\""), ["#", "//"]);
        assert_eq!(ids("a= # green\n b"), ["a", "Equals", "b"]);
        assert_eq!(ids("\u{feff}a"), ["a"]);
    }

    #[test]
    fn a_mark_within_the_text_is_a_letter() {
        assert_eq!(ids("a \u{feff}b"), ["a", "\u{feff}b"]);
    }

    #[test]
    fn errors_say_where_and_what() {
        for (text, message) in [
            (
                "a \"b",
                "line 1, column 3: the string that begins here is never closed",
            ),
            (
                "\"b\\\"",
                "line 1, column 1: the string that begins here is never closed",
            ),
            (
                "\n <b<",
                "line 2, column 2: the `<` of this HTML-like text is never closed",
            ),
            ("a /* b", "line 1, column 3: this comment is never closed"),
            (
                "\"a\" + b",
                "line 1, column 5: after this `+` a string in double quotes is expected",
            ),
            (
                "a(b)",
                "line 1, column 2: found `(`, which means nothing here",
            ),
            (
                "a = #ff8000]",
                "line 1, column 5: expected a value after `=`, found `#ff8000`",
            ),
            (
                "a - b",
                "line 1, column 3: found `-`, which means nothing here",
            ),
        ] {
            let mut lexer = Lexer::new(text);
            let error = loop {
                match lexer.next() {
                    Ok(token) => assert_ne!(token.kind, Kind::End, "{text:?}"),
                    Err(error) => break error.to_string(),
                }
            };
            assert!(error.starts_with(message), "{text:?}: {error}");
        }
    }
}
