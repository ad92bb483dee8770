//! `compile`: a function becomes a program by running once.

use std::borrow::Borrow;
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Mutex;

use dezero_core::trace::Trace;
use dezero_core::transforms::Point;
use dezero_core::{Array, Variable, attempt, attributed_to, enable_grad, reads_during};

use crate::check::{Checks, Difference, Place};
use crate::compiled::Compiled;
use crate::error::{Error, Result};
use crate::ir::{Ir, Source};
use crate::program::Program;

/// What a function to record may give: a [`Variable`], several as an array or a `Vec`, or a
/// `Result` of such.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a function to compile gives",
    note = "give a `Variable`, an array or a `Vec` of variables, or a `Result` of such"
)]
pub trait Results {
    /// The same without the `Result`: what a call of the compiled function gives.
    type Form;

    /// The variables, in order.
    ///
    /// # Errors
    ///
    /// What the function reported.
    fn results(self) -> dezero_core::Result<Vec<Variable>>;

    /// Puts as many variables back into the form.
    fn form(ys: Vec<Variable>) -> Self::Form;
}

impl Results for Variable {
    type Form = Self;

    fn results(self) -> dezero_core::Result<Vec<Variable>> {
        Ok(vec![self])
    }

    fn form(mut ys: Vec<Variable>) -> Self {
        ys.swap_remove(0)
    }
}

impl<const N: usize> Results for [Variable; N] {
    type Form = Self;

    fn results(self) -> dezero_core::Result<Vec<Variable>> {
        Ok(self.into())
    }

    fn form(ys: Vec<Variable>) -> Self {
        let array = ys.try_into();
        array.unwrap_or_else(|_| unreachable!("as many as the function gave"))
    }
}

impl Results for Vec<Variable> {
    type Form = Self;

    fn results(self) -> dezero_core::Result<Vec<Variable>> {
        Ok(self)
    }

    fn form(ys: Vec<Variable>) -> Self {
        ys
    }
}

impl<R: Results> Results for dezero_core::Result<R> {
    type Form = R::Form;

    fn results(self) -> dezero_core::Result<Vec<Variable>> {
        self?.results()
    }

    fn form(ys: Vec<Variable>) -> R::Form {
        R::form(ys)
    }
}

/// Runs `f` once at an example point, and gives it back as a function that replays what was recorded:
/// [`Compile`] with its defaults.
///
/// ```
/// use dezero_compile::compile;
/// use dezero_core::Variable;
///
/// let rosenbrock = compile(
///     |[x0, x1]| 100.0 * (x1 - x0.square()).square() + (x0 - 1.0).square(),
///     [&Variable::new(0.0), &Variable::new(2.0)],
/// )?;
/// let (x0, x1) = (Variable::new(-1.0), Variable::new(1.0));
/// assert_eq!(rosenbrock.call([&x0, &x1]).item(), 4.0);
///
/// let hessian = rosenbrock.program().hessian()?;
/// let mut h = [0.0; 4];
/// hessian.call(&[1.0, 1.0], &mut h)?;
/// assert_eq!(h, [802.0, -400.0, -400.0, 200.0]);
/// # Ok::<(), dezero_compile::Error>(())
/// ```
///
/// # Errors
///
/// As [`Compile::compile`].
#[track_caller]
pub fn compile<P: Point, R: Results, F: Fn(&P::Arguments) -> R>(
    f: F,
    at: P,
) -> Result<Compiled<F, P::Arguments>> {
    Compile::new().compile(f, at)
}

/// What a [`Compiled`] function does with inputs of other shapes or dtypes than it was recorded with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OtherShapes {
    /// An error that says what differs.
    #[default]
    Error,
    /// Records the function anew, and keeps the programs of the shapes that were used last: as many as
    /// [`Compile::programs`] says.
    Record,
}

/// How to compile a function.
///
/// ```
/// use dezero_compile::{Compile, OtherShapes};
/// use dezero_core::Variable;
///
/// let norm = Compile::new()
///     .named("norm")
///     .on_other_shapes(OtherShapes::Record)
///     .compile(|x: &Variable| x.square().sum(..).sqrt(), &Variable::new([1.0, 1.0]))?;
/// assert_eq!(norm.call(&Variable::new([3.0, 4.0])).item(), 5.0);
/// assert_eq!(norm.call(&Variable::new([2.0, 3.0, 6.0])).item(), 7.0); // recorded anew
/// # Ok::<(), dezero_compile::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compile {
    name: String,
    pub(crate) checks: Checks,
    pub(crate) other_shapes: OtherShapes,
    pub(crate) programs: usize,
}

impl Default for Compile {
    fn default() -> Self {
        Self::new()
    }
}

impl Compile {
    /// Three checks, and an error on other shapes.
    pub fn new() -> Self {
        Self {
            name: "Program".to_owned(),
            checks: Checks::default(),
            other_shapes: OtherShapes::default(),
            programs: 16,
        }
    }

    /// The name that the program has in errors, and as one operation in the graph of variables that it is
    /// called with.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// At how many points the program is compared with the function, which is called at each; 3 by default.
    /// 0 leaves it out.
    #[must_use]
    pub fn checks(mut self, points: usize) -> Self {
        self.checks.points = points;
        self
    }

    /// How far from the example the checks go, as a multiple of each number, or of 1 where that is more; 2
    /// by default, so that signs change. The first goes a sixteenth as far. With the second all numbers go
    /// down, with the third up, and further ones mix. Integers and truth values change places in their array;
    /// with the second truth values are the opposite, with the third integers are nearer to zero by one.
    #[must_use]
    pub fn perturbation(mut self, size: f64) -> Self {
        self.checks.size = size;
        self
    }

    /// How far, relatively, the program may be from the function in a check. 0 by default, which is the same
    /// to the last bit.
    #[must_use]
    pub fn tolerance(mut self, relative: f64) -> Self {
        self.checks.tolerance = relative;
        self
    }

    /// What a call does with inputs of other shapes or dtypes.
    #[must_use]
    pub fn on_other_shapes(mut self, what: OtherShapes) -> Self {
        self.other_shapes = what;
        self
    }

    /// How many programs to keep with [`OtherShapes::Record`], 16 by default.
    #[must_use]
    pub fn programs(mut self, most: usize) -> Self {
        self.programs = most;
        self
    }

    /// Runs `f` once at an example point, and gives it back as a function that replays what was recorded.
    ///
    /// Then calls it at some more points around, and compares with the program there: a recording holds
    /// one way through the function, and what it decided by values that it read cannot be seen in it. Where `f` gives an
    /// error or panics, a point is passed over.
    ///
    /// Variables that `f` captures are constants to the program, with the value that they have now.
    ///
    /// ```
    /// use dezero_compile::compile;
    /// use dezero_core::Variable;
    ///
    /// let x = Variable::new(1.5);
    /// let error = compile(|x: &Variable| if x.item() > 1.0 { x.square() } else { -x }, &x).err().unwrap();
    /// assert!(error.is_record());
    /// assert_eq!(error.difference().unwrap().reads().len(), 1); // the line of `x.item()`
    ///
    /// let chosen = compile(|x: &Variable| x.greater(1.0).where_(x.square(), -x), &x)?;
    /// assert_eq!(chosen.call(&Variable::new(-3.0)).item(), 3.0);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What `f` reports; if nothing that it gives depends on its arguments; if the program gives something
    /// else than `f` at one of the points.
    ///
    /// # Panics
    ///
    /// Where `f` does at the example, but for operators and short methods, whose errors are given.
    #[track_caller]
    pub fn compile<P: Point, R: Results, F: Fn(&P::Arguments) -> R>(
        self,
        f: F,
        at: P,
    ) -> Result<Compiled<F, P::Arguments>> {
        let program = self.program::<P, R>(&f, &at)?;
        Ok(Compiled {
            f,
            how: self,
            program,
            others: Mutex::default(),
            arguments: PhantomData,
        })
    }

    /// Records and checks.
    #[track_caller]
    pub(crate) fn program<P: Point, R: Results>(
        &self,
        f: &impl Fn(&P::Arguments) -> R,
        at: &P,
    ) -> Result<Program> {
        let line = Location::caller();
        let Recorded { program, reads } = recorded::<P, R>(f, at, &self.name)?;
        for check in 0..self.checks.points {
            let inputs = self.checks.moved(&program.ir().examples, check);
            let xs = program.variables(&inputs, line);
            // A function may refuse a point by a panic, too.
            let call = || called::<P, R>(f, &xs);
            if let Ok((Ok(ys), more)) = panic::catch_unwind(AssertUnwindSafe(call)) {
                self.compare(&program, inputs, &ys, [&reads[..], &more])?;
            }
        }
        Ok(program)
    }

    /// Compares the program with the function at a point.
    #[track_caller]
    pub(crate) fn check<P: Point, R: Results>(
        &self,
        f: &impl Fn(&P::Arguments) -> R,
        program: &Program,
        at: &P,
    ) -> Result<()> {
        let inputs: Vec<Array> = at.variables().iter().map(|x| x.data()).collect();
        let (ys, reads) = called::<P, R>(f, &program.variables(&inputs, Location::caller()));
        self.compare(program, inputs, &ys?, [&reads, &[]])
    }

    /// Compares the program with what the function gave, and where that read values.
    fn compare(
        &self,
        program: &Program,
        inputs: Vec<Array>,
        ys: &[Variable],
        reads: [&[Line]; 2],
    ) -> Result<()> {
        let called: Vec<Array> = ys.iter().map(Variable::data).collect();
        let place = match program.run(&inputs) {
            Ok(replayed) => self.checks.compare(&replayed, &called),
            Err(error) => Some(Place::failed(&error, &called)),
        };
        let Some(place) = place else {
            return Ok(());
        };
        let mut lines: Vec<Line> = Vec::new();
        for &line in reads.into_iter().flatten() {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        Err(Error::differs(Difference {
            place,
            inputs,
            names: program.names(),
            reads: lines,
        }))
    }
}

pub(crate) type Line = &'static Location<'static>;

/// A function that ran once.
pub(crate) struct Recorded {
    pub(crate) program: Program,
    /// Where it took values out of the record.
    pub(crate) reads: Vec<Line>,
}

/// Runs a function once.
#[track_caller]
pub(crate) fn recorded<P: Point, R: Results>(
    f: &impl Fn(&P::Arguments) -> R,
    at: &P,
    name: &str,
) -> Result<Recorded> {
    let line = Location::caller();
    let given = at.variables();
    let values = given.iter().map(|x| x.data()).collect();
    let names = given.iter().map(|x| x.name()).collect();
    let xs = variables(values, names, line);
    let (ys, reads) = called::<P, R>(f, &xs);
    let ys = ys.map_err(|error| Error::record(format!("compile: {error}")))?;
    let ir = traced(&xs, &ys);
    if !depends(&ir) {
        return Err(nothing_recorded(&reads));
    }
    Ok(Recorded {
        program: Program::new(name, ir),
        reads,
    })
}

/// Variables of the user's line.
pub(crate) fn variables(
    values: Vec<Array>,
    names: Vec<Option<String>>,
    line: Line,
) -> Vec<Variable> {
    let variable = |(value, name): (Array, Option<String>)| {
        let x = attributed_to(line, || Variable::new(value));
        match name {
            Some(name) => x.named(&name),
            None => x,
        }
    };
    values.into_iter().zip(names).map(variable).collect()
}

/// Calls a function, recorded: what it gave, and where it took values out of the record.
fn called<P: Point, R: Results>(
    f: &impl Fn(&P::Arguments) -> R,
    xs: &[Variable],
) -> (dezero_core::Result<Vec<Variable>>, Vec<Line>) {
    let arguments = P::arguments(xs.to_vec());
    reads_during(|| enable_grad(|| attempt(|| f(arguments.borrow()).results())))
}

/// What was recorded.
pub(crate) fn traced(xs: &[Variable], ys: &[Variable]) -> Ir {
    let (xs, ys): (Vec<&Variable>, Vec<&Variable>) = (xs.iter().collect(), ys.iter().collect());
    Ir::of(Trace::new(&xs, &ys))
}

/// Whether an output depends on an input.
fn depends(ir: &Ir) -> bool {
    let mut depends = vec![false; ir.values.len()];
    for (at, value) in ir.values.iter().enumerate() {
        depends[at] = match &value.source {
            Source::Input(_) => true,
            Source::Constant(_) => false,
            Source::Call(_, args) => args.iter().any(|&arg| depends[arg]),
        };
    }
    ir.outputs.iter().any(|&y| depends[y])
}

fn nothing_recorded(reads: &[Line]) -> Error {
    let mut text =
        "compile: the function records nothing: what it gives does not depend on its arguments"
            .to_owned();
    if !reads.is_empty() {
        text += "; it computes with values that it took out of the record, at";
        for line in reads {
            text += "\n  ";
            text += &line.to_string();
        }
    }
    Error::record(text)
}
