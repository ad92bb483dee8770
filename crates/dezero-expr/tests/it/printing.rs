//! Canonical text: it parses to what it was printed from, and has no parenthesis too many.

use dezero_expr::Formula;
use proptest::prelude::*;

use crate::expression::expressions;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn printing_then_parsing_gives_the_same_tree(expression in expressions()) {
        let text = expression.text();
        let formula = Formula::parse(&text).unwrap();
        let (mut variables, mut nodes) = (Vec::new(), Vec::new());
        expression.nodes(&mut variables, &mut nodes);
        prop_assert_eq!(formula.tree().nodes(), nodes);
        prop_assert_eq!(formula.variables(), variables);

        let canonical = formula.to_string();
        let again = Formula::parse(&canonical).unwrap();
        prop_assert_eq!(&again, &formula, "{} printed as {}", text, canonical);
        prop_assert_eq!(again.to_string(), canonical);
    }

    #[test]
    fn no_parenthesis_can_be_left_out(expression in expressions()) {
        let formula = Formula::parse(&expression.text()).unwrap();
        let canonical = formula.to_string();
        for (open, close) in parentheses(&canonical) {
            let mut without = canonical.clone();
            without.remove(close);
            without.remove(open);
            if let Ok(parsed) = Formula::parse(&without) {
                prop_assert_ne!(parsed, formula.clone(), "{} as {}", canonical, without);
            }
        }
    }
}

/// The byte offsets of the parentheses that are not those of a call.
fn parentheses(text: &str) -> Vec<(usize, usize)> {
    let mut open = Vec::new();
    let mut pairs = Vec::new();
    for (at, c) in text.char_indices() {
        if c == '(' {
            let before = text[..at].chars().next_back();
            let calls = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            open.push((at, calls));
        } else if c == ')' {
            let (start, calls) = open.pop().unwrap();
            if !calls {
                pairs.push((start, at));
            }
        }
    }
    pairs
}
