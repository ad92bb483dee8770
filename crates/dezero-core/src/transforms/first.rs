//! First derivatives: gradients, and products with the Jacobian from either side.

use super::point::{Call, Point, Returned, transforms};
use crate::error::Result;
use crate::operators::panicking;
use crate::variable::Variable;

transforms! {
    /// The gradient of a function that gives one number: for each variable, of its shape.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::grad};
    /// let x = Variable::new([1.0, 2.0, 3.0]);
    /// let gx = grad(|x| (x * x).sum(..), &x);
    /// assert_eq!(gx.to_vec::<f64>(), [2.0, 4.0, 6.0]);
    /// // Nested: the derivative of the derivative.
    /// let x = Variable::new(1.0);
    /// let g2 = grad(|x| grad(|x| x.tanh(), x), &x);
    /// assert_eq!(g2.item(), -0.6397000084492246);
    /// ```
    fn grad / try_grad<P>(f, at; line) -> P::Each<Variable> {
        let call = Call::new("grad", &f, &at, line)?.scalar()?;
        let gradient = call.gradient(None)?;
        Ok(P::each(gradient.into_iter().map(|gx| call.give(gx)).collect()))
    }

    /// The value of a function that gives one number, and its gradient.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::value_and_grad};
    /// let (y, gx) = value_and_grad(|x| x.powf(3.0), &Variable::new(2.0));
    /// assert_eq!((y.item(), gx.item()), (8.0, 12.0));
    /// ```
    fn value_and_grad / try_value_and_grad<P>(f, at; line) -> (Variable, P::Each<Variable>) {
        let call = Call::new("value_and_grad", &f, &at, line)?.scalar()?;
        let gradient = call.gradient(None)?;
        let gradient = P::each(gradient.into_iter().map(|gx| call.give(gx)).collect());
        Ok((call.give(call.y.clone()), gradient))
    }

    /// The value of a function, and the way back: its [`Pullback`] takes a cotangent of the value to
    /// those of the variables, the product of a vector with the Jacobian.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::vjp};
    /// let (y, pullback) = vjp(|x| x.exp(), &Variable::new([0.0, 1.0]));
    /// let gx = pullback.apply(&Variable::new([1.0, 0.0]));
    /// assert_eq!(y.shape(), [2]);
    /// assert_eq!(gx.to_vec::<f64>(), [1.0, 0.0]);
    /// ```
    fn vjp / try_vjp<P>(f, at; line) -> (Variable, Pullback<P::Each<Variable>>) {
        let call = Call::new("vjp", &f, &at, line)?;
        let y = call.give(call.y.clone());
        Ok((y, Pullback { call, each: P::each }))
    }

    /// The value of a function, and the product of its Jacobian with a vector: the derivative in the
    /// direction of `tangents`, of which there is one for each variable, of its shape.
    ///
    /// This is forward mode: one sweep upwards over the record.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::jvp};
    /// let (x, t) = (Variable::new([3.0, 4.0]), Variable::new([1.0, 0.0]));
    /// let (y, dy) = jvp(|x| x.square().sum(..).sqrt(), &x, &t);
    /// assert_eq!((y.item(), dy.item()), (5.0, 0.6));
    /// ```
    fn jvp / try_jvp<P>(f, at, tangents: P; line) -> (Variable, Variable) {
        let call = Call::new("jvp", &f, &at, line)?;
        let tangents = tangents
            .variables()
            .into_iter()
            .zip(&call.xs)
            .map(|(t, x)| call.fitting("tangent", t, x))
            .collect::<Result<Vec<_>>>()?;
        let keep = call.keep || tangents.iter().any(Variable::is_tracked) && crate::is_recording();
        let call = Call { keep, ..call };
        let tangent = call.recorded(|| call.between(&[&call.y]).first(&tangents))?.remove(0);
        let tangent = tangent.unwrap_or_else(|| call.y.with_value(crate::taylor::zeros));
        Ok((call.give(call.y.clone()), call.give(tangent)))
    }
}

/// The way back through a function that [`vjp`] recorded.
///
/// `G` is what it gives: a variable, or one for each as an array or a `Vec`.
pub struct Pullback<G> {
    call: Call,
    each: fn(Vec<Variable>) -> G,
}

impl<G> Pullback<G> {
    /// The cotangent of each variable, from that of the value, which has the value's shape.
    ///
    /// # Panics
    ///
    /// Where [`try_apply`](Self::try_apply) gives an error.
    #[track_caller]
    pub fn apply(&self, cotangent: &Variable) -> G {
        panicking(self.try_apply(cotangent))
    }

    /// [`apply`](Self::apply), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If the cotangent has another shape than the value, or a function on the way reports an error.
    pub fn try_apply(&self, cotangent: &Variable) -> Result<G> {
        let call = &self.call;
        let cotangent = call.fitting("cotangent", cotangent, &call.y)?;
        let keep = call.keep || cotangent.is_tracked() && crate::is_recording();
        let give = |gx: Variable| {
            if keep {
                gx.into_user()
            } else {
                Variable::value(gx.array()).into_user()
            }
        };
        let gradient = call.gradient(Some(&cotangent))?;
        Ok((self.each)(gradient.into_iter().map(give).collect()))
    }
}
