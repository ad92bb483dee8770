//! A tree as canonical text: the fewest parentheses, spaces around what binds least.

use std::fmt;

use super::tree::{Binary, Comparison, Node, Tree};

/// How tightly text holds together: an operand needs parentheses where it holds less than its place
/// asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Binding {
    Comparison,
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

impl Binding {
    pub(crate) fn of(operator: Binary) -> Self {
        match operator {
            Binary::Add | Binary::Sub => Self::Sum,
            Binary::Mul | Binary::Div => Self::Product,
            Binary::Pow => Self::Power,
        }
    }
}

impl Node {
    pub(crate) fn binding(self) -> Binding {
        match self {
            Self::Number(_) | Self::Constant(_) | Self::Variable(_) | Self::Call { .. } => {
                Binding::Atom
            }
            Self::Negate => Binding::Sign,
            Self::Binary(operator) => Binding::of(operator),
            Self::Compare(_) => Binding::Comparison,
        }
    }
}

/// What is left to write, the next at the end.
enum Piece {
    Text(&'static str),
    Comparison(Comparison),
    /// The subtree whose last node this is, where at least this much binding is asked for.
    Tree(usize, Binding),
}

pub(super) fn print(tree: &Tree, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let starts = starts(tree.nodes());
    let mut pieces = vec![Piece::Tree(tree.nodes().len() - 1, Binding::Comparison)];
    while let Some(piece) = pieces.pop() {
        match piece {
            Piece::Text(text) => f.write_str(text)?,
            Piece::Comparison(comparison) => write!(f, " {} ", comparison.symbol())?,
            Piece::Tree(root, asked) => {
                let parentheses = tree.nodes()[root].binding() < asked;
                if parentheses {
                    f.write_str("(")?;
                    pieces.push(Piece::Text(")"));
                }
                write_node(tree, root, &starts, &mut pieces, f)?;
            }
        }
    }
    Ok(())
}

/// Writes what comes first of the subtree at `root` and leaves the rest on `pieces`.
fn write_node(
    tree: &Tree,
    root: usize,
    starts: &[usize],
    pieces: &mut Vec<Piece>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let last = root.wrapping_sub(1);
    let before = |operand: usize| starts[operand].wrapping_sub(1);
    match tree.nodes()[root] {
        Node::Number(number) => write_number(number, f)?,
        Node::Constant(constant) => f.write_str(constant.name())?,
        Node::Variable(index) => f.write_str(&tree.variables()[index])?,
        Node::Negate => {
            f.write_str("-")?;
            pieces.push(Piece::Tree(last, Binding::Sign));
        }
        Node::Binary(operator) => {
            let (left, text, right) = match operator {
                Binary::Add => (Binding::Sum, " + ", Binding::Product),
                Binary::Sub => (Binding::Sum, " - ", Binding::Product),
                Binary::Mul => (Binding::Product, "*", Binding::Sign),
                Binary::Div => (Binding::Product, "/", Binding::Sign),
                Binary::Pow => (Binding::Atom, "^", Binding::Sign),
            };
            pieces.push(Piece::Tree(last, right));
            pieces.push(Piece::Text(text));
            pieces.push(Piece::Tree(before(last), left));
        }
        Node::Compare(comparison) => {
            pieces.push(Piece::Tree(last, Binding::Sum));
            pieces.push(Piece::Comparison(comparison));
            pieces.push(Piece::Tree(before(last), Binding::Sum));
        }
        Node::Call {
            function,
            arguments,
        } => {
            write!(f, "{}(", tree.functions().signature(function).name())?;
            pieces.push(Piece::Text(")"));
            let mut argument = last;
            for index in (0..arguments).rev() {
                pieces.push(Piece::Tree(argument, Binding::Comparison));
                if index > 0 {
                    pieces.push(Piece::Text(", "));
                    argument = before(argument);
                }
            }
        }
    }
    Ok(())
}

/// The shortest digits that read as the same number, with an exponent where that saves zeros.
fn write_number(number: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if number == 0.0 || (1e-5..1e16).contains(&number) {
        write!(f, "{number}")
    } else {
        write!(f, "{number:e}")
    }
}

/// For every node, the first node of the subtree that it ends.
fn starts(nodes: &[Node]) -> Vec<usize> {
    let mut starts = Vec::with_capacity(nodes.len());
    let mut roots: Vec<usize> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let first_operand = roots.len() - node.operands();
        let start = roots.get(first_operand).map_or(index, |root| starts[*root]);
        roots.truncate(first_operand);
        roots.push(index);
        starts.push(start);
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::super::{Functions, Tree};

    fn canonical(text: &str) -> String {
        Tree::parse(text, Functions::builtin()).unwrap().to_string()
    }

    #[test]
    fn parentheses_stay_only_where_they_mean_something() {
        for (text, expected) in [
            ("((x))", "x"),
            ("(x*y)+(z)", "x*y + z"),
            ("x-(y-z)", "x - (y - z)"),
            ("(x-y)-z", "x - y - z"),
            ("x/(y*z)", "x/(y*z)"),
            ("(-x)^2", "(-x)^2"),
            ("-(x^2)", "-x^2"),
            ("(x^y)^z", "(x^y)^z"),
            ("x^(y^z)", "x^y^z"),
            ("x^(-y)", "x^-y"),
            ("x^(-(y^z))", "x^-y^z"),
            ("-(x*y)", "-(x*y)"),
            ("(-x)*y", "-x*y"),
            ("x*(-y)", "x*-y"),
            ("x - -y", "x - -y"),
            ("where((x<y),(x),1)", "where(x < y, x, 1)"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_written_short_and_exact() {
        for (text, expected) in [
            ("1.50", "1.5"),
            ("100000", "100000"),
            ("1e300", "1e300"),
            ("0.0000001", "1e-7"),
            ("0.1", "0.1"),
            ("1e15", "1000000000000000"),
            ("123456789012345678", "1.2345678901234568e17"),
            ("0e5", "0"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
    }

    #[test]
    fn one_meaning_has_one_spelling() {
        assert_eq!(canonical("ln(π)×x**2 ÷ τ"), "log(pi)*x^2/tau");
        assert_eq!(
            canonical("where(x⁻² ≤ 0, +1, +x)"),
            "where(x^-2 <= 0, 1, x)"
        );
    }
}
