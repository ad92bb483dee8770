//! Seeing a sum of squares in what was recorded: `sum(w * r^2)` gives its residuals `sqrt(w) * r`.
//!
//! Only what is written as one is seen: sums of squares and even powers, of products of something with
//! itself, times constants that are not negative, and constants that are not.

use dezero_core::{Binary, Op, Result, Unary, Variable};

/// A part of a sum: its weight, and the shape that it is broadcast to there.
struct Part {
    y: Variable,
    weight: Variable,
    shape: Vec<usize>,
}

/// What a part turned out to be.
enum Found {
    Parts(Vec<Part>),
    /// The square of something.
    Square(Variable),
    /// A constant from 0.
    Constant,
    Neither,
}

/// The residuals of a value that is written as a sum of squares, as one variable of shape `(m,)`; or what
/// in the sum is not a square.
pub(crate) fn residuals(value: &Variable) -> Result<std::result::Result<Variable, String>> {
    let mut residuals = Vec::new();
    let mut left = vec![Part {
        y: value.clone(),
        weight: Variable::constant(1.0),
        shape: value.shape(),
    }];
    while let Some(part) = left.pop() {
        let Part { y, weight, shape } = part;
        let mut add = |residual: Variable| -> Result<()> {
            let weighted = residual.try_mul(weight.try_sqrt()?)?;
            residuals.push(
                weighted
                    .try_broadcast_to(shape.clone())?
                    .try_reshape([-1])?,
            );
            Ok(())
        };
        match look(&y, &weight, &shape)? {
            Found::Parts(parts) => left.extend(parts),
            Found::Square(residual) => add(residual)?,
            Found::Constant => add(y.try_sqrt()?)?,
            Found::Neither => return Ok(Err(no_square(&y, &weight))),
        }
    }
    // In the order in which they were written.
    residuals.reverse();
    Variable::try_concatenate(&residuals.iter().collect::<Vec<_>>(), 0).map(Ok)
}

fn look(y: &Variable, weight: &Variable, shape: &[usize]) -> Result<Found> {
    if is_negative(weight) {
        return Ok(Found::Neither);
    }
    if y.is_constant() {
        return Ok(if is_negative(y) {
            Found::Neither
        } else {
            Found::Constant
        });
    }
    let Some(creator) = y.creator() else {
        return Ok(Found::Neither);
    };
    let inputs = creator.inputs();
    let part = |y: &Variable, weight: &Variable| Part {
        y: y.clone(),
        weight: weight.clone(),
        shape: shape.to_vec(),
    };
    let whole = |x: &Variable| Part {
        shape: x.shape(),
        ..part(x, weight)
    };
    Ok(match (creator.op(), &inputs[..]) {
        (Op::Binary(Binary::Add), [a, b]) => Found::Parts(vec![part(a, weight), part(b, weight)]),
        (Op::Binary(Binary::Mul), [a, b]) if a.is_same(b) => Found::Square(a.clone()),
        (Op::Binary(Binary::Mul), [a, b]) if a.is_constant() => {
            Found::Parts(vec![part(b, &weight.try_mul(a)?)])
        }
        (Op::Binary(Binary::Mul), [a, b]) if b.is_constant() => {
            Found::Parts(vec![part(a, &weight.try_mul(b)?)])
        }
        (Op::Binary(Binary::Div), [a, b]) if b.is_constant() => {
            Found::Parts(vec![part(a, &weight.try_div(b)?)])
        }
        (Op::Binary(Binary::Pow), [x, exponent]) => even_power(x, number(exponent)),
        (Op::Unary(Unary::Pow(exponent)), [x]) => even_power(x, Some(exponent.get())),
        (Op::Unary(Unary::Square), [x]) => Found::Square(x.clone()),
        // Every element of what is summed is one of the sum, as often as the sum itself is.
        (Op::Sum(_) | Op::Reshape(_), [x]) if shape == y.shape() && weight.size() == 1 => {
            Found::Parts(vec![whole(x)])
        }
        _ => Found::Neither,
    })
}

fn is_negative(x: &Variable) -> bool {
    x.to_vec::<f64>().iter().any(|&x| x < 0.0 || x.is_nan())
}

/// A constant that is one number.
fn number(x: &Variable) -> Option<f64> {
    (x.is_constant() && x.size() == 1).then(|| x.item())
}

fn even_power(x: &Variable, exponent: Option<f64>) -> Found {
    let half = exponent.unwrap_or(f64::NAN) / 2.0;
    if half < 1.0 || half.fract() != 0.0 {
        return Found::Neither;
    }
    let root = if half == 1.0 {
        Ok(x.clone())
    } else {
        x.try_powf(half)
    };
    root.map_or(Found::Neither, Found::Square)
}

fn no_square(y: &Variable, weight: &Variable) -> String {
    let what = if is_negative(weight) {
        "something is taken away in it".to_owned()
    } else if y.is_constant() {
        "a constant in it is negative".to_owned()
    } else {
        match y.creator() {
            Some(creator) => format!(
                "`{}` in it, from {}, is not a square",
                creator.label(),
                creator.line()
            ),
            None => "a variable stands in it that is not squared".to_owned(),
        }
    };
    format!(
        "the value is not visibly a sum of squares: {what}; give the residuals to `least_squares`, or use another method"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(f: impl Fn(&Variable) -> Variable) -> std::result::Result<Vec<f64>, String> {
        let x = Variable::new([1.0, -2.0, 3.0]);
        let residuals = residuals(&f(&x)).unwrap();
        residuals.map(|residuals| residuals.to_vec())
    }

    #[test]
    fn squares_are_seen_in_each_way_to_write_them() {
        assert_eq!(found(|x| x.square().sum(..)), Ok(vec![1.0, -2.0, 3.0]));
        assert_eq!(found(|x| (x * x).sum(..)), Ok(vec![1.0, -2.0, 3.0]));
        assert_eq!(found(|x| x.powf(4.0).sum(..)), Ok(vec![1.0, 4.0, 9.0]));
        assert_eq!(
            found(|x| 4.0 * x.get_item(1).powf(2.0) + x.get_item(2).powf(2.0) / 9.0),
            Ok(vec![-4.0, 1.0])
        );
        let mean = found(|x| x.square().mean(..)).unwrap();
        let sum: f64 = mean.iter().map(|r| r * r).sum();
        assert!((sum - 14.0 / 3.0).abs() < 1e-12);
        assert_eq!(found(|x| x.get_item(0).square() + 9.0), Ok(vec![1.0, 3.0]));
        let weights = Variable::constant([1.0, 4.0, 9.0]);
        assert_eq!(
            found(|x| (&weights * x.square()).sum(..)),
            Ok(vec![1.0, -4.0, 9.0])
        );
    }

    /// A scalar that is added to each element of what is summed counts once for each.
    #[test]
    fn what_is_broadcast_counts_as_often() {
        let f = |x: &Variable| (x.square() + x.get_item(1).square()).sum(..);
        let residuals = found(f).unwrap();
        let sum: f64 = residuals.iter().map(|r| r * r).sum();
        assert_eq!((residuals.len(), sum), (6, 26.0));
    }

    #[test]
    fn what_is_none_is_named() {
        for (f, says) in [
            (
                (|x| x.sin().sum(..)) as fn(&Variable) -> Variable,
                "`Sin` in it",
            ),
            (|x| x.square().sum(..) - x.get_item(0).square(), "Sub"),
            (|x| -1.0 * x.square().sum(..), "taken away"),
            (|x| x.square().sum(..) + -1.0, "negative"),
            (|x| x.powf(3.0).sum(..), "is not a square"),
            (|x| x.get_item(0), "GetItem"),
        ] {
            let error = found(f).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
