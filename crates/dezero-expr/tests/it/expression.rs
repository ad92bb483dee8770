//! Random expressions, and what a formula should make of them by a second way.

use dezero_expr::{Binary, Comparison, Constant, Functions, Node};
use proptest::prelude::*;

use crate::reals::of_numbers;

#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Number(f64),
    Constant(Constant),
    Variable(&'static str),
    Negate(Box<Expression>),
    Binary(Binary, Box<(Expression, Expression)>),
    Call(&'static str, Vec<Expression>),
    Where(Comparison, Box<[Expression; 4]>),
}

pub(crate) type Closure = Box<dyn Fn(&dyn Fn(&str) -> f64) -> f64>;

use Expression as E;

impl Expression {
    /// Text with parentheses around everything.
    pub(crate) fn text(&self) -> String {
        match self {
            E::Number(number) => format!("{number:?}"),
            E::Constant(constant) => constant.name().to_owned(),
            E::Variable(name) => (*name).to_owned(),
            E::Negate(x) => format!("(-{})", x.text()),
            E::Binary(operator, operands) => {
                let (x, y) = &**operands;
                format!("({}{}{})", x.text(), operator.symbol(), y.text())
            }
            E::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(E::text).collect();
                format!("{name}({})", arguments.join(","))
            }
            E::Where(comparison, parts) => {
                let [a, b, c, d] = &**parts;
                let sign = comparison.symbol();
                format!(
                    "where({}{sign}{},{},{})",
                    a.text(),
                    b.text(),
                    c.text(),
                    d.text()
                )
            }
        }
    }

    /// The postfix nodes, with variables numbered in the order of appearance.
    pub(crate) fn nodes(&self, variables: &mut Vec<&'static str>, nodes: &mut Vec<Node>) {
        let node = match self {
            E::Number(number) => Node::Number(*number),
            E::Constant(constant) => Node::Constant(*constant),
            E::Variable(name) => {
                let known = variables.iter().position(|other| other == name);
                Node::Variable(known.unwrap_or_else(|| {
                    variables.push(name);
                    variables.len() - 1
                }))
            }
            E::Negate(x) => {
                x.nodes(variables, nodes);
                Node::Negate
            }
            E::Binary(operator, operands) => {
                operands.0.nodes(variables, nodes);
                operands.1.nodes(variables, nodes);
                Node::Binary(*operator)
            }
            E::Call(name, arguments) => {
                for argument in arguments {
                    argument.nodes(variables, nodes);
                }
                call(name, arguments.len())
            }
            E::Where(comparison, parts) => {
                let [a, b, c, d] = &**parts;
                a.nodes(variables, nodes);
                b.nodes(variables, nodes);
                nodes.push(Node::Compare(*comparison));
                c.nodes(variables, nodes);
                d.nodes(variables, nodes);
                call("where", 3)
            }
        };
        nodes.push(node);
    }

    /// The value as a function of the values of names.
    pub(crate) fn closure(&self) -> Closure {
        match self {
            E::Number(number) => constant(*number),
            E::Constant(named) => constant(named.value()),
            E::Variable(name) => {
                let name = *name;
                Box::new(move |value| value(name))
            }
            E::Negate(x) => {
                let x = x.closure();
                Box::new(move |value| -x(value))
            }
            E::Binary(operator, operands) => {
                let (x, y) = (operands.0.closure(), operands.1.closure());
                match operator {
                    Binary::Add => Box::new(move |value| x(value) + y(value)),
                    Binary::Sub => Box::new(move |value| x(value) - y(value)),
                    Binary::Mul => Box::new(move |value| x(value) * y(value)),
                    Binary::Div => Box::new(move |value| x(value) / y(value)),
                    Binary::Pow => Box::new(move |value| x(value).powf(y(value))),
                }
            }
            E::Call(name, arguments) => {
                let name = *name;
                let arguments: Vec<Closure> = arguments.iter().map(E::closure).collect();
                Box::new(move |value| {
                    let arguments: Vec<f64> = arguments.iter().map(|x| x(value)).collect();
                    of_numbers(name, &arguments).unwrap()
                })
            }
            E::Where(comparison, parts) => {
                let [a, b, c, d] = &**parts;
                let (a, b) = (a.closure(), b.closure());
                let (c, d) = (c.closure(), d.closure());
                let comparison = *comparison;
                Box::new(move |value| {
                    let (a, b) = (a(value), b(value));
                    let holds = match comparison {
                        Comparison::Less => a < b,
                        Comparison::LessEqual => a <= b,
                        Comparison::Greater => a > b,
                        Comparison::GreaterEqual => a >= b,
                        Comparison::Equal => a == b,
                        Comparison::NotEqual => a != b,
                    };
                    if holds { c(value) } else { d(value) }
                })
            }
        }
    }
}

fn constant(number: f64) -> Closure {
    Box::new(move |_| number)
}

fn call(name: &str, arguments: usize) -> Node {
    let function = Functions::builtin().get(name).unwrap();
    Node::Call {
        function,
        arguments,
    }
}

/// Any expression, some 30 operations at most.
pub(crate) fn expressions() -> impl Strategy<Value = Expression> {
    let number = prop_oneof![
        (0_u32..100).prop_map(f64::from),
        0.0..10.0,
        any::<f64>().prop_map(|x| if x.is_finite() { x.abs() } else { 1.0 }),
    ];
    let constant = prop::sample::select(vec![Constant::Pi, Constant::E, Constant::Tau]);
    let leaf = prop_oneof![
        number.prop_map(E::Number),
        constant.prop_map(E::Constant),
        prop::sample::select(vec!["x", "y", "x0", "θ₁", "높이", "_"]).prop_map(E::Variable),
    ];
    leaf.prop_recursive(8, 30, 4, |inner| {
        let operator = prop::sample::select(vec![
            Binary::Add,
            Binary::Sub,
            Binary::Mul,
            Binary::Div,
            Binary::Pow,
        ]);
        let comparison = prop::sample::select(vec![
            Comparison::Less,
            Comparison::LessEqual,
            Comparison::Greater,
            Comparison::GreaterEqual,
            Comparison::Equal,
            Comparison::NotEqual,
        ]);
        let unary = prop::sample::select(vec!["sin", "exp", "log", "tanh", "abs", "sqrt", "erf"]);
        let binary = prop::sample::select(vec!["atan2", "hypot", "pow", "maximum", "leaky_relu"]);
        let two = (inner.clone(), inner.clone());
        let four = [inner.clone(), inner.clone(), inner.clone(), inner.clone()];
        prop_oneof![
            2 => inner.clone().prop_map(|x| E::Negate(Box::new(x))),
            6 => (operator, two.clone()).prop_map(|(op, xy)| E::Binary(op, Box::new(xy))),
            1 => (unary, inner.clone()).prop_map(|(name, x)| E::Call(name, vec![x])),
            1 => (binary, two).prop_map(|(name, (x, y))| E::Call(name, vec![x, y])),
            1 => prop::collection::vec(inner, 2..6).prop_map(|xs| E::Call("max", xs)),
            1 => (comparison, four).prop_map(|(c, parts)| E::Where(c, Box::new(parts))),
        ]
    })
}
