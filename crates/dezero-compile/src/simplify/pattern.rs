//! Patterns: the two sides of a rule, read from how they are written in the table.
//!
//! `u` to `z` stand for any value, `p` and `q` for conditions, `a` to `d` for constant numbers; all
//! else is as in a formula: `+ - * / ^`, numbers, and the functions of the engine's table by name.

use dezero_core::{Binary, Op, Unary, primitives};

/// How many letters a pattern can have.
pub(super) const LETTERS: usize = 26;

/// One side of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    /// Any value; the same letter is the same value.
    Value(usize),
    /// A constant of which all elements are one number.
    Number(usize),
    Literal(f64),
    Unary(Unary, Box<Pattern>),
    /// A power with a constant exponent, which is a number or an expression of numbers.
    Power(Box<[Pattern; 2]>),
    Binary(Binary, Box<[Pattern; 2]>),
    Where(Box<[Pattern; 3]>),
}

impl Pattern {
    /// The pattern that is written so; `None` if it cannot be read.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text.trim() };
        let pattern = reader.sum()?;
        reader.rest.is_empty().then_some(pattern)
    }

    /// The label of the operation on top.
    pub(super) fn label(&self) -> Option<&'static str> {
        match self {
            Self::Unary(op, _) => Some(op.label()),
            Self::Binary(op, _) => Some(op.label()),
            Self::Power(_) => Some("Pow"),
            Self::Where(_) => Some("Where"),
            Self::Value(_) | Self::Number(_) | Self::Literal(_) => None,
        }
    }

    /// Whether it is made of numbers alone.
    pub(super) fn is_number(&self) -> bool {
        match self {
            Self::Number(_) | Self::Literal(_) => true,
            Self::Value(_) | Self::Where(_) => false,
            Self::Unary(_, x) => x.is_number(),
            Self::Power(xs) | Self::Binary(_, xs) => xs.iter().all(Self::is_number),
        }
    }

    /// The number that it is, given what its letters are.
    pub(super) fn number(&self, numbers: &[Option<f64>; LETTERS]) -> Option<f64> {
        match self {
            Self::Number(letter) => numbers[*letter],
            Self::Literal(number) => Some(*number),
            Self::Unary(op, x) => Some(op.value(x.number(numbers)?)),
            Self::Binary(op, xs) => Some(op.value(xs[0].number(numbers)?, xs[1].number(numbers)?)),
            Self::Power(xs) => {
                let (base, exponent) = (xs[0].number(numbers)?, xs[1].number(numbers)?);
                Some(Unary::Pow(exponent.into()).value(base))
            }
            Self::Value(_) | Self::Where(_) => None,
        }
    }

    fn binary(op: Binary, x0: Self, x1: Self) -> Self {
        if op == Binary::Pow && x1.is_number() {
            return Self::Power(Box::new([x0, x1]));
        }
        Self::Binary(op, Box::new([x0, x1]))
    }

    fn negative(x: Self) -> Self {
        match x {
            Self::Literal(number) => Self::Literal(-number),
            x => Self::Unary(Unary::Neg, Box::new(x)),
        }
    }
}

/// Operators bind as in mathematics, `^` tighter than a sign.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn sum(&mut self) -> Option<Pattern> {
        let mut x = self.product()?;
        loop {
            let op = match () {
                () if self.take("+") => Binary::Add,
                () if self.take("-") => Binary::Sub,
                () => return Some(x),
            };
            x = Pattern::binary(op, x, self.product()?);
        }
    }

    fn product(&mut self) -> Option<Pattern> {
        let mut x = self.signed()?;
        loop {
            let op = match () {
                () if self.take("*") => Binary::Mul,
                () if self.take("/") => Binary::Div,
                () => return Some(x),
            };
            x = Pattern::binary(op, x, self.signed()?);
        }
    }

    fn signed(&mut self) -> Option<Pattern> {
        if self.take("-") {
            return self.signed().map(Pattern::negative);
        }
        let base = self.atom()?;
        if self.take("^") {
            let exponent = self.signed()?;
            return Some(Pattern::binary(Binary::Pow, base, exponent));
        }
        Some(base)
    }

    fn atom(&mut self) -> Option<Pattern> {
        if self.take("(") {
            let x = self.sum()?;
            return self.take(")").then_some(x);
        }
        let end = |of: fn(char) -> bool| {
            let rest = self.rest;
            rest.find(|c| !of(c)).unwrap_or(rest.len())
        };
        let digits = end(|c| c.is_ascii_digit() || c == '.');
        if digits > 0 {
            let number = self.rest[..digits].parse().ok()?;
            self.rest = self.rest[digits..].trim_start();
            return Some(Pattern::Literal(number));
        }
        let letters = end(|c| c.is_ascii_alphanumeric() || c == '_');
        let name = &self.rest[..letters];
        self.rest = self.rest[letters..].trim_start();
        if let [letter] = *name.as_bytes() {
            let place = usize::from(letter.checked_sub(b'a')?);
            return match letter {
                b'a'..=b'd' => Some(Pattern::Number(place)),
                b'p' | b'q' | b'u'..=b'z' => Some(Pattern::Value(place)),
                _ => None,
            };
        }
        self.function(name)
    }

    fn function(&mut self, name: &str) -> Option<Pattern> {
        if !self.take("(") {
            return None;
        }
        let mut xs = vec![self.sum()?];
        while self.take(",") {
            xs.push(self.sum()?);
        }
        if !self.take(")") {
            return None;
        }
        if name == "where" {
            return Some(Pattern::Where(Box::new(xs.try_into().ok()?)));
        }
        match &primitives().find(|primitive| primitive.name == name)?.op {
            Op::Unary(op) => {
                let [x] = <[Pattern; 1]>::try_from(xs).ok()?;
                Some(Pattern::Unary(*op, Box::new(x)))
            }
            Op::Binary(op) => Some(Pattern::Binary(*op, Box::new(xs.try_into().ok()?))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(letter: u8) -> Pattern {
        Pattern::Value(usize::from(letter - b'a'))
    }

    #[test]
    fn operators_bind_as_in_mathematics() {
        let read = Pattern::read("-x^2 * y + 1").unwrap();
        let square = Pattern::Power(Box::new([value(b'x'), Pattern::Literal(2.0)]));
        let product = Pattern::binary(Binary::Mul, Pattern::negative(square), value(b'y'));
        assert_eq!(
            read,
            Pattern::binary(Binary::Add, product, Pattern::Literal(1.0))
        );
        let read = Pattern::read("where(p, exp(x), x ^ y)").unwrap();
        let Pattern::Where(xs) = read else {
            panic!("no where")
        };
        assert_eq!(xs[0], value(b'p'));
        assert_eq!(
            xs[2],
            Pattern::binary(Binary::Pow, value(b'x'), value(b'y'))
        );
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for text in [
            "",
            "x +",
            "(x",
            "foo(x)",
            "exp(x, y)",
            "where(x)",
            "m",
            "x y",
            "1.2.3",
        ] {
            assert_eq!(Pattern::read(text), None, "{text}");
        }
    }

    #[test]
    fn signed_zeros_are_kept_apart() {
        let Some(Pattern::Literal(zero)) = Pattern::read("-0") else {
            panic!("no number")
        };
        assert!(zero.is_sign_negative());
    }
}
