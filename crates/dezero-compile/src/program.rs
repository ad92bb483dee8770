//! `Program`: a recorded computation that can be run again.

use std::fmt;
use std::sync::{Arc, OnceLock};

use dezero_core::transforms::Point;
use dezero_core::{Array, DType, Function, Op, Variable};

use crate::check::short;
use crate::compile::{Line, Results, recorded, variables};
use crate::error::{Error, Result};
use crate::execute::{Executor, Fastest};
use crate::ir::{Ir, Source, Value};
use crate::replay::Replay;
use crate::simplify::{Assume, Simplification, simplify};

/// A recorded computation, to be run again on inputs of the same shapes and dtypes.
///
/// Cheap to clone, and clones can run on several threads at once. Its derivatives are programs again.
///
/// ```
/// use dezero_compile::Program;
/// use dezero_core::{Array, Variable};
///
/// let (x, w) = (Variable::new([1.0, 2.0]).named("x"), Variable::new(3.0).named("w"));
/// let program = Program::record(|[x, w]| [(x * w).sum(..), x.square().sum(..)], [&x, &w])?;
///
/// let y = program.run(&[Array::from([10.0, 20.0]), Array::from(0.5)])?;
/// assert_eq!(y, [Array::from(15.0), Array::from(500.0)]);
/// let names: Vec<String> = program.inputs().map(|x| x.to_string()).collect();
/// assert_eq!(names, ["x: f64[2]", "w: f64[]"]);
/// # Ok::<(), dezero_compile::Error>(())
/// ```
#[derive(Clone)]
pub struct Program {
    shared: Arc<Shared>,
    /// The program as a function of variables, from when it is asked for. It holds what is shared, and so
    /// stands beside it.
    function: Arc<OnceLock<Arc<dyn Function>>>,
}

/// How the outputs are computed from the inputs with variables.
pub(crate) type Recipe =
    Arc<dyn Fn(&[Variable]) -> dezero_core::Result<Vec<Variable>> + Send + Sync>;

struct Shared {
    name: Arc<str>,
    ir: Ir,
    /// Of a program with operations that count derivatives of a function: those cannot be taken from
    /// the record.
    recipe: Option<Recipe>,
    simple: OnceLock<Ir>,
    /// Made when the program first runs.
    executor: OnceLock<Fastest>,
    /// How many numbers go in and come out, if all are f64.
    numbers: Result<(usize, usize)>,
}

impl Program {
    pub(crate) fn new(name: &str, ir: Ir) -> Self {
        Self::with_recipe(name, ir, None)
    }

    pub(crate) fn with_recipe(name: &str, ir: Ir, recipe: Option<Recipe>) -> Self {
        Self::of(Arc::new(Shared {
            name: name.into(),
            numbers: numbers(&ir),
            ir,
            recipe,
            simple: OnceLock::new(),
            executor: OnceLock::new(),
        }))
    }

    fn of(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            function: Arc::default(),
        }
    }

    /// Runs a function of one or several variables once, and keeps what it recorded. The function may
    /// give one variable or several, as an array or a `Vec`, or a `Result` of such.
    ///
    /// Unlike [`compile`](crate::compile()), this does not call the function a second time, and so does
    /// not find out whether it does the same elsewhere.
    ///
    /// # Errors
    ///
    /// What the function reports; if nothing that it gives depends on its arguments.
    #[track_caller]
    pub fn record<P: Point, R: Results>(f: impl Fn(&P::Arguments) -> R, at: P) -> Result<Self> {
        recorded::<P, R>(&f, &at, "Program").map(|recorded| recorded.program)
    }

    pub(crate) fn ir(&self) -> &Ir {
        &self.shared.ir
    }

    /// What is run and differentiated: the record without what can be left out.
    pub(crate) fn simple(&self) -> &Ir {
        self.shared
            .simple
            .get_or_init(|| simplified(&self.shared.ir))
    }

    pub(crate) fn recipe(&self) -> Option<&Recipe> {
        self.shared.recipe.as_ref()
    }

    fn executor(&self) -> &dyn Executor {
        let executor = || Fastest::new(self.simple());
        &**self.shared.executor.get_or_init(executor)
    }

    /// The outputs from inputs of the shapes and dtypes that the program was recorded with.
    ///
    /// # Errors
    ///
    /// If the inputs do not fit, or an operation fails on these values.
    pub fn run(&self, inputs: &[Array]) -> Result<Vec<Array>> {
        self.check(inputs.iter().map(|x| (x.shape(), x.dtype())))?;
        self.executor().run(inputs)
    }

    /// The outputs from inputs as plain f64 numbers: all elements of the first input in row-major
    /// order, then those of the second, and so on; the outputs likewise. For tight loops over small
    /// programs.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::Variable;
    ///
    /// let (a, b) = (Variable::new([1.0, 2.0]), Variable::new(3.0));
    /// let program = Program::record(|[a, b]| a * b, [&a, &b])?;
    /// let mut y = [0.0; 2];
    /// program.call(&[5.0, 6.0, 10.0], &mut y)?;
    /// assert_eq!(y, [50.0, 60.0]);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the numbers are too few or too many, some input or output is not f64, or an operation fails.
    #[inline]
    pub fn call(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<()> {
        // Without any detour: a call of native code takes a few nanoseconds.
        #[cfg(feature = "jit")]
        if let (Ok(_), Some(Fastest::Scalars(scalars))) =
            (&self.shared.numbers, self.shared.executor.get())
            && scalars.call_native(inputs, outputs)
        {
            return Ok(());
        }
        self.call_executor(inputs, outputs)
    }

    #[inline(never)]
    fn call_executor(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<()> {
        match self.shared.numbers {
            Ok((n, m)) if n == inputs.len() && m == outputs.len() => {
                self.executor().call(inputs, outputs)
            }
            _ => Err(self.unfit(inputs.len(), outputs.len())),
        }
    }

    /// Does now what the first calls would do: chooses how the program is run and, with the feature `jit`,
    /// makes native code of it where that can be done.
    ///
    /// Calls give the same with and without. It is for measuring, and where the first calls may not take
    /// longer than later ones.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::Variable;
    ///
    /// let program = Program::record(|x: &Variable| x.sin() / x, &Variable::new(1.0))?;
    /// program.prepare();
    /// let mut y = [0.0];
    /// program.call(&[2.0], &mut y)?;
    /// assert_eq!(y, [2.0_f64.sin() / 2.0]);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    pub fn prepare(&self) {
        self.executor().prepare();
    }

    #[cold]
    fn unfit(&self, given: usize, place: usize) -> Error {
        let (n, m) = match &self.shared.numbers {
            Ok(numbers) => *numbers,
            Err(error) => return error.clone(),
        };
        let list = |slots: Vec<String>| slots.join(", ");
        if n != given {
            let slots = list(self.inputs().map(|x| x.to_string()).collect());
            return Error::input(format!(
                "call: {given} numbers for inputs {slots}, which take {n}"
            ));
        }
        let slots = list(self.outputs().map(|y| y.to_string()).collect());
        Error::input(format!(
            "call: room for {place} numbers, where outputs {slots} give {m}"
        ))
    }

    /// Whether inputs fit, by their shapes and dtypes.
    pub(crate) fn check<'a>(
        &self,
        given: impl ExactSizeIterator<Item = (&'a [usize], DType)>,
    ) -> Result<()> {
        if given.len() != self.inputs().len() {
            let slots: Vec<String> = self.inputs().map(|x| x.to_string()).collect();
            return Err(Error::input(format!(
                "{}: {} input{}, where it takes {}: {}",
                self.name(),
                given.len(),
                if given.len() == 1 { "" } else { "s" },
                slots.len(),
                slots.join(", ")
            )));
        }
        for (number, (slot, (shape, dtype))) in self.inputs().zip(given).enumerate() {
            if slot.shape() != shape || slot.dtype() != dtype {
                return Err(Error::input(format!(
                    "{}: input {number} is {}{shape:?}, where {slot} is expected; the program was recorded for \
                     that shape and dtype: cast or reshape the input, or record another program for it",
                    self.name(),
                    short(dtype)
                )));
            }
        }
        Ok(())
    }

    /// The program's name: "Program" unless it was given one.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// What the program takes, in order.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = Slot<'_>> {
        self.ir().values[..self.ir().inputs()]
            .iter()
            .map(|value| Slot { value })
    }

    /// What the program gives, in order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = Slot<'_>> {
        self.ir().outputs.iter().map(|&y| Slot {
            value: &self.ir().values[y],
        })
    }

    /// The names of the inputs.
    pub(crate) fn names(&self) -> Vec<Option<String>> {
        self.inputs().map(|x| x.name().map(str::to_owned)).collect()
    }

    /// The inputs as variables of a line.
    pub(crate) fn variables(&self, inputs: &[Array], line: Line) -> Vec<Variable> {
        variables(inputs.to_vec(), self.names(), line)
    }

    /// The number of operations.
    pub fn len(&self) -> usize {
        let call = |value: &&Value| matches!(&value.source, Source::Call(op, _) if !matches!(op, Op::Output(_)));
        self.ir().values.iter().filter(call).count()
    }

    /// Whether there is no operation: what comes out are inputs and constants.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The program without what can be left out and the outputs stay the same to the last bit. It is what
    /// runs in any case; this is for looking at it.
    #[must_use]
    pub fn simplified(&self) -> Self {
        Self::with_recipe(
            self.name(),
            self.simple().clone(),
            self.shared.recipe.clone(),
        )
    }

    /// The program with what may be taken for granted of its values, and what was done to it: more can be left
    /// out then.
    ///
    /// ```
    /// use dezero_compile::{Assume, Program};
    /// use dezero_core::Variable;
    ///
    /// let program = Program::record(|x: &Variable| (x.exp() * 1.0).log() + x.exp(), &Variable::new(1.0))?;
    /// let simple = program.simplified_assuming(Assume::Nothing);
    /// assert_eq!((program.len(), simple.program.len(), simple.merged), (5, 3, 1));
    /// assert_eq!((simple.rules[0].0.before, simple.rules[0].1), ("x * 1", 1));
    ///
    /// let simple = program.simplified_assuming(Assume::Reals);
    /// assert_eq!(simple.program.len(), 2); // x + exp(x)
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    #[must_use]
    pub fn simplified_assuming(&self, assume: Assume) -> Simplification {
        Simplification::new(self.ir(), assume, |ir| {
            Self::with_recipe(self.name(), ir, self.shared.recipe.clone())
        })
    }

    /// The program as a function of variables: one operation in their graph, differentiated to any order
    /// by programs.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::{Function, Variable, grad};
    ///
    /// let program = Program::record(|x: &Variable| x.sin() * x, &Variable::new(1.0))?;
    /// let x = Variable::new(2.0);
    /// let y = program.function().call(&[&x]); // one node
    /// let gx = &grad(&y, &[&x])[0];
    /// let gx2 = &grad(gx, &[&x])[0];
    /// assert!((gx2.item() - (2.0 * 2.0_f64.cos() - 2.0 * 2.0_f64.sin())).abs() < 1e-14);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    pub fn function(&self) -> Arc<dyn Function> {
        let replay = || Arc::new(Replay::new(Self::of(self.shared.clone()))) as Arc<dyn Function>;
        self.function.get_or_init(replay).clone()
    }
}

/// The program without what can be left out.
pub(crate) fn simplified(ir: &Ir) -> Ir {
    simplify(ir, Assume::Nothing)
}

/// How many numbers go in and come out, if all are f64.
fn numbers(ir: &Ir) -> Result<(usize, usize)> {
    let count = |what: &str, places: &mut dyn Iterator<Item = usize>| {
        let mut count = 0;
        for (number, place) in places.enumerate() {
            let slot = Slot {
                value: &ir.values[place],
            };
            if slot.dtype() != DType::F64 {
                return Err(Error::input(format!(
                    "call: {what} {number} is {slot}, and plain numbers are f64; `run` takes arrays of any dtype"
                )));
            }
            count += slot.size();
        }
        Ok(count)
    };
    Ok((
        count("input", &mut (0..ir.inputs()))?,
        count("output", &mut ir.outputs.iter().copied())?,
    ))
}

/// What a [`Program`] takes or gives. Its text is like `x: f64[2, 3]`.
#[derive(Clone, Copy)]
pub struct Slot<'a> {
    value: &'a Value,
}

impl<'a> Slot<'a> {
    /// The name of the variable, if it had one.
    pub fn name(&self) -> Option<&'a str> {
        self.value.name.as_deref()
    }

    /// The length along each axis.
    pub fn shape(&self) -> &'a [usize] {
        &self.value.shape
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.value.dtype
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.value.shape.iter().product()
    }
}

impl fmt::Display for Slot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name() {
            write!(f, "{name}: ")?;
        }
        write!(f, "{}{:?}", short(self.dtype()), self.shape())
    }
}

impl fmt::Debug for Slot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}({:?} -> {:?}, {} operations)",
            self.name(),
            self.inputs().collect::<Vec<_>>(),
            self.outputs().collect::<Vec<_>>(),
            self.len()
        )
    }
}
