//! Special functions against the values of 50 digits in `tests/mpmath/special.txt`.

use std::f64::consts::LN_2;

use dezero_array::special::{acosh, atanh, digamma, erf, lgamma, polygamma, sigmoid, softplus};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// The largest absolute error that the documentation allows.
fn bound(name: &str, x: f64, value: f64) -> f64 {
    let relative = match name {
        "erf" => 2e-16,
        "acosh" | "atanh" => 3e-16,
        "sigmoid" | "softplus" | "lgamma" => 5e-16,
        "polygamma" => 2e-15,
        "digamma" => 4e-15,
        _ => panic!("{name} has no bound"),
    };
    let next_to_a_root = x < 0.0 && value.abs() < 1.0;
    match name {
        "lgamma" if next_to_a_root => 1e-15,
        "digamma" if next_to_a_root => 4e-15,
        _ => relative * value.abs(),
    }
}

#[test]
fn values_match_mpmath_within_the_documented_errors() {
    let text = include_str!("../mpmath/special.txt");
    let mut failures = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, .., x, value] = words[..] else {
            panic!("{line}")
        };
        let [x, value]: [f64; 2] = [x, value].map(|word| word.parse().expect("a number"));
        let got = match name {
            "sigmoid" => sigmoid(x),
            "softplus" => softplus(x),
            "acosh" => acosh(x),
            "atanh" => atanh(x),
            "erf" => erf(x),
            "lgamma" => lgamma(x),
            "digamma" => digamma(x),
            "polygamma" => polygamma(words[1].parse().expect("an order"), x),
            _ => panic!("{line}"),
        };
        let (error, bound) = ((got - value).abs(), bound(name, x, value));
        if got != value && (error > bound || error.is_nan()) {
            failures.push(format!(
                "{line}\n    got {got:e}, off by {error:.1e}, bound {bound:.1e}"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The same special value with the same sign, or else the same number but for its last digit.
fn assert_same(got: f64, want: f64, call: &str) {
    let same = if want == 0.0 || !want.is_finite() {
        got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan())
    } else {
        (got - want).abs() < 1e-15
    };
    assert!(same, "{call} is {got}, not {want}");
}

type Function = fn(f64) -> f64;

#[test]
fn limits_and_poles_are_those_of_ieee() {
    let table: [(&str, Function, [f64; 7]); 10] = [
        // At NaN, -inf, -1, -0, 0, 1 and inf.
        (
            "sigmoid",
            sigmoid,
            [
                NAN,
                0.0,
                0.268_941_421_369_995_1,
                0.5,
                0.5,
                0.731_058_578_630_004_9,
                1.0,
            ],
        ),
        (
            "softplus",
            softplus,
            [
                NAN,
                0.0,
                0.313_261_687_518_222_8,
                LN_2,
                LN_2,
                1.313_261_687_518_222_8,
                INF,
            ],
        ),
        ("acosh", acosh, [NAN, NAN, NAN, NAN, NAN, 0.0, INF]),
        ("atanh", atanh, [NAN, NAN, -INF, -0.0, 0.0, INF, NAN]),
        (
            "erf",
            erf,
            [
                NAN,
                -1.0,
                -0.842_700_792_949_714_9,
                -0.0,
                0.0,
                0.842_700_792_949_714_9,
                1.0,
            ],
        ),
        ("lgamma", lgamma, [NAN, INF, INF, INF, INF, 0.0, INF]),
        (
            "digamma",
            digamma,
            [NAN, NAN, NAN, INF, -INF, -0.577_215_664_901_532_9, INF],
        ),
        (
            "trigamma",
            |x| polygamma(1, x),
            [NAN, NAN, INF, INF, INF, 1.644_934_066_848_226_4, 0.0],
        ),
        (
            "polygamma 2",
            |x| polygamma(2, x),
            [NAN, NAN, NAN, INF, -INF, -2.404_113_806_319_188_6, -0.0],
        ),
        (
            "polygamma 0",
            |x| polygamma(0, x),
            [NAN, NAN, NAN, INF, -INF, -0.577_215_664_901_532_9, INF],
        ),
    ];
    for (name, function, want) in table {
        for (x, want) in [NAN, -INF, -1.0, -0.0, 0.0, 1.0, INF].into_iter().zip(want) {
            assert_same(function(x), want, &format!("{name} of {x}"));
        }
    }
}

#[test]
fn polygamma_reaches_the_ends_of_the_range() {
    // Far beyond the range, and back in it: n! alone is infinite from n = 171.
    assert_same(polygamma(3, 1e-100), INF, "3 at 1e-100");
    assert_same(polygamma(200, 0.25), -INF, "200 at 0.25");
    assert_same(polygamma(200, -0.25), INF, "200 at -0.25");
    assert_same(polygamma(201, -1.5), INF, "201 at -1.5");
    assert_same(polygamma(200, 1e300), -0.0, "200 at 1e300");
    assert_same(polygamma(3, 5e-324), INF, "3 at 5e-324");
    assert_same(polygamma(1, -1e300), INF, "1 at -1e300, an integer");
    assert_same(polygamma(2, -1e300), NAN, "2 at -1e300, an integer");
    // So many factors that only their logarithm is summed.
    let (n, x) = (1_000_000, 367_880.0);
    let below = polygamma(n - 1, x);
    let ratio = polygamma(n, x) / (below * f64::from(n) / x);
    assert!((ratio + 1.0).abs() < 1e-6, "{below} {ratio}");
}
