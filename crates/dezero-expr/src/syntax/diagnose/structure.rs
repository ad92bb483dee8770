//! Limits, parentheses, commas and comparisons.

use super::super::error::Error;
use super::super::functions::Functions;
use super::super::lexer::Kind;
use super::super::parser::{Group, MAX_DEPTH, MAX_LENGTH};
use super::super::source::Source;

pub(crate) fn too_long(text: &str, functions: &'static Functions) -> Error {
    let limit = text.floor_char_boundary(MAX_LENGTH);
    let length = text.len();
    Error::new(
        &text[..limit],
        functions,
        limit..limit,
        format!("the formula is {length} bytes long, more than the {MAX_LENGTH} that are read"),
    )
}

pub(crate) fn too_deep(source: &Source<'_>, at: usize) -> Error {
    let message = format!("the formula is nested more than {MAX_DEPTH} levels deep here");
    source.error(at, at, message).with_help(
        "each parenthesis, sign and exponent counts as a level until it ends; \
         sums and products do not",
    )
}

pub(crate) fn number_too_large(source: &Source<'_>, at: usize) -> Error {
    let message = format!("the number {} is too large", source.quoted(at, at));
    source
        .error(at, at, message)
        .with_help("the largest number that a 64-bit float holds is about `1.797e308`")
}

pub(crate) fn never_opened(source: &Source<'_>, close: usize) -> Error {
    source
        .error(close, close, "this `)` closes nothing")
        .with_help("remove it, or open a `(` before it")
        .with_edit(source.span(close, close), "")
}

/// The end was reached with `open` groups open, of which `group` is the innermost.
pub(crate) fn never_closed(source: &Source<'_>, group: &Group, open: usize) -> Error {
    let end = source.text.trim_end().len();
    let message = match group.function {
        Some(_) => {
            let name = source.quoted(group.open - 1, group.open - 1);
            format!("the `(` of {name} is never closed")
        }
        None => "this `(` is never closed".to_owned(),
    };
    let closing = ")".repeat(open);
    let help = if open > 8 {
        format!("{open} of `)` are missing at the end")
    } else {
        format!("write `{closing}` at the end, or where it belongs")
    };
    source
        .error(group.open, group.open, message)
        .with_help(help)
        .with_edit(end..end, closing)
}

pub(crate) fn comma_outside_call(source: &Source<'_>, at: usize, group: Option<Group>) -> Error {
    if let Some(error) = decimal_comma(source, at) {
        return error;
    }
    let message = if group.is_some() {
        "a `,` separates the arguments of a function, and this parenthesis is not a call"
    } else {
        "a `,` separates the arguments of a function; a formula is one expression"
    };
    let error = source.error(at, at, message);
    match group {
        Some(_) => error.with_help("name the function before the `(`, as in `max(x, y)`"),
        None => error.with_help("write a formula for each"),
    }
}

/// `3,5` meant as 3.5.
fn decimal_comma(source: &Source<'_>, comma: usize) -> Option<Error> {
    let (first, last) = around_decimal_comma(source, comma)?;
    let (whole, fraction) = (source.word(first), source.word(last));
    let help = if fraction.len() == 3 {
        format!("write `{whole}.{fraction}`, or `{whole}{fraction}` if thousands are meant")
    } else {
        format!("write `{whole}.{fraction}`")
    };
    let error = source
        .error(first, last, "the decimal sign is a point, not a comma")
        .with_help(help);
    Some(error.with_edit(source.span(comma, comma), "."))
}

/// The tokens of the two numbers that touch the comma, where they could be one.
pub(super) fn around_decimal_comma(source: &Source<'_>, comma: usize) -> Option<(usize, usize)> {
    let (first, last) = (comma.checked_sub(1)?, comma + 1);
    let is_comma = source.kind(comma) == Kind::Comma;
    let touch = source.touches_previous(comma) && source.touches_previous(last);
    if !is_comma || !touch {
        return None;
    }
    let digits = |at| {
        let is_number = matches!(source.kind(at), Kind::Number(_));
        is_number && source.word(at).bytes().all(|b| b.is_ascii_digit())
    };
    source.short(first, last)?;
    (digits(first) && digits(last)).then_some((first, last))
}

pub(crate) fn comparison_not_wanted(source: &Source<'_>, at: usize, group: Option<Group>) -> Error {
    let sign = source.quoted(at, at);
    let message =
        format!("{sign} compares, and only the first argument of `where` can be a comparison");
    let error = source.error(at, at, message);
    let call = group.is_some_and(|group| group.function.is_some());
    let first = group.map_or(0, |group| group.open + 1);
    let end = group.map_or(Some(source.tokens.len() - 1), |group| {
        source.matching_close(group.open)
    });
    let (Some(end), false) = (end, call) else {
        return error.with_help("for 1 where it holds and 0 elsewhere, write `where(x < y, 1, 0)`");
    };
    // What is in parentheses is replaced with them.
    let whole = match group {
        Some(group) => source.span(group.open, end),
        None => source.span(first, end - 1),
    };
    if let Some(mended) = conditional(source, first, at, end) {
        return error
            .with_help(format!("write `{mended}`"))
            .with_edit(whole, mended);
    }
    let operands = at > first && at + 1 < end;
    match source.short(first, end - 1) {
        Some(text) if operands => error
            .with_help(format!(
                "for 1 where it holds and 0 elsewhere, write `where({text}, 1, 0)`"
            ))
            .with_edit(whole, format!("where({text}, 1, 0)")),
        _ => error.with_help("for 1 where it holds and 0 elsewhere, write `where(x < y, 1, 0)`"),
    }
}

/// `a < b ? c : d` from the tokens `first..end`, as `where(a < b, c, d)`.
fn conditional(source: &Source<'_>, first: usize, at: usize, end: usize) -> Option<String> {
    let find = |c| (at..end).find(|index| source.kind(*index) == Kind::Unknown(c));
    let (question, colon) = (find('?')?, find(':')?);
    if !(at + 1 < question && question + 1 < colon && colon + 1 < end) {
        return None;
    }
    let condition = source.short(first, question - 1)?;
    let then = source.short(question + 1, colon - 1)?;
    let otherwise = source.short(colon + 1, end - 1)?;
    Some(format!("where({condition}, {then}, {otherwise})"))
}

pub(crate) fn chained_comparison(source: &Source<'_>, at: usize) -> Error {
    source
        .error(
            at,
            at,
            "a condition is one comparison, and this is a second",
        )
        .with_help(
            "for both, write one `where` in the other: `where(a < x, where(x < b, 1, 0), 0)`",
        )
}

pub(crate) fn comparison_as_number(source: &Source<'_>, at: usize) -> Error {
    let sign = source.quoted(at, at);
    source
        .error(
            at,
            at,
            format!("{sign} needs a number before it, not a comparison"),
        )
        .with_help("for 1 where it holds and 0 elsewhere, write `where(x < y, 1, 0)`")
}

/// The present argument of `group`, which ends before the token at `end`, is not a comparison.
pub(crate) fn condition_expected(source: &Source<'_>, group: &Group, end: usize) -> Error {
    let (first, last) = (group.argument, end - 1);
    let name = source.quoted(group.open - 1, group.open - 1);
    let message = format!("the first argument of {name} must be a comparison");
    let error = source.error(first, last, message);
    match source.short(first, last) {
        Some(text) => {
            let mended = format!("{text} != 0");
            error
                .with_help(format!(
                    "compare it with something, for example `where({mended}, 1, 0)`"
                ))
                .with_edit(source.span(first, last), mended)
        }
        None => error.with_help("compare it with something, for example `where(x > 0, 1, 0)`"),
    }
}

pub(crate) fn whole_number_expected(source: &Source<'_>, group: &Group, end: usize) -> Error {
    let (first, last) = (group.argument, end - 1);
    let name = source.quoted(group.open - 1, group.open - 1);
    let message = format!("{name} needs a whole number here, in digits");
    source
        .error(first, last, message)
        .with_help("for example `polygamma(1, x)`")
}
