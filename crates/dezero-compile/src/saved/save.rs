//! From a program to what is written down of it.

use std::collections::HashMap;

use dezero_core::{Array, Form, Op};

use super::file::{Bytes, File, Operation, Place, Source, Value};
use super::{MOST_AXES, MOST_ELEMENTS, array, unsaved};
use crate::error::Result;
use crate::ir::{self, Ir, ValueId};
use crate::program::Program;
use crate::walk::SourceLine;

pub(super) fn payload(program: &Program) -> Result<Vec<u8>> {
    let ir = program.ir();
    let code = ir.values.iter().find_map(|value| match &value.source {
        ir::Source::Call(Op::Custom(custom), _) => Some((custom.name(), value)),
        _ => None,
    });
    if let Some((name, value)) = code {
        return Err(code_inside(program, name, value));
    }
    if program.recipe().is_some() {
        return Err(unsaved(format!(
            "{} is a derivative of a function of yours, which is code and cannot be saved",
            program.name()
        )));
    }
    check(ir)?;
    let mut tables = Tables::default();
    let values = ir
        .values
        .iter()
        .map(|value| tables.value(value, &ir.examples));
    let values = values.collect::<Result<Vec<_>>>()?;
    let file = File {
        name: program.name(),
        sources: tables.sources,
        operations: tables.operations,
        values,
        outputs: ir
            .outputs
            .iter()
            .map(|&y| number(y))
            .collect::<Result<_>>()?,
    };
    postcard::to_allocvec(&file).map_err(|error| unsaved(error.to_string()))
}

fn code_inside(program: &Program, name: &str, value: &ir::Value) -> crate::Error {
    let line = value
        .line
        .as_ref()
        .map(|line| format!(" at {}", SourceLine::from(line)));
    unsaved(format!(
        "{} calls function `{name}`{}, and functions are code, which cannot be saved; write it with operations of \
         `Variable`, or save what is before and after it as programs of their own (if it is a compiled function, \
         call the one that it was compiled from)",
        program.name(),
        line.unwrap_or_default()
    ))
}

/// Whether what loads the program will find it in order.
fn check(ir: &Ir) -> Result<()> {
    let mut forms: Vec<Form> = Vec::with_capacity(ir.values.len());
    for value in &ir.values {
        let own = Form {
            shape: value.shape.to_vec(),
            dtype: value.dtype,
        };
        if own.shape.len() > MOST_AXES {
            let axes = own.shape.len();
            return Err(unsaved(format!(
                "a value has {axes} axes, more than {MOST_AXES}"
            )));
        }
        if let ir::Source::Call(op, args) = &value.source {
            let xs: Vec<&Form> = args.iter().map(|&x| &forms[x]).collect();
            let form = op.form(&xs, MOST_ELEMENTS);
            let form = form.map_err(|error| unsaved(error.to_string()))?;
            if form != own {
                let op = op.label();
                return Err(unsaved(format!(
                    "{op} gives {form:?}, where {own:?} was recorded"
                )));
            }
        }
        forms.push(own);
    }
    Ok(())
}

/// What several values share.
#[derive(Default)]
struct Tables<'a> {
    sources: Vec<&'a str>,
    source_numbers: HashMap<&'a str, u32>,
    operations: Vec<Operation<'a>>,
    operation_numbers: HashMap<&'a Op, u32>,
}

impl<'a> Tables<'a> {
    fn value(&mut self, value: &'a ir::Value, examples: &[Array]) -> Result<Value<'a>> {
        let source = match &value.source {
            ir::Source::Input(number) => Source::Input(array::saved(&examples[*number])),
            ir::Source::Constant(constant) => Source::Constant(array::saved(constant)),
            ir::Source::Call(op, args) => Source::Call {
                operation: self.operation(op)?,
                args: args.iter().map(|&x| number(x)).collect::<Result<_>>()?,
            },
        };
        Ok(Value {
            source,
            name: value.name.as_deref(),
            line: value
                .line
                .as_ref()
                .map(|line| self.place(line.into()))
                .transpose()?,
            pass: value.pass.try_into().unwrap_or(u16::MAX),
        })
    }

    fn operation(&mut self, op: &'a Op) -> Result<u32> {
        if let Some(&known) = self.operation_numbers.get(op) {
            return Ok(known);
        }
        let name = op
            .saved_name()
            .ok_or_else(|| unsaved(format!("{} is no operation", op.label())))?;
        let parameters = postcard::to_allocvec(&Parameters(op));
        let parameters = parameters.map_err(|error| unsaved(error.to_string()))?;
        let at = number(self.operations.len())?;
        self.operations.push(Operation {
            name,
            parameters: Bytes(parameters.into()),
        });
        self.operation_numbers.insert(op, at);
        Ok(at)
    }

    fn place(&mut self, line: SourceLine<'a>) -> Result<Place> {
        let source = if let Some(&known) = self.source_numbers.get(line.file) {
            known
        } else {
            let at = number(self.sources.len())?;
            self.sources.push(line.file);
            self.source_numbers.insert(line.file, at);
            at
        };
        Ok(Place {
            source,
            line: line.line,
            column: line.column,
        })
    }
}

fn number(at: ValueId) -> Result<u32> {
    u32::try_from(at).map_err(|_| unsaved("a program has at most 4294967296 values"))
}

/// The parameters of an operation alone.
struct Parameters<'a>(&'a Op);

impl serde::Serialize for Parameters<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_parameters(serializer)
    }
}
