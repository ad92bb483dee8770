//! The names that a formula may call, and with what arguments.

use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// The functions of a formula language: each one's name and parameters, not what it computes.
#[derive(Debug)]
pub struct Functions {
    signatures: Vec<Signature>,
    by_name: HashMap<&'static str, FunctionId>,
}

/// A function's place in its [`Functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(u16);

/// How a function is called; prints as `leaky_relu(x[, slope])`.
#[derive(Clone, Debug)]
pub struct Signature {
    name: &'static str,
    aliases: &'static [&'static str],
    parameters: Vec<Parameter>,
    required: usize,
    variadic: bool,
}

/// What an argument of a function must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Any expression, by the name that the signature shows for it.
    Value(&'static str),
    /// A comparison.
    Condition(&'static str),
    /// A whole number, written out.
    Whole(&'static str),
}

impl Functions {
    /// The table of `signatures`, in which a [`FunctionId`] counts from 0 in the order given.
    ///
    /// # Panics
    ///
    /// If two functions have a name in common, or there are more than 65,536.
    pub fn new(signatures: impl IntoIterator<Item = Signature>) -> Self {
        let signatures: Vec<Signature> = signatures.into_iter().collect();
        let mut by_name = HashMap::new();
        for (index, signature) in signatures.iter().enumerate() {
            let id = FunctionId(u16::try_from(index).expect("at most 65,536 functions"));
            for name in std::iter::once(&signature.name).chain(signature.aliases) {
                let before = by_name.insert(*name, id);
                assert!(before.is_none(), "two functions are named {name}");
            }
        }
        Self {
            signatures,
            by_name,
        }
    }

    /// The functions of dezero's formulas.
    ///
    /// # Examples
    ///
    /// ```
    /// use dezero_expr::Functions;
    ///
    /// let functions = Functions::builtin();
    /// let clip = functions.get("clip").unwrap();
    /// assert_eq!(functions.signature(clip).to_string(), "clip(x, low, high)");
    /// assert_eq!(functions.get("ln"), functions.get("log"));
    /// ```
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Functions> = LazyLock::new(|| Functions::new(builtin()));
        &BUILTIN
    }

    /// The function called `name`, or one of whose aliases is `name`.
    pub fn get(&self, name: &str) -> Option<FunctionId> {
        self.by_name.get(name).copied()
    }

    /// How the function is called.
    ///
    /// # Panics
    ///
    /// If `function` is from another, longer table.
    pub fn signature(&self, function: FunctionId) -> &Signature {
        &self.signatures[function.index()]
    }

    /// All functions, in the table's order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

impl FunctionId {
    /// The place in [`Functions::signatures`], counted from 0.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl Signature {
    /// A function of exactly these parameters.
    pub fn new(name: &'static str, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        let parameters: Vec<Parameter> = parameters.into_iter().collect();
        Self {
            name,
            aliases: &[],
            required: parameters.len(),
            parameters,
            variadic: false,
        }
    }

    /// A function of values only, named as the signature shows them.
    pub fn of_values(name: &'static str, parameters: &[&'static str]) -> Self {
        Self::new(name, parameters.iter().copied().map(Parameter::Value))
    }

    /// Other names for the same function; canonical text uses the first one.
    #[must_use]
    pub fn with_aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Lets calls leave out the parameters after the first `required`.
    #[must_use]
    pub fn with_required(mut self, required: usize) -> Self {
        self.required = required.min(self.parameters.len());
        self
    }

    /// Lets calls repeat the last parameter any number of times.
    #[must_use]
    pub fn variadic(mut self) -> Self {
        self.variadic = true;
        self
    }

    /// The name in canonical text.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Other names for the same function.
    pub fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// What the argument at `index` must be, or `None` where the function takes no such argument.
    pub fn parameter(&self, index: usize) -> Option<Parameter> {
        let index = if self.variadic {
            index.min(self.parameters.len().saturating_sub(1))
        } else {
            index
        };
        self.parameters.get(index).copied()
    }

    /// How many arguments a call may have.
    pub fn arity(&self) -> RangeInclusive<usize> {
        let most = if self.variadic {
            usize::MAX
        } else {
            self.parameters.len()
        };
        self.required..=most
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (index, parameter) in self.parameters.iter().enumerate() {
            let optional = index >= self.required;
            let separator = match (optional, index) {
                (false, 0) => "",
                (false, _) => ", ",
                (true, 0) => "[",
                (true, _) => "[, ",
            };
            write!(f, "{separator}{}", parameter.name())?;
            if optional {
                f.write_str("]")?;
            }
        }
        f.write_str(if self.variadic { ", ...)" } else { ")" })
    }
}

impl Parameter {
    /// The name that the signature shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value(name) | Self::Condition(name) | Self::Whole(name) => name,
        }
    }
}

/// The elementwise primitives of the engine's table, and what a formula has beside them.
fn builtin() -> Vec<Signature> {
    let mut signatures: Vec<Signature> = dezero_core::primitives()
        // The engine's power by a constant is written as `pow` too.
        .filter(|primitive| primitive.name != "powf")
        .map(signature_of)
        .collect();
    signatures.extend([
        Signature::of_values("max", &["x", "y"]).variadic(),
        Signature::of_values("min", &["x", "y"]).variadic(),
        Signature::new(
            "where",
            [
                Parameter::Condition("condition"),
                Parameter::Value("x"),
                Parameter::Value("y"),
            ],
        ),
    ]);
    signatures
}

fn signature_of(primitive: &dezero_core::Primitive) -> Signature {
    let name = primitive.name;
    let signature = match name {
        // The order of the literature, and an order that only makes sense as a whole number.
        "polygamma" => Signature::new(name, [Parameter::Whole("n"), Parameter::Value("x")]),
        "atan2" => Signature::of_values(name, &["y", "x"]),
        _ => {
            let variables = ["x", "y"];
            let parameters = variables[..primitive.arity]
                .iter()
                .chain(primitive.parameters);
            Signature::new(name, parameters.copied().map(Parameter::Value))
        }
    };
    // What has a usual value can be left out.
    let required = if name == "leaky_relu" { 1 } else { usize::MAX };
    signature
        .with_required(required)
        .with_aliases(aliases(name))
}

/// Other names that people write.
fn aliases(name: &str) -> &'static [&'static str] {
    match name {
        "abs" => &["absolute", "fabs"],
        "log" => &["ln"],
        "asin" => &["arcsin"],
        "acos" => &["arccos"],
        "atan" => &["arctan"],
        "asinh" => &["arcsinh", "arsinh"],
        "acosh" => &["arccosh", "arcosh"],
        "atanh" => &["arctanh", "artanh"],
        "ceil" => &["ceiling"],
        "pow" => &["power"],
        "atan2" => &["arctan2"],
        "clip" => &["clamp"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_show_what_may_be_left_out_and_repeated() {
        let show = |name| {
            let functions = Functions::builtin();
            functions
                .signature(functions.get(name).unwrap())
                .to_string()
        };
        assert_eq!(show("leaky_relu"), "leaky_relu(x[, slope])");
        assert_eq!(show("max"), "max(x, y, ...)");
        assert_eq!(show("where"), "where(condition, x, y)");
        assert_eq!(show("arcsin"), "asin(x)");
    }

    #[test]
    fn a_variadic_function_repeats_its_last_parameter() {
        let max = Signature::of_values("max", &["x", "y"]).variadic();
        assert_eq!(max.parameter(7), Some(Parameter::Value("y")));
        assert!(!max.arity().contains(&1) && max.arity().contains(&1000));
        assert_eq!(Signature::of_values("sin", &["x"]).parameter(1), None);
    }

    #[test]
    #[should_panic(expected = "two functions are named log")]
    fn a_name_belongs_to_one_function() {
        Functions::new([
            Signature::of_values("log", &["x"]),
            Signature::of_values("ln", &["x"]).with_aliases(&["log"]),
        ]);
    }
}
