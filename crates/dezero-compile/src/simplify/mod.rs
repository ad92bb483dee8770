//! Simplification: the same results from fewer operations.
//!
//! [`table`] is where a rule is added. [`rewriter`] takes a program through the table, merges what is
//! computed twice, computes what is constant, and drops what no result needs.

mod layout;
mod matching;
mod pattern;
mod rewriter;
mod structure;
mod table;
#[cfg(test)]
mod tests;

use self::rewriter::Tally;
use self::table::RULES;
use crate::ir::{Ir, Source};
use crate::program::Program;

/// What rules may take for granted of a program's values; each level includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assume {
    /// Nothing: every result stays as it is to the last bit, for every input.
    #[default]
    Nothing,
    /// That the sign of a zero does not matter.
    NoSignedZeros,
    /// That no value is infinite or NaN, either.
    Finite,
    /// That values are real numbers: results may round otherwise, and exist where they did not.
    Reals,
}

/// A rule of simplification, for documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What a value looks like.
    pub before: &'static str,
    /// What takes its place.
    pub after: &'static str,
    /// What the rule takes for granted.
    pub assumes: Assume,
}

/// The table of rules: `x`, `y` and the like stand for any value, `p` for a condition, `a`, `b` for
/// constant numbers.
///
/// ```
/// use dezero_compile::{Assume, rules};
///
/// let exact = rules().filter(|rule| rule.assumes == Assume::Nothing);
/// assert!(exact.into_iter().any(|rule| (rule.before, rule.after) == ("x * 1", "x")));
/// ```
pub fn rules() -> impl Iterator<Item = Rule> {
    RULES.rows.iter().map(|row| Rule {
        before: row.before,
        after: row.after,
        assumes: row.assumes,
    })
}

/// A program in its simplest form, and what became of the rest: see
/// [`Program::simplified_assuming`](crate::Program::simplified_assuming).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Simplification {
    /// The program with fewer operations.
    pub program: Program,
    /// The operations that gave what another one gave already.
    pub merged: usize,
    /// The operations on constants alone, which were computed.
    pub computed: usize,
    /// The rules that applied, and how often, those that did most first.
    pub rules: Vec<(Rule, usize)>,
}

impl Simplification {
    pub(crate) fn new(ir: &Ir, assume: Assume, program: impl FnOnce(Ir) -> Program) -> Self {
        let (simple, tally) = counted(ir, assume);
        let rules = rules().zip(tally.applied);
        let mut rules: Vec<(Rule, usize)> = rules.filter(|&(_, times)| times > 0).collect();
        rules.sort_by_key(|&(_, times)| std::cmp::Reverse(times));
        Self {
            program: program(simple),
            merged: tally.merged,
            computed: tally.computed,
            rules,
        }
    }
}

/// Passes after which what is left stays: each does all that it can, so that few are needed.
const PASSES: usize = 12;

/// The same program with fewer operations.
///
/// Inputs stay, all of them, and results keep their shapes and dtypes. Users' functions are called as
/// often as before, unless nothing needs their results.
pub(crate) fn simplify(ir: &Ir, assume: Assume) -> Ir {
    counted(ir, assume).0
}

fn counted(ir: &Ir, assume: Assume) -> (Ir, Tally) {
    let mut tally = Tally::default();
    let mut simple = rewriter::pass(ir, &RULES, assume, &mut tally);
    for _ in 1..PASSES {
        let simpler = rewriter::pass(&simple, &RULES, assume, &mut tally);
        let done = is_same(&simple, &simpler);
        simple = simpler;
        if done {
            break;
        }
    }
    (simple, tally)
}

/// Whether a pass changed nothing.
fn is_same(a: &Ir, b: &Ir) -> bool {
    a.values.len() == b.values.len()
        && a.outputs == b.outputs
        && a.values
            .iter()
            .zip(&b.values)
            .all(|(a, b)| match (&a.source, &b.source) {
                (Source::Call(a, xs), Source::Call(b, ys)) => a == b && xs == ys,
                (Source::Constant(a), Source::Constant(b)) => {
                    a.as_f64().map(f64::to_bits) == b.as_f64().map(f64::to_bits)
                }
                (Source::Input(a), Source::Input(b)) => a == b,
                _ => false,
            })
}

/// The shape in which both can be seen, if there is one.
fn broadcast(a: &[usize], b: &[usize]) -> Option<Box<[usize]>> {
    if a == b || b.is_empty() {
        return Some(a.into());
    }
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut shape: Box<[usize]> = long.into();
    let added = long.len() - short.len();
    for (length, &other) in shape[added..].iter_mut().zip(short) {
        match (*length, other) {
            (x, y) if x == y => {}
            (_, 1) => {}
            (1, y) => *length = y,
            _ => return None,
        }
    }
    Some(shape)
}
