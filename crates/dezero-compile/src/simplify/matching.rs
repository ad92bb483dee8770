//! Finding what a row's left side describes, and building its right side.

use dezero_core::{DType, Op, Unary};

use super::pattern::{LETTERS, Pattern};
use super::rewriter::{Form, Found, Rewriter, commutes};
use super::table::Row;
use crate::ir::{Source, ValueId};

/// What the letters of a rule stand for.
struct Letters {
    values: [Option<ValueId>; LETTERS],
    numbers: [Option<f64>; LETTERS],
}

/// What is still to be found equal; a list on the stack, so that each choice can be taken back.
struct Goals<'a> {
    pattern: &'a Pattern,
    to: Target,
    rest: Option<&'a Goals<'a>>,
}

#[derive(Clone, Copy)]
enum Target {
    Value(ValueId),
    Exponent(f64),
}

/// Patterns.
impl Rewriter<'_> {
    pub(super) fn by_pattern(
        &mut self,
        row: &Row,
        before: &Pattern,
        after: &Pattern,
        op: &Op,
        args: &[ValueId],
        form: &Form,
    ) -> Option<Found> {
        if !form.dtype.is_float() {
            return None;
        }
        let mut letters = Letters {
            values: [None; LETTERS],
            numbers: [None; LETTERS],
        };
        if !self.unfold(before, op, args, form.dtype, None, &mut letters)
            || !row.when.is_none_or(|when| when(&letters.numbers))
        {
            return None;
        }
        let value = self.build(after, &letters, form.dtype)?;
        Some(Found {
            value,
            same_layout: false,
        })
    }

    /// Whether an operation has this pattern on top, with all else that is to be found.
    fn unfold<'p>(
        &self,
        pattern: &'p Pattern,
        op: &Op,
        args: &[ValueId],
        dtype: DType,
        rest: Option<&Goals<'_>>,
        letters: &mut Letters,
    ) -> bool {
        let goal = |pattern: &'p Pattern, x: usize| (pattern, Target::Value(args[x]));
        match (pattern, op) {
            (Pattern::Unary(wanted, x), Op::Unary(op)) if wanted == op => {
                self.all(&[goal(x, 0)], dtype, rest, letters)
            }
            (Pattern::Power(xs), Op::Unary(Unary::Pow(exponent))) => {
                let exponent = (&xs[1], Target::Exponent(exponent.get()));
                self.all(&[goal(&xs[0], 0), exponent], dtype, rest, letters)
            }
            (Pattern::Binary(wanted, xs), Op::Binary(op)) if wanted == op => {
                self.all(&[goal(&xs[0], 0), goal(&xs[1], 1)], dtype, rest, letters)
                    || commutes(*op)
                        && self.all(&[goal(&xs[0], 1), goal(&xs[1], 0)], dtype, rest, letters)
            }
            (Pattern::Where(xs), Op::Where) => {
                let goals = [goal(&xs[0], 0), goal(&xs[1], 1), goal(&xs[2], 2)];
                self.all(&goals, dtype, rest, letters)
            }
            _ => false,
        }
    }

    fn all(
        &self,
        goals: &[(&Pattern, Target)],
        dtype: DType,
        rest: Option<&Goals<'_>>,
        letters: &mut Letters,
    ) -> bool {
        match goals {
            [] => self.solve(dtype, rest, letters),
            [goals @ .., (pattern, to)] => {
                let goal = Goals {
                    pattern,
                    to: *to,
                    rest,
                };
                self.all(goals, dtype, Some(&goal), letters)
            }
        }
    }

    fn solve(&self, dtype: DType, goals: Option<&Goals<'_>>, letters: &mut Letters) -> bool {
        let Some(Goals { pattern, to, rest }) = goals else {
            return true;
        };
        match (pattern, *to) {
            (Pattern::Value(letter), Target::Value(x)) => {
                let condition =
                    *letter == usize::from(b'p' - b'a') || *letter == usize::from(b'q' - b'a');
                let wanted = if condition { DType::Bool } else { dtype };
                if self.value(x).dtype != wanted {
                    return false;
                }
                if let Some(bound) = letters.values[*letter] {
                    bound == x && self.solve(dtype, *rest, letters)
                } else {
                    letters.values[*letter] = Some(x);
                    let solved = self.solve(dtype, *rest, letters);
                    if !solved {
                        letters.values[*letter] = None;
                    }
                    solved
                }
            }
            (Pattern::Number(letter), to) => {
                let Some(number) = self.number_of(to) else {
                    return false;
                };
                if let Some(bound) = letters.numbers[*letter] {
                    bound.to_bits() == number.to_bits() && self.solve(dtype, *rest, letters)
                } else {
                    letters.numbers[*letter] = Some(number);
                    let solved = self.solve(dtype, *rest, letters);
                    if !solved {
                        letters.numbers[*letter] = None;
                    }
                    solved
                }
            }
            (Pattern::Literal(literal), to) => {
                self.number_of(to)
                    .is_some_and(|x| x.to_bits() == literal.to_bits())
                    && self.solve(dtype, *rest, letters)
            }
            (pattern, Target::Value(x)) => match &self.value(x).source {
                Source::Call(op, args) if self.value(x).dtype == dtype => {
                    self.unfold(pattern, op, args, dtype, *rest, letters)
                }
                _ => false,
            },
            (_, Target::Exponent(_)) => false,
        }
    }

    fn number_of(&self, to: Target) -> Option<f64> {
        match to {
            Target::Value(x) => self.fact(x).number,
            Target::Exponent(number) => Some(number),
        }
    }

    fn build(&mut self, pattern: &Pattern, letters: &Letters, dtype: DType) -> Option<ValueId> {
        if pattern.is_number() {
            let number = pattern.number(&letters.numbers)?;
            return Some(self.number(number, dtype));
        }
        let (op, xs): (Op, &[Pattern]) = match pattern {
            Pattern::Value(letter) => return letters.values[*letter],
            Pattern::Unary(op, x) => (Op::Unary(*op), std::slice::from_ref(x)),
            Pattern::Power(xs) => {
                let exponent = xs[1].number(&letters.numbers)?;
                (Op::Unary(Unary::Pow(exponent.into())), &xs[..1])
            }
            Pattern::Binary(op, xs) => (Op::Binary(*op), &**xs),
            Pattern::Where(xs) => (Op::Where, &**xs),
            Pattern::Number(_) | Pattern::Literal(_) => return None,
        };
        let mut args = Vec::with_capacity(xs.len());
        for x in xs {
            args.push(self.build(x, letters, dtype)?);
        }
        self.elementwise(op, &args)
    }
}
