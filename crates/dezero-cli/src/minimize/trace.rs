//! The points on the way of a search, kept and shown.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::assignments::Point;
use crate::columns::{right, widest};
use crate::report::{Number, json};

/// The most numbers of a trace, which then takes about 1 GB to show.
const MOST: usize = 3_000_000;

/// The points on the way, from iteration 0.
pub(crate) struct Trace {
    columns: usize,
    /// Of each iteration the point, the value and the gradient norm.
    numbers: Vec<f64>,
}

/// A row of a trace.
pub(crate) struct Row<'a> {
    pub(crate) x: &'a [f64],
    pub(crate) value: f64,
    /// NaN of methods without gradients.
    pub(crate) gradient_norm: f64,
}

impl Trace {
    /// A trace of so many variables.
    pub(crate) fn new(variables: usize) -> Self {
        Self {
            columns: variables + 2,
            numbers: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, x: &[f64], value: f64, gradient_norm: f64) {
        self.numbers.extend(x);
        self.numbers.extend([value, gradient_norm]);
    }

    /// Whether it is as long as memory allows.
    pub(crate) fn is_full(&self) -> bool {
        self.numbers.len() > MOST
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = self.numbers.chunks_exact(self.columns);
        rows.filter_map(|row| match row {
            [x @ .., value, gradient_norm] => Some(Row {
                x,
                value: *value,
                gradient_norm: *gradient_norm,
            }),
            _ => None,
        })
    }

    /// A line for each row, under the names of the columns.
    pub(crate) fn write(&self, text: &mut String, names: &[String]) {
        let has_gradients = self.rows().any(|row| !row.gradient_norm.is_nan());
        let shown = self.columns - usize::from(!has_gradients);
        let titles = names.iter().map(String::as_str);
        let titles = || titles.clone().chain(["value", "gradient norm"]).take(shown);
        let mut widths: Vec<usize> = titles().map(|title| widest([title])).collect();
        for row in self.numbers.chunks_exact(self.columns) {
            for (width, &x) in widths.iter_mut().zip(row) {
                *width = (*width).max(Number(x).to_string().len());
            }
        }
        text.push_str("iteration");
        for (title, &width) in titles().zip(&widths) {
            let _ = write!(text, "  {}", right(title, width));
        }
        for (iteration, row) in self.numbers.chunks_exact(self.columns).enumerate() {
            let _ = write!(text, "\n{iteration:>9}");
            for (&x, &width) in row.iter().zip(&widths) {
                let _ = write!(text, "  {}", right(&Number(x).to_string(), width));
            }
        }
        text.push('\n');
    }

    /// An object for each row.
    pub(crate) fn json(&self, start: &Point) -> Value {
        let rows = self.rows().enumerate().map(|(iteration, row)| {
            json!({
                "iteration": iteration,
                "point": start.object(row.x.iter().copied()),
                "value": json(row.value),
                "gradient_norm": gradient_norm(row.gradient_norm),
            })
        });
        rows.collect()
    }
}

/// A gradient norm in JSON: null if no gradient was computed.
pub(crate) fn gradient_norm(norm: f64) -> Value {
    if norm.is_nan() {
        Value::Null
    } else {
        json(norm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_ends_before_the_memory_does() {
        let mut trace = Trace {
            columns: 3,
            numbers: vec![0.0; MOST - 3],
        };
        trace.push(&[1.0], 2.0, 3.0);
        assert!(!trace.is_full());
        trace.push(&[1.0], 2.0, 3.0);
        assert!(trace.is_full());
    }

    #[test]
    fn a_trace_without_gradients_has_no_column_of_them() {
        let mut trace = Trace::new(1);
        trace.push(&[1.0], 2.0, f64::NAN);
        let mut text = String::new();
        trace.write(&mut text, &["x".to_owned()]);
        assert_eq!(text, "iteration    x  value\n        0  1.0    2.0\n");
    }
}
