//! Fits of the models from both starts, against the certified parameters.

use dezero_core::Variable;
use dezero_optim::least_squares;

use super::{PROBLEMS, fewest_digits};

/// Digits of the parameters and of their standard errors, from each start.
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
            if digits < 6.0 || of_errors < 4.0 {
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
