//! Newton's method as in the book: `x - f'(x) / f''(x)`, or `x - H^-1 g`, and nothing that guards it.

use std::convert::Infallible;
use std::rc::Rc;

use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::vector::difference;

pub(super) fn plain(search: &mut Search<'_>, mut at: Rc<Sample>) -> Result<Infallible, Halt> {
    loop {
        search.arrive(&at)?;
        let hessian = search.hessian(&at)?;
        let gradient = search.gradient(&at)?;
        let Some(step) = hessian.solve(gradient) else {
            return Err(Stop::Singular.into());
        };
        at = search.evaluate(difference(&at.x, &step))?;
    }
}
