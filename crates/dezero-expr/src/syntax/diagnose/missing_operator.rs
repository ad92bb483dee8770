//! Two operands side by side: a forgotten `*`, or words of another language.

use super::super::error::Error;
use super::super::lexer::Kind;
use super::super::parser::Group;
use super::super::source::Source;
use super::characters;

/// The token at `at` stands where an operator is expected, after the operand that begins at `left`.
pub(crate) fn operator_expected(
    source: &Source<'_>,
    at: usize,
    left: usize,
    group: Option<&Group>,
) -> Error {
    if let Kind::Unknown(c) = source.kind(at) {
        return characters::unknown(source, at, c, Some(left), group);
    }
    word_of_another_language(source, at, left)
        .or_else(|| number_of_another_form(source, at, left))
        .unwrap_or_else(|| missing_times(source, at, left))
}

/// The exponent at `at` of the operand that begins at `base` is followed by another exponent.
pub(crate) fn two_exponents(source: &Source<'_>, base: usize, at: usize) -> Error {
    let error = source.error(at, at + 1, "two exponents in a row can be read in two ways");
    match source.short(base, at) {
        Some(power) => error
            .with_help(format!("put one power in parentheses, as in `({power})^2`"))
            .with_edit(source.span(base, at), format!("({power})")),
        None => error.with_help("put one power in parentheses, as in `(x²)^2`"),
    }
}

fn missing_times(source: &Source<'_>, at: usize, left: usize) -> Error {
    let right = source.operand_end(at);
    let between = source.token(at - 1).end..source.token(at).start;
    let operands = right.and_then(|right| {
        source.short(left, right)?;
        Some((source.short(left, at - 1)?, source.short(at, right)?))
    });
    let error = match operands {
        Some((left, right)) => {
            let message = format!("an operator is missing between `{left}` and `{right}`");
            source
                .error(at, at, message)
                .with_help(format!("write `{left}*{right}`"))
        }
        None => source
            .error(
                at,
                at,
                format!("an operator is missing before {}", source.found(at)),
            )
            .with_help("to multiply, write `*` before it"),
    };
    error.with_edit(between, "*")
}

fn word_of_another_language(source: &Source<'_>, at: usize, left: usize) -> Option<Error> {
    let is_name = |at| source.kind(at) == Kind::Name;
    let before = at - 1;
    if is_name(before) {
        let word = source.word(before);
        let error = |message| Some(source.error(before, before, format!("`{word}` {message}")));
        match word {
            "lambda" | "def" | "function" => return Some(definition(source, before)),
            "return" | "let" | "var" | "const" => {
                return error("does not belong in a formula")
                    .map(|error| error.with_help(format!("remove `{word}`")))
                    .map(|error| error.with_edit(source.span(before, before), ""));
            }
            "if" => {
                return error("is written as a function").map(|error| {
                    error.with_help("write `where(x > 0, 1, 2)` for 1 if x > 0, else 2")
                });
            }
            "not" => {
                return error("is not read").map(|error| {
                    error.with_help(
                        "compare the other way round: `where(x >= y, 1, 0)` for not x < y",
                    )
                });
            }
            _ => {}
        }
    }
    if !is_name(at) {
        return None;
    }
    let word = source.word(at);
    let error = |message: &str| source.error(at, at, format!("`{word}` {message}"));
    match word {
        "if" | "else" | "then" => Some(
            error("is written as a function")
                .with_help("write `where(x > 0, 1, 2)` for 1 if x > 0, else 2"),
        ),
        "and" | "or" | "xor" => Some(
            error("does not join conditions")
                .with_help("write one `where` in the other: `where(a < x, where(x < b, 1, 0), 0)`"),
        ),
        "mod" | "rem" => {
            let help = remainder(source, at, left);
            Some(error("is not an operator").with_help(help))
        }
        "is" => Some(error("is not an operator").with_help("write `==` to compare")),
        _ => None,
    }
}

/// `lambda x: x^2`, `def f(x): x^2`: the formula is what follows the colon.
fn definition(source: &Source<'_>, word: usize) -> Error {
    let name = source.word(word);
    let error = source.error(word, word, format!("`{name}` does not begin a formula"));
    let colon = (word..source.tokens.len()).find(|at| source.kind(*at) == Kind::Unknown(':'));
    let last = source.tokens.len() - 2;
    match colon {
        Some(colon) if colon < last => {
            let error = match source.short(colon + 1, last) {
                Some(body) => error.with_help(format!("write only what it computes: `{body}`")),
                None => error.with_help("write only what follows the `:`"),
            };
            error.with_edit(source.span(word, colon), "")
        }
        _ => error.with_help("write only what the function computes, such as `x^2 + 1`"),
    }
}

/// The help for a remainder whose sign stands at `at`.
pub(super) fn remainder(source: &Source<'_>, at: usize, left: usize) -> String {
    let operands = source.operand_end(at + 1).and_then(|right| {
        source.short(left, right)?;
        Some((source.short(left, at - 1)?, source.short(at + 1, right)?))
    });
    let (x, y) = operands.unwrap_or(("x", "y"));
    format!("for the remainder, write `{x} - {y}*floor({x}/{y})`")
}

/// Numbers as other languages write them.
fn number_of_another_form(source: &Source<'_>, at: usize, left: usize) -> Option<Error> {
    let before = at - 1;
    if before != left || !matches!(source.kind(left), Kind::Number(_)) {
        return None;
    }
    source.short(left, at)?;
    let (number, word) = (source.word(left), source.word(at));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let touches = source.touches_previous(at);
    let error = |message| Some(source.error(left, at, message));
    let mended = |error: Error, mended: String| {
        error
            .with_help(format!("write `{mended}`"))
            .with_edit(source.span(left, at), mended)
    };
    if touches && word.starts_with('.') {
        return error("a number has only one decimal point");
    }
    if !touches {
        let thousands = digits(number) && digits(word) && word.len() == 3;
        return error("two numbers side by side")
            .filter(|_| thousands)
            .map(|error| {
                error
                    .with_help(format!(
                        "write `{number}{word}`, or `{number}*{word}` to multiply"
                    ))
                    .with_edit(source.span(left, at), format!("{number}{word}"))
            });
    }
    if word == "e" || word == "E" {
        return error("the exponent has no digits").map(|error| {
            error.with_help(format!(
                "write `{number}*e` to multiply by the constant e, or digits as in `{number}e3`"
            ))
        });
    }
    let grouped = word.replace('_', "");
    if word.starts_with('_') && digits(&grouped) && digits(number) {
        return error("digits are not grouped with `_`")
            .map(|error| mended(error, format!("{number}{grouped}")));
    }
    let (base, name) = match word.chars().next() {
        Some('x' | 'X') => (16, "hexadecimal"),
        Some('o' | 'O') => (8, "octal"),
        Some('b' | 'B') => (2, "binary"),
        _ => return None,
    };
    let value = u64::from_str_radix(&word[1..], base).ok()?;
    (number == "0").then(|| {
        let message = format!("numbers are decimal, not {name}");
        mended(source.error(left, at, message), value.to_string())
    })
}
