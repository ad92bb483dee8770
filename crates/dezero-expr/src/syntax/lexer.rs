//! Formula text to tokens. Every text has tokens: what is wrong in it is for the parser to say.

use unicode_ident::{is_xid_continue, is_xid_start};

use super::tree::{Binary, Comparison};

/// A piece of the text that means something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Byte offset of the first character.
    pub(crate) start: usize,
    /// Byte offset after the last character.
    pub(crate) end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Infinite where the digits mean more than an `f64` holds.
    Number(f64),
    Name,
    Operator(Binary),
    Compare(Comparison),
    /// A whole number written as superscript digits.
    Superscript(f64),
    Open,
    Close,
    Comma,
    /// A character that the language does not have.
    Unknown(char),
    /// After the last token, always there and empty.
    End,
}

/// The tokens of `text`, the last of which is [`Kind::End`].
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = token(&text[at..], first);
        tokens.push(Token {
            kind,
            start: at,
            end: at + length,
        });
        at += length;
    }
    tokens.push(Token {
        kind: Kind::End,
        start: at,
        end: at,
    });
    tokens
}

/// The token at the start of `rest`, and its length in bytes.
fn token(rest: &str, first: char) -> (Kind, usize) {
    if let Some(length) = number_length(rest) {
        let value = rest[..length].parse().unwrap_or(f64::INFINITY);
        return (Kind::Number(value), length);
    }
    if starts_name(first) {
        let length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
        return (Kind::Name, length);
    }
    if !first.is_ascii()
        && let Some((exponent, length)) = superscript(rest)
    {
        return (Kind::Superscript(exponent), length);
    }
    let second = rest[first.len_utf8()..].bytes().next();
    match pair(first, second) {
        Some(kind) => (kind, 2),
        None => (single(first), first.len_utf8()),
    }
}

/// What the character means together with the byte after it.
fn pair(first: char, second: Option<u8>) -> Option<Kind> {
    Some(match (first, second?) {
        ('*', b'*') => Kind::Operator(Binary::Pow),
        ('<', b'=') => Kind::Compare(Comparison::LessEqual),
        ('>', b'=') => Kind::Compare(Comparison::GreaterEqual),
        ('=', b'=') => Kind::Compare(Comparison::Equal),
        ('!', b'=') => Kind::Compare(Comparison::NotEqual),
        _ => return None,
    })
}

/// What the character means on its own.
fn single(c: char) -> Kind {
    match c {
        '+' => Kind::Operator(Binary::Add),
        '-' | '−' => Kind::Operator(Binary::Sub),
        '*' | '×' | '·' | '⋅' | '∗' => Kind::Operator(Binary::Mul),
        '/' | '÷' => Kind::Operator(Binary::Div),
        '^' => Kind::Operator(Binary::Pow),
        '<' => Kind::Compare(Comparison::Less),
        '>' => Kind::Compare(Comparison::Greater),
        '≤' => Kind::Compare(Comparison::LessEqual),
        '≥' => Kind::Compare(Comparison::GreaterEqual),
        '≠' => Kind::Compare(Comparison::NotEqual),
        '(' => Kind::Open,
        ')' => Kind::Close,
        ',' => Kind::Comma,
        _ => Kind::Unknown(c),
    }
}

/// The length of the number at the start of `rest`. An `e` without digits after it is not part of it.
fn number_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let digits_from = |start: usize| {
        let digits = bytes[start..].iter().take_while(|b| b.is_ascii_digit());
        digits.count()
    };
    let whole = digits_from(0);
    let mut length = whole;
    if bytes.get(length) == Some(&b'.') {
        let fraction = digits_from(length + 1);
        if whole + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    if length == 0 {
        return None;
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = length + 1 + sign;
        if exponent < bytes.len() && digits_from(exponent) > 0 {
            length = exponent + digits_from(exponent);
        }
    }
    Some(length)
}

fn starts_name(c: char) -> bool {
    c == '_' || is_xid_start(c) && !looks_like_something_else(c)
}

fn continues_name(c: char) -> bool {
    matches!(c, '₀'..='₉') || is_xid_continue(c) && !looks_like_something_else(c)
}

/// Characters that Unicode allows in names but that a formula does not mean as part of one: the
/// multiplication dot, full-width forms of ASCII, and letters raised as exponents.
fn looks_like_something_else(c: char) -> bool {
    matches!(c, '·' | '\u{387}' | '\u{ff01}'..='\u{ff5e}') || is_raised_letter(c)
}

pub(crate) fn is_raised_letter(c: char) -> bool {
    matches!(c, 'ⁱ' | 'ⁿ' | '\u{2b0}'..='\u{2b8}' | '\u{2e0}'..='\u{2e4}' | '\u{1d2c}'..='\u{1d61}')
}

/// The exponent in raised digits at the start of `rest`, and its length in bytes.
fn superscript(rest: &str) -> Option<(f64, usize)> {
    let mut digits = String::new();
    let mut length = 0;
    for c in rest.chars() {
        match c {
            '⁻' if length == 0 => digits.push('-'),
            '⁺' if length == 0 => {}
            _ => match "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == c) {
                Some(digit) => digits.push(char::from(b'0' + digit as u8)),
                None => break,
            },
        }
        length += c.len_utf8();
    }
    let value = digits.parse().ok()?;
    Some((value, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn numbers_of_every_form() {
        for (text, value) in [
            ("1", 1.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("007", 7.0),
            ("1e-3", 1e-3),
            ("2.5E+10", 2.5e10),
            ("1.e2", 100.0),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(kinds(text), [Kind::Number(value), Kind::End], "{text}");
        }
    }

    #[test]
    fn an_e_without_digits_is_a_name() {
        for text in ["1e", "1e+", "1ex", "2E"] {
            assert_eq!(
                kinds(text)[..2],
                [Kind::Number(text[..1].parse().unwrap()), Kind::Name]
            );
        }
    }

    #[test]
    fn names_take_letters_of_any_script_and_subscripts() {
        for text in ["x", "_", "x_1", "θ₀", "높이", "x\u{302}", "Ж2"] {
            assert_eq!(kinds(text), [Kind::Name, Kind::End], "{text}");
        }
    }

    #[test]
    fn a_dot_between_names_multiplies() {
        assert_eq!(
            kinds("a·b"),
            [
                Kind::Name,
                Kind::Operator(Binary::Mul),
                Kind::Name,
                Kind::End
            ]
        );
    }

    #[test]
    fn raised_digits_are_one_exponent() {
        assert_eq!(
            kinds("x⁻¹²"),
            [Kind::Name, Kind::Superscript(-12.0), Kind::End]
        );
        assert_eq!(kinds("⁻"), [Kind::Unknown('⁻'), Kind::End]);
        assert_eq!(kinds("eˣ"), [Kind::Name, Kind::Unknown('ˣ'), Kind::End]);
    }

    #[test]
    fn tokens_cover_everything_but_white_space() {
        let text = " x\t+\u{a0}@\n";
        let spans: Vec<_> = tokens(text).iter().map(|t| &text[t.start..t.end]).collect();
        assert_eq!(spans, ["x", "+", "@", ""]);
    }
}
