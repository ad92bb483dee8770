//! Derivatives of programs: the program is computed again on variables, the engine differentiates, and
//! what it records is a program.
//!
//! So every rule lives once, in the engine. The order of inputs and outputs stands at each method; floats
//! alone are differentiated.

use std::sync::Arc;

use dezero_core::transforms::{try_derivatives, try_hessian, try_hvp, try_jacobian, try_jvp};
use dezero_core::{Array, Op, Variable, attributed_to, enable_grad, try_grad};

use crate::compile::{traced, variables};
use crate::error::{Error, Result};
use crate::ir::{Ir, Line, Source, nowhere};
use crate::program::{Program, Recipe, simplified};

type Computed = dezero_core::Result<Vec<Variable>>;

/// # Derivatives
///
/// Each of these derives anew, which takes as long as many calls: keep the program that it gives.
///
/// Of a program that was recorded, they give what the engine's own derivatives are, to the last bit. What they give
/// is simplified, and its derivatives are taken from that: they may round otherwise.
impl Program {
    /// The gradient of a program that gives one number.
    ///
    /// Takes what the program takes. Gives, for each float input, the derivative by it, of its shape.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::Variable;
    ///
    /// let f = Program::record(|x: &Variable| x.powf(3.0).sum(..), &Variable::new([1.0, 2.0]))?;
    /// let mut gx = [0.0; 2];
    /// f.grad()?.call(&[4.0, 5.0], &mut gx)?;
    /// assert_eq!(gx, [48.0, 75.0]);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the program gives something else than one float, takes none, or contains a function without the
    /// derivative.
    pub fn grad(&self) -> Result<Self> {
        self.scalar("grad")?;
        self.derived(&[], Self::gradient)
    }

    /// The value of a program that gives one number, and its gradient.
    ///
    /// Takes what the program takes. Gives the value, then the derivatives as [`grad`](Self::grad).
    ///
    /// # Errors
    ///
    /// As [`grad`](Self::grad).
    pub fn value_and_grad(&self) -> Result<Self> {
        self.scalar("value_and_grad")?;
        self.derived(&[], |program, xs| {
            let mut ys = program.inlined(xs)?;
            let gradient = gradient_of(&ys[0], &program.floats(xs))?;
            ys.extend(gradient);
            Ok(ys)
        })
    }

    /// Cotangents of the outputs, times the Jacobian.
    ///
    /// Takes what the program takes, then a cotangent for each float output, of its shape and dtype. Gives the
    /// cotangent of each float input.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::Variable;
    ///
    /// let f = Program::record(|x: &Variable| x.square(), &Variable::new([1.0, 2.0]))?;
    /// let mut gx = [0.0; 2];
    /// f.vjp()?.call(&[3.0, 4.0, /* gy */ 1.0, 10.0], &mut gx)?;
    /// assert_eq!(gx, [6.0, 80.0]);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the program has no float output or no float input, or contains a function without the derivative.
    pub fn vjp(&self) -> Result<Self> {
        self.differentiable("vjp")?;
        let all = vec![true; self.inputs().len()];
        self.vjp_by(&all)
    }

    /// [`vjp`](Self::vjp), giving the cotangents of some inputs only.
    pub(crate) fn vjp_by(&self, wanted: &[bool]) -> Result<Self> {
        let cotangents = self.like_outputs("g");
        let wanted = wanted.to_vec();
        self.derived(&cotangents, move |program, xs| {
            let (xs, gys) = xs.split_at(program.inputs().len());
            let ys = program.inlined(xs)?;
            let floats = xs.iter().zip(&wanted);
            let floats: Vec<&Variable> = floats
                .filter(|(x, wanted)| **wanted && x.dtype().is_float())
                .map(|(x, _)| x)
                .collect();
            let mut sum: Option<Variable> = None;
            let float_ys = ys.iter().filter(|y| y.dtype().is_float());
            for (y, gy) in float_ys.zip(gys).filter(|(y, _)| !y.is_constant()) {
                let product = y.try_mul(gy)?.try_sum(..)?;
                sum = Some(match sum {
                    Some(sum) => sum.try_add(product)?,
                    None => product,
                });
            }
            match sum {
                Some(sum) => gradient_of(&sum, &floats),
                None => floats.iter().map(|x| zeros(x)).collect(),
            }
        })
    }

    /// The values, and the Jacobian times a tangent: the derivatives in a direction.
    ///
    /// Takes what the program takes, then a tangent for each float input, of its shape and dtype. Gives what
    /// the program gives, then the tangent of each float output.
    ///
    /// # Errors
    ///
    /// As [`vjp`](Self::vjp).
    pub fn jvp(&self) -> Result<Self> {
        self.differentiable("jvp")?;
        self.derived(&self.like_inputs("t"), |program, xs| {
            let values = program.inlined(&xs[..program.inputs().len()])?;
            let tangents = program.tangents_of(xs)?;
            Ok(values.into_iter().chain(tangents).collect())
        })
    }

    /// [`jvp`](Self::jvp) without the values.
    pub(crate) fn tangents(&self) -> Result<Self> {
        self.derived(&self.like_inputs("t"), Self::tangents_of)
    }

    /// The Hessian of a program that gives one number, times a vector.
    ///
    /// Takes what the program takes, then a vector for each float input, of its shape and dtype. Gives the
    /// product for each float input, of its shape.
    ///
    /// # Errors
    ///
    /// As [`grad`](Self::grad).
    pub fn hvp(&self) -> Result<Self> {
        self.scalar("hvp")?;
        self.derived(&self.like_inputs("v"), |program, xs| {
            let (xs, vs) = xs.split_at(program.inputs().len());
            let floats = program.floats(xs);
            let vs: Vec<&Variable> = vs.iter().collect();
            try_hvp(program.of_floats(xs, 0), floats.as_slice(), vs.as_slice())
        })
    }

    /// The Hessian of a program that gives one number.
    ///
    /// Takes what the program takes. Gives, for each float input, a block for each float input, row after
    /// row: the block of `x` and `z` has the shape of `x` followed by that of `z`.
    ///
    /// # Errors
    ///
    /// As [`grad`](Self::grad).
    pub fn hessian(&self) -> Result<Self> {
        self.scalar("hessian")?;
        self.derived(&[], |program, xs| {
            let rows = try_hessian(program.of_floats(xs, 0), program.floats(xs).as_slice())?;
            Ok(rows.into_iter().flatten().collect())
        })
    }

    /// The Jacobian.
    ///
    /// Takes what the program takes. Gives, for each float output, the derivative by each float input: of
    /// the shape of the output followed by that of the input.
    ///
    /// # Errors
    ///
    /// As [`vjp`](Self::vjp).
    pub fn jacobian(&self) -> Result<Self> {
        self.differentiable("jacobian")?;
        self.derived(&[], |program, xs| {
            let mut blocks = Vec::new();
            for output in program.float_outputs() {
                let y = program.of_floats(xs, output);
                blocks.extend(try_jacobian(y, program.floats(xs).as_slice())?);
            }
            Ok(blocks)
        })
    }

    /// The derivative of this order of a program from one number to one number. Order 0 is the program.
    ///
    /// Takes and gives a scalar, as the program does. Each order is simplified before the next is taken.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::Variable;
    ///
    /// let tanh = Program::record(|x: &Variable| x.tanh(), &Variable::new(1.0))?;
    /// let mut y = [0.0];
    /// tanh.derivative(2)?.call(&[1.0], &mut y)?;
    /// assert_eq!(y, [-0.6397000084492246]);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the program has several inputs or outputs or one that is no float scalar, or contains a function
    /// without the derivative.
    pub fn derivative(&self, order: usize) -> Result<Self> {
        self.curve("derivative")?;
        let mut derivative = self.clone();
        for _ in 0..order {
            derivative = derivative.grad()?;
        }
        Ok(derivative)
    }

    /// The value and all derivatives up to an order of a program from one number to one number, in one sweep
    /// of Taylor series: much less than each on its own.
    ///
    /// Takes a scalar. Gives `order + 1` scalars: `f(x)`, `f'(x)`, `f''(x)`, ...
    ///
    /// # Errors
    ///
    /// As [`derivative`](Self::derivative).
    pub fn derivatives(&self, order: usize) -> Result<Self> {
        self.curve("derivatives")?;
        self.derived(&[], move |program, xs| {
            let y = |x: &Variable| Ok(program.inlined(std::slice::from_ref(x))?.swap_remove(0));
            try_derivatives(y, &xs[0], order)
        })
    }

    /// The outputs, computed with variables operation by operation, and recorded as such: what
    /// [`function`](Self::function) makes one operation of.
    pub(crate) fn inlined(&self, xs: &[Variable]) -> Computed {
        match self.recipe() {
            Some(recipe) => recipe(xs),
            // Not from the simplified program, whose derivative may round otherwise than the engine's: `x^-1` is
            // `recip(x)` to the last bit, and `-x^-2` is not `-recip(x)^2`.
            None => computed(self.ir(), xs),
        }
    }

    /// What `derive` records of this program, as a program. Its inputs are those of this, and more.
    fn derived(
        &self,
        more: &[(String, Array)],
        derive: impl Fn(&Self, &[Variable]) -> Computed + Send + Sync + 'static,
    ) -> Result<Self> {
        if let (None, Some(name)) = (self.recipe(), counted(self.ir())) {
            return Err(Error::derivative(format!(
                "{}: the program contains derivatives of function `{name}`, which has a `max_order`, and a record of \
                 them no longer knows their orders; compile the function itself, and ask its program for derivatives",
                self.name()
            )));
        }
        let names = self.inputs().map(|x| x.name().map(str::to_owned));
        let names = names.chain(more.iter().map(|(name, _)| Some(name.clone())));
        let values = self.ir().examples.iter().cloned();
        let values = values.chain(more.iter().map(|(_, value)| value.clone()));
        let mut lines = self
            .ir()
            .values
            .iter()
            .filter_map(|value| value.line.as_ref());
        let line = lines.find_map(Line::here).unwrap_or_else(nowhere);
        let xs = variables(values.collect(), names.collect(), line);
        let ys = enable_grad(|| derive(self, &xs))?;
        let ir = simplified(&traced(&xs, &ys));
        let recipe = counted(&ir).map(|_| {
            let program = self.clone();
            Arc::new(move |xs: &[Variable]| derive(&program, xs)) as Recipe
        });
        Ok(Self::with_recipe(self.name(), ir, recipe))
    }

    fn gradient(&self, xs: &[Variable]) -> Computed {
        let ys = self.inlined(xs)?;
        gradient_of(&ys[0], &self.floats(xs))
    }

    /// The tangents of the float outputs, from the inputs and the tangents of those that are floats.
    fn tangents_of(&self, xs: &[Variable]) -> Computed {
        let (xs, ts) = xs.split_at(self.inputs().len());
        let ts: Vec<&Variable> = ts.iter().collect();
        let mut tangents = Vec::new();
        for output in self.float_outputs() {
            let y = self.of_floats(xs, output);
            let (_, tangent) = try_jvp(y, self.floats(xs).as_slice(), ts.as_slice())?;
            tangents.push(tangent);
        }
        Ok(tangents)
    }

    /// Those of some variables, one for each input, that are floats.
    fn floats<'a>(&self, xs: &'a [Variable]) -> Vec<&'a Variable> {
        xs[..self.inputs().len()]
            .iter()
            .filter(|x| x.dtype().is_float())
            .collect()
    }

    /// An output as a function of the float inputs alone.
    fn of_floats<'a>(
        &'a self,
        xs: &'a [Variable],
        output: usize,
    ) -> impl Fn(&[Variable]) -> dezero_core::Result<Variable> + 'a {
        move |floats| {
            let mut floats = floats.iter();
            let all: Vec<Variable> = xs[..self.inputs().len()]
                .iter()
                .map(|x| match floats.len() {
                    0 => x.clone(),
                    _ if x.dtype().is_float() => floats.next().unwrap_or(x).clone(),
                    _ => x.clone(),
                })
                .collect();
            Ok(self.inlined(&all)?.swap_remove(output))
        }
    }

    fn float_outputs(&self) -> Vec<usize> {
        let outputs = self.outputs().enumerate();
        let floats = outputs.filter(|(_, y)| y.dtype().is_float());
        floats.map(|(output, _)| output).collect()
    }

    /// An example and a name for a variable beside each float input.
    fn like_inputs(&self, letter: &str) -> Vec<(String, Array)> {
        let inputs = self.inputs().zip(&self.ir().examples).enumerate();
        let floats = inputs.filter(|(_, (x, _))| x.dtype().is_float());
        let named = floats.map(|(i, (x, example))| (named(letter, x.name(), i), example.clone()));
        named.collect()
    }

    /// An example, of ones, and a name for a variable beside each float output.
    fn like_outputs(&self, letter: &str) -> Vec<(String, Array)> {
        let outputs = self.outputs().enumerate();
        let floats = outputs.filter(|(_, y)| y.dtype().is_float());
        let ones = floats.map(|(i, y)| {
            let one = Array::weak(1.0.into(), y.dtype());
            let ones = one.broadcast_to(y.shape());
            (
                named(letter, y.name(), i),
                ones.expect("a scalar fills any shape"),
            )
        });
        ones.collect()
    }

    fn differentiable(&self, what: &str) -> Result<()> {
        if !self.inputs().any(|x| x.dtype().is_float()) {
            return Err(Error::derivative(format!(
                "{what}: no input of {} is a float, and others have no derivatives",
                self.name()
            )));
        }
        if self.float_outputs().is_empty() {
            return Err(Error::derivative(format!(
                "{what}: no output of {} is a float, and others have no derivatives",
                self.name()
            )));
        }
        Ok(())
    }

    fn scalar(&self, what: &str) -> Result<()> {
        self.differentiable(what)?;
        let mut outputs = self.outputs();
        match (outputs.next(), outputs.next()) {
            (Some(y), None) if y.size() == 1 => Ok(()),
            (Some(y), None) => Err(Error::derivative(format!(
                "{what}: {} gives {y}, where one number is needed: `sum(..)` it, or ask for `jacobian` or `vjp`",
                self.name()
            ))),
            _ => Err(Error::derivative(format!(
                "{what}: {} gives {} outputs, where one number is needed; ask for `jacobian` or `vjp`",
                self.name(),
                self.outputs().len()
            ))),
        }
    }

    /// Whether the program is a function from one number to one number.
    fn curve(&self, what: &str) -> Result<()> {
        let (x, y): (Vec<_>, Vec<_>) = (self.inputs().collect(), self.outputs().collect());
        if let ([x], [y]) = (&x[..], &y[..])
            && x.shape().is_empty()
            && y.shape().is_empty()
        {
            return self.differentiable(what);
        }
        Err(Error::derivative(format!(
            "{what}: {} goes from {x:?} to {y:?}, and not from one scalar to one scalar; ask for `grad`, `hessian` or \
             `jacobian`",
            self.name()
        )))
    }
}

fn named(letter: &str, name: Option<&str>, number: usize) -> String {
    match name {
        Some(name) => format!("{letter}_{name}"),
        None => format!("{letter}_{number}"),
    }
}

/// The derivatives of one number; zeros where it depends on nothing.
fn gradient_of(y: &Variable, xs: &[&Variable]) -> Computed {
    if y.is_constant() {
        return xs.iter().map(|x| zeros(x)).collect();
    }
    try_grad(y, xs)
}

fn zeros(x: &Variable) -> dezero_core::Result<Variable> {
    Ok(Variable::constant(Array::zeros(&x.shape(), x.dtype())?))
}

/// The name of a function whose derivatives are counted in a program.
fn counted(ir: &Ir) -> Option<&str> {
    ir.values.iter().find_map(|value| match &value.source {
        Source::Call(Op::Custom(custom), _) if custom.is_mark() => Some(custom.name()),
        _ => None,
    })
}

/// Computes a program with variables.
fn computed(ir: &Ir, xs: &[Variable]) -> Computed {
    let mut values: Vec<Vec<Variable>> = Vec::with_capacity(ir.values.len());
    for value in &ir.values {
        let line = value.line.as_ref().and_then(Line::here);
        let line = line.unwrap_or_else(nowhere);
        let ys = match &value.source {
            Source::Input(number) => vec![xs[*number].clone()],
            Source::Constant(value) => {
                vec![attributed_to(line, || Variable::constant(value.clone()))]
            }
            Source::Call(Op::Output(i), args) => vec![values[args[0]][*i as usize].clone()],
            Source::Call(op, args) => {
                let args: Vec<&Variable> = args.iter().map(|&x| &values[x][0]).collect();
                op.record(&args, line, value.pass)?
            }
        };
        if let (Some(name), [y], Source::Call(..)) = (&value.name, &ys[..], &value.source) {
            y.set_name(name);
        }
        values.push(ys);
    }
    Ok(ir.outputs.iter().map(|&y| values[y][0].clone()).collect())
}
