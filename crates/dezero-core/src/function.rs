//! Functions of the user's own: forward on arrays, backward on variables.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, Tuple};

use crate::anomaly;
use crate::error::{Error, Result};
use crate::graph::call_of;
use crate::mode::{self, Recording};
use crate::node::{Handle, Inputs, NodeRef};
use crate::op::Op;
use crate::operators::panicking;
use crate::order::{Limited, Mark, Place};
use crate::taylor::zeros;
use crate::variable::{Repr, Variable};
use crate::warning::{self, Watch};

/// A function with a derivative of its own, as a class derived from `Function` is in the book.
///
/// `backward` computes with variables, so what it does is recorded and can be differentiated
/// again: written in variables, a first derivative gives all orders.
///
/// ```
/// use dezero_core::{Array, Function, Result, Variable};
///
/// struct Sin;
///
/// impl Function for Sin {
///     fn name(&self) -> &str {
///         "Sin"
///     }
///     fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
///         Ok(vec![xs[0].map_float(f64::sin, f32::sin)])
///     }
///     fn backward(&self, xs: &[Variable], _ys: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
///         Ok(vec![&gys[0] * xs[0].cos()])
///     }
/// }
///
/// let x = Variable::new(1.0);
/// let y = Sin.call(&[&x]);
/// y.backward();
/// assert_eq!(x.grad().unwrap().item(), 1.0_f64.cos());
/// ```
pub trait Function: Any + Send + Sync {
    /// The label in drawings and errors.
    fn name(&self) -> &str;

    /// The results, one or several, from the values of the inputs.
    ///
    /// # Errors
    ///
    /// What keeps the function from being computed; [`Error::function`] makes one from text.
    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>>;

    /// The cotangent of each input, of its shape, from the inputs, the results, and the cotangent
    /// of each result (zeros for a result that was not used).
    ///
    /// # Errors
    ///
    /// What keeps the derivative from being computed.
    fn backward(&self, xs: &[Variable], ys: &[Variable], gys: &[Variable])
    -> Result<Vec<Variable>>;

    /// The tangent of each result, of its shape, from the inputs, the results, and the tangent of
    /// each input (zeros for one that does not vary): the derivative in forward mode. `None`, the
    /// default, leaves that to the engine, which then goes backward twice.
    fn jvp(
        &self,
        xs: &[Variable],
        ys: &[Variable],
        tangents: &[Variable],
    ) -> Option<Result<Vec<Variable>>> {
        let _ = (xs, ys, tangents);
        None
    }

    /// The Taylor coefficients of each result from those of each input, the value first, up to the
    /// same order. `None`, the default, leaves that to the engine, which then nests derivatives, at a
    /// cost that grows exponentially with the order.
    fn taylor(&self, xs: &[Vec<Variable>]) -> Option<Result<Vec<Vec<Variable>>>> {
        let _ = xs;
        None
    }

    /// The highest order of derivatives that the function has; `None`, the default, for every
    /// order. For a `backward` that cannot be differentiated again to any order, as one that computes
    /// with raw values (1) or with an approximation.
    ///
    /// Asking for more is an error that names the function. What a derivative is linear in, the
    /// cotangent, can be differentiated by as before.
    ///
    /// ```
    /// use dezero_core::{Array, Function, Result, Variable, grad, try_grad};
    ///
    /// struct Sin;
    ///
    /// impl Function for Sin {
    ///     fn name(&self) -> &str {
    ///         "Sin"
    ///     }
    ///     fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
    ///         Ok(vec![xs[0].map_float(f64::sin, f32::sin)])
    ///     }
    ///     fn backward(&self, xs: &[Variable], _ys: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
    ///         let cos = xs[0].detach().data().map_float(f64::cos, f32::cos);
    ///         Ok(vec![&gys[0] * cos])
    ///     }
    ///     fn max_order(&self) -> Option<usize> {
    ///         Some(1)
    ///     }
    /// }
    ///
    /// let x = Variable::new(1.0);
    /// let gx = grad(&Sin.call(&[&x]), &[&x]).remove(0);
    /// let error = try_grad(&gx, &[&x]).unwrap_err(); // not a wrong zero
    /// assert!(error.is_derivative());
    /// ```
    fn max_order(&self) -> Option<usize> {
        None
    }

    /// Applies the function to variables; for functions with one result.
    ///
    /// # Panics
    ///
    /// If `forward` gives an error, or not exactly one result.
    #[track_caller]
    fn call(self, xs: &[&Variable]) -> Variable
    where
        Self: Sized,
    {
        panicking(self.try_call(xs).and_then(|mut ys| match ys.pop() {
            Some(y) if ys.is_empty() => Ok(y),
            y => Err(Error::function(
                "call",
                format!(
                    "{} results where one is wanted; `call_many` gives all",
                    ys.len() + usize::from(y.is_some())
                ),
            )),
        }))
    }

    /// Applies the function to variables, and gives all its results.
    ///
    /// # Panics
    ///
    /// If `forward` gives an error.
    #[track_caller]
    fn call_many(self, xs: &[&Variable]) -> Vec<Variable>
    where
        Self: Sized,
    {
        panicking(self.try_call(xs))
    }

    /// Applies the function to variables, and gives all its results.
    ///
    /// # Errors
    ///
    /// The error of `forward`.
    #[track_caller]
    fn try_call(self, xs: &[&Variable]) -> Result<Vec<Variable>>
    where
        Self: Sized,
    {
        call(self.into_shared(), xs, Location::caller())
    }

    /// The function as calls hold it. One that is shared already stays the same, so that its calls
    /// are calls of one function.
    #[doc(hidden)]
    fn into_shared(self) -> Arc<dyn Function>
    where
        Self: Sized,
    {
        Arc::new(self)
    }
}

macro_rules! shared_function {
    ($Shared:ty $(, $F:ident)?) => {
        impl$(<$F: Function>)? Function for $Shared {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
                (**self).forward(xs)
            }

            fn backward(&self, xs: &[Variable], ys: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
                (**self).backward(xs, ys, gys)
            }

            fn jvp(&self, xs: &[Variable], ys: &[Variable], tangents: &[Variable]) -> Option<Result<Vec<Variable>>> {
                (**self).jvp(xs, ys, tangents)
            }

            fn taylor(&self, xs: &[Vec<Variable>]) -> Option<Result<Vec<Vec<Variable>>>> {
                (**self).taylor(xs)
            }

            fn max_order(&self) -> Option<usize> {
                (**self).max_order()
            }

            fn into_shared(self) -> Arc<dyn Function> {
                self
            }
        }
    };
}
shared_function!(Arc<F>, F);
shared_function!(Arc<dyn Function>);

/// A call of a user's [`Function`], as it stands in the record.
#[derive(Clone)]
pub struct Custom(Arc<CustomCall>);

struct CustomCall {
    function: Arc<dyn Function>,
    /// The values of the results, if there are several or none: then each result is a node of its
    /// own above the call.
    outputs: Option<Vec<Array>>,
    /// What the call marks, if it is an identity for that.
    mark: Option<Mark>,
}

impl Custom {
    /// The function's name.
    pub fn name(&self) -> &str {
        self.0.function.name()
    }

    /// How many results it has with a variable of their own, each an [`Op::Output`]; `None` if the call
    /// itself is its one result.
    pub fn outputs(&self) -> Option<usize> {
        self.0.outputs.as_ref().map(Vec::len)
    }

    /// Whether this is no call of the user's, but an identity that counts the derivatives of a function
    /// with a [`max_order`](Function::max_order).
    pub fn is_mark(&self) -> bool {
        self.0.mark.is_some()
    }

    /// The function itself, if it is an `F`; for a function that was shared, what was shared.
    ///
    /// ```
    /// use dezero_core::{Array, Function, Op, Result, Variable};
    ///
    /// struct Scale(f64);
    ///
    /// impl Function for Scale {
    ///     fn name(&self) -> &str {
    ///         "Scale"
    ///     }
    ///     fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
    ///         Ok(vec![xs[0].map_float(|x| self.0 * x, |x| self.0 as f32 * x)])
    ///     }
    ///     fn backward(&self, _: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
    ///         Ok(vec![&gys[0] * self.0])
    ///     }
    /// }
    ///
    /// let creator = Scale(3.0).call(&[&Variable::new(1.0)]).creator().unwrap();
    /// let Op::Custom(custom) = creator.op() else { unreachable!() };
    /// assert_eq!(custom.downcast_ref::<Scale>().unwrap().0, 3.0);
    /// ```
    pub fn downcast_ref<F: Function>(&self) -> Option<&F> {
        let function: &dyn Any = &*self.0.function;
        function.downcast_ref()
    }

    /// The function, if it goes when this reference to its call goes.
    pub(crate) fn owned_function(&self) -> Option<&dyn Function> {
        let call = &self.0;
        let owned = Arc::strong_count(call) == 1 && Arc::strong_count(&call.function) == 1;
        owned.then_some(&*call.function)
    }

    pub(crate) fn marked(function: Arc<dyn Function>, mark: Mark) -> Self {
        Self(Arc::new(CustomCall {
            function,
            outputs: None,
            mark: Some(mark),
        }))
    }

    pub(crate) fn mark(&self) -> Option<&Mark> {
        self.0.mark.as_ref()
    }

    pub(crate) fn function(&self) -> Arc<dyn Function> {
        self.0.function.clone()
    }
}

impl PartialEq for Custom {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.function, &other.0.function)
    }
}

impl Eq for Custom {}

impl Hash for Custom {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0.function).cast::<()>().hash(state);
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())
    }
}

/// Applies and records a user's function.
pub(crate) fn call(
    function: Arc<dyn Function>,
    xs: &[&Variable],
    line: mode::Line,
) -> Result<Vec<Variable>> {
    let line = mode::line(line);
    let links: Vec<Variable> = xs.iter().map(|x| x.to_link()).collect();
    let values: Vec<Array> = links.iter().map(|x| x.linked_value().clone()).collect();
    let mut ys = {
        let _unwatched = Watch::off();
        function.forward(&values).map_err(|error| error.at(line))?
    };
    let single = ys.len() == 1;
    let op = Op::Custom(Custom(Arc::new(CustomCall {
        function,
        outputs: (!single).then(|| ys.clone()),
        mark: None,
    })));
    if mode::is_detecting() {
        for y in &ys {
            anomaly::check(&op, &links, y, line)?;
        }
    }
    if single {
        let y = ys.remove(0);
        return Ok(vec![Variable::record(op, y, links.into(), line)]);
    }
    let call = Variable::record(op, Array::from(false), links.into(), line).into_link();
    Ok(outputs(&call, ys, line))
}

/// Applies and records the function of an earlier call, with what the call marks.
pub(crate) fn call_again(
    custom: &Custom,
    xs: &[&Variable],
    line: mode::Line,
) -> Result<Vec<Variable>> {
    if custom.mark().is_none() {
        return call(custom.function(), xs, line);
    }
    let links: Vec<Variable> = xs.iter().map(|x| x.to_link()).collect();
    let values: Vec<Array> = links.iter().map(|x| x.linked_value().clone()).collect();
    let mut ys = custom.function().forward(&values)?;
    let op = Op::Custom(custom.clone());
    Ok(vec![Variable::record(op, ys.remove(0), links.into(), line)])
}

/// The results of a call with several, each a node that refers to the call.
fn outputs(call: &Variable, ys: Vec<Array>, line: mode::Line) -> Vec<Variable> {
    let output = |(i, y)| Variable::record(Op::Output(i), y, Inputs::One(call.to_link()), line);
    (0..).zip(ys).map(output).collect()
}

/// The number of results that have nodes of their own; `None` if the call is its only result.
pub(crate) fn output_count(op: &Op) -> Option<usize> {
    match op {
        Op::Custom(custom) => custom.0.outputs.as_ref().map(Vec::len),
        _ => None,
    }
}

/// The results of a call as its user holds them.
pub(crate) fn results(custom: &Custom, node: &NodeRef) -> Vec<Variable> {
    let link = Variable(Repr::Link(node.clone()));
    match &custom.0.outputs {
        None => vec![link.into_user()],
        Some(ys) => outputs(&link, ys.clone(), node.line),
    }
}

/// The cotangents of the inputs of a call, by the user's `backward`. No lock is held here. If the function has
/// a `max_order`, `limited` comes with the order of the derivative: 1, but for one that is
/// differentiated again.
pub(crate) fn backward(
    custom: &Custom,
    node: &NodeRef,
    inputs: Vec<Variable>,
    gys: Vec<Option<Variable>>,
    recorded: bool,
    limited: Option<(Arc<Limited>, usize)>,
) -> Result<Vec<Variable>> {
    let call = &custom.0;
    // What is not recorded is not differentiated again.
    let limited = limited.filter(|_| recorded);
    let mark = |place: fn(usize) -> Place, xs: Vec<Variable>| match &limited {
        None => xs,
        Some((limited, order)) => xs
            .into_iter()
            .map(|x| limited.mark(place(*order), x, node.line))
            .collect(),
    };
    let shapes: Vec<Array> = inputs.iter().map(|x| x.linked_value().clone()).collect();
    let gxs = {
        let _users_code = mode::enter_recording(if recorded {
            Recording::On
        } else {
            Recording::Off
        });
        let ys = results(custom, node);
        let xs = inputs.into_iter().map(Variable::into_user).collect();
        let gys: Vec<Variable> = gys
            .into_iter()
            .zip(&ys)
            .map(|(gy, y)| gy.unwrap_or_else(|| y.with_value(zeros)).into_user())
            .collect();
        let xs = mark(Place::Input, xs);
        let ys = mark(Place::Result, ys);
        let gys = mark(|_| Place::Linear, gys);
        mode::blame(None);
        let _watch = if recorded {
            Some(Watch::on(custom, node.line))
        } else {
            Watch::off()
        };
        let gxs = call.function.backward(&xs, &ys, &gys)?;
        warning::raw_read_as_error(custom.name())?;
        mark(Place::Exit, gxs)
    };
    if gxs.len() != shapes.len() {
        let message = format!(
            "backward gave {} cotangents for {} inputs; one is due for each",
            gxs.len(),
            shapes.len()
        );
        return Err(Error::function(custom.name(), message));
    }
    for (i, (gx, x)) in gxs.iter().zip(&shapes).enumerate() {
        gx.with_value(|gx| {
            if gx.shape() == x.shape() || !x.dtype().is_float() {
                return Ok(());
            }
            let message = format!(
                "backward gave input {i}, of shape {}, a cotangent of shape {}; `sum_to` undoes a broadcast",
                Tuple(x.shape()),
                Tuple(gx.shape())
            );
            Err(Error::function(custom.name(), message))
        })?;
    }
    Ok(gxs.into_iter().map(Variable::into_link).collect())
}

/// The operation that computed a variable: what is `creator` in the book.
#[derive(Clone)]
pub struct Creator {
    call: Handle,
    output: Handle,
}

impl Creator {
    pub(crate) fn of(output: &NodeRef) -> Option<Self> {
        let call = call_of(output)?;
        Some(Self {
            call: Handle::new(call),
            output: Handle::new(output.clone()),
        })
    }

    /// The operation.
    pub fn op(&self) -> &Op {
        &self.call.node().op
    }

    /// Its label in drawings: DeZero's class name, or the name of a user's function.
    pub fn label(&self) -> &str {
        self.op().label()
    }

    /// What it was applied to, in order. Numbers appear as constants.
    pub fn inputs(&self) -> Vec<Variable> {
        let links = self.call.node().links();
        let inputs: Vec<Variable> = links.inputs.copied();
        drop(links);
        inputs.into_iter().map(Variable::into_user).collect()
    }

    /// The nodes that this refers to.
    pub(crate) fn nodes(&self) -> [&NodeRef; 2] {
        [self.call.node(), self.output.node()]
    }

    /// The result through which this creator was found.
    pub fn output(&self) -> Variable {
        Variable(Repr::Result(self.output.clone()))
    }

    /// The user's source line that applied it; for what a derivative did, the line of the
    /// operation that it differentiates.
    pub fn line(&self) -> &'static Location<'static> {
        self.call.node().line
    }

    /// The backward pass in which it was applied; 0 is the user's own code.
    pub fn pass(&self) -> usize {
        usize::from(self.call.node().pass)
    }
}

impl fmt::Debug for Creator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.op(), self.line())
    }
}
