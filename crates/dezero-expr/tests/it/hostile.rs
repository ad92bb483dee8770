//! Texts that mean harm: nothing panics, overflows the stack, or takes more than linear time.

use std::time::{Duration, Instant};

use dezero_expr::{Error, Formula, MAX_LENGTH};
use proptest::prelude::*;

use crate::reals::eval;
use crate::recorded::differentiate;

/// Does with a text all that can be done with it, and checks what must always hold.
pub(crate) fn exercise(text: &str) {
    match Formula::parse(text) {
        Ok(formula) => {
            let canonical = formula.to_string();
            if canonical.len() <= MAX_LENGTH {
                let again = Formula::parse(&canonical);
                assert!(again.is_ok_and(|again| again == formula), "{canonical:?}");
            }
            let values = vec![0.5; formula.variables().len()];
            let _ = eval(&formula, &values);
            differentiate(&formula, &values);
        }
        Err(error) => check(&error),
    }
}

fn check(error: &Error) {
    assert!(error.formula().get(error.span()).is_some(), "{error:?}");
    let shown = error.to_string();
    assert!(shown.lines().count() <= 4, "{shown}");
    assert!(
        !shown.replace('\n', "").contains(char::is_control),
        "{shown:?}"
    );
    assert!(
        shown.lines().all(|line| line.chars().count() < 200),
        "{shown}"
    );
    if let Some(suggestion) = error.suggestion() {
        assert!(
            Formula::parse(&suggestion).is_ok(),
            "{suggestion:?} for {error:?}"
        );
    }
}

/// Runs on a stack that a recursion over the text would overflow.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(128 << 10);
    thread.spawn(work).unwrap().join().unwrap();
}

#[test]
fn long_flat_formulas_work() {
    on_a_small_stack(|| {
        let terms = 100_000;
        let sum = Formula::parse(&vec!["x"; terms].join("+")).unwrap();
        assert_eq!(eval(&sum, &[2.0]), Ok(2.0 * terms as f64));
        assert_eq!(sum.to_string(), vec!["x"; terms].join(" + "));
        let canonical = Formula::parse(&sum.to_string()).unwrap();
        assert_eq!(canonical, sum);

        let product = Formula::parse(&vec!["x"; terms].join("*")).unwrap();
        assert_eq!(eval(&product, &[-1.0]), Ok(1.0));
        let arguments = Formula::parse(&format!("max({})", vec!["x"; terms].join(","))).unwrap();
        assert_eq!(eval(&arguments, &[3.0]), Ok(3.0));
        let names: Vec<String> = (0..terms).map(|index| format!("x{index}")).collect();
        let many = Formula::parse(&names.join("-")).unwrap();
        assert_eq!(many.variables(), names);
        let signs = Formula::parse(&format!("{}x", "+".repeat(terms))).unwrap();
        assert_eq!(signs.to_string(), "x");
    });
}

#[test]
fn texts_at_the_limits_end_soon() {
    let long = MAX_LENGTH;
    let fill = |unit: &str| unit.repeat(long / unit.len());
    let mut texts: Vec<String> = [
        "(",
        ")",
        "-",
        "+",
        "x",
        "1",
        " ",
        "2^",
        "sin(",
        "sin ",
        "x x ",
        "2x+",
        "where(",
        "where(x<",
        "max(x,",
        "f(",
        "|",
        "|x",
        "[",
        "x[",
        "=",
        "x=",
        ",",
        "1,",
        ".",
        "1.",
        "..",
        "e",
        "1e",
        "²",
        "x²",
        "√",
        "@",
        "높",
        "x-(",
        "0x1",
        "-x^",
        "x/(y+",
        "!",
        "x!",
        "%",
        "x%",
        "<",
        "\\sin",
        "if ",
        "lambda x:",
        "a.b",
        "é",
        "\u{200b}",
        "ｘ",
        "'",
        "1_0",
        "sinx+",
        "1e999+",
        ";",
    ]
    .into_iter()
    .map(fill)
    .collect();
    texts.push(format!(
        "{}x{}",
        "(".repeat(long / 2 - 1),
        ")".repeat(long / 2)
    ));
    texts.push("x+".repeat(long / 2 - 1) + "x");
    texts.push("x-(".repeat(300) + &"x*y/".repeat(200_000));
    texts.push("x".repeat(long + 1));
    on_a_small_stack(move || {
        for text in texts {
            let start = Instant::now();
            exercise(&text);
            let shown: String = text.chars().take(20).collect();
            // Linear time is a tenth of this, also in a debug build; quadratic would take hours.
            assert!(start.elapsed() < Duration::from_secs(20), "{shown}");
        }
    });
}

/// Pieces of formulas, right and wrong.
const PIECES: &[&str] = &[
    "x",
    "y",
    "pi",
    "e",
    "sin",
    "max",
    "where",
    "polygamma",
    "clip",
    "f",
    "if",
    "and",
    "lambda",
    "1",
    "2.5",
    ".5",
    "1e",
    "1e5",
    "1e999",
    "0x1F",
    "_1",
    "(",
    ")",
    "(",
    ")",
    "(",
    ")",
    ",",
    ",",
    "+",
    "-",
    "*",
    "/",
    "^",
    "**",
    "<",
    "<=",
    "==",
    "=",
    "!",
    "!=",
    "²",
    "⁻¹",
    "|",
    "[",
    "]",
    "{",
    "}",
    ".",
    ";",
    "'",
    "\"",
    "`",
    "$",
    "%",
    "@",
    "#",
    "&",
    "?",
    ":",
    "\\",
    "√",
    "½",
    "∞",
    "°",
    "×",
    "−",
    "÷",
    "≤",
    "ｘ",
    "（",
    "，",
    "ˣ",
    "높이",
    "θ₁",
    "\u{200b}",
    "\u{7}",
    "\u{202e}",
    "\n",
    "\t",
    " ",
    " ",
    "🙂",
    "–",
    "np.",
    "sinx",
    "cos2x",
    "sine",
    "erfc",
    "x!",
    "where(x<1,",
    "max(x,",
    "sin(",
    "3,5",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn token_soup(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        exercise(&pieces.concat());
    }

    #[test]
    fn spaced_token_soup(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        exercise(&pieces.join(" "));
    }

    #[test]
    fn any_text(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn any_ascii(text in "[ -~\\t\\n]{0,60}") {
        exercise(&text);
    }

    #[test]
    fn a_formula_with_a_character_changed(
        expression in crate::expression::expressions(),
        place in any::<prop::sample::Index>(),
        piece in prop::sample::select(PIECES),
    ) {
        let mut text: Vec<char> = expression.text().chars().collect();
        let place = place.index(text.len());
        text.splice(place..=place, piece.chars());
        exercise(&text.into_iter().collect::<String>());
    }
}
