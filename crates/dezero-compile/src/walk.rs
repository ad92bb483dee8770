//! Programs to be looked at: value by value, as text, and as a graph.

use std::fmt;
use std::panic::Location;

use dezero_core::trace::{self, Step, Trace};
use dezero_core::{Array, DType, Graph, Op};

use crate::check::{short, summary};
use crate::error::Result;
use crate::execute::Plain;
use crate::ir::{Line, Source, Value};
use crate::program::Program;

/// A value in a [`Program`]: see [`Program::values`].
#[derive(Clone, Copy, Debug)]
pub struct ProgramValue<'a> {
    /// What it is computed from.
    pub source: ValueSource<'a>,
    /// The length along each axis. A call of a user's function with several results has none of its own:
    /// those of its results count.
    pub shape: &'a [usize],
    /// The type of the elements.
    pub dtype: DType,
    /// The name, if one was given.
    pub name: Option<&'a str>,
    /// The user's source line that made it; `None` in a derivative of a program that was loaded.
    pub line: Option<SourceLine<'a>>,
    /// The backward pass in which it was recorded; 0 is the user's own code.
    pub pass: usize,
}

/// A line of source code. Its text is like `src/main.rs:12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLine<'a> {
    /// The path of the file, as it was compiled.
    pub file: &'a str,
    /// The number of the line, from 1 on.
    pub line: u32,
    /// The number of the column, from 1 on.
    pub column: u32,
}

impl fmt::Display for SourceLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl<'a> From<&'a Line> for SourceLine<'a> {
    fn from(line: &'a Line) -> Self {
        match line {
            Line::Here(line) => Self {
                file: line.file(),
                line: line.line(),
                column: line.column(),
            },
            Line::Saved { file, line, column } => Self {
                file,
                line: *line,
                column: *column,
            },
        }
    }
}

/// Where a value in a [`Program`] comes from.
#[derive(Clone, Copy, Debug)]
pub enum ValueSource<'a> {
    /// The input of this number.
    Input(usize),
    /// A constant.
    Constant(&'a Array),
    /// An operation on earlier values, as positions in [`Program::values`].
    Call(&'a Op, &'a [usize]),
}

/// # Looking at a program
impl Program {
    /// The values, in an order in which they can be computed: each uses earlier ones. The inputs come first.
    ///
    /// ```
    /// use dezero_compile::{Program, ValueSource};
    /// use dezero_core::Variable;
    ///
    /// let program = Program::record(|x: &Variable| x.sin() * x, &Variable::new(1.0))?;
    /// let labels: Vec<&str> = program.values().filter_map(|value| match value.source {
    ///     ValueSource::Call(op, _) => Some(op.label()),
    ///     _ => None,
    /// }).collect();
    /// assert_eq!(labels, ["Sin", "Mul"]);
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    pub fn values(&self) -> impl ExactSizeIterator<Item = ProgramValue<'_>> {
        self.ir().values.iter().map(|value| ProgramValue {
            source: match &value.source {
                Source::Input(number) => ValueSource::Input(*number),
                Source::Constant(value) => ValueSource::Constant(value),
                Source::Call(op, args) => ValueSource::Call(op, args),
            },
            shape: &value.shape,
            dtype: value.dtype,
            name: value.name.as_deref(),
            line: value.line.as_ref().map(SourceLine::from),
            pass: value.pass,
        })
    }

    /// The outputs, as positions in [`values`](Self::values).
    pub fn output_values(&self) -> &[usize] {
        &self.ir().outputs
    }

    /// The program as a graph, with the values that it has at the inputs it was recorded with: what drawings
    /// are made of.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::{Variable, graph};
    ///
    /// let f = |x: &Variable| (x.sin() * x).named("y");
    /// let x = Variable::new(1.0).named("x");
    /// let program = Program::record(f, &x)?;
    /// assert!(program.graph()?.edges().eq(graph(&f(&x)).edges()));
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a user's function reports one.
    #[track_caller]
    pub fn graph(&self) -> Result<Graph> {
        let nowhere = Location::caller();
        let ir = self.ir();
        let values = Plain::values(ir, &ir.examples)?;
        let steps = ir.values.iter().zip(values).map(|(value, ys)| Step {
            source: match &value.source {
                Source::Input(number) => trace::Source::Input(*number),
                Source::Constant(_) => trace::Source::Constant,
                Source::Call(op, args) => trace::Source::Call(op.clone(), args.to_vec()),
            },
            value: ys.into_iter().next().unwrap_or_else(|| Array::from(false)),
            name: value.name.as_deref().map(str::to_owned),
            line: value.line.as_ref().and_then(Line::here).unwrap_or(nowhere),
            pass: value.pass,
        });
        Ok(Graph::of(&Trace {
            steps: steps.collect(),
            outputs: ir.outputs.clone(),
        }))
    }
}

/// One value a line, each with the source line that recorded it. Numbers stand where they are used; of
/// larger constants, the first elements are shown.
///
/// ```
/// use dezero_compile::Program;
/// use dezero_core::Variable;
///
/// let x = Variable::new([1.0, 2.0]).named("x");
/// let program = Program::record(|x: &Variable| (2.0 * x.sin()).sum(..), &x)?;
/// let text = program.to_string();
/// let lines: Vec<&str> = text.lines().map(|line| line.split("  #").next().unwrap().trim_end()).collect();
/// assert_eq!(lines, [
///     "Program: 1 input, 1 output, 3 operations",
///     "v0: f64[2] = input x",
///     "v1: f64[2] = sin v0",
///     "v2: f64[2] = mul 2.0 v1",
///     "v3: f64[] = sum v2, axes: [0]",
///     "output v3",
/// ]);
/// # Ok::<(), dezero_compile::Error>(())
/// ```
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        write!(
            f,
            "{}: {}, {}, {}",
            self.name(),
            count(self.inputs().len(), "input"),
            count(self.outputs().len(), "output"),
            count(self.len(), "operation")
        )?;
        let lines = self.lines();
        // Source lines stand in a column, unless the text is much longer than most.
        let width = lines.iter().map(|(text, _)| text.chars().count());
        let width = width.filter(|&width| width <= 60).max().unwrap_or(0);
        for (text, line) in &lines {
            match line {
                Some(line) => write!(f, "\n{text:width$}  # {line}")?,
                None => write!(f, "\n{text}")?,
            }
        }
        Ok(())
    }
}

impl Program {
    /// The lines of the text, each with where it was recorded.
    fn lines(&self) -> Vec<(String, Option<String>)> {
        let ir = self.ir();
        let mut lines = Vec::new();
        // What stands for a value: its number among those with a line, or itself.
        let mut names: Vec<String> = Vec::with_capacity(ir.values.len());
        let mut number = 0;
        for (at, value) in ir.values.iter().enumerate() {
            if let Source::Constant(constant) = &value.source
                && constant.ndim() == 0
                && value.name.is_none()
                && !ir.outputs.contains(&at)
            {
                names.push(scalar(constant));
                continue;
            }
            let name = format!("v{number}");
            number += 1;
            let slot = slot(value);
            let (text, line) = match &value.source {
                Source::Input(number) => {
                    let given = value.name.as_deref();
                    let input = given.map_or_else(|| number.to_string(), shown);
                    (format!("{name}: {slot} = input {input}"), None)
                }
                Source::Constant(constant) => (
                    format!("{name}: {slot} = constant {}", elements(constant)),
                    None,
                ),
                Source::Call(op, args) => {
                    let args: Vec<&str> = args.iter().map(|&x| names[x].as_str()).collect();
                    let text = format!("{name}: {slot} = {}", call(op, &args));
                    let pass = match value.pass {
                        0 => String::new(),
                        pass => format!(", pass {pass}"),
                    };
                    let place = value
                        .line
                        .as_ref()
                        .map(|line| format!("{}{pass}", SourceLine::from(line)));
                    (text, place)
                }
            };
            let text = match (&value.source, &value.name) {
                (Source::Input(_), _) | (_, None) => text,
                (_, Some(given)) => text.replacen(':', &format!(" ({}):", shown(given)), 1),
            };
            lines.push((text, line));
            names.push(name);
        }
        for &y in &ir.outputs {
            lines.push((format!("output {}", names[y]), None));
        }
        lines
    }
}

/// A name as a part of a line, from whoever it comes.
fn shown(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn slot(value: &Value) -> String {
    if let Source::Call(Op::Custom(custom), _) = &value.source
        && let Some(outputs) = custom.outputs()
    {
        return format!("{outputs} results");
    }
    format!("{}{:?}", short(value.dtype), value.shape)
}

/// A number as text, with its dtype unless that is f64.
fn scalar(constant: &Array) -> String {
    match constant.dtype() {
        DType::F64 | DType::Bool => summary(constant),
        dtype => format!("{}_{}", summary(constant), short(dtype)),
    }
}

/// The first elements of a constant.
fn elements(constant: &Array) -> String {
    let text = summary(constant);
    match text.split_once("] ") {
        Some((_, elements)) => elements.to_owned(),
        None => text,
    }
}

/// An operation with what it is applied to and its parameters.
fn call(op: &Op, args: &[&str]) -> String {
    let mut text = name(op);
    for arg in args {
        text += " ";
        text += arg;
    }
    let parameters = match op {
        Op::Unary(op) => {
            for parameter in op.parameters() {
                text = format!("{text} {parameter:?}");
            }
            return text;
        }
        Op::Cast(_) | Op::Binary(_) | Op::Compare(_) | Op::Custom(_) | Op::Where => return text,
        Op::Output(number) => format!("number: {number}"),
        op => parameters(&format!("{op:?}")),
    };
    if !parameters.is_empty() {
        text += ", ";
        text += &parameters;
    }
    text
}

/// The name of an operation as that of a function: `SumTo` is `sum_to`.
fn name(op: &Op) -> String {
    if let Op::Custom(custom) = op {
        return custom.name().to_owned();
    }
    let mut name = String::new();
    let mut before_is_small = false;
    for c in op.label().chars() {
        if c.is_uppercase() && before_is_small {
            name.push('_');
        }
        before_is_small = c.is_lowercase();
        name.extend(c.to_lowercase());
    }
    name
}

/// The fields of a payload from its `Debug` text, without the names of the types around them.
fn parameters(debug: &str) -> String {
    let mut rest = debug;
    let is_name = |text: &str| text.chars().all(char::is_alphanumeric);
    loop {
        if is_name(rest) && !rest.starts_with(|c: char| c.is_ascii_digit()) {
            return String::new();
        }
        if let Some((name, fields)) = rest.split_once(" { ")
            && is_name(name)
        {
            let fields = fields.strip_suffix(" }").unwrap_or(fields);
            let fields = fields.replace(", keepdims: false", "");
            return ranges(&fields);
        }
        match rest.split_once('(') {
            Some((name, inner)) if is_name(name) => {
                rest = inner.strip_suffix(')').unwrap_or(inner);
            }
            _ => return rest.to_owned(),
        }
    }
}

/// Text with its ranges as Rust and NumPy programmers write them.
fn ranges(text: &str) -> String {
    let mut parts = text.split("Range { start: ");
    let mut written = parts.next().unwrap_or_default().to_owned();
    let bound = |text: &str| -> String {
        let number = text.strip_prefix("Some(").and_then(|x| x.strip_suffix(')'));
        number.unwrap_or_default().to_owned()
    };
    for part in parts {
        let fields = part
            .split_once(", stop: ")
            .and_then(|(start, rest)| Some((start, rest.split_once(", step: ")?)))
            .and_then(|(start, (stop, rest))| Some((start, stop, rest.split_once(" }")?)));
        let Some((start, stop, (step, rest))) = fields else {
            written += part;
            continue;
        };
        written = format!("{written}{}..{}", bound(start), bound(stop));
        if step != "1" {
            written = format!("{written} by {step}");
        }
        written += rest;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn parameters_are_shown_without_their_types() {
        assert_eq!(parameters("MatMul(MatMul)"), "");
        assert_eq!(parameters("Tril(Tril(-1))"), "-1");
        assert_eq!(
            parameters("Sum(Sum(Over { axes: [0, 1], keepdims: false }))"),
            "axes: [0, 1]"
        );
        assert_eq!(
            parameters(
                "GetItem(GetItem { slices: [Range { start: Some(1), stop: None, step: 1 }, Index(0), \
                 Range { start: None, stop: Some(-1), step: -2 }] })"
            ),
            "slices: [1.., Index(0), ..-1 by -2]"
        );
    }
}
