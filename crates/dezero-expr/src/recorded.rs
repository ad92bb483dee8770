//! Formulas of the engine's variables: the operations of a formula are those of the engine, recorded
//! as they run.

use std::panic::Location;
use std::sync::LazyLock;

use dezero_core::{
    Binary as Elementwise, Error, Op, Operand as Linked, Primitive, Result, Variable,
    attributed_to, no_grad, primitives,
};

use crate::eval::{Operand, Operations};
use crate::formula::Formula;
use crate::syntax::{Binary, Comparison, FunctionId, Functions};

impl Formula {
    /// The formula's value at `variables`, one for each of [`Formula::variables`], of any shapes
    /// that broadcast. It is recorded, so that it can be differentiated.
    ///
    /// # Errors
    ///
    /// If there are not as many values as variables, or their shapes do not broadcast.
    ///
    /// # Examples
    ///
    /// ```
    /// use dezero_core::{Variable, grad};
    /// use dezero_expr::Formula;
    ///
    /// let formula = Formula::parse("x^2 * sin(y)")?;
    /// let (x, y) = (Variable::new(3.0), Variable::new(0.5));
    /// let z = formula.eval(&[&x, &y])?;
    /// assert_eq!(grad(&z, &[&x])[0].item(), 6.0 * 0.5_f64.sin());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn eval(&self, variables: &[&Variable]) -> Result<Variable> {
        let (takes, got) = (self.variables().len(), variables.len());
        if takes != got {
            let message = format!("takes {takes} values, one for each of its variables; got {got}");
            return Err(Error::function(self.text(), message));
        }
        attributed_to(Location::caller(), || self.eval_with(&Recorded, variables))
    }
}

/// The operations of the engine.
struct Recorded;

/// How a function of a formula is computed.
#[derive(Clone, Copy)]
enum Callee {
    /// A primitive of one variable, with its numeric parameters.
    One(&'static Primitive),
    /// A primitive of two variables; of more arguments, where its order does not matter.
    Two(Elementwise),
    Clip(&'static Primitive),
    LeakyRelu(&'static Primitive),
    Polygamma,
    Where,
}

/// The callee of each function of a formula, by the function's index.
static CALLEES: LazyLock<Vec<Option<Callee>>> = LazyLock::new(|| {
    let signatures = Functions::builtin().signatures().iter();
    signatures
        .map(|signature| callee(signature.name()))
        .collect()
});

fn callee(name: &str) -> Option<Callee> {
    let primitive = primitives().find(|primitive| primitive.name == name);
    match (name, primitive) {
        ("max", _) => Some(Callee::Two(Elementwise::Maximum)),
        ("min", _) => Some(Callee::Two(Elementwise::Minimum)),
        ("where", _) => Some(Callee::Where),
        ("polygamma", _) => Some(Callee::Polygamma),
        ("clip", Some(primitive)) => Some(Callee::Clip(primitive)),
        ("leaky_relu", Some(primitive)) => Some(Callee::LeakyRelu(primitive)),
        (_, Some(primitive)) => match primitive.op {
            Op::Binary(op) => Some(Callee::Two(op)),
            _ => Some(Callee::One(primitive)),
        },
        (_, None) => None,
    }
}

impl From<Operand<'_, Variable>> for Linked {
    fn from(operand: Operand<'_, Variable>) -> Self {
        match operand {
            Operand::Number(number) => number.into(),
            Operand::Value(variable) => variable.into(),
        }
    }
}

/// An operand as a variable; a number is a constant.
fn variable(operand: Operand<'_, Variable>) -> Variable {
    match operand {
        Operand::Number(number) => Variable::constant(number),
        Operand::Value(variable) => variable.clone(),
    }
}

impl Operations for Recorded {
    type Value = Variable;
    type Error = Error;

    fn number(&self, number: f64) -> Variable {
        Variable::constant(number)
    }

    fn negate(&self, x: &Variable) -> Result<Variable> {
        x.try_neg()
    }

    fn binary(
        &self,
        operator: Binary,
        x: Operand<'_, Variable>,
        y: Operand<'_, Variable>,
    ) -> Result<Variable> {
        let primitive = match operator {
            Binary::Add => Elementwise::Add,
            Binary::Sub => Elementwise::Sub,
            Binary::Mul => Elementwise::Mul,
            Binary::Div => Elementwise::Div,
            Binary::Pow => Elementwise::Pow,
        };
        primitive.apply(x, y)
    }

    fn compare(
        &self,
        comparison: Comparison,
        x: Operand<'_, Variable>,
        y: Operand<'_, Variable>,
    ) -> Result<Variable> {
        let x = variable(x);
        match comparison {
            Comparison::Less => x.try_less(y),
            Comparison::LessEqual => x.try_less_equal(y),
            Comparison::Greater => x.try_greater(y),
            Comparison::GreaterEqual => x.try_greater_equal(y),
            Comparison::Equal => x.try_equal(y),
            Comparison::NotEqual => x.try_not_equal(y),
        }
    }

    fn call(&self, function: FunctionId, arguments: &[Operand<'_, Variable>]) -> Result<Variable> {
        use Operand::{Number, Value};
        match (CALLEES[function.index()], arguments) {
            (Some(Callee::One(primitive)), &[x]) => primitive.apply(&[&variable(x)]),
            (Some(Callee::Two(op)), &[x, y]) => op.apply(x, y),
            (Some(Callee::Two(op)), all) => of_all(op, all),
            (Some(Callee::Clip(primitive)), &[Value(x), Number(low), Number(high)]) => {
                primitive.apply_with(&[x], &[low, high])
            }
            (Some(Callee::Clip(_)), &[Number(x), Number(low), high]) => {
                let x = Elementwise::Maximum.apply(x, low)?.item();
                Elementwise::Minimum.apply(x, high)
            }
            (Some(Callee::Clip(_)), &[x, low, high]) => {
                let x = Elementwise::Maximum.apply(x, low)?;
                Elementwise::Minimum.apply(x, high)
            }
            (Some(Callee::LeakyRelu(primitive)), &[x]) => {
                primitive.apply_with(&[&variable(x)], &[SLOPE])
            }
            (Some(Callee::LeakyRelu(primitive)), &[Value(x), Number(slope)]) => {
                primitive.apply_with(&[x], &[slope])
            }
            (Some(Callee::LeakyRelu(_)), &[x, slope]) => {
                let below = Elementwise::Mul.apply(x, slope)?;
                variable(x).try_greater(0.0)?.try_where(x, below)
            }
            (Some(Callee::Polygamma), &[Number(n), x]) => variable(x).try_polygamma(n),
            (Some(Callee::Where), &[condition, x, y]) => variable(condition).try_where(x, y),
            _ => {
                let name = Functions::builtin().signature(function).name();
                Err(Error::function(name, "is not a function of the engine"))
            }
        }
    }
}

/// The slope of `leaky_relu` below 0 where a formula does not give it.
const SLOPE: f64 = 0.01;

/// The maximum or minimum of all operands. It begins at a variable, since numbers among themselves
/// would make an f64 and widen an f32.
fn of_all(op: Elementwise, operands: &[Operand<'_, Variable>]) -> Result<Variable> {
    let is_value = |operand: &Operand<'_, Variable>| matches!(operand, Operand::Value(_));
    let first = operands.iter().position(is_value).unwrap_or(0);
    let (before, after) = (&operands[..first], &operands[first + 1..]);
    let others = before.iter().chain(after);
    others
        .copied()
        .try_fold(variable(operands[first]), |all, operand| {
            op.apply(&all, operand)
        })
}

/// The function of plain numbers, where it is one.
pub(crate) fn of_numbers(function: FunctionId, numbers: &[f64]) -> Option<f64> {
    let operands: Vec<_> = numbers.iter().copied().map(Operand::Number).collect();
    let value = no_grad(|| Recorded.call(function, &operands)).ok()?;
    Some(value.item())
}
