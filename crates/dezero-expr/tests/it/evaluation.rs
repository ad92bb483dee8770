//! Values of formulas, against closures built without them and against Rust's own arithmetic.

use dezero_expr::{Formula, Functions};
use proptest::prelude::*;

use crate::expression::expressions;
use crate::reals::{eval, of_numbers};

fn value(text: &str, values: &[f64]) -> f64 {
    eval(&Formula::parse(text).unwrap(), values).unwrap()
}

#[test]
fn rosenbrock() {
    let formula = Formula::parse("100*(x1 - x0^2)^2 + (1 - x0)^2").unwrap();
    assert_eq!(formula.variables(), ["x1", "x0"]);
    assert_eq!(eval(&formula, &[2.0, 0.0]), Ok(401.0));
    assert_eq!(eval(&formula, &[1.0, 1.0]), Ok(0.0));
}

/// The book's step 24.
#[test]
fn goldstein_price() {
    let text = "(1 + (x + y + 1)^2 * (19 - 14x + 3x² - 14y + 6x*y + 3y²)) *
        (30 + (2x - 3y)^2 * (18 - 32x + 12x² + 48y - 36x*y + 27y²))";
    let mended = "(1 + (x + y + 1)^2 * (19 - 14*x + 3*x² - 14*y + 6*x*y + 3*y²)) *
        (30 + (2*x - 3*y)^2 * (18 - 32*x + 12*x² + 48*y - 36*x*y + 27*y²))";
    let error = Formula::parse(text).unwrap_err();
    assert_eq!(error.suggestion().as_deref(), Some(mended));
    assert_eq!(value(mended, &[1.0, 1.0]), 1876.0);
}

#[test]
fn operators_bind_as_on_paper() {
    for (text, expected) in [
        ("-2^2", -4.0),
        ("2^3^2", 512.0),
        ("2*10^-6", 2e-6),
        ("2^-1*4", 2.0),
        ("7 - 2 - 1", 4.0),
        ("8/4/2", 1.0),
        ("8/4*2", 4.0),
        ("-3*-2", 6.0),
        ("1 - -1", 2.0),
        ("+3 - +2", 1.0),
        ("3²−2×4÷8", 8.0),
    ] {
        assert_eq!(value(text, &[]), expected, "{text}");
    }
}

#[test]
fn every_function_reaches_its_operation() {
    for signature in Functions::builtin().signatures() {
        let name = signature.name();
        let arguments = [0.25, 0.5, 0.75];
        let count = *signature.arity().start();
        let (text, expected) = match name {
            "where" => ("where(x < 0.5, 2, 3)".to_owned(), 2.0),
            // Neither is in the standard library or in libm.
            "digamma" | "polygamma" => continue,
            _ => {
                let expected = of_numbers(name, &arguments[..count]).unwrap();
                let names = ["x", "y", "z"][..count].join(", ");
                (format!("{name}({names})"), expected)
            }
        };
        let formula = Formula::parse(&text).unwrap();
        let values = &arguments[..formula.variables().len()];
        let found = eval(&formula, values).unwrap();
        assert!(
            found == expected || found.is_nan() && expected.is_nan(),
            "{text}"
        );
    }
    let formula = Formula::parse("polygamma(2, x)").unwrap();
    assert_eq!(eval(&formula, &[1.0]), Err("polygamma"));
}

#[test]
fn where_chooses_by_each_comparison() {
    for (sign, at_less, at_equal, at_more) in [
        ("<", 1.0, 2.0, 2.0),
        ("<=", 1.0, 1.0, 2.0),
        (">", 2.0, 2.0, 1.0),
        (">=", 2.0, 1.0, 1.0),
        ("==", 2.0, 1.0, 2.0),
        ("!=", 1.0, 2.0, 1.0),
        ("≤", 1.0, 1.0, 2.0),
    ] {
        let text = format!("where(x {sign} 5, 1, 2)");
        let values = [4.0, 5.0, 6.0].map(|x| value(&text, &[x]));
        assert_eq!(values, [at_less, at_equal, at_more], "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn evaluation_agrees_with_a_closure(expression in expressions(), x in -3.0..3.0) {
        let formula = Formula::parse(&expression.text()).unwrap();
        let value_of = |name: &str| x + name.len() as f64;
        let values: Vec<f64> = formula.variables().iter().map(|name| value_of(name)).collect();
        let found = eval(&formula, &values).unwrap();
        let expected = expression.closure()(&value_of);
        // The sign of a NaN is nobody's business.
        let agree = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
        prop_assert!(agree, "{} is {}, not {}", formula, found, expected);
    }
}
