//! An operand is missing: before an operator, after one, between parentheses.

use super::super::error::Error;
use super::super::lexer::Kind;
use super::super::parser::Group;
use super::super::source::Source;
use super::super::tree::{Binary, Comparison};
use super::{characters, names, structure};

/// The token at `at` stands where an operand is expected.
pub(crate) fn operand_expected(source: &Source<'_>, at: usize, group: Option<&Group>) -> Error {
    let previous = at
        .checked_sub(1)
        .map(|before| (before, source.kind(before)));
    match (previous, source.kind(at)) {
        (_, Kind::Unknown(c)) => characters::unknown(source, at, c, None, group),
        (None, Kind::End) => source
            .error(at, at, "the formula is empty")
            .with_help("write one such as `x^2 + 1`"),
        (_, Kind::Close) if group.is_none() => structure::never_opened(source, at),
        (Some((open, Kind::Open)), Kind::Close) => match group {
            Some(group) if group.function.is_some() => names::no_arguments(source, group, at),
            _ => source
                .error(open, at, "nothing is in the parentheses")
                .with_help("write an expression in them, or remove them"),
        },
        (Some((comma, Kind::Comma)), Kind::Close | Kind::End) => source
            .error(comma, comma, "an argument is expected after this `,`")
            .with_help("write it, or remove the `,`")
            .with_edit(source.span(comma, comma), ""),
        (Some((before, Kind::Operator(_) | Kind::Compare(_))), _) => after_operator(source, before),
        (_, Kind::Comma) if group.is_some() => source
            .error(at, at, "an argument is expected before this `,`")
            .with_help("write it, or remove the `,`")
            .with_edit(source.span(at, at), ""),
        (Some((before, Kind::Open)), Kind::End) => source
            .error(before, before, "the formula ends after this `(`")
            .with_help("write an expression and a `)` after it, or remove it"),
        (None, Kind::Superscript(_)) => source
            .error(
                at,
                at,
                format!("{} has nothing before it to raise", source.found(at)),
            )
            .with_help("write what it raises before it, as in `x²`"),
        (None, _) => leading(source, at),
        (Some((before, _)), _) => source.error(
            at,
            at,
            format!(
                "after {} a number, a variable, a function or `(` is expected, not {}",
                source.found(before),
                source.found(at)
            ),
        ),
    }
}

/// An operator that can only stand between operands begins the formula.
fn leading(source: &Source<'_>, at: usize) -> Error {
    let found = source.found(at);
    source
        .error(at, at, format!("a formula cannot begin with {found}"))
        .with_help(format!(
            "write what it applies to before it, or remove {found}"
        ))
        .with_edit(source.span(at, at), "")
}

/// The operator at `before` has no operand to its right.
fn after_operator(source: &Source<'_>, before: usize) -> Error {
    let at = before + 1;
    let operator = source.found(before);
    if let Some(error) = two_as_one(source, before, at) {
        return error;
    }
    match source.kind(at) {
        Kind::Operator(_) | Kind::Compare(_) => {
            let found = source.found(at);
            source
                .error(
                    before,
                    at,
                    format!("{operator} and {found} stand side by side"),
                )
                .with_help("write only one of them, or what belongs between them")
        }
        Kind::End => {
            let error = source.error(
                before,
                before,
                format!("the formula ends after {operator}, which needs an operand to its right"),
            );
            removable(source, before, error)
        }
        _ => {
            let found = source.found(at);
            let error = source.error(
                before,
                before,
                format!("{operator} needs an operand to its right, before {found}"),
            );
            removable(source, before, error)
        }
    }
}

fn removable(source: &Source<'_>, operator: usize, error: Error) -> Error {
    let ends_operand = operator.checked_sub(1).is_some_and(|left| {
        let kind = source.kind(left);
        matches!(
            kind,
            Kind::Number(_) | Kind::Name | Kind::Close | Kind::Superscript(_)
        )
    });
    let help = format!("write the operand, or remove {}", source.found(operator));
    let error = error.with_help(help);
    if ends_operand {
        error.with_edit(source.span(operator, operator), "")
    } else {
        error
    }
}

/// Two operators that together are one of another language, or one written with a space in it.
fn two_as_one(source: &Source<'_>, first: usize, second: usize) -> Option<Error> {
    let both = source.span(first, second);
    let found = source.quoted(first, second);
    match (source.kind(first), source.kind(second)) {
        (Kind::Operator(Binary::Div), Kind::Operator(Binary::Div)) => Some(
            source
                .error(first, second, format!("{found} is not an operator here"))
                .with_help("for the whole part of a quotient, write `floor(x/y)`"),
        ),
        (Kind::Compare(Comparison::Less), Kind::Compare(Comparison::Greater)) => Some(
            source
                .error(first, second, format!("{found} is not an operator here"))
                .with_help("write `where(x != y, 1, 0)` with `!=` for not equal")
                .with_edit(both, "!="),
        ),
        _ => None,
    }
}
