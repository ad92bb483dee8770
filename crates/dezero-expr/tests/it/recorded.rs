//! Formulas on the engine's variables: values as the plain `f64` ones, dtypes kept, nothing panics.

use dezero_core::{DType, Variable, try_grad};
use dezero_expr::{Formula, Functions, Parameter};
use proptest::prelude::*;

use crate::expression::expressions;
use crate::reals;

/// The value and the gradient of the formula, which a formula of numbers alone does not have.
pub(crate) fn differentiate(formula: &Formula, values: &[f64]) -> (f64, Option<Vec<f64>>) {
    let variables: Vec<Variable> = values.iter().copied().map(Variable::new).collect();
    let variables: Vec<&Variable> = variables.iter().collect();
    let y = formula.eval(&variables).unwrap();
    let gradient = try_grad(&y, &variables).ok();
    let gradient = gradient.map(|gradient| gradient.iter().map(Variable::item).collect());
    (y.item(), gradient)
}

/// Every call of `name` with the variable `x` as some of its arguments and 0.75 as the others.
fn calls(name: &str) -> Vec<String> {
    let functions = Functions::builtin();
    let signature = functions.signature(functions.get(name).unwrap());
    let count = (0..4)
        .filter(|index| signature.parameter(*index).is_some())
        .count();
    let least = *signature.arity().start();
    let choices = (least..=count).flat_map(|count| (1..1 << count).map(move |mask| (count, mask)));
    let calls = choices.map(|(count, mask): (usize, u32)| {
        let argument = |index: usize| {
            let plain = if mask >> index & 1 == 1 { "x" } else { "0.75" };
            match signature.parameter(index).unwrap() {
                Parameter::Value(_) => plain.to_owned(),
                Parameter::Condition(_) => format!("{plain} < 2"),
                Parameter::Whole(_) => "2".to_owned(),
            }
        };
        let arguments: Vec<String> = (0..count).map(argument).collect();
        format!("{name}({})", arguments.join(", "))
    });
    calls.filter(|call| call.contains('x')).collect()
}

#[test]
fn functions_take_variables_and_numbers_in_every_place() {
    for signature in Functions::builtin().signatures() {
        for text in calls(signature.name()) {
            let formula = Formula::parse(&text).unwrap();
            if formula.variables().is_empty() {
                continue;
            }
            let found = formula.eval(&[&Variable::new(0.25)]).unwrap().item();
            if let Ok(expected) = reals::eval(&formula, &[0.25]) {
                let close = (found - expected).abs() <= 1e-14 * expected.abs();
                assert!(
                    close || found.is_nan() && expected.is_nan(),
                    "{text}: {found}, {expected}"
                );
            }
        }
    }
}

#[test]
fn numbers_of_a_formula_do_not_widen_f32() {
    let x = Variable::new(0.25_f32);
    let mut wide = Vec::new();
    let operators = [
        "-x", "x + 1", "1 - x", "2*x", "1/x", "x^2", "2^x", "x^(1/3)",
    ];
    let calls = Functions::builtin()
        .signatures()
        .iter()
        .flat_map(|signature| calls(signature.name()));
    for text in operators.into_iter().map(str::to_owned).chain(calls) {
        let formula = Formula::parse(&text).unwrap();
        // A choice by the variable between two numbers is a number.
        if formula.variables().is_empty() || text == "where(x < 2, 0.75, 0.75)" {
            continue;
        }
        if formula.eval(&[&x]).unwrap().dtype() != DType::F32 {
            wide.push(text);
        }
    }
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn arrays_broadcast() {
    let formula = Formula::parse("where(x < y, x, y)^2 + max(x, 1, y)").unwrap();
    let x = Variable::new([[0.0], [2.0]]);
    let y = Variable::new([1.0, 3.0, 5.0]);
    let z = formula.eval(&[&x, &y]).unwrap();
    assert_eq!(z.shape(), [2, 3]);
    let error = Formula::parse("x*y")
        .unwrap()
        .eval(&[&y, &Variable::new([1.0, 2.0])]);
    assert!(error.unwrap_err().to_string().contains("(3,)"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn variables_have_the_values_of_plain_numbers(expression in expressions(), x in -3.0..3.0) {
        let formula = Formula::parse(&expression.text()).unwrap();
        let values: Vec<f64> = (0..formula.variables().len()).map(|i| x + i as f64).collect();
        let expected = reals::eval(&formula, &values).unwrap();
        // Functions may differ in the last digit, which a difference or a comparison can magnify:
        // only what the arithmetic alone decides is compared.
        let exact = !formula.to_string().contains(['s', 't', 'l', 'h', 'f', 'w', '^']);
        let (found, _) = differentiate(&formula, &values);
        if exact {
            prop_assert!(found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                "{} is {}, not {}", formula, found, expected);
        }
    }
}
