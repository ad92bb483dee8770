//! `dezero ops`: the table of primitives.

use std::fmt::Write;

use dezero::expr::{FunctionId, Functions};
use dezero::{Primitive, primitives};
use serde_json::json;

use crate::columns::{left, widest};
use crate::report::Report;

pub(crate) fn run() -> Report {
    let mut rows = vec![[
        "FUNCTION".to_owned(),
        "WHAT IT IS".to_owned(),
        "COTANGENT OF ITS INPUTS".to_owned(),
    ]];
    let mut list = Vec::new();
    for primitive in primitives() {
        // A primitive that has no name of its own in a formula is written as another one there.
        let Some(function) = Functions::builtin().get(primitive.name) else {
            continue;
        };
        let call = call(primitive, function);
        let doc = plain(primitive.doc);
        let derivative = match primitive.derivative {
            "" => "0".to_owned(),
            text => text.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        list.push(json!({
            "name": primitive.name, "call": call, "label": primitive.label,
            "description": doc, "cotangents": derivative,
        }));
        rows.push([call, doc, derivative]);
    }
    let width = |column: usize| widest(rows.iter().map(|row| row[column].as_str()));
    let (first, second) = (width(0), width(1));
    let mut text = String::new();
    for [call, doc, derivative] in &rows {
        let _ = writeln!(
            text,
            "{}  {}  {derivative}",
            left(call, first),
            left(doc, second)
        );
    }
    text.push_str(
        "\ngy is the cotangent of the result y. In a formula, + - * / ^ stand for add, sub, mul, div and pow, max and min\n\
         for maximum and minimum, and where(a < b, c, d) chooses.\n",
    );
    Report::new(text, list.into())
}

/// How the function is called; with its inputs named as in its derivative, if there are several.
fn call(primitive: &Primitive, function: FunctionId) -> String {
    match primitive.arity {
        2 => format!("{}(x0, x1)", primitive.name),
        _ => Functions::builtin().signature(function).to_string(),
    }
}

/// The first sentence of a documentation text, without its markup, in one line.
fn plain(doc: &str) -> String {
    let text = doc.replace('`', "").replace('\n', " ");
    let mut plain = String::new();
    let mut rest = text.as_str();
    // [`name`](target) reads as name.
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let target = link
            .split_once("](")
            .and_then(|(name, after)| after.split_once(')').map(|(_, after)| (name, after)));
        let (name, after) = target.unwrap_or(("[", link));
        plain.push_str(name);
        rest = after;
    }
    plain.push_str(rest);
    let sentence = plain
        .split([';'])
        .next()
        .unwrap_or_default()
        .split_inclusive(". ")
        .next()
        .unwrap_or_default();
    sentence
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .trim_end_matches('.')
        .to_owned()
}
