//! What is wrong with a text that is not DOT, and where.

use std::fmt;

/// Why DOT text could not be read: the place, what was found there, what was expected, and often a
/// remedy. [`Display`](fmt::Display) writes all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DotError {
    line: usize,
    column: usize,
    message: String,
    help: Option<String>,
}

impl DotError {
    /// Of the byte `at` of `text`.
    pub(super) fn new(text: &str, at: usize, message: impl Into<String>) -> Self {
        let (line, column) = place(text, at);
        Self {
            line,
            column,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The line of the place, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column of the place in characters, from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for DotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, .. } = self;
        write!(f, "line {line}, column {column}: {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DotError {}

/// Line and column in characters, from 1, of the byte `at`. Lines end with a line feed, a carriage
/// return, or both.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let (mut line, mut column, mut previous) = (1, 1, ' ');
    // A byte order mark is no character of the text.
    for c in before.trim_start_matches('\u{feff}').chars() {
        match c {
            '\n' if previous == '\r' => {}
            '\n' | '\r' => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
        previous = c;
    }
    (line, column)
}

/// A piece of the text in quotation marks of a message: short, on one line, without characters that
/// a terminal would obey.
pub(super) fn quoted(piece: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown = String::from("`");
    for (count, c) in piece.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        shown.push(match c {
            '\n' | '\r' | '\t' => ' ',
            c if is_unprintable(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        });
    }
    shown.push('`');
    shown
}

/// Controls, and characters that turn the direction of the text after them.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_all_ends_of_lines() {
        assert_eq!(place("ab", 1), (1, 2));
        assert_eq!(place("é→x", 5), (1, 3));
        assert_eq!(place("\u{feff}ab", 4), (1, 2));
        assert_eq!(place("a\nb\r\nc\rd", 8), (4, 2));
        assert_eq!(place("a\r\nb", 2), (2, 1));
        assert_eq!(place("a", 99), (1, 2));
    }

    #[test]
    fn nothing_in_a_message_is_obeyed_by_a_terminal() {
        assert_eq!(quoted("a\x1b[2J\nb\u{202e}"), "`a\u{fffd}[2J b\u{fffd}`");
        assert_eq!(quoted(&"x".repeat(50)), format!("`{}…`", "x".repeat(40)));
    }
}
