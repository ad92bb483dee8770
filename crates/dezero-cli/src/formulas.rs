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

/// What stands between the equals signs of a text, those that do not belong to a comparison.
pub(crate) fn sides(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let stands_alone = |&(at, _): &(usize, &str)| {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let after = bytes.get(at + 1);
        !matches!(before, Some(b'=' | b'<' | b'>' | b'!')) && after != Some(&b'=')
    };
    let (mut sides, mut begin) = (Vec::new(), 0);
    for (at, _) in text.match_indices('=').filter(stands_alone) {
        sides.push(&text[begin..at]);
        begin = at + 1;
    }
    sides.push(&text[begin..]);
    sides
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_do_not_separate() {
        assert_eq!(sides("y = a*x"), ["y ", " a*x"]);
        assert_eq!(sides("where(x <= 1, x, 2)"), ["where(x <= 1, x, 2)"]);
        assert_eq!(sides("a == b = c"), ["a == b ", " c"]);
        assert_eq!(sides("y=where(x >= a, 1, 2)"), ["y", "where(x >= a, 1, 2)"]);
        for text in ["x != 1", "x<=1", "a*x"] {
            assert_eq!(sides(text), [text]);
        }
        assert_eq!(sides("="), ["", ""]);
    }
}
