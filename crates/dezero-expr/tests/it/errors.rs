//! The gallery of wrong formulas: each error as it is shown, one file a subject, and its fix tried.

use dezero_expr::{Error, Formula};

fn error(text: &str) -> Error {
    match Formula::parse(text) {
        Ok(formula) => panic!("{text:?} parses, as {formula}"),
        Err(error) => error,
    }
}

/// All the errors as they are shown, each under its formula's debug form, with what is suggested.
fn gallery(texts: &[&str]) -> String {
    let mut shown = String::new();
    for text in texts {
        let error = error(text);
        check_help(&error);
        let head = cut(&format!("{text:?}"));
        shown.extend([head.as_str(), "\n", &error.to_string(), "\n"]);
        if let Some(suggestion) = error.suggestion() {
            let parsed = Formula::parse(&suggestion);
            assert!(
                parsed.is_ok(),
                "{suggestion:?}, suggested for {text:?}:\n{parsed:?}"
            );
            shown.extend(["  suggestion: ", &cut(&suggestion), "\n"]);
        }
        shown += "\n";
    }
    shown
}

/// Both ends of a text that is too long for the gallery.
fn cut(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    match &characters[..] {
        [head @ .., _, _, _, _] if head.len() > 76 => {
            let (head, tail) = (&characters[..30], &characters[characters.len() - 30..]);
            head.iter().chain(&[' ', '…', ' ']).chain(tail).collect()
        }
        _ => text.to_owned(),
    }
}

fn assert_gallery(name: &str, texts: &[&str]) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, gallery(texts));
    });
}

/// Whatever stands between backticks in a help is a formula, a function, or a sign to remove or write.
fn check_help(error: &Error) {
    let help = error.help().unwrap_or_default();
    assert_eq!(help.matches('`').count() % 2, 0, "{help}");
    for quoted in help.split('`').skip(1).step_by(2) {
        let is_function = Formula::parse(&format!("{quoted}(x, x)")).err();
        let is_function = is_function.is_none_or(|error| error.message().contains(" takes "))
            || ["where", "polygamma"].contains(&quoted);
        let is_sign = quoted.chars().all(|c| !c.is_alphanumeric());
        let is_removed = help == format!("remove `{quoted}`");
        let is_signature = help.starts_with("write it as ");
        assert!(
            is_function || is_sign || is_removed || is_signature || Formula::parse(quoted).is_ok(),
            "{quoted:?} of {help:?} for {:?}",
            error.formula()
        );
    }
}

#[test]
fn forgotten_signs_of_multiplication() {
    assert_gallery(
        "forgotten_signs_of_multiplication",
        &[
            "2x + 1",
            "x y",
            "(x+1)(x-1)",
            "2(x + 1)",
            "x 2",
            "3 sin(x)",
            "sin(x)cos(x)",
            "x²y",
            "2x^2 + 3x + 1",
            "2 3",
            "2pi*x",
            "(a + b + c + d + e + f + g)(a*b*c*d*e*f*g*h*i*j*k)",
        ],
    );
}

#[test]
fn functions_without_parentheses() {
    assert_gallery(
        "functions_without_parentheses",
        &[
            "sin x",
            "3*sin x + 1",
            "sinx",
            "cos2x",
            "exp -x",
            "log",
            "sin + 1",
            "sin^2(x)",
            "sin²x",
            "sqrt x²",
            "max",
            "where x > 0, 1, 2",
        ],
    );
}

#[test]
fn functions_that_do_not_exist() {
    assert_gallery(
        "functions_that_do_not_exist",
        &[
            "sine(x)",
            "tnah(x)",
            "Sin(x)",
            "SQRT(x)",
            "sqr(x)",
            "f(x)",
            "x*(1) + x(2)",
            "velocity(t)",
            "pi(x)",
            "e(x + 1)",
            "cot(x + 1)*2",
            "erfc(x)",
            "np.sin(x)",
            "math.pi*x",
            "if(x > 0, 1, 2)",
            "sinx(3)",
            "arcsine(x)",
            "높이(3)",
            "gamma(x)",
            "sigmoidal(x)",
        ],
    );
}

#[test]
fn wrong_numbers_of_arguments() {
    assert_gallery(
        "wrong_numbers_of_arguments",
        &[
            "sin()",
            "sin(x, y)",
            "atan2(x)",
            "max(x)",
            "leaky_relu(x, 1, 2)",
            "clip(x, 1)",
            "log(x, 2)",
            "exp(0,5)",
            "where(x < 1, 2)",
            "max(x,)",
            "max(,x)",
            "max(x,,y)",
            "polygamma(x, 1)",
            "polygamma(-1, x)",
        ],
    );
}

#[test]
fn parentheses() {
    assert_gallery(
        "parentheses",
        &[
            "(x + 1",
            "((x + 1)*2",
            "sin(x",
            "x + 1)",
            ")",
            "()",
            "x*()",
            "(",
            "[x + 1]*2",
            "{x}",
            "(x + 1]",
            "x[0]",
            "sin[x]",
            "max(1, (x + 2)",
        ],
    );
}

#[test]
fn operators() {
    assert_gallery(
        "operators",
        &[
            "",
            "   ",
            "x +",
            "x*(y -)",
            "* x",
            "x + * y",
            "x */ y",
            "x^",
            "7 // 2",
            "x² ³",
            "x²^3",
            "²",
            "max(x + , y)",
        ],
    );
}

#[test]
fn comparisons_and_equations() {
    assert_gallery(
        "comparisons_and_equations",
        &[
            "x < y",
            "(x < 1)*x",
            "max(x < y, 1)",
            "where(0 < x < 1, 1, 2)",
            "where(x, 1, 2)",
            "where((x < 1) + 1, 1, 2)",
            "where(x = 0, 1, 2)",
            "where(x => 0, 1, 2)",
            "where(x <> 0, 1, 2)",
            "where(x > 0 and x < 1, 1, 2)",
            "where(x > 0 && x < 1, 1, 2)",
            "x > 0 ? 1 : 2",
            "x = 3",
            "y = x^2",
            "f(x) = x^2",
            "x^2 = 4",
            "= x + 1",
            "x =",
            "1 if x > 0 else 2",
            "if x > 0 then 1",
            "not x",
        ],
    );
}

#[test]
fn numbers() {
    assert_gallery(
        "numbers",
        &[
            "3,5",
            "1,000",
            "(x, y)",
            "x, y",
            "1.2.3",
            "1 000 000",
            "1_000",
            "0x1F",
            "2e + 1",
            "1e+",
            "1e999",
            "5%",
            "7 % 3",
            ".",
            "x mod 3",
        ],
    );
}

#[test]
fn signs_of_other_languages() {
    assert_gallery(
        "signs_of_other_languages",
        &[
            "|x| + 1",
            "||x| - 1|",
            "2|x|",
            "x!",
            "(n + 1)!",
            "lambda x: x^2",
            "def f(x): x^2",
            "return x",
            "x'",
            "\"x^2\"",
            "$x^2$",
            "`x`",
            "√x + 1",
            "√(x + 1)",
            "\\sin(x)",
            "\\frac{1}{x}",
            "a @ b",
            "x; y",
            "max(x; y)",
            "30°",
            "∞",
            "eˣ",
            "½x",
            "x # comment",
            "!x",
        ],
    );
}

#[test]
fn characters_that_deceive() {
    assert_gallery(
        "characters_that_deceive",
        &[
            "x – 1",
            "ｘ＋１",
            "높이 너비",
            "높이*(너비 + 3",
            "x\u{200b}+1",
            "x\u{7}+1",
            "\u{feff}x",
            "x\t+\n@",
            "x\u{202e}",
            "🙂 + 1",
        ],
    );
}

#[test]
fn long_formulas_are_cut_around_the_place() {
    let sum = "x + ".repeat(60);
    assert_gallery(
        "long_formulas_are_cut_around_the_place",
        &[
            &format!("{sum}2y + {sum}x"),
            &format!("{sum}x +"),
            &format!("({sum}x"),
            &format!("sine({sum}x)"),
            &format!("max({})", "x, ".repeat(100)),
            &format!("{}(3)", "very_long_name_".repeat(10)),
        ],
    );
}

#[test]
fn limits() {
    assert_gallery(
        "limits",
        &[
            &"(".repeat(100_000),
            &format!("{}x", "-".repeat(100_000)),
            &"2^".repeat(100_000),
        ],
    );
    let long = format!("{}x", "x+".repeat(1 << 19));
    let error = error(&long);
    assert_eq!(error.span(), 1 << 20..1 << 20);
    assert!(
        error
            .message()
            .starts_with("the formula is 1048577 bytes long")
    );
}
