//! How an operation is written in a formula.

/// A symbol with the numbers of its parameters: in the places that it has for them, or behind it.
pub(super) fn with_parameters(symbol: &str, parameters: &[f64]) -> String {
    if parameters.is_empty() {
        return symbol.to_owned();
    }
    if let ([exponent], Some(base)) = (parameters, symbol.strip_suffix("^{}")) {
        return base.to_owned() + &superscript(*exponent);
    }
    let numbers: Vec<String> = parameters.iter().map(f64::to_string).collect();
    format!("{symbol}( , {})", numbers.join(", "))
}

/// A number above the line if it is whole and small; Unicode has no raised point.
fn superscript(exponent: f64) -> String {
    if exponent.fract() != 0.0 || exponent.abs() >= 1000.0 {
        return format!("^{exponent}");
    }
    let raised = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
    };
    exponent.to_string().chars().map(raised).collect()
}

/// The name of a class as that of a function: `SumTo` is `sum_to`.
pub(super) fn name(class: &str) -> String {
    let mut name = String::new();
    for c in class.chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::{name, with_parameters};

    #[test]
    fn parameters_have_their_place() {
        assert_eq!(with_parameters("tanh", &[]), "tanh");
        assert_eq!(with_parameters("( )^{}", &[-10.0]), "( )⁻¹⁰");
        assert_eq!(with_parameters("( )^{}", &[45678.0]), "( )^45678");
        assert_eq!(with_parameters("( )^{}", &[0.5]), "( )^0.5");
        assert_eq!(with_parameters("clip", &[0.0, 5.5]), "clip( , 0, 5.5)");
        assert_eq!(name("GetItemGrad"), "get_item_grad");
    }
}
