//! A program as a function of variables: one node in their graph, whose derivatives are programs.

use std::sync::{Mutex, OnceLock, PoisonError};

use dezero_core::transforms::try_jet;
use dezero_core::{Array, Function, Result, Variable, attributed_to};

use crate::error;
use crate::program::Program;

pub(crate) struct Replay {
    program: Program,
    /// The ways back that were asked for, by the inputs whose cotangents they give.
    vjps: Mutex<Vec<(Vec<bool>, Program)>>,
    jvp: OnceLock<error::Result<Program>>,
}

impl Replay {
    pub(crate) fn new(program: Program) -> Self {
        Self {
            program,
            vjps: Mutex::default(),
            jvp: OnceLock::new(),
        }
    }

    /// The cotangents of the inputs that are wanted.
    fn vjp(&self, wanted: &[bool]) -> error::Result<Program> {
        let known = |vjps: &Vec<(Vec<bool>, Program)>| {
            let found = vjps.iter().find(|(known, _)| known == wanted);
            found.map(|(_, program)| program.clone())
        };
        let vjps = || self.vjps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = known(&vjps()) {
            return Ok(program);
        }
        // Without the lock: functions of the user's run meanwhile.
        let program = self.program.vjp_by(wanted)?;
        let mut vjps = vjps();
        if let Some(program) = known(&vjps) {
            return Ok(program);
        }
        vjps.push((wanted.to_vec(), program.clone()));
        Ok(program)
    }

    fn failed(&self, error: &error::Error) -> dezero_core::Error {
        dezero_core::Error::function(self.program.name(), error.to_string())
    }

    /// Applies a derivative of the program to variables, as part of the call that gave `ys`.
    fn apply(program: &Program, xs: &[&Variable], ys: &[Variable]) -> Result<Vec<Variable>> {
        if program.outputs().len() == 0 {
            return Ok(Vec::new());
        }
        let apply = || program.function().try_call(xs);
        // The user's line, where that is known, and not this one.
        match ys.iter().find_map(|y| Some(y.creator()?.line())) {
            Some(line) => attributed_to(line, apply),
            None => apply(),
        }
    }
}

impl Function for Replay {
    fn name(&self) -> &str {
        self.program.name()
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        self.program.run(xs).map_err(|error| self.failed(&error))
    }

    fn backward(
        &self,
        xs: &[Variable],
        ys: &[Variable],
        gys: &[Variable],
    ) -> Result<Vec<Variable>> {
        let is_wanted = |x: &Variable| x.dtype().is_float() && !x.is_constant();
        let wanted: Vec<bool> = xs.iter().map(is_wanted).collect();
        let vjp = self.vjp(&wanted).map_err(|error| self.failed(&error))?;
        let gys = gys
            .iter()
            .zip(self.program.outputs())
            .filter(|(_, y)| y.dtype().is_float());
        let given: Vec<&Variable> = xs.iter().chain(gys.map(|(gy, _)| gy)).collect();
        let mut found = Self::apply(&vjp, &given, ys)?.into_iter();
        let cotangents = xs.iter().zip(wanted).map(|(x, wanted)| {
            let found = if wanted { found.next() } else { None };
            found.map_or_else(|| zeros(x), Ok)
        });
        cotangents.collect()
    }

    fn jvp(
        &self,
        xs: &[Variable],
        ys: &[Variable],
        tangents: &[Variable],
    ) -> Option<Result<Vec<Variable>>> {
        let jvp = self.jvp.get_or_init(|| self.program.tangents());
        let jvp = match jvp {
            Ok(jvp) => jvp,
            Err(error) => return Some(Err(self.failed(error))),
        };
        let tangents = tangents
            .iter()
            .zip(xs)
            .filter(|(_, x)| x.dtype().is_float());
        let given: Vec<&Variable> = xs.iter().chain(tangents.map(|(t, _)| t)).collect();
        let found = Self::apply(jvp, &given, ys).map(Vec::into_iter);
        Some(found.and_then(|mut found| {
            let tangents = self.program.outputs().map(|y| {
                let found = if y.dtype().is_float() {
                    found.next()
                } else {
                    None
                };
                let zeros = || Ok(Variable::constant(Array::zeros(y.shape(), y.dtype())?));
                found.map_or_else(zeros, Ok)
            });
            tangents.collect()
        }))
    }

    fn taylor(&self, xs: &[Vec<Variable>]) -> Option<Result<Vec<Vec<Variable>>>> {
        // The operations themselves have series.
        let at: Vec<&Variable> = xs.iter().map(|series| &series[0]).collect();
        let order = xs.iter().map(Vec::len).max().unwrap_or(1);
        let coefficients: Vec<Vec<&Variable>> = (1..order)
            .map(|k| xs.iter().map(|series| &series[k]).collect())
            .collect();
        let curve: Vec<&[&Variable]> = coefficients.iter().map(Vec::as_slice).collect();
        let outputs = 0..self.program.outputs().len();
        let series = outputs.map(|output| {
            let y = |xs: &[Variable]| Ok(self.program.inlined(xs)?.swap_remove(output));
            try_jet(y, at.as_slice(), &curve)
        });
        Some(series.collect())
    }
}

fn zeros(x: &Variable) -> Result<Variable> {
    Ok(Variable::constant(Array::zeros(&x.shape(), x.dtype())?))
}
