//! Finding the operation that first makes a NaN or an infinity, on the way up or on the way back.

use std::cell::RefCell;
use std::fmt;
use std::panic::Location;

use dezero_array::{Array, DType, Tuple};

use crate::error::{Error, Result};
use crate::graph::{Graph, neighbourhood};
use crate::mode::{self, Line, Recording};
use crate::op::Op;
use crate::variable::Variable;

/// How many functions below the operation its [`graph`](Anomaly::graph) shows.
const LEVELS: usize = 2;

/// An operation that made a NaN or an infinity out of finite numbers, found by
/// [`detect_anomaly`](crate::detect_anomaly).
#[derive(Clone, Debug)]
pub struct Anomaly {
    label: String,
    line: Line,
    pass: usize,
    differentiated: Option<String>,
    inputs: Vec<AnomalousInput>,
    output: Array,
    first: usize,
    untaken: bool,
    graph: Graph,
}

/// What an anomalous operation was applied to: finite numbers.
#[derive(Clone, Debug)]
pub struct AnomalousInput {
    /// The name, if one was given.
    pub name: Option<String>,
    /// The length along each axis.
    pub shape: Vec<usize>,
    /// The dtype of the elements.
    pub dtype: DType,
    /// The smallest and the largest element; `None` if there are none.
    pub range: Option<(f64, f64)>,
}

impl Anomaly {
    /// The label of the operation, as in drawings.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The user's line; for what a derivative did, that of the operation that it differentiates.
    pub fn line(&self) -> &'static Location<'static> {
        self.line
    }

    /// The derivative pass in which it happened; 0 is the user's own code.
    pub fn pass(&self) -> usize {
        self.pass
    }

    /// The label of the operation that was being differentiated, in a derivative pass.
    pub fn differentiated(&self) -> Option<&str> {
        self.differentiated.as_deref()
    }

    /// What it was applied to.
    pub fn inputs(&self) -> &[AnomalousInput] {
        &self.inputs
    }

    /// What it made.
    pub fn output(&self) -> &Array {
        &self.output
    }

    /// The operation with what its inputs were computed from, two functions down, to draw.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }
}

impl Anomaly {
    /// What was being differentiated, unless that is known.
    pub(crate) fn differentiating(&mut self, of: &str) {
        self.differentiated.get_or_insert_with(|| of.to_owned());
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.output.to_vec::<f64>();
        let bad = values.iter().filter(|x| !x.is_finite()).count();
        let first = values[self.first];
        let what = if first.is_nan() { "NaN" } else { "infinity" };
        write!(f, "{} made {what} of finite numbers", self.label)?;
        if let Some(of) = &self.differentiated {
            write!(
                f,
                ", in derivative pass {}, from the derivative of {of}",
                self.pass
            )?;
        }
        for (i, input) in self.inputs.iter().enumerate() {
            write!(f, "\n  input {i}")?;
            if let Some(name) = &input.name {
                write!(f, " `{name}`")?;
            }
            write!(f, ": shape {}, {}", Tuple(&input.shape), input.dtype)?;
            match input.range {
                Some((low, high)) if low == high => write!(f, ", {low:?}")?,
                Some((low, high)) => write!(f, ", from {low:?} to {high:?}")?,
                None => {}
            }
        }
        write!(f, "\n  result: shape {}", Tuple(self.output.shape()))?;
        if values.len() > 1 {
            let index = index(self.first, self.output.shape());
            write!(
                f,
                ", {bad} of {} not finite, the first {first:?} at {index:?}",
                values.len()
            )?;
        } else {
            write!(f, ", {first:?}")?;
        }
        if self.untaken {
            write!(
                f,
                "\n  the cotangent is 0 there, as `where` gives it to the branch not taken: choose a safe argument \
                 first, such as `cond.where_(&x, 1.0).sqrt()` in place of `x.sqrt()`"
            )?;
        }
        Ok(())
    }
}

/// The index of an element, from its place in row-major order.
fn index(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, &length) in index.iter_mut().zip(shape).rev() {
        *i = at % length;
        at /= length;
    }
    index
}

thread_local! {
    /// What a derivative rule did, for the sweep to report: rules are formulas, which cannot fail.
    static FOUND: RefCell<Option<Box<Anomaly>>> = const { RefCell::new(None) };
}

/// Looks at what an operation made of links and values, while the mode is on.
///
/// # Errors
///
/// The anomaly, in a user's code. Inside a derivative rule it is kept for [`taken`].
#[cold]
pub(crate) fn check(op: &Op, inputs: &[Variable], value: &Array, line: Line) -> Result<()> {
    let Some(first) = first_bad(value) else {
        return Ok(());
    };
    if inputs.iter().any(|x| first_bad(x.linked_value()).is_some()) {
        return Ok(()); // it began elsewhere
    }
    let setting = mode::setting();
    let line = mode::line(line);
    let summary = |x: &Variable| {
        let value = x.linked_value();
        let values = value.to_vec::<f64>();
        let low = values.iter().copied().reduce(f64::min);
        AnomalousInput {
            name: x.name(),
            shape: value.shape().to_vec(),
            dtype: value.dtype(),
            range: low.zip(values.iter().copied().reduce(f64::max)),
        }
    };
    let anomaly = Box::new(Anomaly {
        label: op.label().to_owned(),
        line,
        pass: usize::from(setting.pass),
        differentiated: None,
        inputs: inputs.iter().map(summary).collect(),
        output: value.clone(),
        first,
        untaken: false,
        graph: neighbourhood(op, inputs, value, line, setting.pass, LEVELS),
    });
    if matches!(setting.recording, Recording::Rules | Recording::Values) {
        FOUND.with_borrow_mut(|found| {
            found.get_or_insert(anomaly);
        });
        return Ok(());
    }
    Err(Error::from_anomaly(anomaly).at(line))
}

/// The place of the first element that is NaN or infinite.
fn first_bad(x: &Array) -> Option<usize> {
    if !x.dtype().is_float() {
        return None;
    }
    match x.as_f64() {
        Some(x) => (!x.is_finite()).then_some(0),
        None => x.to_vec::<f64>().iter().position(|x| !x.is_finite()),
    }
}

/// Forgets what was found before.
pub(crate) fn forget() {
    FOUND.take();
}

/// What the rule of a node found, as an error: the derivative of `of`, whose own cotangent was `gy`;
/// `passed_where` says that some `where` was above.
pub(crate) fn taken(of: &str, gy: Option<&Array>, passed_where: bool) -> Result<()> {
    let Some(mut anomaly) = FOUND.take() else {
        return Ok(());
    };
    anomaly.differentiating(of);
    anomaly.untaken = passed_where
        && gy.is_some_and(|gy| {
            let gy = gy.to_vec::<f64>();
            let at = if gy.len() == 1 { 0 } else { anomaly.first };
            gy.get(at) == Some(&0.0)
        });
    let line = anomaly.line;
    Err(Error::from_anomaly(anomaly).at(line))
}
