//! Formulas of the engine's variables: the operations of a formula are those of the engine, recorded
//! as they run.

use std::sync::LazyLock;

use dezero_core::{
    Binary as Elementwise, Error, Operand as Linked, Primitive, Result, Variable, primitives,
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
    /// If the shapes do not broadcast.
    ///
    /// # Panics
    ///
    /// If there are not as many values as variables.
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
        self.eval_with(&Recorded, variables)
    }
}

/// The operations of the engine.
struct Recorded;

/// The primitive of each function of a formula that is one, by the function's index.
static PRIMITIVES: LazyLock<Vec<Option<&'static Primitive>>> = LazyLock::new(|| {
    let find = |name: &str| primitives().find(|primitive| primitive.name == name);
    Functions::builtin()
        .signatures()
        .iter()
        .map(|signature| find(signature.name()))
        .collect()
});

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

/// The operand's number, if that is what it is.
fn number(operand: &Operand<'_, Variable>) -> Option<f64> {
    match operand {
        Operand::Number(number) => Some(*number),
        Operand::Value(_) => None,
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

    fn call(
        &self,
        function: FunctionId,
        arguments: &[Operand<'_, Variable>],
    ) -> Result<Variable> {
        let name = Functions::builtin().signature(function).name();
        match (name, arguments) {
            ("where", &[condition, x, y]) => variable(condition).try_where(x, y),
            ("max", &[first, ref others @ ..]) => others
                .iter()
                .try_fold(variable(first), |max, &x| max.try_maximum(x)),
            ("min", &[first, ref others @ ..]) => others
                .iter()
                .try_fold(variable(first), |min, &x| min.try_minimum(x)),
            // A number as the exponent is a parameter of the power.
            ("pow", &[x, y]) => variable(x).try_pow(y),
            ("polygamma", [Operand::Number(n), x]) => variable(*x).try_polygamma(*n),
            ("leaky_relu", &[x]) => variable(x).try_leaky_relu(0.01),
            _ => primitive(function, arguments),
        }
    }
}

/// Applies a primitive of the table: its variables first, then its parameters.
fn primitive(function: FunctionId, arguments: &[Operand<'_, Variable>]) -> Result<Variable> {
    let name = Functions::builtin().signature(function).name();
    let Some(primitive) = PRIMITIVES[function.index()] else {
        return Err(Error::function(name, "is not a function of the engine"));
    };
    let (variables, parameters) = arguments.split_at(primitive.arity.min(arguments.len()));
    let variables: Vec<Variable> = variables.iter().copied().map(variable).collect();
    let numbers: Option<Vec<f64>> = parameters.iter().map(number).collect();
    match (numbers, name, &variables[..], parameters) {
        (Some(numbers), ..) => {
            primitive.apply_with(&variables.iter().collect::<Vec<_>>(), &numbers)
        }
        // Where a parameter is itself a variable, the same function is made of others.
        (None, "clip", [x], &[low, high]) => x.try_maximum(low)?.try_minimum(high),
        (None, "leaky_relu", [x], &[slope]) => x.try_greater(0.0)?.try_where(x, x.try_mul(slope)?),
        _ => Err(Error::function(name, "takes numbers after its first argument")),
    }
}
