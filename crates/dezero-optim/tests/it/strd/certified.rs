//! The models at the certified solutions: what NIST certifies is what they give.

use dezero_core::Variable;
use dezero_core::transforms::{jacobian, value_and_grad};

use super::{Dataset, PROBLEMS, Problem, fewest_digits};

/// The residuals at the certified parameters, to the first order.
struct Solution {
    sum_of_squares: f64,
    gradient: Vec<f64>,
    /// dr/db, shape (n, p).
    jacobian: Variable,
    /// The norms of its columns.
    norms: Vec<f64>,
    /// How far the residuals may move, as a vector, because the parameters are rounded to eleven
    /// digits.
    spread: f64,
}

impl Solution {
    fn of(problem: &Problem, data: &Dataset) -> Self {
        let residuals = problem.residuals(data);
        let b = Variable::new(data.certified.as_slice());
        let (value, gradient) = value_and_grad(|b: &Variable| residuals(b).square().sum(..), &b);
        let jacobian = jacobian(|b: &Variable| residuals(b), &b);
        let norms = jacobian.square().sum(0).sqrt().to_vec::<f64>();
        let half_unit = |b: f64| 0.5e-10 * 10_f64.powf(b.abs().log10().floor());
        let moves = data.certified.iter().zip(&norms);
        let spread = moves.map(|(&b, norm)| half_unit(b) * norm).sum();
        Self {
            sum_of_squares: value.item(),
            gradient: gradient.to_vec(),
            jacobian,
            norms,
            spread,
        }
    }

    /// The greatest cosine of the angle between the residuals and a column of the Jacobian.
    fn cosine(&self) -> f64 {
        let length = self.sum_of_squares.sqrt();
        let columns = self.gradient.iter().zip(&self.norms);
        let cosines = columns.map(|(g, norm)| g.abs() / (2.0 * norm * length));
        cosines.fold(0.0, f64::max)
    }
}

#[test]
fn the_sum_of_squares_is_the_certified_one() {
    for problem in PROBLEMS {
        let data = problem.dataset();
        let at = Solution::of(&problem, &data);
        let certified = data.residual_sum_of_squares;
        // The gradient vanishes: what rounding does to the parameters counts to the second order.
        // The residuals of Lanczos1 are as small as the digits that its parameters lack.
        let rounding = (at.spread.powi(2) / certified).max(2e-10);
        assert!(problem.name == "Lanczos1" || rounding < 1e-8, "{rounding}");
        let error = (at.sum_of_squares / certified - 1.0).abs();
        assert!(error <= rounding, "{}: {error:e}", problem.name);
    }
}

#[test]
fn the_residuals_are_orthogonal_to_the_jacobian() {
    for problem in PROBLEMS {
        let data = problem.dataset();
        let at = Solution::of(&problem, &data);
        let cosine = at.cosine();
        assert!(
            cosine <= at.spread / at.sum_of_squares.sqrt(),
            "{}: {cosine:e}",
            problem.name
        );
        assert!(cosine < 2e-5 || problem.name == "Lanczos1");
    }
}

#[test]
fn the_jacobian_gives_the_certified_deviations() {
    for problem in PROBLEMS {
        let data = problem.dataset();
        let at = Solution::of(&problem, &data);
        // s sqrt(diag((J'J)^-1)), the columns of J brought to unit length before they are inverted.
        let norms = Variable::constant(at.norms.as_slice());
        let unit = &at.jacobian / &norms;
        let inverse = unit.transpose().matmul(&unit).inv();
        let deviations = inverse.diag(0).sqrt() * data.residual_deviation / norms;
        let digits = fewest_digits(&deviations.to_vec::<f64>(), &data.deviations);
        assert!(digits > 7.0, "{}: {digits}", problem.name);
    }
}
