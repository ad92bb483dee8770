//! A tree's value, by whatever operations the caller brings.

use crate::syntax::{Binary, Comparison, FunctionId, Node, Tree};

/// What evaluating a formula needs: a kind of value and the operations on it.
///
/// Numbers of the formula stay numbers until an operation takes them, so that a value is never made of
/// a factor or an exponent.
pub trait Operations {
    /// What the variables are, and the result.
    type Value: Clone;
    /// Why an operation could not be done.
    type Error;

    /// A number as a value, for a formula or an operation that has no other.
    fn number(&self, number: f64) -> Self::Value;

    /// `-x`
    ///
    /// # Errors
    ///
    /// Why it could not be done.
    fn negate(&self, x: &Self::Value) -> Result<Self::Value, Self::Error>;

    /// `x + y`, `x - y`, `x*y`, `x/y`, `x^y`, of which one operand at least is a value.
    ///
    /// # Errors
    ///
    /// Why it could not be done.
    fn binary(
        &self,
        operator: Binary,
        x: Operand<'_, Self::Value>,
        y: Operand<'_, Self::Value>,
    ) -> Result<Self::Value, Self::Error>;

    /// The mask `x < y` and its like, which only ever becomes an argument where the function's signature
    /// has a [`Condition`](crate::Parameter::Condition).
    ///
    /// # Errors
    ///
    /// Why it could not be done.
    fn compare(
        &self,
        comparison: Comparison,
        x: Operand<'_, Self::Value>,
        y: Operand<'_, Self::Value>,
    ) -> Result<Self::Value, Self::Error>;

    /// A function of the tree's [`Functions`](crate::Functions), with arguments as its signature says.
    /// They may all be numbers.
    ///
    /// # Errors
    ///
    /// Why it could not be done.
    fn call(
        &self,
        function: FunctionId,
        arguments: &[Operand<'_, Self::Value>],
    ) -> Result<Self::Value, Self::Error>;
}

/// An operand of an operation: a number of the formula, or a value.
#[derive(Debug)]
pub enum Operand<'a, V> {
    /// A number that stands in the formula, or is computed of such ones alone.
    Number(f64),
    /// The value of a variable or of an operation.
    Value(&'a V),
}

impl<V> Clone for Operand<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Operand<'_, V> {}

/// What an operation's operand is until it is taken.
enum Slot<'a, V> {
    Number(f64),
    Given(&'a V),
    Made(V),
}

impl<V> Slot<'_, V> {
    fn operand(&self) -> Operand<'_, V> {
        match self {
            Self::Number(number) => Operand::Number(*number),
            Self::Given(value) => Operand::Value(value),
            Self::Made(value) => Operand::Value(value),
        }
    }
}

/// Calls of more arguments than this allocate a list of them.
const INLINE_ARGUMENTS: usize = 4;

impl Tree {
    /// The tree's value by `operations` at `values`, one for each of [`Tree::variables`].
    ///
    /// # Errors
    ///
    /// The first error of an operation.
    ///
    /// # Panics
    ///
    /// If there are not as many values as variables.
    pub fn eval<O: Operations>(
        &self,
        operations: &O,
        values: &[&O::Value],
    ) -> Result<O::Value, O::Error> {
        assert_eq!(
            values.len(),
            self.variables().len(),
            "values for the variables {:?}",
            self.variables()
        );
        let mut stack: Vec<Slot<'_, O::Value>> = Vec::with_capacity(16);
        for node in self.nodes() {
            let operands = stack.len() - node.operands();
            let made = match *node {
                Node::Number(number) => Slot::Number(number),
                Node::Constant(constant) => Slot::Number(constant.value()),
                Node::Variable(index) => Slot::Given(values[index]),
                _ => operate(operations, *node, &stack[operands..])?,
            };
            stack.truncate(operands);
            stack.push(made);
        }
        Ok(match stack.pop().expect("a tree has a root") {
            Slot::Number(number) => operations.number(number),
            Slot::Given(value) => value.clone(),
            Slot::Made(value) => value,
        })
    }

    /// The tree with what is of numbers alone computed, in `f64`: arithmetic, and the functions that
    /// `call` knows. Its numbers can be negative, infinite or NaN.
    pub(crate) fn folded(&self, call: impl Fn(FunctionId, &[f64]) -> Option<f64>) -> Self {
        let mut nodes: Vec<Node> = Vec::with_capacity(self.nodes().len());
        let mut numbers = Vec::new();
        for node in self.nodes() {
            let count = node.operands();
            numbers.clear();
            numbers.extend(nodes.iter().rev().map_while(number).take(count));
            numbers.reverse();
            let folded = match (*node, &numbers[..]) {
                (Node::Constant(constant), _) => Some(constant.value()),
                (Node::Negate, [x]) => Some(-x),
                (Node::Binary(operator), [x, y]) => Some(operator.of_numbers(*x, *y)),
                (Node::Call { function, .. }, all) if all.len() == count => call(function, all),
                _ => None,
            };
            match folded {
                Some(number) => {
                    nodes.truncate(nodes.len() - count);
                    nodes.push(Node::Number(number));
                }
                None => nodes.push(*node),
            }
        }
        Self {
            nodes,
            variables: self.variables.clone(),
            functions: self.functions,
        }
    }
}

fn number(node: &Node) -> Option<f64> {
    match node {
        Node::Number(number) => Some(*number),
        _ => None,
    }
}

/// The operation of `node` on its operands.
fn operate<'a, O: Operations>(
    operations: &O,
    node: Node,
    operands: &[Slot<'_, O::Value>],
) -> Result<Slot<'a, O::Value>, O::Error> {
    let made = match (node, operands) {
        (Node::Negate, [Slot::Number(x)]) => return Ok(Slot::Number(-x)),
        (Node::Negate, [Slot::Given(x)]) => operations.negate(x),
        (Node::Negate, [Slot::Made(x)]) => operations.negate(x),
        (Node::Binary(operator), [Slot::Number(x), Slot::Number(y)]) => {
            return Ok(Slot::Number(operator.of_numbers(*x, *y)));
        }
        (Node::Binary(operator), [x, y]) => operations.binary(operator, x.operand(), y.operand()),
        (Node::Compare(comparison), [x, y]) => {
            operations.compare(comparison, x.operand(), y.operand())
        }
        (Node::Call { function, .. }, arguments) => call(operations, function, arguments),
        _ => unreachable!("a node has the operands that Node::operands says"),
    };
    Ok(Slot::Made(made?))
}

fn call<O: Operations>(
    operations: &O,
    function: FunctionId,
    arguments: &[Slot<'_, O::Value>],
) -> Result<O::Value, O::Error> {
    if arguments.len() > INLINE_ARGUMENTS {
        let arguments: Vec<_> = arguments.iter().map(Slot::operand).collect();
        return operations.call(function, &arguments);
    }
    let mut inline = [Operand::Number(0.0); INLINE_ARGUMENTS];
    for (place, argument) in inline.iter_mut().zip(arguments) {
        *place = argument.operand();
    }
    operations.call(function, &inline[..arguments.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Functions;

    /// Operations that write down what was asked of them.
    struct Recorded;

    impl Recorded {
        fn show(operand: Operand<'_, String>) -> String {
            match operand {
                Operand::Number(number) => format!("#{number}"),
                Operand::Value(value) => value.clone(),
            }
        }
    }

    impl Operations for Recorded {
        type Value = String;
        type Error = String;

        fn number(&self, number: f64) -> String {
            format!("number {number}")
        }

        fn negate(&self, x: &String) -> Result<String, String> {
            Ok(format!("neg({x})"))
        }

        fn binary(
            &self,
            operator: Binary,
            x: Operand<'_, String>,
            y: Operand<'_, String>,
        ) -> Result<String, String> {
            let symbol = operator.symbol();
            Ok(format!("({}{symbol}{})", Self::show(x), Self::show(y)))
        }

        fn compare(
            &self,
            comparison: Comparison,
            x: Operand<'_, String>,
            y: Operand<'_, String>,
        ) -> Result<String, String> {
            let symbol = comparison.symbol();
            Ok(format!("[{}{symbol}{}]", Self::show(x), Self::show(y)))
        }

        fn call(
            &self,
            function: FunctionId,
            arguments: &[Operand<'_, String>],
        ) -> Result<String, String> {
            let name = Functions::builtin().signature(function).name();
            if name == "erf" {
                return Err("no erf".to_owned());
            }
            let arguments: Vec<_> = arguments.iter().map(|x| Self::show(*x)).collect();
            Ok(format!("{name}<{}>", arguments.join(" ")))
        }
    }

    fn asked(text: &str) -> Result<String, String> {
        let tree = Tree::parse(text, Functions::builtin()).unwrap();
        let values = tree.variables().to_vec();
        let values: Vec<&String> = values.iter().collect();
        let plain = tree.eval(&Recorded, &values);
        let folded = tree.folded(|_, _| None);
        assert_eq!(plain, folded.eval(&Recorded, &values));
        plain
    }

    #[test]
    fn numbers_alone_are_computed_beforehand() {
        for (text, expected) in [
            ("x^(1/4)", "(x^#0.25)"),
            ("2*3*x", "(#6*x)"),
            ("x*2*3", "((x*#2)*#3)"),
            ("x^-2", "(x^#-2)"),
            ("-2*x", "(#-2*x)"),
            ("-x", "neg(x)"),
            ("-(x*y)", "neg((x*y))"),
            ("2^10", "number 1024"),
            ("x", "x"),
            ("sqrt(2)*x", "(sqrt<#2>*x)"),
            (
                "where(x < -1, 1, max(x, y, 3, 4, 5))",
                "where<[x<#-1] #1 max<x y #3 #4 #5>>",
            ),
            ("where(0 == 0, x, y)", "where<[#0==#0] x y>"),
        ] {
            assert_eq!(asked(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn functions_of_numbers_are_computed_beforehand() {
        let tree =
            Tree::parse("x^max(1, 4, 2) + max(1, x) + erf(2)", Functions::builtin()).unwrap();
        let largest = |_, numbers: &[f64]| {
            numbers
                .iter()
                .copied()
                .reduce(f64::max)
                .filter(|x| *x > 3.0)
        };
        let value = tree.folded(largest).eval(&Recorded, &[&"x".to_owned()]);
        assert_eq!(value.unwrap_err(), "no erf");
        let tree = Tree::parse("x^max(1, 4, 2) + max(1, x)", Functions::builtin()).unwrap();
        let value = tree.folded(largest).eval(&Recorded, &[&"x".to_owned()]);
        assert_eq!(value.unwrap(), "((x^#4)+max<#1 x>)");
    }

    #[test]
    fn an_operation_that_fails_ends_it() {
        assert_eq!(asked("1 + erf(x)").unwrap_err(), "no erf");
    }

    #[test]
    #[should_panic(expected = "values for the variables")]
    fn as_many_values_as_variables() {
        let tree = Tree::parse("x + y", Functions::builtin()).unwrap();
        let _ = tree.eval(&Recorded, &[]);
    }
}
