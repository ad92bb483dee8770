//! Writing down what a derivative formula does: the values that a formula of the table runs on when
//! its recurrence is looked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::program::{Function, Step};
use crate::elementwise::{Binary, Compare, Unary};

/// More steps than any primitive needs whose recurrence closes.
const MOST_STEPS: usize = 64;
/// Functions of functions deeper than this do not close.
const MOST_DEPTH: usize = 6;

thread_local! {
    static TRACE: RefCell<Trace> = RefCell::default();
}

/// The steps of a primitive where the inputs that are `wanted` vary, how often each is
/// differentiated, and which is the result; `None` if they have no end.
pub(super) fn steps_of(
    function: Function,
    wanted: [bool; 2],
) -> Option<(Vec<Step>, Vec<usize>, usize)> {
    TRACE.set(Trace::default());
    let both = [0, 1].map(|i| push(Step::Input(i), 0));
    let inputs = match function {
        Function::Unary(_) => [both[0], both[0]],
        Function::Binary(_) => both,
    };
    TRACE.with_borrow_mut(|trace| trace.constant = wanted.map(|wanted| !wanted));
    let result = apply(function, inputs).0;
    let trace = TRACE.take();
    (!trace.failed).then_some((trace.steps, trace.rated, result))
}

/// A program being written.
#[derive(Default)]
struct Trace {
    steps: Vec<Step>,
    rated: Vec<usize>,
    functions: HashMap<(Function, [usize; 2]), usize>,
    /// Which inputs do not vary.
    constant: [bool; 2],
    depth: usize,
    failed: bool,
}

/// The step, written down unless it is there.
fn push(step: Step, rated: usize) -> Traced {
    TRACE.with_borrow_mut(|trace| {
        if let Some(at) = trace.steps.iter().position(|known| *known == step) {
            return Traced(at);
        }
        trace.failed |= trace.steps.len() > MOST_STEPS || rated > 1;
        trace.steps.push(step);
        trace.rated.push(rated);
        Traced(trace.steps.len() - 1)
    })
}

fn fail() {
    TRACE.with_borrow_mut(|trace| trace.failed = true);
}

/// Applies a primitive to steps. Sums and products are steps of their own; anything else is a
/// function with a rate.
pub(crate) fn apply(function: Function, arguments: [Traced; 2]) -> Traced {
    let [x0, x1] = arguments;
    match function {
        Function::Binary(Binary::Add) => return x0 + x1,
        Function::Binary(Binary::Sub) => return x0 - x1,
        Function::Binary(Binary::Mul) => return x0 * x1,
        Function::Binary(Binary::Div) => return x0 / x1,
        Function::Unary(Unary::Neg) => return -x0,
        Function::Unary(Unary::Square) => return x0 * x0,
        Function::Unary(Unary::Recip) => return 1.0 / x0,
        Function::Unary(Unary::Pow(exponent)) => {
            if let Some(power) = whole_power(x0, exponent.get()) {
                return power;
            }
        }
        _ => {}
    }
    let key = (function, arguments.map(|x| x.0));
    if let Some(at) = TRACE.with_borrow(|trace| trace.functions.get(&key).copied()) {
        return Traced(at);
    }
    if arguments.iter().any(|x| x.rated() != 0) {
        fail(); // not linear in the rate
    }
    let y = push(
        Step::Function {
            function,
            arguments: key.1,
            rate: None,
        },
        0,
    );
    let too_deep = TRACE.with_borrow_mut(|trace| {
        trace.functions.insert(key, y.0);
        trace.depth += 1;
        trace.depth > MOST_DEPTH || trace.failed
    });
    if too_deep {
        fail();
        return y;
    }
    let rate = match function {
        Function::Unary(op) => x0.rate().and_then(|dx| op.vjp_traced(x0, y, dx)),
        Function::Binary(op) => {
            let [dy0, dy1] = [0, 1].map(|i| {
                let dx = arguments[i].rate()?;
                op.vjp_traced(i, x0, x1, y, dx)
            });
            match (dy0, dy1) {
                (Some(dy0), Some(dy1)) => Some(dy0 + dy1),
                (dy0, dy1) => dy0.or(dy1),
            }
        }
    };
    TRACE.with_borrow_mut(|trace| {
        trace.depth -= 1;
        if let Step::Function { rate: of, .. } = &mut trace.steps[y.0] {
            *of = rate.map(|rate| rate.0);
        }
    });
    y
}

/// `x^n` for a whole `n`, by squaring: unlike the recurrence of the power it does not divide by `x`,
/// which may be zero, or nearly.
fn whole_power(x: Traced, n: f64) -> Option<Traced> {
    const MOST: f64 = 1024.0;
    if n.fract() != 0.0 || n.abs() > MOST || n == 0.0 {
        return None;
    }
    let (mut left, mut square) = (n.abs() as u32, x);
    let mut product: Option<Traced> = None;
    while left > 0 {
        if left % 2 == 1 {
            product = Some(product.map_or(square, |product| product * square));
        }
        left /= 2;
        if left > 0 {
            square = square * square;
        }
    }
    product.map(|product| if n < 0.0 { 1.0 / product } else { product })
}

/// A value in a derivative formula that is being written down: the position of a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traced(usize);

/// A comparison of traced values.
#[derive(Clone, Copy)]
pub(crate) struct TracedCondition(usize);

impl Traced {
    fn step(self) -> Step {
        TRACE.with_borrow(|trace| trace.steps[self.0])
    }

    fn rated(self) -> usize {
        TRACE.with_borrow(|trace| trace.rated[self.0])
    }

    /// The rate of change of this step, if it changes.
    fn rate(self) -> Option<Traced> {
        match self.step() {
            Step::Number(_) => return None,
            Step::Input(i) if TRACE.with_borrow(|trace| trace.constant[i]) => return None,
            _ => {}
        }
        Some(push(Step::Rate(self.0), 1))
    }

    fn is_zero(self) -> bool {
        matches!(self.step(), Step::Number(0.0))
    }

    fn compare(self, op: Compare, other: impl Into<Traced>) -> TracedCondition {
        TracedCondition(push(Step::Compare(op, self.0, other.into().0), 0).0)
    }

    pub(crate) fn equal(self, other: impl Into<Traced>) -> TracedCondition {
        self.compare(Compare::Equal, other)
    }

    pub(crate) fn greater(self, other: impl Into<Traced>) -> TracedCondition {
        self.compare(Compare::Greater, other)
    }

    pub(crate) fn less(self, other: impl Into<Traced>) -> TracedCondition {
        self.compare(Compare::Less, other)
    }

    pub(crate) fn greater_equal(self, other: impl Into<Traced>) -> TracedCondition {
        self.compare(Compare::GreaterEqual, other)
    }

    pub(crate) fn less_equal(self, other: impl Into<Traced>) -> TracedCondition {
        self.compare(Compare::LessEqual, other)
    }
}

impl TracedCondition {
    pub(crate) fn where_(self, yes: impl Into<Traced>, no: impl Into<Traced>) -> Traced {
        let (yes, no) = (yes.into(), no.into());
        let rated = yes.rated().max(no.rated());
        for branch in [yes, no] {
            if branch.rated() != rated && !branch.is_zero() {
                fail();
            }
        }
        push(Step::Select(self.0, yes.0, no.0), rated)
    }

    pub(crate) fn logical_and(self, other: Self) -> Self {
        Self(push(Step::Compare(Compare::LogicalAnd, self.0, other.0), 0).0)
    }
}

impl From<f64> for Traced {
    fn from(x: f64) -> Self {
        push(Step::Number(x), 0)
    }
}

/// A sum of two: of equally often differentiated steps, or of a step and zero.
fn sum(a: Traced, b: Traced, step: fn(usize, usize) -> Step) -> Traced {
    if a.rated() != b.rated() {
        fail();
    }
    push(step(a.0, b.0), a.rated())
}

impl Add for Traced {
    type Output = Traced;
    fn add(self, other: Traced) -> Traced {
        sum(self, other, Step::Add)
    }
}

impl Sub for Traced {
    type Output = Traced;
    fn sub(self, other: Traced) -> Traced {
        sum(self, other, Step::Sub)
    }
}

impl Mul for Traced {
    type Output = Traced;
    fn mul(self, other: Traced) -> Traced {
        let rated = [self, other].iter().map(|factor| factor.rated()).sum();
        push(Step::Mul(self.0, other.0), rated)
    }
}

impl Div for Traced {
    type Output = Traced;
    fn div(self, other: Traced) -> Traced {
        if other.rated() != 0 {
            fail();
        }
        push(Step::Div(self.0, other.0), self.rated())
    }
}

impl Neg for Traced {
    type Output = Traced;
    fn neg(self) -> Traced {
        // So that `sigmoid(-(-x))` is known to be `sigmoid(x)`.
        if let Step::Neg(x) = self.step() {
            return Traced(x);
        }
        push(Step::Neg(self.0), self.rated())
    }
}

macro_rules! beside_numbers {
    ($($Trait:ident $method:ident),+) => {$(
        impl $Trait<f64> for Traced {
            type Output = Traced;
            fn $method(self, other: f64) -> Traced {
                self.$method(Traced::from(other))
            }
        }
        impl $Trait<Traced> for f64 {
            type Output = Traced;
            fn $method(self, other: Traced) -> Traced {
                Traced::from(self).$method(other)
            }
        }
    )+};
}
beside_numbers!(Add add, Sub sub, Mul mul, Div div);
