//! `Compiled`: a function that replays what it recorded.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

#[cfg(doc)]
use dezero_core::Variable;
use dezero_core::transforms::Point;
use dezero_core::{Array, Function};

use crate::compile::{Compile, OtherShapes, Results};
use crate::error::{Error, Result};
use crate::program::Program;

/// A function together with the program that was recorded of it: called as the function is, with
/// variables of the same shapes and dtypes.
///
/// Made by [`compile`](crate::compile()) or [`Compile`]. `A` is what the function takes by reference: a
/// [`Variable`], an array of them, or a slice.
pub struct Compiled<F, A: ?Sized> {
    pub(crate) f: F,
    pub(crate) how: Compile,
    pub(crate) program: Program,
    /// The programs of other shapes, that which was used last in front.
    pub(crate) others: Mutex<VecDeque<Program>>,
    pub(crate) arguments: PhantomData<fn(&A)>,
}

impl<F, A: ?Sized> Compiled<F, A> {
    /// The program that was recorded at the example point: for its derivatives, for arrays and plain
    /// numbers, to look at, to save.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The program alone, without the function.
    pub fn into_program(self) -> Program {
        self.program
    }

    /// The value at a point.
    ///
    /// What variables are tracked is recorded: the program enters their graph as one operation with the
    /// name of the program, whose derivatives, to any order, are programs too, recorded when they are first
    /// asked for.
    ///
    /// ```
    /// use dezero_compile::compile;
    /// use dezero_core::Variable;
    ///
    /// let f = compile(|x: &Variable| (x * x).sin().sum(..), &Variable::new([1.0, 2.0]))?;
    /// let x = Variable::new([0.5, 0.25]);
    /// f.call(&x).backward();
    /// assert_eq!(x.grad().unwrap().to_vec::<f64>(), [0.25_f64.cos(), 0.0625_f64.cos() / 2.0]);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Where [`try_call`](Self::try_call) gives an error.
    #[track_caller]
    pub fn call<P, R>(&self, at: P) -> R::Form
    where
        P: Point<Arguments = A>,
        F: Fn(&A) -> R,
        R: Results,
    {
        match self.try_call(at) {
            Ok(ys) => ys,
            Err(error) => panic!("{error}"),
        }
    }

    /// [`call`](Self::call), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If the variables have other shapes or dtypes than those recorded, or, with
    /// [`OtherShapes::Record`], the function cannot be recorded for them; if an operation fails on these
    /// values.
    #[track_caller]
    pub fn try_call<P, R>(&self, at: P) -> Result<R::Form>
    where
        P: Point<Arguments = A>,
        F: Fn(&A) -> R,
        R: Results,
    {
        let program = self.program_at(&at)?;
        let ys = program.function().try_call(&at.variables())?;
        Ok(R::form(ys))
    }

    /// Compares the program with the function at a point, as [`Compile::compile`] does at some.
    ///
    /// # Errors
    ///
    /// If they differ: see [`Error::difference`]; what the function reports, which then was not compared.
    ///
    /// # Panics
    ///
    /// Where the function does, but for operators and short methods, whose errors are given.
    #[track_caller]
    pub fn check<P, R>(&self, at: P) -> Result<()>
    where
        P: Point<Arguments = A>,
        F: Fn(&A) -> R,
        R: Results,
    {
        let program = self.program_at(&at)?;
        self.how.check::<P, R>(&self.f, &program, &at)
    }

    /// The program for a point.
    #[track_caller]
    fn program_at<P, R>(&self, at: &P) -> Result<Program>
    where
        P: Point<Arguments = A>,
        F: Fn(&A) -> R,
        R: Results,
    {
        let given: Vec<Array> = at.variables().iter().map(|x| x.detach().data()).collect();
        let fits = |program: &Program| program.check(given.iter().map(|x| (x.shape(), x.dtype())));
        let Err(error) = fits(&self.program) else {
            return Ok(self.program.clone());
        };
        if self.how.other_shapes == OtherShapes::Error {
            return Err(Error::input(format!(
                "{error}; `Compile::on_other_shapes(OtherShapes::Record)` records another by itself"
            )));
        }
        let others = || self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let found = {
            let mut others = others();
            let place = others.iter().position(|program| fits(program).is_ok());
            let found = place.and_then(|place| others.remove(place));
            if let Some(program) = &found {
                others.push_front(program.clone());
            }
            found
        };
        if let Some(program) = found {
            return Ok(program);
        }
        // Without the lock, as the function may call this one.
        let program = self.how.program::<P, R>(&self.f, at)?;
        let mut others = others();
        others.push_front(program.clone());
        others.truncate(self.how.programs.max(1));
        Ok(program)
    }
}

impl<F, A: ?Sized> fmt::Debug for Compiled<F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compiled({:?})", self.program)
    }
}
