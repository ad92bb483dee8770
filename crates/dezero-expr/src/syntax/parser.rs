//! Tokens to tree, by operator precedence with explicit stacks: one for the operators that wait for
//! their right operand, one for the parentheses that are open.

use std::collections::HashMap;

use super::diagnose;
use super::error::Error;
use super::functions::{FunctionId, Functions, Parameter};
use super::lexer::Kind;
use super::print::Binding;
use super::source::Source;
use super::tree::{Binary, Comparison, Constant, Node, Tree};

/// The longest text of a formula, in bytes: 1 MiB.
pub const MAX_LENGTH: usize = 1 << 20;

/// The most levels a formula may be nested. Each parenthesis, call, sign and exponent that is still
/// open counts as one.
pub const MAX_DEPTH: usize = 1000;

pub(crate) fn parse(text: &str, functions: &'static Functions) -> Result<Tree, Error> {
    if text.len() > MAX_LENGTH {
        return Err(diagnose::too_long(text, functions));
    }
    let parser = Parser {
        source: Source::new(text, functions),
        at: 0,
        last_operand: 0,
        nodes: Vec::new(),
        waiting: Vec::new(),
        signs_and_exponents: 0,
        groups: Vec::new(),
        variables: Vec::new(),
        variable_by_name: HashMap::new(),
    };
    parser.parse()
}

struct Parser<'a> {
    source: Source<'a>,
    /// The token to read next.
    at: usize,
    /// The token that the operand before `at` begins with.
    last_operand: usize,
    /// What is done, in postfix order.
    nodes: Vec<Node>,
    /// Operators that wait for their right operand.
    waiting: Vec<Node>,
    /// How many of those are signs and exponents.
    signs_and_exponents: usize,
    groups: Vec<Group>,
    variables: Vec<String>,
    variable_by_name: HashMap<&'a str, usize>,
}

/// An open parenthesis, or call.
#[derive(Clone, Copy)]
pub(super) struct Group {
    /// The token `(`.
    pub(super) open: usize,
    /// The function, if it is a call; its name is the token before `open`.
    pub(super) function: Option<FunctionId>,
    /// Whether a comparison is wanted as the present argument.
    pub(super) condition: bool,
    /// The arguments that are complete.
    pub(super) arguments: usize,
    /// The token that the present argument begins with.
    pub(super) argument: usize,
    /// The place in `nodes` of the present argument.
    first_node: usize,
    /// The operators that wait outside the group.
    outside: usize,
}

impl Parser<'_> {
    fn parse(mut self) -> Result<Tree, Error> {
        loop {
            self.operand()?;
            if self.operators()? {
                break;
            }
        }
        Ok(Tree {
            nodes: self.nodes,
            variables: self.variables.into(),
            functions: self.source.functions,
        })
    }

    /// Reads signs and opening parentheses up to a number, constant or variable, and that.
    fn operand(&mut self) -> Result<(), Error> {
        loop {
            let at = self.at;
            self.at += 1;
            match self.source.kind(at) {
                Kind::Number(value) if value.is_finite() => {
                    self.last_operand = at;
                    self.nodes.push(Node::Number(value));
                    return Ok(());
                }
                Kind::Number(_) => return Err(diagnose::number_too_large(&self.source, at)),
                Kind::Name => {
                    if self.name(at)? {
                        return Ok(());
                    }
                }
                Kind::Open => self.open(at, None)?,
                Kind::Operator(Binary::Add) => {}
                Kind::Operator(Binary::Sub) => self.wait(at, Node::Negate)?,
                _ => {
                    let group = self.groups.last();
                    return Err(diagnose::operand_expected(&self.source, at, group));
                }
            }
        }
    }

    /// Reads the name at `at`; false where it opened a call, whose operands follow.
    fn name(&mut self, at: usize) -> Result<bool, Error> {
        let name = self.source.word(at);
        let opens = self.source.kind(at + 1) == Kind::Open;
        self.last_operand = at;
        if let Some(constant) = Constant::from_name(name) {
            if opens {
                return Err(diagnose::constant_called(&self.source, at));
            }
            self.nodes.push(Node::Constant(constant));
        } else if let Some(function) = self.source.functions.get(name) {
            if !opens {
                return Err(diagnose::function_not_called(&self.source, at, function));
            }
            self.at += 1;
            self.open(at + 1, Some(function))?;
            return Ok(false);
        } else if opens {
            let is_variable = self.variable_by_name.contains_key(name);
            return Err(diagnose::unknown_function(&self.source, at, is_variable));
        } else {
            if let Some(error) = diagnose::run_together(&self.source, at) {
                return Err(error);
            }
            let variables = &mut self.variables;
            let index = *self.variable_by_name.entry(name).or_insert_with(|| {
                variables.push(name.to_owned());
                variables.len() - 1
            });
            self.nodes.push(Node::Variable(index));
        }
        Ok(true)
    }

    /// Reads what follows an operand up to and with the next operator or comma; true at the end.
    fn operators(&mut self) -> Result<bool, Error> {
        loop {
            let at = self.at;
            self.at += 1;
            let kind = self.source.kind(at);
            let after_comparison = matches!(self.nodes.last(), Some(Node::Compare(_)));
            if after_comparison && matches!(kind, Kind::Operator(_) | Kind::Compare(_)) {
                return Err(diagnose::comparison_as_number(&self.source, at));
            }
            match kind {
                Kind::Superscript(exponent) => self.superscript(at, exponent)?,
                Kind::Operator(operator) => {
                    let binding = Binding::of(operator);
                    if operator != Binary::Pow {
                        self.apply_waiting(binding);
                    }
                    self.wait(at, Node::Binary(operator))?;
                    return Ok(false);
                }
                Kind::Compare(comparison) => {
                    self.compare(at, comparison)?;
                    return Ok(false);
                }
                Kind::Comma => {
                    self.comma(at)?;
                    return Ok(false);
                }
                Kind::Close => self.close(at)?,
                Kind::End => {
                    if let Some(group) = self.groups.last() {
                        let open = self.groups.len();
                        return Err(diagnose::never_closed(&self.source, group, open));
                    }
                    self.apply_waiting(Binding::Comparison);
                    return Ok(true);
                }
                Kind::Number(_) | Kind::Name | Kind::Open | Kind::Unknown(_) => {
                    return Err(diagnose::operator_expected(
                        &self.source,
                        at,
                        self.last_operand,
                        self.groups.last(),
                    ));
                }
            }
        }
    }

    fn superscript(&mut self, at: usize, exponent: f64) -> Result<(), Error> {
        if !exponent.is_finite() {
            return Err(diagnose::number_too_large(&self.source, at));
        }
        let next = self.source.kind(at + 1);
        if matches!(next, Kind::Superscript(_) | Kind::Operator(Binary::Pow)) {
            return Err(diagnose::two_exponents(&self.source, self.last_operand, at));
        }
        // Written out, the exponent is open while its sign and digits are read.
        let negative = exponent.is_sign_negative();
        self.check_depth(at, 1 + usize::from(negative))?;
        self.nodes.push(Node::Number(exponent.abs()));
        if negative {
            self.nodes.push(Node::Negate);
        }
        self.nodes.push(Node::Binary(Binary::Pow));
        Ok(())
    }

    fn compare(&mut self, at: usize, comparison: Comparison) -> Result<(), Error> {
        let group = self.groups.last().copied();
        let Some(group) = group.filter(|group| group.condition) else {
            return Err(diagnose::comparison_not_wanted(&self.source, at, group));
        };
        self.apply_waiting(Binding::Sum);
        if self.waiting.len() > group.outside {
            return Err(diagnose::chained_comparison(&self.source, at));
        }
        self.wait(at, Node::Compare(comparison))
    }

    fn open(&mut self, at: usize, function: Option<FunctionId>) -> Result<(), Error> {
        self.check_depth(at, 1)?;
        let condition = if let Some(function) = function {
            self.wants_condition(function, 0)
        } else {
            // A parenthesis around the whole condition.
            let outer = self.groups.last();
            outer.is_some_and(|outer| outer.condition && outer.argument == at)
        };
        self.groups.push(Group {
            open: at,
            function,
            condition,
            arguments: 0,
            argument: at + 1,
            first_node: self.nodes.len(),
            outside: self.waiting.len(),
        });
        Ok(())
    }

    fn comma(&mut self, at: usize) -> Result<(), Error> {
        let group = self.groups.last().copied();
        let Some((group, function)) = group.and_then(|group| Some((group, group.function?))) else {
            return Err(diagnose::comma_outside_call(&self.source, at, group));
        };
        self.end_argument(at, group, function)?;
        let arguments = group.arguments + 1;
        let condition = self.wants_condition(function, arguments);
        let first_node = self.nodes.len();
        if let Some(group) = self.groups.last_mut() {
            group.arguments = arguments;
            group.condition = condition;
            group.argument = at + 1;
            group.first_node = first_node;
        }
        Ok(())
    }

    fn close(&mut self, at: usize) -> Result<(), Error> {
        let Some(group) = self.groups.last().copied() else {
            return Err(diagnose::never_opened(&self.source, at));
        };
        let Some(function) = group.function else {
            self.apply_waiting(Binding::Comparison);
            self.groups.pop();
            self.last_operand = group.open;
            return Ok(());
        };
        self.end_argument(at, group, function)?;
        let arguments = group.arguments + 1;
        if !self.signature_takes(function, arguments) {
            return Err(diagnose::wrong_arity(&self.source, &group, function, at));
        }
        self.groups.pop();
        self.last_operand = group.open - 1;
        self.nodes.push(Node::Call {
            function,
            arguments,
        });
        Ok(())
    }

    /// Completes the present argument, which ends before the token at `at`.
    fn end_argument(&mut self, at: usize, group: Group, function: FunctionId) -> Result<(), Error> {
        self.apply_waiting(Binding::Comparison);
        let argument = &self.nodes[group.first_node..];
        let signature = self.source.functions.signature(function);
        match signature.parameter(group.arguments) {
            Some(Parameter::Condition(_)) if !matches!(argument.last(), Some(Node::Compare(_))) => {
                Err(diagnose::condition_expected(&self.source, &group, at))
            }
            Some(Parameter::Whole(_)) if !is_whole(argument) => {
                Err(diagnose::whole_number_expected(&self.source, &group, at))
            }
            _ => Ok(()),
        }
    }

    fn wants_condition(&self, function: FunctionId, argument: usize) -> bool {
        let signature = self.source.functions.signature(function);
        matches!(signature.parameter(argument), Some(Parameter::Condition(_)))
    }

    fn signature_takes(&self, function: FunctionId, arguments: usize) -> bool {
        let signature = self.source.functions.signature(function);
        signature.arity().contains(&arguments)
    }

    /// Puts aside an operator, read from the token at `at`, until its right operand is done.
    fn wait(&mut self, at: usize, operator: Node) -> Result<(), Error> {
        if nests(operator) {
            self.check_depth(at, 1)?;
            self.signs_and_exponents += 1;
        }
        self.waiting.push(operator);
        Ok(())
    }

    /// Applies the operators that wait in the present group and bind at least as tightly as `asked`.
    fn apply_waiting(&mut self, asked: Binding) {
        let outside = self.groups.last().map_or(0, |group| group.outside);
        while let Some(operator) = self.waiting[outside..].last().copied() {
            if operator.binding() < asked {
                break;
            }
            self.waiting.pop();
            self.signs_and_exponents -= usize::from(nests(operator));
            self.nodes.push(operator);
        }
    }

    fn check_depth(&self, at: usize, more: usize) -> Result<(), Error> {
        if self.groups.len() + self.signs_and_exponents + more > MAX_DEPTH {
            return Err(diagnose::too_deep(&self.source, at));
        }
        Ok(())
    }
}

/// Whether a run of the operator would pile up while it waits.
fn nests(operator: Node) -> bool {
    matches!(operator, Node::Negate | Node::Binary(Binary::Pow))
}

/// Whether the nodes are one whole number that every integer type of 32 bits holds.
fn is_whole(nodes: &[Node]) -> bool {
    match nodes {
        [Node::Number(number)] => number.fract() == 0.0 && *number <= f64::from(i32::MAX),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The nodes as words in postfix order.
    fn postfix(text: &str) -> String {
        let tree = parse(text, Functions::builtin()).unwrap();
        let word = |node: &Node| match *node {
            Node::Number(number) => number.to_string(),
            Node::Constant(constant) => constant.name().to_owned(),
            Node::Variable(index) => tree.variables()[index].clone(),
            Node::Negate => "neg".to_owned(),
            Node::Binary(operator) => operator.symbol().to_owned(),
            Node::Compare(comparison) => comparison.symbol().to_owned(),
            Node::Call {
                function,
                arguments,
            } => format!(
                "{}/{arguments}",
                tree.functions().signature(function).name()
            ),
        };
        tree.nodes().iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn precedence() {
        for (text, expected) in [
            ("-x^2", "x 2 ^ neg"),
            ("2^3^2", "2 3 2 ^ ^"),
            ("2*10^-6", "2 10 6 neg ^ *"),
            ("2^-x^2*y", "2 x 2 ^ neg ^ y *"),
            ("-x*y", "x neg y *"),
            ("a - -b", "a b neg -"),
            ("a-b-c", "a b - c -"),
            ("a/b*c", "a b / c *"),
            ("a+b*c^d", "a b c d ^ * +"),
            ("x * -y * z", "x y neg * z *"),
            ("+-+x", "x neg"),
            ("2^+3", "2 3 ^"),
            ("2^x²", "2 x 2 ^ ^"),
            ("-x⁻²", "x 2 neg ^ neg"),
            ("x**2", "x 2 ^"),
            ("e^x", "e x ^"),
        ] {
            assert_eq!(postfix(text), expected, "{text}");
        }
    }

    #[test]
    fn calls() {
        for (text, expected) in [
            ("sin(x)^2", "x sin/1 2 ^"),
            ("max(a, b+1, -c)", "a b 1 + c neg max/3"),
            ("where(a + 1 < b, c, d)", "a 1 + b < c d where/3"),
            ("where(((a >= b)), c, d)", "a b >= c d where/3"),
            (
                "where(a != (b), c, where(a == 0, 1, 2))",
                "a b != c a 0 == 1 2 where/3 where/3",
            ),
            ("polygamma(2, x)", "2 x polygamma/2"),
            (
                "leaky_relu(x) + leaky_relu(x, .2)",
                "x leaky_relu/1 x 0.2 leaky_relu/2 +",
            ),
        ] {
            assert_eq!(postfix(text), expected, "{text}");
        }
    }

    #[test]
    fn variables_are_in_the_order_of_appearance() {
        let tree = parse("y*x + θ₀^y - 높이*_z", Functions::builtin()).unwrap();
        assert_eq!(tree.variables(), ["y", "x", "θ₀", "높이", "_z"]);
    }

    #[test]
    fn depth_is_counted_where_it_nests() {
        let parses = |text: &str| parse(text, Functions::builtin()).is_ok();
        for (open, close) in [("(", ")"), ("-", ""), ("2^", ""), ("sin(", ")")] {
            let nested = |n: usize| format!("{}x{}", open.repeat(n), close.repeat(n));
            assert!(parses(&nested(MAX_DEPTH)), "{open}");
            assert!(!parses(&nested(MAX_DEPTH + 1)), "{open}");
        }
        // A raised exponent counts as the sign and the exponent that it is written out as.
        let raised = |n: usize, x: &str| format!("{}{x}{}", "(".repeat(n), ")".repeat(n));
        assert!(parses(&raised(MAX_DEPTH - 1, "x²")) && !parses(&raised(MAX_DEPTH, "x²")));
        assert!(parses(&raised(MAX_DEPTH - 2, "x⁻²")) && !parses(&raised(MAX_DEPTH - 1, "x⁻²")));
        assert!(parses(&format!("{}x", "+".repeat(5000))));
        assert!(parses(&vec!["(-x)^2"; 5000].join("*")));
    }
}
