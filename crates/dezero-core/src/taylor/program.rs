//! The recurrence of an elementwise primitive, found from its derivative.
//!
//! With `y = f(x)` and a rule `dy = g(x, y) dx`, the Taylor coefficients obey
//! `k y_k = sum_j j x_j g_{k-j}` (A. Griewank and A. Walther, "Evaluating Derivatives", 2nd ed.,
//! section 13.2): those of `y` up to `k - 1` give those of `g` up to `k - 1`, which give `y_k`. So
//! the formula that serves reverse mode serves here too. It runs once on [`Traced`] values, which
//! write down what it does; functions that it applies (`sin` needs `cos`, `asin` a square root)
//! become recurrences of their own, each once, so that `sin` and `cos` end as a pair. A chain that
//! never ends (`lgamma`, `digamma`, `polygamma(1)`, ...) has no recurrence.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::rc::Rc;

use super::hash;
use crate::elementwise::{Binary, Compare, Unary};
use crate::op::Op;

/// A step of a recurrence: a series computed from others, given by their positions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// A number.
    Number(f64),
    /// An input of the primitive.
    Input(usize),
    /// The rate of change of another: `k + 1` times its coefficient `k + 1`.
    Rate(usize),
    /// A function, whose rate of change is another step; constant if there is none.
    Function {
        function: Function,
        arguments: [usize; 2],
        rate: Option<usize>,
    },
    Add(usize, usize),
    Sub(usize, usize),
    Mul(usize, usize),
    Div(usize, usize),
    Neg(usize),
    /// A comparison, by the values.
    Compare(Compare, usize, usize),
    /// Elementwise choice: condition, yes, no.
    Select(usize, usize, usize),
}

/// A primitive without its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Function {
    Unary(Unary),
    Binary(Binary),
}

impl Function {
    pub(crate) fn of(op: &Op) -> Option<Self> {
        match op {
            Op::Unary(op) => Some(Self::Unary(*op)),
            Op::Binary(op) => Some(Self::Binary(*op)),
            _ => None,
        }
    }

    /// Whether its recurrence may divide by zero where the function is smooth.
    pub(crate) fn has_own_recurrence(self) -> bool {
        match self {
            Self::Unary(op) => op.has_own_recurrence(),
            Self::Binary(op) => op.has_own_recurrence(),
        }
    }
}

/// The recurrence of a primitive.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) steps: Vec<Step>,
    /// How often each step is differentiated: 1 for rates and what is linear in them, else 0. The
    /// coefficient `k` of a step has the *weight* `k` plus this.
    pub(crate) rated: Vec<usize>,
    /// The step that is the result.
    pub(crate) result: usize,
    /// The steps in an order in which their coefficients of one weight can be computed.
    pub(crate) order: Vec<usize>,
    /// Those among them that the last weight needs.
    pub(crate) last: Vec<usize>,
}

/// More steps than any primitive needs whose recurrence closes.
const MOST_STEPS: usize = 64;
/// Functions of functions deeper than this do not close.
const MOST_DEPTH: usize = 6;
/// Programs kept by a thread: an exponent that changes all the time makes a new one each time.
const MOST_PROGRAMS: usize = 256;

type Programs = HashMap<(Function, [bool; 2]), Option<Rc<Program>>, hash::Build>;

thread_local! {
    static PROGRAMS: RefCell<Programs> = RefCell::default();
    static TRACE: RefCell<Trace> = RefCell::default();
}

impl Program {
    /// The recurrence of `function` where the inputs that are `wanted` vary; `None` if there is
    /// none.
    pub(crate) fn of(function: Function, wanted: [bool; 2]) -> Option<Rc<Self>> {
        PROGRAMS.with_borrow_mut(|programs| {
            if programs.len() > MOST_PROGRAMS {
                programs.clear();
            }
            programs
                .entry((function, wanted))
                .or_insert_with(|| Self::trace(function, wanted).map(Rc::new))
                .clone()
        })
    }

    fn trace(function: Function, wanted: [bool; 2]) -> Option<Self> {
        TRACE.set(Trace::default());
        let both = [0, 1].map(|i| push(Step::Input(i), 0));
        let inputs = match function {
            Function::Unary(_) => [both[0], both[0]],
            Function::Binary(_) => both,
        };
        TRACE.with_borrow_mut(|trace| trace.constant = wanted.map(|wanted| !wanted));
        let result = apply(function, inputs).0;
        let trace = TRACE.take();
        if trace.failed {
            return None;
        }
        let mut program = Self {
            steps: trace.steps,
            rated: trace.rated,
            result,
            order: Vec::new(),
            last: Vec::new(),
        };
        program.keep(&program.reached());
        program.last = program.schedule([program.result])?;
        program.order = program.schedule(0..program.steps.len())?;
        Some(program)
    }

    /// Leaves nothing but the given steps.
    fn keep(&mut self, kept: &[usize]) {
        let at = |old: usize| kept.binary_search(&old).expect("what a step needs is kept");
        let moved = |step: Step| match step {
            Step::Number(_) | Step::Input(_) => step,
            Step::Rate(a) => Step::Rate(at(a)),
            Step::Neg(a) => Step::Neg(at(a)),
            Step::Add(a, b) => Step::Add(at(a), at(b)),
            Step::Sub(a, b) => Step::Sub(at(a), at(b)),
            Step::Mul(a, b) => Step::Mul(at(a), at(b)),
            Step::Div(a, b) => Step::Div(at(a), at(b)),
            Step::Compare(op, a, b) => Step::Compare(op, at(a), at(b)),
            Step::Select(a, b, c) => Step::Select(at(a), at(b), at(c)),
            Step::Function {
                function,
                arguments,
                rate,
            } => Step::Function {
                function,
                arguments: arguments.map(at),
                rate: rate.map(at),
            },
        };
        self.steps = kept.iter().map(|&old| moved(self.steps[old])).collect();
        self.rated = kept.iter().map(|&old| self.rated[old]).collect();
        self.result = at(self.result);
    }

    /// Every step that the result depends on, at any weight.
    fn reached(&self) -> Vec<usize> {
        let mut reached = vec![false; self.steps.len()];
        let mut pending = vec![self.result];
        while let Some(at) = pending.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                match self.steps[at] {
                    Step::Function {
                        arguments: [a, b],
                        rate,
                        ..
                    } => {
                        pending.extend([a, b]);
                        pending.extend(rate);
                    }
                    Step::Number(_) | Step::Input(_) => {}
                    Step::Rate(a) | Step::Neg(a) => pending.push(a),
                    Step::Add(a, b)
                    | Step::Sub(a, b)
                    | Step::Mul(a, b)
                    | Step::Div(a, b)
                    | Step::Compare(_, a, b) => pending.extend([a, b]),
                    Step::Select(a, b, c) => pending.extend([a, b, c]),
                }
            }
        }
        (0..self.steps.len()).filter(|&at| reached[at]).collect()
    }

    /// What has to be there of the same weight before the step at `at`.
    fn needs(&self, at: usize) -> Vec<usize> {
        match self.steps[at] {
            Step::Number(_) | Step::Input(_) | Step::Compare(..) => Vec::new(),
            Step::Function { rate, .. } => rate.into_iter().collect(),
            Step::Rate(a) | Step::Neg(a) => vec![a],
            // Against a rate, whose weight is 1 or more, the other's last coefficient has no part.
            Step::Mul(a, b) => [(a, b), (b, a)]
                .into_iter()
                .filter(|&(_, other)| self.rated[other] == 0)
                .map(|(one, _)| one)
                .collect(),
            Step::Div(a, _) if self.rated[a] == 1 => vec![a],
            Step::Add(a, b) | Step::Sub(a, b) | Step::Div(a, b) | Step::Select(_, a, b) => {
                vec![a, b]
            }
        }
    }

    /// The given steps and what they need, each after what it needs; `None` if that is a circle.
    fn schedule(&self, of: impl IntoIterator<Item = usize>) -> Option<Vec<usize>> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut state = vec![State::New; self.steps.len()];
        let mut order = Vec::new();
        for start in of {
            let mut pending = vec![start];
            while let Some(&at) = pending.last() {
                let next = self
                    .needs(at)
                    .into_iter()
                    .find(|&need| state[need] != State::Done);
                match next {
                    Some(need) if state[need] == State::Open => return None,
                    Some(need) => {
                        state[at] = State::Open;
                        pending.push(need);
                    }
                    None => {
                        if state[at] != State::Done {
                            state[at] = State::Done;
                            order.push(at);
                        }
                        pending.pop();
                    }
                }
            }
        }
        Some(order)
    }
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
