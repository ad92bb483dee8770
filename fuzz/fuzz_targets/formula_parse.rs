//! Any text parses or fails cleanly; what parses prints as text that parses to the same.

#![no_main]

use dezero_expr::{Formula, MAX_LENGTH};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Formula::parse(text) {
        Ok(formula) => {
            let canonical = formula.to_string();
            if canonical.len() <= MAX_LENGTH {
                let again = Formula::parse(&canonical).expect("canonical text parses");
                assert!(again == formula, "{text:?} printed as {canonical:?}");
                assert_eq!(again.to_string(), canonical);
            }
        }
        Err(error) => {
            assert!(error.formula().get(error.span()).is_some(), "{error:?}");
            let shown = error.to_string();
            assert!(!shown.replace('\n', "").contains(char::is_control), "{shown:?}");
            assert!(shown.lines().count() <= 4, "{shown:?}");
            if let Some(suggestion) = error.suggestion() {
                assert!(Formula::parse(&suggestion).is_ok(), "{suggestion:?}");
            }
        }
    }
});
