//! The syntax tree, flat: nodes in postfix order, so that nothing recurses over it.

use std::sync::Arc;

use super::error::Error;
use super::functions::{FunctionId, Functions};
use super::{parser, print};

/// A formula's syntax tree: its nodes in postfix order, operands before their operator.
///
/// `x0 - 2*y` is `x0 2 y * -`. Walking the nodes from first to last with a stack of values evaluates
/// the formula; see [`Tree::eval`]. Trees are equal when they mean the same formula, whatever the
/// spacing and parentheses of the texts.
///
/// # Examples
///
/// ```
/// use dezero_expr::{Functions, Tree};
///
/// let tree = Tree::parse("((x) + 1) * sin((x))²", Functions::builtin())?;
/// assert_eq!(tree.to_string(), "(x + 1)*sin(x)^2");
/// assert_eq!(tree, Tree::parse(&tree.to_string(), Functions::builtin())?);
/// # Ok::<(), dezero_expr::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) variables: Arc<[String]>,
    pub(crate) functions: &'static Functions,
}

/// One node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    /// A number, finite and without a sign as it was written.
    Number(f64),
    /// A named constant.
    Constant(Constant),
    /// A variable, by its place in [`Tree::variables`].
    Variable(usize),
    /// The negative of one operand.
    Negate,
    /// An operator of two operands.
    Binary(Binary),
    /// A condition of two operands, only ever the first argument of a function that wants one.
    Compare(Comparison),
    /// A function of the given number of operands.
    Call {
        /// Which function.
        function: FunctionId,
        /// How many operands it takes here.
        arguments: usize,
    },
}

/// An arithmetic operator of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `x + y`
    Add,
    /// `x - y`
    Sub,
    /// `x*y`
    Mul,
    /// `x/y`
    Div,
    /// `x^y`
    Pow,
}

/// A comparison of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `x < y`
    Less,
    /// `x <= y`
    LessEqual,
    /// `x > y`
    Greater,
    /// `x >= y`
    GreaterEqual,
    /// `x == y`
    Equal,
    /// `x != y`
    NotEqual,
}

/// A number with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// `pi`, half a turn in radians.
    Pi,
    /// `e`, the base of the natural logarithm.
    E,
    /// `tau`, a full turn in radians.
    Tau,
}

impl Tree {
    /// Parses `text`, in which names followed by `(` are those of `functions`.
    ///
    /// # Errors
    ///
    /// What is wrong in the text, and where.
    pub fn parse(text: &str, functions: &'static Functions) -> Result<Self, Error> {
        parser::parse(text, functions)
    }

    /// The nodes in postfix order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The names of the variables, in the order of their first appearance in the text.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The functions that the tree's calls refer to.
    pub fn functions(&self) -> &'static Functions {
        self.functions
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.nodes == other.nodes
            && self.variables == other.variables
            && std::ptr::eq(self.functions, other.functions)
    }
}

impl std::fmt::Display for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        print::print(self, f)
    }
}

impl Node {
    /// How many operands the node takes from those before it.
    pub fn operands(self) -> usize {
        match self {
            Self::Number(_) | Self::Constant(_) | Self::Variable(_) => 0,
            Self::Negate => 1,
            Self::Binary(_) | Self::Compare(_) => 2,
            Self::Call { arguments, .. } => arguments,
        }
    }
}

impl Binary {
    /// The operator as canonical text writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Pow => "^",
        }
    }

    /// The operator of two plain numbers, rounded as IEEE 754 says.
    pub fn of_numbers(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Add => x + y,
            Self::Sub => x - y,
            Self::Mul => x * y,
            Self::Div => x / y,
            Self::Pow => x.powf(y),
        }
    }
}

impl Comparison {
    /// The comparison as canonical text writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// The comparison of two plain numbers.
    pub fn of_numbers(self, x: f64, y: f64) -> bool {
        match self {
            Self::Less => x < y,
            Self::LessEqual => x <= y,
            Self::Greater => x > y,
            Self::GreaterEqual => x >= y,
            Self::Equal => x == y,
            Self::NotEqual => x != y,
        }
    }
}

impl Constant {
    /// The constant that `name` is, if it is one.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "pi" | "π" => Some(Self::Pi),
            "e" => Some(Self::E),
            "tau" | "τ" => Some(Self::Tau),
            _ => None,
        }
    }

    /// The name in canonical text.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pi => "pi",
            Self::E => "e",
            Self::Tau => "tau",
        }
    }

    /// The nearest `f64`.
    pub fn value(self) -> f64 {
        match self {
            Self::Pi => std::f64::consts::PI,
            Self::E => std::f64::consts::E,
            Self::Tau => std::f64::consts::TAU,
        }
    }
}
