//! A formula that parses evaluates and differentiates without a panic, to the same as its canonical
//! text does.

#![no_main]

use dezero_core::{Variable, try_grad};
use dezero_expr::Formula;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(formula) = Formula::parse(text) else {
        return;
    };
    let values = differentiated(&formula);
    if let Ok(again) = Formula::parse(&formula.to_string()) {
        assert_eq!(values, differentiated(&again), "{text:?}");
    }
});

/// The bits of the value and of the gradient.
fn differentiated(formula: &Formula) -> Vec<u64> {
    let count = formula.variables().len();
    let variables: Vec<Variable> = (1..=count).map(|i| Variable::new(0.5 * i as f64)).collect();
    let variables: Vec<&Variable> = variables.iter().collect();
    let y = formula.eval(&variables).expect("scalars have the same shape");
    let gradient = try_grad(&y, &variables).unwrap_or_default();
    let values = std::iter::once(&y).chain(&gradient);
    values.map(|value| value.item().to_bits()).collect()
}
