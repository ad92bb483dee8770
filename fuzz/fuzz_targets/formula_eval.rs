//! A formula that parses evaluates without a panic, to the same as its canonical text does.

#![no_main]

use dezero_expr::Formula;
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/dezero-expr/tests/it/reals.rs"]
mod reals;

fuzz_target!(|text: &str| {
    let Ok(formula) = Formula::parse(text) else {
        return;
    };
    let values: Vec<f64> = (1..=formula.variables().len()).map(|i| 0.5 * i as f64).collect();
    let value = reals::eval(&formula, &values);
    if let Ok(again) = Formula::parse(&formula.to_string()) {
        let again = reals::eval(&again, &values);
        assert_eq!(value.map(f64::to_bits), again.map(f64::to_bits), "{text:?}");
    }
});
