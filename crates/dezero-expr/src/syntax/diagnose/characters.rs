//! Characters that the language does not have: signs of other languages and of paper, invisible ones.

use super::super::error::{Error, is_invisible};
use super::super::lexer::{Kind, is_raised_letter};
use super::super::parser::Group;
use super::super::source::Source;
use super::missing_operator::remainder;

/// The character `c` at `at`, after the operand that begins at `left` if it follows one.
pub(super) fn unknown(
    source: &Source<'_>,
    at: usize,
    c: char,
    left: Option<usize>,
    group: Option<&Group>,
) -> Error {
    match c {
        '=' => equals(source, at, left, group),
        '|' => bars(source, at),
        '[' | '{' | ']' | '}' => brackets(source, at, c, left),
        '!' => factorial(source, at, left),
        '%' => percent(source, at, left),
        '.' => point(source, at, left),
        '√' | '∛' => root(source, at, c),
        '\\' => latex(source, at),
        '\'' | '"' | '`' | '$' | '‘' | '’' | '“' | '”' | '′' => {
            quotes(source, at, c, left)
        }
        '\u{ff01}'..='\u{ff5e}' => full_width(source, at, c),
        _ if is_raised_letter(c) => raised(source, at, c),
        _ => sign(source, at, c, group),
    }
}

/// Characters with one plain meaning: how that is written, and what to say.
fn sign(source: &Source<'_>, at: usize, c: char, group: Option<&Group>) -> Error {
    let named = named(c);
    let error = source.error(at, at, format!("{named} has no meaning in a formula"));
    let span = source.span(at, at);
    let written = |text: &str| {
        let help = format!("write `{text}` in its place");
        source
            .error(at, at, format!("{named} is not read"))
            .with_help(help)
            .with_edit(span.clone(), text)
    };
    let in_call = group.is_some_and(|group| group.function.is_some());
    match c {
        '–' | '—' | '‐' | '‑' | '‒' | '﹣' => written("-"),
        '∙' | '•' | '✕' | '✖' | '∘' | '⨯' | '\u{387}' => written("*"),
        '∕' | '⁄' => written("/"),
        '½' => written("(1/2)"),
        '⅓' => written("(1/3)"),
        '¼' => written("(1/4)"),
        '¾' => written("(3/4)"),
        ';' | '，' | '、' if in_call => written(","),
        '∞' => error.with_help("a formula has finite numbers only"),
        '?' | ':' => error.with_help("for a choice, write `where(x > 0, 1, 2)`"),
        '&' => error.with_help("for two conditions, write one `where` in the other: `where(a < x, where(x < b, 1, 0), 0)`"),
        '@' => error.with_help("to multiply element by element, write `x*y`"),
        '°' => error.with_help("angles are in radians: for x degrees, write `x*pi/180`"),
        '∂' | '∇' | '∫' | '∑' | '∏' => error.with_help("write the function itself, such as `x^2 + 1`"),
        ';' => error.with_help("write a formula for each"),
        '#' => error
            .with_help("a formula has no comments: remove what follows")
            .with_edit(span.start..source.text.len(), ""),
        _ if is_invisible(c) => error.with_help("remove it").with_edit(span, ""),
        _ => error,
    }
}

/// The character as a message shows it: by its number too where the picture does not tell.
fn named(c: char) -> String {
    let number = u32::from(c);
    let name = match c {
        '\u{200b}' => "the invisible zero-width space",
        '\u{feff}' => "the invisible byte order mark",
        '\u{ad}' => "the invisible soft hyphen",
        _ if c.is_control() => "the control character",
        _ if is_invisible(c) => "the invisible character",
        _ if c.is_ascii() => return format!("`{c}`"),
        _ => return format!("`{c}` (U+{number:04X})"),
    };
    format!("{name} U+{number:04X}")
}

/// `x = 3`, `y = x^2`, `x^2 = 4`, `x => y`.
fn equals(source: &Source<'_>, at: usize, left: Option<usize>, group: Option<&Group>) -> Error {
    let span = source.span(at, at);
    if let Kind::Compare(_) = source.kind(at + 1) {
        let sign = source.word(at + 1);
        if source.touches_previous(at + 1) && sign.len() == 1 {
            let help = format!("write `{sign}=`");
            let message = format!("{} is not an operator here", source.quoted(at, at + 1));
            let error = source.error(at, at + 1, message).with_help(help);
            return error.with_edit(source.span(at, at + 1), format!("{sign}="));
        }
    }
    if left.is_none() {
        let after_operator = at > 0;
        let error = source.error(at, at, "nothing is before `=`, and a formula needs none");
        return if after_operator {
            source.error(at, at, "an operand is expected, not `=`")
        } else {
            error.with_help("remove it").with_edit(span, "")
        };
    }
    if group.is_some_and(|group| group.condition) {
        return source
            .error(at, at, "`=` does not compare")
            .with_help("write `==` to compare")
            .with_edit(span, "==");
    }
    let last = source.tokens.len() - 2;
    if group.is_some() || at == last {
        return source
            .error(at, at, "a formula has no `=`")
            .with_help("to compare, write `==` in `where(x == y, 1, 0)`");
    }
    let sides = source.short(0, at - 1).zip(source.short(at + 1, last));
    let name_first = at == 1 && source.kind(0) == Kind::Name;
    let number_last = matches!(source.kind(last), Kind::Number(_));
    let only_number = number_last && (at + 1 == last || at + 2 == last);
    match sides {
        Some(_) if name_first && only_number => source
            .error(at, at, "a formula does not give values")
            .with_help("the values of variables are given beside the formula"),
        Some((_, right)) if name_first => source
            .error(0, at, "a formula is not given a name")
            .with_help(format!("write only what is computed: `{right}`"))
            .with_edit(source.span(0, at), ""),
        Some((left, right)) => {
            let mended = match source.operand_end(at + 1) {
                Some(end) if end == last => format!("{left} - {right}"),
                _ => format!("{left} - ({right})"),
            };
            source
                .error(at, at, "a formula is one expression, not an equation")
                .with_help(format!(
                    "for what is 0 where both sides agree, write `{mended}`"
                ))
                .with_edit(source.span(0, last), mended)
        }
        None => source
            .error(at, at, "a formula is one expression, not an equation")
            .with_help("write only one side of it"),
    }
}

/// `|x|`
fn bars(source: &Source<'_>, at: usize) -> Error {
    let error = source.error(at, at, "absolute values are not written with `|`");
    let is_bar = |index: &usize| source.kind(*index) == Kind::Unknown('|');
    let others: Vec<usize> = (at + 1..source.tokens.len())
        .filter(is_bar)
        .take(2)
        .collect();
    let close = match others[..] {
        [close] if close > at + 1 => close,
        _ => return error.with_help("write `abs(x)` for |x|"),
    };
    let error = match source.short(at + 1, close - 1) {
        Some(inside) => error.with_help(format!("write `abs({inside})`")),
        None => error.with_help("write `abs(x)` for |x|"),
    };
    error
        .with_edit(source.span(at, at), "abs(")
        .with_edit(source.span(close, close), ")")
}

fn brackets(source: &Source<'_>, at: usize, c: char, left: Option<usize>) -> Error {
    let error = source.error(at, at, format!("only `(` and `)` group, not `{c}`"));
    let close = match c {
        '[' => ']',
        '{' => '}',
        _ => {
            return error
                .with_help("write `)` in its place")
                .with_edit(source.span(at, at), ")");
        }
    };
    let is_close = |index: &usize| source.kind(*index) == Kind::Unknown(close);
    let Some(close) = (at + 1..source.tokens.len()).find(is_close) else {
        return error
            .with_help("write `(` in its place")
            .with_edit(source.span(at, at), "(");
    };
    if left.is_some() && close == at + 2 && source.kind(at - 1) == Kind::Name {
        let (name, index) = (source.word(at - 1), source.word(at + 1));
        if c == '[' && index.bytes().all(|b| b.is_ascii_digit()) {
            return source
                .error(at - 1, close, "variables are not indexed")
                .with_help(format!("write `{name}{index}`, a variable of its own"))
                .with_edit(source.span(at - 1, close), format!("{name}{index}"));
        }
    }
    let times = if left.is_some() { "*(" } else { "(" };
    let help = match source.short(at + 1, close - 1) {
        Some(inside) if close > at + 1 => format!("write `({inside})`"),
        _ => "write `(` and `)` in their place".to_owned(),
    };
    error
        .with_help(help)
        .with_edit(source.span(at, at), times)
        .with_edit(source.span(close, close), ")")
}

/// `x!`
fn factorial(source: &Source<'_>, at: usize, left: Option<usize>) -> Error {
    let Some(left) = left else {
        return source
            .error(at, at, "`!` has no meaning in a formula")
            .with_help("for unequal, write `!=` in `where(x != y, 1, 0)`");
    };
    let error = source.error(at, at, "a factorial is not written with `!`");
    let in_parentheses = source.matching_close(left) == Some(at - 1);
    let operand = if source.kind(left) == Kind::Open && in_parentheses {
        source.short(left + 1, at - 2)
    } else {
        source.short(left, at - 1)
    };
    let Some(operand) = operand else {
        return error.with_help("write `exp(lgamma(x + 1))` for the factorial of x");
    };
    let mended = format!("exp(lgamma({operand} + 1))");
    error
        .with_help(format!("write `{mended}`"))
        .with_edit(source.span(left, at), mended)
}

/// `5%`, `7 % 3`
fn percent(source: &Source<'_>, at: usize, left: Option<usize>) -> Error {
    let Some(left) = left else {
        return source.error(at, at, "`%` has no meaning in a formula");
    };
    if source.begins_operand(at + 1) {
        let help = remainder(source, at, left);
        return source
            .error(at, at, "the remainder is not written with `%`")
            .with_help(help);
    }
    let error = source.error(at, at, "a percentage is not written with `%`");
    match source.short(left, at - 1) {
        Some(operand) => error
            .with_help(format!("write `{operand}/100`"))
            .with_edit(source.span(left, at), format!("({operand}/100)")),
        None => error.with_help("write `/100` in its place"),
    }
}

/// `np.sin(x)`, `1..2`, `x.`
fn point(source: &Source<'_>, at: usize, left: Option<usize>) -> Error {
    let named = |at| source.kind(at) == Kind::Name;
    if left.is_some() && named(at - 1) && named(at + 1) {
        let (module, name) = (source.quoted(at - 1, at), source.quoted(at + 1, at + 1));
        return source
            .error(
                at - 1,
                at,
                format!("{module} does not belong before a name"),
            )
            .with_help(format!("write {name} alone"))
            .with_edit(source.span(at - 1, at), "");
    }
    source
        .error(at, at, "this `.` has no digits")
        .with_help("a decimal point stands beside digits, as in `0.5`; to multiply, write `*`")
}

/// `√x`
fn root(source: &Source<'_>, at: usize, c: char) -> Error {
    let function = if c == '√' { "sqrt" } else { "cbrt" };
    let error = source.error(at, at, format!("roots are not written with `{c}`"));
    let radicand = source
        .operand_end(at + 1)
        .and_then(|last| Some((last, source.short(at + 1, last)?)));
    match radicand {
        Some((last, text)) => {
            let bare =
                source.kind(at + 1) == Kind::Open && source.matching_close(at + 1) == Some(last);
            let mended = if bare {
                format!("{function}{text}")
            } else {
                format!("{function}({text})")
            };
            error
                .with_help(format!("write `{mended}`"))
                .with_edit(source.span(at, last), mended)
        }
        None => error.with_help(format!("write `{function}(x)`")),
    }
}

/// `\sin(x)`, `\frac{1}{2}`
fn latex(source: &Source<'_>, at: usize) -> Error {
    let error = source.error(at, at, "LaTeX commands are not read");
    let command = at + 1;
    if source.kind(command) != Kind::Name || !source.touches_previous(command) {
        return error.with_help("write a formula such as `x^2/2`");
    }
    match source.word(command) {
        "frac" | "dfrac" | "tfrac" => error.with_help("write `(x + 1)/2` for a fraction"),
        "cdot" | "times" => error
            .with_help("write `x*y` for a product")
            .with_edit(source.span(at, command), "*"),
        "left" | "right" => error
            .with_help("remove it")
            .with_edit(source.span(at, command), ""),
        "sqrt" => error.with_help("write `sqrt(x)` for a root"),
        _ => error
            .with_help(format!("write {} without `\\`", source.found(command)))
            .with_edit(source.span(at, at), ""),
    }
}

/// Quotes around the formula, and primes.
fn quotes(source: &Source<'_>, at: usize, c: char, left: Option<usize>) -> Error {
    let quoted = if c == '`' {
        "a backtick".to_owned()
    } else {
        format!("`{c}`")
    };
    let span = source.span(at, at);
    if left.is_some() && matches!(c, '\'' | '′' | '’') && source.touches_previous(at) {
        return source
            .error(
                at,
                at,
                format!("names have no {quoted}, and derivatives are not written with it"),
            )
            .with_help("use digits to tell variables apart, as in `x1`");
    }
    let last = source.tokens.len() - 2;
    let error = source.error(at, at, format!("{quoted} does not belong in a formula"));
    let error = error.with_help("remove it").with_edit(span, "");
    if at == 0 && last > 0 && matches!(source.kind(last), Kind::Unknown(_)) {
        error.with_edit(source.span(last, last), "")
    } else {
        error
    }
}

/// Full-width forms of ASCII, from an East Asian input method.
fn full_width(source: &Source<'_>, at: usize, c: char) -> Error {
    let plain = half_width(c);
    let mut error = source
        .error(at, at, format!("`{c}` is a full-width character"))
        .with_help(format!(
            "write {} with the keyboard set to English",
            quote(plain)
        ));
    for (start, wide) in source.text.char_indices() {
        if matches!(wide, '\u{ff01}'..='\u{ff5e}') {
            error = error.with_edit(start..start + wide.len_utf8(), half_width(wide));
        }
    }
    error
}

/// The ASCII character of the same shape: both blocks have the same order.
fn half_width(c: char) -> char {
    char::from_u32(u32::from(c) - 0xff01 + 0x21).unwrap_or(c)
}

fn quote(c: char) -> String {
    if c == '`' {
        "a backtick".to_owned()
    } else {
        format!("`{c}`")
    }
}

/// `eˣ`
fn raised(source: &Source<'_>, at: usize, c: char) -> Error {
    let error = source.error(at, at, format!("{} is not read as an exponent", named(c)));
    let plain = match c {
        'ˣ' => "x",
        'ʸ' => "y",
        'ⁿ' => "n",
        'ⁱ' => "i",
        _ => return error.with_help("write `^` before the exponent, as in `x^n`"),
    };
    error
        .with_help(format!("write `^` before the exponent, as in `2^{plain}`"))
        .with_edit(source.span(at, at), format!("^{plain}"))
}
