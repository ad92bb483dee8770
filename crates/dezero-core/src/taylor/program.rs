//! The recurrence of an elementwise primitive, found from its derivative.
//!
//! With `y = f(x)` and a rule `dy = g(x, y) dx`, the Taylor coefficients obey
//! `k y_k = sum_j j x_j g_{k-j}` (A. Griewank and A. Walther, "Evaluating Derivatives", 2nd ed.,
//! section 13.2): those of `y` up to `k - 1` give those of `g` up to `k - 1`, which give `y_k`. So
//! the formula that serves reverse mode serves here too. It runs once on [`Traced`](super::trace::Traced) values, which
//! write down what it does; functions that it applies (`sin` needs `cos`, `asin` a square root)
//! become recurrences of their own, each once, so that `sin` and `cos` end as a pair. A chain that
//! never ends (`lgamma`, `digamma`, `polygamma(1)`, ...) has no recurrence.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::hash;
use super::trace::steps_of;
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

/// Programs kept by a thread: an exponent that changes all the time makes a new one each time.
const MOST_PROGRAMS: usize = 256;

type Programs = HashMap<(Function, [bool; 2]), Option<Rc<Program>>, hash::Build>;

thread_local! {
    static PROGRAMS: RefCell<Programs> = RefCell::default();
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
        let (steps, rated, result) = steps_of(function, wanted)?;
        let mut program = Self {
            steps,
            rated,
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
