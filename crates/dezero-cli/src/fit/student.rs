//! Quantiles of Student's t distribution.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// Up to here the sum over the degrees of freedom is short; from here the expansion in their inverse is
/// exact to rounding.
const FEW: usize = 1000;

/// The 97.5% quantile of the normal distribution: `sqrt(2)*erfinv(0.95)`, by mpmath.
pub(super) const NORMAL: f64 = 1.959_963_984_540_054;

/// The 97.5% quantile: a 95% confidence interval reaches so many standard errors to either side.
///
/// M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964): equations 26.7.3 and 26.7.4 to
/// [`FEW`] degrees of freedom, 26.7.5 beyond.
pub(super) fn quantile(degrees_of_freedom: usize) -> f64 {
    const INSIDE: f64 = 0.95;
    if degrees_of_freedom > FEW {
        return expanded(degrees_of_freedom as f64);
    }
    // The probability rises with the angle.
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if inside(middle, degrees_of_freedom) < INSIDE {
            low = middle;
        } else {
            high = middle;
        }
    }
    (degrees_of_freedom as f64).sqrt() * low.tan()
}

/// The probability of an absolute value below `t`, where `tan(angle) = t / sqrt(degrees_of_freedom)`.
fn inside(angle: f64, degrees_of_freedom: usize) -> f64 {
    let (sin, cos) = angle.sin_cos();
    let is_odd = degrees_of_freedom % 2 == 1;
    let (mut term, first) = if is_odd { (cos, 3) } else { (1.0, 2) };
    let mut sum = 0.0;
    for k in (first..=degrees_of_freedom).step_by(2) {
        sum += term;
        term *= cos * cos * ((k - 1) as f64 / k as f64);
    }
    if is_odd {
        FRAC_2_PI * (angle + sin * sum)
    } else {
        sin * sum
    }
}

fn expanded(degrees_of_freedom: f64) -> f64 {
    let x = NORMAL;
    let inverse = 1.0 / degrees_of_freedom;
    let terms = [
        x,
        (x.powi(3) + x) / 4.0,
        (5.0 * x.powi(5) + 16.0 * x.powi(3) + 3.0 * x) / 96.0,
        (3.0 * x.powi(7) + 19.0 * x.powi(5) + 17.0 * x.powi(3) - 15.0 * x) / 384.0,
        (79.0 * x.powi(9) + 776.0 * x.powi(7) + 1482.0 * x.powi(5)
            - 1920.0 * x.powi(3)
            - 945.0 * x)
            / 92160.0,
    ];
    terms
        .iter()
        .rev()
        .fold(0.0, |sum, term| sum * inverse + term)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Roots of `betainc(nu/2, 1/2, 0, nu/(nu + t^2), regularized=True) - 0.05`, by mpmath to 30 digits.
    #[test]
    fn quantiles_are_those_of_the_incomplete_beta_function() {
        let expected = [
            (1, 12.706_204_736_174_704),
            (3, 3.182_446_305_283_709_6),
            (4, 2.776_445_105_197_794_4),
            (5, 2.570_581_835_636_315_5),
            (12, 2.178_812_829_667_229),
            (30, 2.042_272_456_301_238),
            (100, 1.983_971_518_523_552_3),
            (999, 1.962_341_461_133_45),
            (1000, 1.962_339_080_826_408_5),
            (1001, 1.962_336_705_280_88),
            (5000, 1.960_438_551_706_508),
            (1_000_000, 1.959_966_356_814_107),
        ];
        for (nu, t) in expected {
            let found = quantile(nu);
            assert!((found - t).abs() < 1e-13 * t, "{nu}: {found} is not {t}");
        }
        // The distribution of two degrees of freedom has an inverse in closed form.
        let t = 0.95 * (2.0 / (1.0 - 0.95_f64.powi(2))).sqrt();
        assert!((quantile(2) - t).abs() < 1e-13 * t);
    }
}
