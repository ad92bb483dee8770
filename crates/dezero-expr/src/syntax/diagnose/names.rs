//! Functions: unknown ones, ones without parentheses, ones with the wrong number of arguments.

use std::ops::RangeInclusive;

use super::super::error::Error;
use super::super::functions::{FunctionId, Functions, Signature};
use super::super::lexer::Kind;
use super::super::parser::Group;
use super::super::source::Source;
use super::super::tree::{Binary, Constant};
use super::structure::around_decimal_comma;

/// Functions of other languages and how to write them here, `{}` standing for the argument.
const WRITTEN_OTHERWISE: &[(&str, &str)] = &[
    ("tg", "tan({})"),
    ("cot", "1/tan({})"),
    ("ctg", "1/tan({})"),
    ("sec", "1/cos({})"),
    ("csc", "1/sin({})"),
    ("coth", "1/tanh({})"),
    ("sech", "1/cosh({})"),
    ("csch", "1/sinh({})"),
    ("arctg", "atan({})"),
    ("sine", "sin({})"),
    ("cosine", "cos({})"),
    ("tangent", "tan({})"),
    ("sgn", "sign({})"),
    ("signum", "sign({})"),
    ("lg", "log10({})"),
    ("lb", "log2({})"),
    ("ld", "log2({})"),
    ("root", "sqrt({})"),
    ("logistic", "sigmoid({})"),
    ("erfc", "1 - erf({})"),
    ("gamma", "exp(lgamma({}))"),
    ("factorial", "exp(lgamma({} + 1))"),
    ("gammaln", "lgamma({})"),
    ("loggamma", "lgamma({})"),
    ("psi", "digamma({})"),
    ("trunc", "sign({})*floor(abs({}))"),
    ("frac", "{} - floor({})"),
    ("step", "where({} > 0, 1, 0)"),
    ("heaviside", "where({} > 0, 1, 0)"),
    ("rad", "{}*pi/180"),
    ("radians", "{}*pi/180"),
    ("deg", "{}*180/pi"),
    ("degrees", "{}*180/pi"),
];

/// Names that are likely an argument when they follow a function's name, as in `sinx`.
const LIKELY_ARGUMENTS: &[&str] = &[
    "x", "y", "z", "theta", "phi", "omega", "pi", "θ", "φ", "ω", "π",
];

/// A function's name at `at` that is not followed by `(`.
pub(crate) fn function_not_called(source: &Source<'_>, at: usize, id: FunctionId) -> Error {
    let name = source.word(at);
    let signature = source.functions.signature(id);
    if !signature.arity().contains(&1) {
        return source
            .error(
                at,
                at,
                format!("`{name}` is a function, and no arguments follow"),
            )
            .with_help(format!("write it as {}", arguments(signature, name)));
    }
    if let Some(error) = power_of_function(source, at).or_else(|| call_in_brackets(source, at)) {
        return error;
    }
    let signs = (at + 1..).take_while(|next| source.kind(*next) == Kind::Operator(Binary::Sub));
    let first = at + 1 + signs.take(1).count();
    let argument = source
        .operand_end(first)
        .and_then(|last| Some((last, source.short(at + 1, last)?)));
    match argument {
        Some((last, argument)) => {
            let mended = format!("{name}({argument})");
            source
                .error(
                    at,
                    last,
                    format!("the argument of `{name}` is not in parentheses"),
                )
                .with_help(format!("write `{mended}`"))
                .with_edit(source.span(at, last), mended)
        }
        None => source
            .error(
                at,
                at,
                format!("`{name}` is a function, and no argument follows"),
            )
            .with_help(format!(
                "write its argument in parentheses, as in `{name}(x)`"
            )),
    }
}

/// `sin^2(x)` or `sin²(x)`, as on paper.
fn power_of_function(source: &Source<'_>, at: usize) -> Option<Error> {
    let exponent = match source.kind(at + 1) {
        Kind::Superscript(_) => at + 1,
        Kind::Operator(Binary::Pow) => source.operand_end(at + 2)?,
        _ => return None,
    };
    let error = source.error(
        at,
        exponent,
        "a power of a function is written after its argument",
    );
    let argument = exponent + 1;
    let mended = source.operand_end(argument).and_then(|last| {
        let name = source.word(at);
        let power = source.short(at + 1, exponent)?;
        let argument = match source.kind(argument) {
            Kind::Open => source.short(argument, last)?.to_owned(),
            _ => format!("({})", source.short(argument, last)?),
        };
        Some((last, format!("{name}{argument}{power}")))
    });
    Some(match mended {
        Some((last, mended)) => error
            .with_help(format!("write `{mended}`"))
            .with_edit(source.span(at, last), mended),
        None => error.with_help(format!("write it as in `{}(x)^2`", source.word(at))),
    })
}

/// `sin[x]`
fn call_in_brackets(source: &Source<'_>, at: usize) -> Option<Error> {
    let close = match source.kind(at + 1) {
        Kind::Unknown('[') => ']',
        Kind::Unknown('{') => '}',
        _ => return None,
    };
    let name = source.word(at);
    let message = format!("the argument of `{name}` is not in parentheses");
    let error = source.error(at + 1, at + 1, message);
    let error = error.with_help(format!("write it as in `{name}(x)`"));
    let is_close = |index: &usize| source.kind(*index) == Kind::Unknown(close);
    Some(match (at + 2..source.tokens.len()).find(is_close) {
        Some(close) => error
            .with_edit(source.span(at + 1, at + 1), "(")
            .with_edit(source.span(close, close), ")"),
        None => error,
    })
}

/// The variable at `at` is named as if the parentheses of a call were forgotten: `sinx`.
pub(crate) fn run_together(source: &Source<'_>, at: usize) -> Option<Error> {
    let name = source.short(at, at)?;
    let (function, argument) = split_call(source.functions, name)?;
    let mended = format!("{function}({argument})");
    let error = source
        .error(
            at,
            at,
            format!("`{name}` looks like a call of `{function}`"),
        )
        .with_help(format!(
            "write `{mended}`, or give the variable another name"
        ));
    Some(error.with_edit(source.span(at, at), mended))
}

/// `sin2x` as `sin` and `2*x`: the longest function of one argument that leaves a likely argument.
fn split_call<'n>(functions: &Functions, name: &'n str) -> Option<(&'n str, String)> {
    let ends = name.char_indices().map(|(at, _)| at).rev();
    ends.filter(|end| *end > 0).find_map(|end| {
        let (function, rest) = name.split_at(end);
        let signature = functions.signature(functions.get(function)?);
        if !signature.arity().contains(&1) {
            return None;
        }
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (factor, variable) = rest.split_at(digits);
        let is_index = |c: char| c == '_' || c.is_ascii_digit() || ('₀'..='₉').contains(&c);
        if !LIKELY_ARGUMENTS.contains(&variable.trim_end_matches(is_index)) {
            return None;
        }
        let times = if digits > 0 { "*" } else { "" };
        Some((function, format!("{factor}{times}{variable}")))
    })
}

/// A constant's name at `at`, followed by `(`.
pub(crate) fn constant_called(source: &Source<'_>, at: usize) -> Error {
    let name = source.word(at);
    let message = format!("`{name}` is a number, not a function");
    let help = match (Constant::from_name(name), times(source, at)) {
        (Some(Constant::E), Some(_)) => {
            let argument = source
                .operand_end(at + 1)
                .and_then(|last| source.short(at + 1, last));
            let argument = argument.unwrap_or("(x)");
            format!("write `e^{argument}` or `exp{argument}`, or `e*{argument}` to multiply")
        }
        (_, Some(product)) => format!("write `{product}`"),
        (_, None) => format!("write `{name}*` before the `(` to multiply"),
    };
    let end = source.token(at).end;
    let error = source.error(at, at, message).with_help(help);
    if name == "e" {
        error
    } else {
        error.with_edit(end..end, "*")
    }
}

/// A name at `at` that no function has, followed by `(`.
pub(crate) fn unknown_function(source: &Source<'_>, at: usize, is_variable: bool) -> Error {
    let name = source.word(at);
    let quoted = source.quoted(at, at);
    let span = source.span(at, at);
    let error = |message: &str| source.error(at, at, format!("{quoted} {message}"));
    if let Some(error) = definition(source, at) {
        return error;
    }
    let close = source.matching_close(at + 1);
    let argument = close
        .filter(|close| at + 2 < *close)
        .and_then(|close| source.short(at + 2, close - 1));
    let unknown = "is not a function";
    let lower = name.to_lowercase();
    if let Some(known) = source.functions.get(&lower) {
        let known = source.functions.signature(known).name();
        return did_you_mean(error(unknown), span, &[known]);
    }
    if lower == "if" {
        return error("is written `where`")
            .with_edit(span, "where")
            .with_help("write `where(x > 0, 1, 2)` for 1 if x > 0, else 2");
    }
    if let Some((_, template)) = WRITTEN_OTHERWISE.iter().find(|(other, _)| *other == lower) {
        let renamed = template.strip_suffix("({})").and_then(|known| {
            let id = source.functions.get(known)?;
            Some(source.functions.signature(id).name())
        });
        return match renamed {
            Some(known) => did_you_mean(error(unknown), span, &[known]),
            None => written_otherwise(source, at, template, argument, close),
        };
    }
    let short = name.chars().nth(2).is_none();
    if !is_variable && !short {
        let near = nearest(source.functions, &lower);
        if !near.is_empty() {
            return did_you_mean(error(unknown), span, &near);
        }
    }
    let end = span.end;
    let help = match times(source, at) {
        Some(product) => format!("to multiply, write `{product}`"),
        None => "to multiply, write `*` before the `(`".to_owned(),
    };
    let multiplied = error(unknown).with_edit(end..end, "*");
    if is_variable || short {
        multiplied.with_help(help)
    } else {
        multiplied.with_help(format!("{help}; functions are such as `sin`, `exp`, `max`"))
    }
}

/// `f(x) = x^2`: the formula is what follows the sign.
fn definition(source: &Source<'_>, at: usize) -> Option<Error> {
    let equals = source.matching_close(at + 1)? + 1;
    let last = source.tokens.len() - 2;
    let defines = source.kind(equals) == Kind::Unknown('=') && equals < last && at == 0;
    defines.then(|| {
        let error = source.error(at, equals, "a formula is not given a name");
        let error = match source.short(equals + 1, last) {
            Some(body) => error.with_help(format!("write only what is computed: `{body}`")),
            None => error.with_help("write only what follows the `=`"),
        };
        error.with_edit(source.span(at, equals), "")
    })
}

fn did_you_mean(error: Error, span: std::ops::Range<usize>, names: &[&'static str]) -> Error {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let error = error.with_help(format!("did you mean {}?", quoted.join(" or ")));
    match names {
        [name] => error.with_edit(span, *name),
        _ => error,
    }
}

fn written_otherwise(
    source: &Source<'_>,
    at: usize,
    template: &str,
    argument: Option<&str>,
    close: Option<usize>,
) -> Error {
    let error = source.error(at, at, format!("`{}` is not a function", source.word(at)));
    let (Some(argument), Some(close)) = (argument, close) else {
        return error.with_help(format!("write `{}`", template.replace("{}", "x")));
    };
    // Within parentheses of the template the argument stands as it is.
    let operand = match source.operand_end(at + 2) {
        Some(last) if last + 1 == close => argument.to_owned(),
        _ => format!("({argument})"),
    };
    let mended = template
        .replace("({})", &format!("({argument})"))
        .replace("{}", &operand);
    let edit = format!("({mended})");
    error
        .with_help(format!("write `{mended}`"))
        .with_edit(source.span(at, close), edit)
}

/// `name*(...)` for the call at `at`, where it is short.
fn times(source: &Source<'_>, at: usize) -> Option<String> {
    let close = source.matching_close(at + 1)?;
    source.short(at, close)?;
    let arguments = source.short(at + 1, close)?;
    (at + 2 < close).then(|| format!("{}*{arguments}", source.word(at)))
}

/// The names at the least edit distance from `name`, where that is small for its length.
fn nearest(functions: &Functions, name: &str) -> Vec<&'static str> {
    let length = name.chars().count();
    if length > 24 {
        return Vec::new();
    }
    let allowed = if length <= 4 { 1 } else { 2 };
    let names = functions.signatures().iter().flat_map(|signature| {
        std::iter::once(signature.name()).chain(signature.aliases().iter().copied())
    });
    let distances: Vec<_> = names.map(|known| (edits(name, known), known)).collect();
    let least = distances.iter().map(|(distance, _)| *distance).min();
    let near = distances
        .iter()
        .filter(|(distance, _)| Some(*distance) == least && *distance <= allowed);
    near.map(|(_, known)| *known).take(3).collect()
}

/// How many letters to insert, delete, replace or swap with the next to make `b` of `a`.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        rows[i][0] = i;
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

/// The call `name()`.
pub(super) fn no_arguments(source: &Source<'_>, group: &Group, close: usize) -> Error {
    let name = group.open - 1;
    let message = format!("{} is called without arguments", source.quoted(name, name));
    let error = source.error(name, close, message);
    match group.function {
        Some(function) => {
            let signature = source.functions.signature(function);
            let arguments = arguments(signature, source.word(name));
            error.with_help(format!("write it as {arguments}"))
        }
        None => error,
    }
}

/// A call that ends at `close` with as many arguments as its function does not take.
pub(crate) fn wrong_arity(
    source: &Source<'_>,
    group: &Group,
    function: FunctionId,
    close: usize,
) -> Error {
    let name = group.open - 1;
    let word = source.word(name);
    let signature = source.functions.signature(function);
    let given = group.arguments + 1;
    let message = format!(
        "`{word}` takes {}, not {given}",
        counted(&signature.arity())
    );
    let error = source.error(name, close, message);
    if given == signature.arity().end().saturating_add(1) {
        let mut commas = group.open + 1..close;
        if let Some(comma) = commas.find(|at| around_decimal_comma(source, *at).is_some()) {
            let number = source.word(comma - 1).to_owned() + "." + source.word(comma + 1);
            return error
                .with_help(format!("for a decimal, write `{number}`"))
                .with_edit(source.span(comma, comma), ".");
        }
        if signature.name() == "log" {
            return error.with_help("for the logarithm of x to base b, write `log(x)/log(b)`");
        }
    }
    error.with_help(format!("write it as {}", arguments(signature, word)))
}

/// The signature by the name that was used, as in `leaky_relu(x[, slope])`.
fn arguments(signature: &Signature, name: &str) -> String {
    let shown = signature.to_string();
    format!("`{name}{}`", &shown[signature.name().len()..])
}

fn counted(arity: &RangeInclusive<usize>) -> String {
    let (least, most) = (*arity.start(), *arity.end());
    let plural = |count| if count == 1 { "" } else { "s" };
    if least == most {
        format!("{least} argument{}", plural(least))
    } else if most == usize::MAX {
        format!("{least} or more arguments")
    } else {
        format!("{least} to {most} arguments")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_count_a_swap_as_one() {
        assert_eq!(edits("sin", "sin"), 0);
        assert_eq!(edits("sni", "sin"), 1);
        assert_eq!(edits("tnah", "tanh"), 1);
        assert_eq!(edits("sqr", "sqrt"), 1);
        assert_eq!(edits("", "abs"), 3);
    }

    #[test]
    fn a_call_run_together_is_told_from_a_variable() {
        let split = |name| split_call(Functions::builtin(), name);
        assert_eq!(split("sinx"), Some(("sin", "x".to_owned())));
        assert_eq!(split("sin2x"), Some(("sin", "2*x".to_owned())));
        assert_eq!(split("log10x_1"), Some(("log10", "x_1".to_owned())));
        assert_eq!(split("cosθ₀"), Some(("cos", "θ₀".to_owned())));
        for variable in [
            "cost", "signal", "sin_x", "maxx", "x", "tan", "expected", "log_y",
        ] {
            assert_eq!(split(variable), None, "{variable}");
        }
    }

    #[test]
    fn every_rewriting_of_a_foreign_function_parses() {
        for (name, template) in WRITTEN_OTHERWISE {
            assert!(Functions::builtin().get(name).is_none(), "{name}");
            let text = template.replace("{}", "x");
            assert!(super::super::super::Tree::parse(&text, Functions::builtin()).is_ok());
        }
    }
}
