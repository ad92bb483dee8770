//! Fits of the models from both starts, against the certified parameters.

use dezero_core::Variable;
use dezero_optim::least_squares;

use super::{PROBLEMS, fewest_digits};

/// Six digits of the parameters, and four of their standard errors. The residuals of Lanczos1 are rounding
/// errors, and so are its standard errors.
#[test]
fn six_digits_from_both_starts() {
    let mut misses = Vec::new();
    for problem in PROBLEMS {
        let data = problem.dataset();
        for (which, start) in data.starts.iter().enumerate() {
            let residuals = problem.residuals(&data);
            let fit = least_squares(
                |b: &Variable| residuals(b),
                &Variable::new(start.as_slice()),
            );
            let fit = fit.unwrap();
            let digits = fewest_digits(&fit.optimum.x.to_vec::<f64>(), &data.certified);
            let of_errors = fewest_digits(&fit.standard_errors.to_vec::<f64>(), &data.deviations);
            let are_errors_right = of_errors >= 4.0 || problem.name == "Lanczos1";
            if digits < 6.0 || !are_errors_right || !fit.is_converged() {
                misses.push(format!(
                    "{} from start {}: {digits:.1} digits, {of_errors:.1} of the errors; {}",
                    problem.name,
                    which + 1,
                    fit.optimum
                ));
            }
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}
