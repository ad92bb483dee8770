//! From what was written down to a program.
//!
//! Nothing of it is believed. Positions are looked up, shapes and dtypes are worked out anew by
//! [`Op::form`], which also says whether the parameters of an operation are in order, and memory is counted
//! before any is taken.

use std::sync::Arc;

use dezero_core::{Array, DType, Form, Op, Tuple};

use super::envelope::{Opened, VERSION};
use super::file::{self, File, Operation};
use super::{MOST_AXES, MOST_ELEMENTS, array, unread};
use crate::error::Result;
use crate::ir::{Ir, Line, Source, Value, ValueId};
use crate::program::Program;

/// How much memory values may still take.
pub(super) struct Budget {
    left: usize,
    most: usize,
}

impl Budget {
    fn new(most: usize) -> Self {
        Self { left: most, most }
    }

    /// How many elements an array may have, of whatever dtype.
    fn elements(&self) -> usize {
        self.left / 8
    }

    /// Takes the memory of an array.
    pub(super) fn spend(&mut self, shape: &[usize], dtype: DType) -> Result<()> {
        if shape.len() > MOST_AXES {
            let axes = shape.len();
            return Err(unread(format!(
                "an array of {axes} axes; there are at most {MOST_AXES}"
            )));
        }
        // Axes of length 0 do not excuse the others, so that no later product can overflow.
        let bytes = shape
            .iter()
            .try_fold(dtype.size_of(), |bytes, &n| bytes.checked_mul(n.max(1)));
        let left = bytes.and_then(|bytes| self.left.checked_sub(bytes));
        self.left = left.ok_or_else(|| self.too_much(shape))?;
        Ok(())
    }

    fn too_much(&self, shape: &[usize]) -> crate::Error {
        unread(format!(
            "with an array of shape {}, the values of the program take more than the {} bytes that they may; \
             `from_bytes_within` sets another limit",
            Tuple(shape),
            self.most
        ))
    }
}

pub(super) fn program(opened: &Opened<'_>, most: usize) -> Result<Program> {
    let (file, rest) = postcard::take_from_bytes::<File<'_>>(opened.payload)
        .map_err(|error| unread(format!("the bytes hold no program: {error}")))?;
    if !rest.is_empty() {
        return Err(unread(format!(
            "{} bytes are left behind the program",
            rest.len()
        )));
    }
    let loader = Loader {
        operations: file
            .operations
            .iter()
            .map(|operation| self::operation(operation, &opened.version))
            .collect::<Result<_>>()?,
        sources: file.sources.iter().map(|&source| source.into()).collect(),
        budget: Budget::new(most),
        forms: Vec::with_capacity(file.values.len()),
        examples: Vec::new(),
    };
    let ir = loader.ir(&file)?;
    Ok(Program::new(file.name, ir))
}

/// An operation with parameters that may not fit.
fn operation(operation: &Operation<'_>, version: &str) -> Result<Op> {
    let Operation { name, parameters } = operation;
    let shown = name.escape_debug();
    let mut deserializer = postcard::Deserializer::from_bytes(&parameters.0);
    let Some(op) = Op::deserialize_parameters(name, &mut deserializer) else {
        return Err(unread(format!(
            "the program was saved by dezero {version}, which knows the operation `{shown}`; this is dezero \
             {VERSION}, which does not: load it with that version"
        )));
    };
    let bad = |why: String| unread(format!("the parameters of `{shown}` are none: {why}"));
    let op = op.map_err(|error| bad(error.to_string()))?;
    match deserializer.finalize() {
        Ok([]) => Ok(op),
        Ok(rest) => Err(bad(format!("{} bytes are left", rest.len()))),
        Err(error) => Err(bad(error.to_string())),
    }
}

struct Loader {
    operations: Vec<Op>,
    sources: Vec<Arc<str>>,
    budget: Budget,
    /// Those of the values so far.
    forms: Vec<Form>,
    examples: Vec<Array>,
}

impl Loader {
    fn ir(mut self, file: &File<'_>) -> Result<Ir> {
        let mut values = Vec::with_capacity(file.values.len());
        for (at, value) in file.values.iter().enumerate() {
            values.push(self.value(at, value)?);
        }
        let outputs = file.outputs.iter().map(|&y| {
            let output = Some(y as usize).filter(|&y| y < values.len());
            output.ok_or_else(|| unread(format!("output {y} of {} values", values.len())))
        });
        Ok(Ir {
            outputs: outputs.collect::<Result<_>>()?,
            values,
            examples: self.examples,
        })
    }

    fn value(&mut self, at: ValueId, value: &file::Value<'_>) -> Result<Value> {
        let source = match &value.source {
            file::Source::Input(example) => {
                let number = self.examples.len();
                if number != at {
                    return Err(unread(format!(
                        "value {at} is an input, and not among the first"
                    )));
                }
                let example = array::loaded(example, &mut self.budget)?;
                self.forms.push(Form::from(&example));
                self.examples.push(example);
                Source::Input(number)
            }
            file::Source::Constant(constant) => {
                let constant = array::loaded(constant, &mut self.budget)?;
                self.forms.push(Form::from(&constant));
                Source::Constant(constant)
            }
            file::Source::Call { operation, args } => self.call(at, *operation, args)?,
        };
        let form = &self.forms[at];
        Ok(Value {
            source,
            shape: form.shape.as_slice().into(),
            dtype: form.dtype,
            name: value.name.map(Into::into),
            line: value.line.map(|place| self.line(place)).transpose()?,
            pass: value.pass.into(),
        })
    }

    fn call(&mut self, at: ValueId, operation: u32, args: &[u32]) -> Result<Source> {
        let op = self.operations.get(operation as usize).cloned();
        let op = op.ok_or_else(|| {
            unread(format!(
                "value {at} is of operation {operation}, which is none"
            ))
        })?;
        let args: Box<[ValueId]> = args.iter().map(|&x| x as usize).collect();
        let xs = args.iter().map(|&x| {
            let form = self.forms.get(x);
            form.ok_or_else(|| {
                unread(format!(
                    "value {at} is computed from value {x}, which is not before it"
                ))
            })
        });
        let xs = xs.collect::<Result<Vec<_>>>()?;
        let form = match op.form(&xs, self.budget.elements()) {
            Ok(form) => form,
            Err(error) => {
                // What fits but for its size.
                return Err(match op.form(&xs, MOST_ELEMENTS) {
                    Ok(form) => self.budget.too_much(&form.shape),
                    Err(_) => unread(format!("value {at}: {error}")),
                });
            }
        };
        self.budget.spend(&form.shape, form.dtype)?;
        self.forms.push(form);
        Ok(Source::Call(op, args))
    }

    fn line(&self, place: file::Place) -> Result<Line> {
        let file = self.sources.get(place.source as usize).cloned();
        let file = file
            .ok_or_else(|| unread(format!("a line of source {}, which is none", place.source)))?;
        Ok(Line::Saved {
            file,
            line: place.line,
            column: place.column,
        })
    }
}
