//! A formula: text, its tree, and what is left to compute.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::eval::Operations;
use crate::recorded::of_numbers;
use crate::syntax::{Error, Functions, Tree};

/// A formula of variables, parsed once and evaluated as often as wanted.
///
/// Clones are cheap and share everything. Prints as canonical text, which parses to the same formula:
/// the fewest parentheses, one spelling for each operator and function.
///
/// # Examples
///
/// ```
/// use dezero_expr::Formula;
///
/// let formula: Formula = "((x))**2 + ln(y)".parse()?;
/// assert_eq!(formula.variables(), ["x", "y"]);
/// assert_eq!(formula.to_string(), "x^2 + log(y)");
/// assert_eq!(formula.text(), "((x))**2 + ln(y)");
/// # Ok::<(), dezero_expr::Error>(())
/// ```
#[derive(Clone)]
pub struct Formula {
    parsed: Arc<Parsed>,
}

struct Parsed {
    text: String,
    tree: Tree,
    /// The tree with what is of numbers alone computed.
    folded: Tree,
}

impl Formula {
    /// Parses `text`; see the [crate's documentation](crate#the-language) for the language.
    ///
    /// # Errors
    ///
    /// What is wrong in the text, and where, and how to mend it where that is clear.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let tree = Tree::parse(text, Functions::builtin())?;
        let parsed = Parsed {
            text: text.to_owned(),
            folded: tree.folded(of_numbers),
            tree,
        };
        Ok(Self {
            parsed: Arc::new(parsed),
        })
    }

    /// The names of the variables, in the order of their first appearance in the text.
    pub fn variables(&self) -> &[String] {
        self.parsed.tree.variables()
    }

    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.parsed.text
    }

    /// The syntax tree.
    pub fn tree(&self) -> &Tree {
        &self.parsed.tree
    }

    /// The formula's value by `operations` at `values`, one for each of [`Formula::variables`].
    ///
    /// What is of numbers alone is computed beforehand, in `f64`, so that the exponent of `x^(1/3)` and
    /// the factor of `sqrt(2)*x` are numbers.
    ///
    /// # Errors
    ///
    /// The first error of an operation.
    ///
    /// # Panics
    ///
    /// If there are not as many values as variables.
    pub fn eval_with<O: Operations>(
        &self,
        operations: &O,
        values: &[&O::Value],
    ) -> Result<O::Value, O::Error> {
        self.parsed.folded.eval(operations, values)
    }
}

impl FromStr for Formula {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

/// Formulas are equal when their trees are.
impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.tree() == other.tree()
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree().fmt(f)
    }
}

impl fmt::Debug for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Formula").field(&self.text()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_go_between_threads() {
        fn assert_shared<T: Clone + Send + Sync + 'static>() {}
        assert_shared::<Formula>();
    }

    #[test]
    fn formulas_are_equal_by_meaning() {
        let formula = |text| Formula::parse(text).unwrap();
        assert_eq!(formula("x*(y)"), formula(" x × y"));
        assert_ne!(formula("x*y"), formula("y*x"));
    }
}
