//! Several formulas on the command line, with semicolons between them.

use dezero::expr::Formula;

use crate::report::Failure;

/// The formulas between the semicolons in the argument of `flag`; `example` shows how they are written.
pub(crate) fn parse(flag: &str, example: &str, text: &str) -> Result<Vec<Formula>, Failure> {
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    if parts.len() > 1 && parts.iter().any(|part| part.is_empty()) {
        return Err(Failure::usage(format!(
            "{flag}: no formula stands on one side of a semicolon; they are written as in \
             {flag} \"{example}\""
        )));
    }
    parse_each(parts)
}

/// The formulas, which are called by their numbers if there are several.
pub(crate) fn parse_each<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Formula>, Failure> {
    let texts: Vec<&str> = texts.into_iter().collect();
    if let [text] = texts[..] {
        return Ok(vec![Formula::parse(text)?]);
    }
    let formulas = texts.iter().enumerate().map(|(i, text)| {
        Formula::parse(text).map_err(|error| Failure::failed(format!("formula {}: {error}", i + 1)))
    });
    formulas.collect()
}
