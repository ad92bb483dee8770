//! A text with its tokens, and the questions that diagnoses ask of it.

use std::ops::Range;

use super::error::{Error, is_invisible};
use super::functions::Functions;
use super::lexer::{Kind, Token, tokens};

/// Characters of the formula that a message quotes before it cuts.
const QUOTED: usize = 40;

pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) functions: &'static Functions,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str, functions: &'static Functions) -> Self {
        Self {
            text,
            tokens: tokens(text),
            functions,
        }
    }

    /// The token at `at`; [`Kind::End`] for all after the last.
    pub(crate) fn token(&self, at: usize) -> Token {
        let end = self.text.len();
        self.tokens.get(at).copied().unwrap_or(Token {
            kind: Kind::End,
            start: end,
            end,
        })
    }

    pub(crate) fn kind(&self, at: usize) -> Kind {
        self.token(at).kind
    }

    /// The bytes of the tokens from `first` to `last`; none where `last` is before `first`.
    pub(crate) fn span(&self, first: usize, last: usize) -> Range<usize> {
        let start = self.token(first).start;
        start..self.token(last).end.max(start)
    }

    /// The text of the token at `at`.
    pub(crate) fn word(&self, at: usize) -> &'a str {
        &self.text[self.span(at, at)]
    }

    /// Whether the token at `at` begins where the one before it ends.
    pub(crate) fn touches_previous(&self, at: usize) -> bool {
        at > 0 && self.token(at - 1).end == self.token(at).start
    }

    /// The text of the tokens from `first` to `last` where it is short and fit to be shown.
    pub(crate) fn short(&self, first: usize, last: usize) -> Option<&'a str> {
        let text = &self.text[self.span(first, last)];
        let fit = text.chars().nth(QUOTED).is_none() && !text.chars().any(is_unfit);
        fit.then_some(text)
    }

    /// The tokens from `first` to `last` between backticks, cut where they are long.
    pub(crate) fn quoted(&self, first: usize, last: usize) -> String {
        let text = &self.text[self.span(first, last)];
        let cut = text.char_indices().nth(QUOTED);
        let shown = &text[..cut.map_or(text.len(), |(at, _)| at)];
        let one_line = shown
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c });
        let shown: String = one_line.filter(|c| !is_unfit(*c)).collect();
        format!("`{shown}{}`", if cut.is_some() { "…" } else { "" })
    }

    /// What the token at `at` is called in a message.
    pub(crate) fn found(&self, at: usize) -> String {
        match self.kind(at) {
            Kind::End => "the end of the formula".to_owned(),
            _ => self.quoted(at, at),
        }
    }

    /// The `)` of the `(` at `open`.
    pub(crate) fn matching_close(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (index, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(index);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Whether an operand can begin with the token at `at`, signs aside.
    pub(crate) fn begins_operand(&self, at: usize) -> bool {
        matches!(self.kind(at), Kind::Number(_) | Kind::Name | Kind::Open)
    }

    /// The last token of the operand that begins at `at`: a number, a name, a call or a parenthesis,
    /// with the raised digits behind it.
    pub(crate) fn operand_end(&self, at: usize) -> Option<usize> {
        let mut last = match self.kind(at) {
            Kind::Name if self.kind(at + 1) == Kind::Open => self.matching_close(at + 1)?,
            Kind::Number(_) | Kind::Name => at,
            Kind::Open => self.matching_close(at)?,
            _ => return None,
        };
        while let Kind::Superscript(_) = self.kind(last + 1) {
            last += 1;
        }
        Some(last)
    }

    /// An error at the tokens from `first` to `last`.
    pub(crate) fn error(&self, first: usize, last: usize, message: impl Into<String>) -> Error {
        Error::new(self.text, self.functions, self.span(first, last), message)
    }
}

/// Line breaks and characters without a picture would spoil a message; a backtick its quotes.
fn is_unfit(c: char) -> bool {
    is_invisible(c) || c == '`'
}
