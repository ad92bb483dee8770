//! `dezero ops`: the table of primitives.

use dezero::primitives;
use serde_json::json;

use crate::report::Report;

pub(crate) fn run() -> Report {
    let mut rows = vec![["FUNCTION".to_owned(), "WHAT IT IS".to_owned(), "COTANGENT OF ITS INPUTS".to_owned()]];
    let mut list = Vec::new();
    for primitive in primitives() {
        let inputs: &[&str] = if primitive.arity == 1 { &["x"] } else { &["x0", "x1"] };
        let arguments: Vec<&str> = inputs.iter().chain(primitive.parameters).copied().collect();
        let call = format!("{}({})", primitive.name, arguments.join(", "));
        let doc = plain(primitive.doc);
        let derivative = if primitive.derivative.is_empty() { "0" } else { primitive.derivative };
        list.push(json!({
            "name": primitive.name, "arguments": arguments, "label": primitive.label,
            "description": doc, "cotangents": derivative,
        }));
        rows.push([call, doc, derivative.to_owned()]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1).min(60));
    let mut text = String::new();
    for [call, doc, derivative] in &rows {
        text.push_str(&format!("{call:first$}  {doc:second$}  {derivative}\n"));
    }
    text.push_str(
        "\ngy is the cotangent of the result y. In a formula, + - * / ^ stand for add, sub, mul, div and pow, max and min\n\
         for maximum and minimum, and where(a < b, c, d) chooses.\n",
    );
    Report::new(text, list.into())
}

/// The first sentence of a documentation text, without its markup, in one line.
fn plain(doc: &str) -> String {
    let text = doc.replace('`', "").replace('\n', " ");
    let mut plain = String::new();
    let mut rest = text.as_str();
    // [`name`](target) reads as name.
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        match link.split_once("](").and_then(|(name, after)| after.split_once(')').map(|(_, after)| (name, after))) {
            Some((name, after)) => {
                plain.push_str(name);
                rest = after;
            }
            None => {
                plain.push('[');
                rest = link;
            }
        }
    }
    plain.push_str(rest);
    let sentence = plain.split_inclusive(". ").next().unwrap_or_default();
    sentence.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}
