//! Every function at every level, against values of high precision and at the edges.

use super::function::FUNCTIONS;
use super::level::Level;
use super::power::{pow_at, powers_at};
use crate::lanes::Lanes;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Numbers of a line of the table, without the name.
fn rows(name: &str) -> impl Iterator<Item = Vec<f64>> {
    include_str!("../../tests/mpmath/kernels.txt")
        .lines()
        .filter_map(move |line| line.strip_prefix(name)?.strip_prefix(' '))
        .map(|line| line.split(' ').map(|word| word.parse().unwrap()).collect())
}

/// How many last places `y` is off the value `head + rest`, of which `head` is the f64.
fn ulps(y: f64, head: f64, rest: f64) -> f64 {
    let exponent = (head.to_bits() >> 52 & 0x7ff).max(1);
    // A last place is a power of 2; where it is subnormal, both are made larger.
    let (place, factor) = if exponent > 52 {
        (f64::from_bits((exponent - 52) << 52), 1.0)
    } else {
        (f64::from_bits((exponent + 48) << 52), 2.0_f64.powi(100))
    };
    (((y - head) * factor - rest * factor) / place).abs()
}

#[test]
fn values_are_within_2_ulp_of_mpmath() {
    for &(name, function, _) in FUNCTIONS {
        let rows: Vec<_> = rows(name).collect();
        assert!(rows.len() >= 150, "{name} has {} values", rows.len());
        let x: Vec<f64> = rows.iter().map(|row| row[0]).collect();
        for &level in Level::available() {
            let mut y = vec![0.0; x.len()];
            function(level, &x, &mut y);
            for (row, y) in rows.iter().zip(y) {
                let error = ulps(y, row[1], row[2]);
                assert!(error <= 2.0, "{name} {level:?} {row:?}: {y:e}, {error} ulp");
            }
        }
    }
}

#[test]
fn powers_are_within_2_ulp_of_mpmath() {
    let rows: Vec<_> = rows("pow").collect();
    assert!(rows.len() >= 300);
    let x: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    let exponents: Vec<f64> = rows.iter().map(|row| row[1]).collect();
    for &level in Level::available() {
        let mut y = vec![0.0; x.len()];
        powers_at(level, Lanes::Each(&x), Lanes::Each(&exponents), &mut y);
        for (row, y) in rows.iter().zip(y) {
            let error = ulps(y, row[2], row[3]);
            assert!(error <= 2.0, "pow {level:?} {row:?}: {y:e}, {error} ulp");
            let mut alone = [0.0];
            pow_at(level, &[row[0]], row[1], &mut alone);
            assert_eq!(alone[0].to_bits(), y.to_bits(), "pow {level:?} {row:?}");
        }
    }
}

#[test]
fn special_powers_are_those_of_std() {
    let special = [
        0.0, 0.5, 1.0, 2.0, 3.0, 1e9, 4.5e15, 9.1e15, 1e300, INF, NAN, 5e-324,
    ];
    let both = special.iter().flat_map(|&x| [x, -x]);
    let pairs: Vec<[f64; 2]> = (both.clone())
        .flat_map(|x| both.clone().map(move |y| [x, y]))
        .collect();
    let x: Vec<f64> = pairs.iter().map(|pair| pair[0]).collect();
    let exponents: Vec<f64> = pairs.iter().map(|pair| pair[1]).collect();
    for &level in Level::available() {
        let mut y = vec![0.0; x.len()];
        powers_at(level, Lanes::Each(&x), Lanes::Each(&exponents), &mut y);
        for ([x, e], y) in pairs.iter().zip(y) {
            let want = if *e == 0.5 { x.sqrt() } else { x.powf(*e) };
            if want == 0.0 || !want.is_finite() || want.abs() == 1.0 {
                assert!(
                    y.to_bits() == want.to_bits() || (y.is_nan() && want.is_nan()),
                    "{x}^{e} {level:?}: {y}, not {want}"
                );
            } else {
                assert!(
                    ((y - want) / want).abs() < 5e-16,
                    "{x}^{e}: {y}, not {want}"
                );
            }
        }
    }
}

fn scalar(name: &str) -> fn(f64) -> f64 {
    match name {
        "exp" => libm::exp,
        "log" => libm::log,
        "sin" => libm::sin,
        "cos" => libm::cos,
        "tanh" => libm::tanh,
        "sigmoid" => crate::special::sigmoid,
        "exp2" => libm::exp2,
        "expm1" => libm::expm1,
        "log1p" => libm::log1p,
        "log2" => libm::log2,
        "log10" => libm::log10,
        "sinh" => libm::sinh,
        "cosh" => libm::cosh,
        "softplus" => crate::special::softplus,
        _ => panic!("{name}"),
    }
}

#[test]
fn limits_zeros_and_nan_are_those_of_the_scalar_functions() {
    let edges = [0.0, 5e-324, 1e-310, 1.0, 1e300, f64::MAX, INF, NAN];
    let x: Vec<f64> = edges.iter().flat_map(|&x| [x, -x]).collect();
    for &(name, function, _) in FUNCTIONS {
        for &level in Level::available() {
            let mut y = vec![0.0; x.len()];
            function(level, &x, &mut y);
            for (&x, y) in x.iter().zip(y) {
                let want = scalar(name)(x);
                if want == 0.0 || !want.is_finite() {
                    assert!(
                        y.to_bits() == want.to_bits() || (y.is_nan() && want.is_nan()),
                        "{name}({x:e}) {level:?}: {y:e}, not {want:e}"
                    );
                } else {
                    assert!(
                        ulps(y, want, 0.0) <= 3.0,
                        "{name}({x:e}): {y:e}, not {want:e}"
                    );
                }
            }
        }
    }
}

#[test]
fn f32_is_within_1_ulp_of_the_f64_scalar_functions() {
    // All exponents, both signs.
    let x: Vec<f32> = (0..u32::MAX / 400_009)
        .map(|i| f32::from_bits(i * 400_009))
        .chain((0..2000).map(|i| 0.01 * i as f32 - 10.0))
        .collect();
    for &(name, _, function) in FUNCTIONS {
        for &level in Level::available() {
            let mut y = vec![0.0; x.len()];
            function(level, &x, &mut y);
            for (&x, y) in x.iter().zip(y) {
                let want = scalar(name)(f64::from(x)) as f32;
                let near = y == want || y == want.next_up() || y == want.next_down();
                assert!(
                    near || (y.is_nan() && want.is_nan()),
                    "{name}({x:e}): {y:e}, not {want:e}"
                );
            }
        }
    }
}

#[test]
fn a_result_depends_on_its_element_alone() {
    let pool: Vec<f64> = (0..40).map(|i| 0.3 + 0.017 * f64::from(i)).collect();
    for &(name, function, _) in FUNCTIONS {
        for &level in Level::available() {
            let alone: Vec<f64> = (pool.iter())
                .map(|&x| {
                    let mut y = [0.0];
                    function(level, &[x], &mut y);
                    y[0]
                })
                .collect();
            for length in 0..=40 {
                let mut y = vec![0.0; length];
                function(level, &pool[..length], &mut y);
                assert_eq!(y, alone[..length], "{name} {level:?} {length}");
            }
        }
    }
}

#[test]
fn a_hard_angle_does_not_disturb_its_neighbours() {
    let mut x: Vec<f64> = (0..40).map(f64::from).collect();
    x[3] = 1e300;
    x[38] = -1e22;
    for &(name, function, _) in FUNCTIONS {
        if matches!(name, "sin" | "cos") {
            for &level in Level::available() {
                let mut y = vec![0.0; x.len()];
                function(level, &x, &mut y);
                for (&x, y) in x.iter().zip(y) {
                    assert!((y - scalar(name)(x)).abs() < 3e-16, "{name}({x}) {level:?}");
                }
            }
        }
    }
}
