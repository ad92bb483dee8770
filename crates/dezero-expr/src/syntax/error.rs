//! What is wrong in a formula, shown at its place.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::functions::Functions;
use super::parser;

/// Columns that the shown part of a formula may take.
const COLUMNS: usize = 76;

/// Columns kept before the place of the error where the formula is cut.
const COLUMNS_BEFORE: usize = 36;

/// What is wrong in a formula, and where.
///
/// Prints as the message, the formula with the place marked under it, and the help if there is any. A
/// long formula is cut around the place.
///
/// # Examples
///
/// ```
/// let error = dezero_expr::Formula::parse("2x + 1").unwrap_err();
/// assert_eq!(error.message(), "an operator is missing between `2` and `x`");
/// assert_eq!(error.span(), 1..2);
/// assert_eq!(error.help(), Some("write `2*x`"));
/// assert_eq!(error.suggestion().as_deref(), Some("2*x + 1"));
/// ```
#[derive(Clone)]
pub struct Error {
    details: Box<Details>,
}

#[derive(Clone)]
struct Details {
    formula: String,
    span: Range<usize>,
    message: String,
    help: Option<String>,
    /// What to replace to follow the help: disjoint, in the order of the text.
    edits: Vec<(Range<usize>, String)>,
    /// The language that the formula was read in.
    functions: &'static Functions,
}

/// Mistakes of one formula that [`Error::suggestion`] mends before it gives up.
const MENDED: usize = 16;

impl Error {
    pub(crate) fn new(
        formula: &str,
        functions: &'static Functions,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        debug_assert!(
            formula.get(span.clone()).is_some(),
            "{span:?} of {formula:?}"
        );
        Self {
            details: Box::new(Details {
                formula: formula.to_owned(),
                span,
                message: message.into(),
                help: None,
                edits: Vec::new(),
                functions,
            }),
        }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.details.help = Some(help.into());
        self
    }

    /// Adds to what [`Error::suggestion`] changes. Edits come in the order of the text.
    pub(crate) fn with_edit(mut self, span: Range<usize>, replacement: impl Into<String>) -> Self {
        self.details.edits.push((span, replacement.into()));
        self
    }

    /// The formula that the error is in.
    pub fn formula(&self) -> &str {
        &self.details.formula
    }

    /// The place, in bytes of [`Error::formula`]; empty where something is missing at the end.
    pub fn span(&self) -> Range<usize> {
        self.details.span.clone()
    }

    /// What was found and what was expected, in one line.
    pub fn message(&self) -> &str {
        &self.details.message
    }

    /// How to mend it, where that is clear, in one line.
    pub fn help(&self) -> Option<&str> {
        self.details.help.as_deref()
    }

    /// The whole formula mended as [`Error::help`] says, and whatever else is wrong in it as well, where
    /// there is one clear way to do so: then it parses.
    ///
    /// # Examples
    ///
    /// ```
    /// let error = dezero_expr::Formula::parse("2x² + 3sin x").unwrap_err();
    /// assert_eq!(error.suggestion().as_deref(), Some("2*x² + 3*sin(x)"));
    /// ```
    pub fn suggestion(&self) -> Option<String> {
        let mut mended = self.mended()?;
        for _ in 1..MENDED {
            match parser::parse(&mended, self.details.functions) {
                Ok(_) => return Some(mended.trim().to_owned()),
                Err(error) => mended = error.mended()?,
            }
        }
        None
    }

    fn mended(&self) -> Option<String> {
        if self.details.edits.is_empty() {
            return None;
        }
        let mut mended = String::with_capacity(self.formula().len());
        let mut copied = 0;
        for (span, replacement) in &self.details.edits {
            mended.push_str(&self.formula()[copied..span.start]);
            mended.push_str(replacement);
            copied = span.end;
        }
        mended.push_str(&self.formula()[copied..]);
        Some(mended)
    }
}

impl std::error::Error for Error {}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("formula", &self.formula())
            .field("span", &self.span())
            .field("message", &self.message())
            .field("help", &self.help())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())?;
        if !self.formula().trim().is_empty() {
            let (line, before, marked) = excerpt(self.formula(), &self.details.span);
            write!(f, "\n  {line}\n  {:before$}{:^<marked$}", "", "")?;
        }
        if let Some(help) = self.help() {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// The line that shows `span` of `formula`, the columns before the mark, and the columns of the mark.
fn excerpt(formula: &str, span: &Range<usize>) -> (String, usize, usize) {
    let (head, tail) = formula.split_at(span.start);
    // What is after the place decides how much room is left before it.
    let (_, columns_after) = fitting(tail.chars(), COLUMNS - COLUMNS_BEFORE);
    let (length_before, columns_before) = fitting(head.chars().rev(), COLUMNS - columns_after);
    let (length_after, _) = fitting(tail.chars(), COLUMNS - columns_before);
    let (start, end) = (span.start - length_before, span.start + length_after);

    let mut line = String::new();
    let mut before = columns_before;
    if start > 0 {
        line.push('…');
        before += 1;
    }
    line.extend(formula[start..end].chars().map(shown));
    if end < formula.len() {
        line.push('…');
    }
    let marked = formula[span.start..span.end.min(end)].chars().map(columns);
    (line, before, marked.sum::<usize>().max(1))
}

/// How many bytes of the characters fit into `room` columns, and the columns that those take.
fn fitting(characters: impl Iterator<Item = char>, room: usize) -> (usize, usize) {
    let (mut length, mut taken) = (0, 0);
    for c in characters {
        if taken + columns(c) > room {
            break;
        }
        length += c.len_utf8();
        taken += columns(c);
    }
    (length, taken)
}

/// The character as it can stand in one line of a terminal: no tabs, controls or invisible signs.
fn shown(c: char) -> char {
    if c.is_whitespace() {
        ' '
    } else if is_invisible(c) {
        '\u{fffd}'
    } else {
        c
    }
}

fn columns(c: char) -> usize {
    shown(c).width().unwrap_or(1)
}

/// Whether a character has no picture, or changes how those around it are shown.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(formula: &str, span: Range<usize>) -> String {
        Error::new(formula, Functions::builtin(), span, "wrong").to_string()
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(show("높이 너비", 7..13), "wrong\n  높이 너비\n       ^^^^");
    }

    #[test]
    fn a_long_formula_is_cut_around_the_place() {
        let formula = "x+".repeat(1000) + "@" + &"+y".repeat(1000);
        let shown = show(&formula, 2000..2001);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1].chars().count(), 2 + COLUMNS + 2);
        assert_eq!(lines[2].find('^'), Some(2 + COLUMNS_BEFORE + 1));
        assert_eq!(lines[1].chars().nth(2 + COLUMNS_BEFORE + 1), Some('@'));
    }

    #[test]
    fn the_room_that_one_side_leaves_goes_to_the_other() {
        let at_the_end = show(&"1".repeat(200), 200..200);
        assert_eq!(
            at_the_end.lines().nth(2).unwrap().len(),
            2 + 1 + COLUMNS + 1
        );
        let at_the_start = show(&"1".repeat(200), 0..200);
        assert_eq!(at_the_start.lines().nth(2).unwrap().len(), 2 + COLUMNS);
    }

    #[test]
    fn what_cannot_be_shown_is_replaced() {
        assert_eq!(
            show("a\u{7}\n\u{202e}b", 1..2),
            "wrong\n  a\u{fffd} \u{fffd}b\n   ^"
        );
    }

    #[test]
    fn edits_make_the_suggestion() {
        let error = Error::new("[x]", Functions::builtin(), 0..1, "wrong")
            .with_edit(0..1, "(")
            .with_edit(2..3, ")");
        assert_eq!(error.suggestion().as_deref(), Some("(x)"));
    }
}
