//! What was given of a problem: on the command line, and in a TOML file for what is not there.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use toml::{Table, Value};

use super::arguments::{Method, MinimizeArguments};
use crate::assignments::{is_name, pairs, value};
use crate::bounds::{self, Interval};
use crate::cli::{from_zero, positive, whole};
use crate::formulas;
use crate::report::{Failure, Quoted};

/// The keys of a file.
const KEYS: [&str; 10] = [
    "formula",
    "residuals",
    "start",
    "bounds",
    "method",
    "lr",
    "iters",
    "tol",
    "evaluations",
    "time",
];

/// What is searched for, from where, and how.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) formula: Option<String>,
    pub(crate) residuals: Option<Vec<String>>,
    pub(crate) start: Vec<(String, f64)>,
    pub(crate) bounds: Vec<(String, Interval)>,
    pub(crate) method: Option<Method>,
    pub(crate) lr: Option<f64>,
    pub(crate) iters: Option<usize>,
    pub(crate) tol: Option<f64>,
    pub(crate) evaluations: Option<usize>,
    pub(crate) time: Option<f64>,
    /// Whether the formula is computed anew at each point.
    pub(crate) no_compile: bool,
}

impl Given {
    /// What the command line says, and the file that it names where it says nothing.
    pub(crate) fn read(arguments: &MinimizeArguments) -> Result<Self, Failure> {
        if arguments.formula.is_some() && arguments.residuals.is_some() {
            return Err(Failure::usage(
                "both a formula and --residuals are given: the first is searched for its own minimum, the \
                 others for the least sum of their squares; leave out one",
            ));
        }
        let mut given = match &arguments.from_file {
            Some(path) => Self::in_file(path)?,
            None => Self::default(),
        };
        if arguments.formula.is_some() || arguments.residuals.is_some() {
            given.formula.clone_from(&arguments.formula);
            given.residuals = match &arguments.residuals {
                Some(text) => {
                    let residuals = formulas::parse("--residuals", "x - 1; 10*(y - x^2)", text)?;
                    Some(residuals.iter().map(|r| r.text().to_owned()).collect())
                }
                None => None,
            };
        }
        overlay(&mut given.start, pairs("--start", &arguments.start.start)?);
        overlay(&mut given.bounds, bounds::read(&arguments.bounds)?);
        given.method = arguments.method.or(given.method);
        given.lr = arguments.lr.or(given.lr);
        given.iters = arguments.iters.or(given.iters);
        given.tol = arguments.tol.or(given.tol);
        given.evaluations = arguments.evaluations.or(given.evaluations);
        given.time = arguments.time.or(given.time);
        given.no_compile = arguments.no_compile;
        Ok(given)
    }

    fn in_file(path: &Path) -> Result<Self, Failure> {
        let failed =
            |reason: String| Failure::failed(format!("{}: {}", path.display(), reason.trim_end()));
        let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| failed(error.to_string()))?;
        Self::in_table(&table).map_err(failed)
    }

    fn in_table(table: &Table) -> Result<Self, String> {
        let mut given = Self::default();
        for (key, value) in table {
            let of_key = |reason: String| format!("{key}: {reason}");
            match key.as_str() {
                "formula" => given.formula = Some(text(value).map_err(of_key)?.to_owned()),
                "residuals" => given.residuals = Some(texts(value).map_err(of_key)?),
                "start" => given.start = entries(value, number).map_err(of_key)?,
                "bounds" => given.bounds = entries(value, ends).map_err(of_key)?,
                "method" => given.method = Some(method(value).map_err(of_key)?),
                "lr" => given.lr = Some(setting(value, positive).map_err(of_key)?),
                "iters" => given.iters = Some(setting(value, whole).map_err(of_key)?),
                "tol" => given.tol = Some(setting(value, from_zero).map_err(of_key)?),
                "evaluations" => given.evaluations = Some(setting(value, whole).map_err(of_key)?),
                "time" => given.time = Some(setting(value, positive).map_err(of_key)?),
                key => {
                    let (key, known) = (Quoted(key), KEYS.join(", "));
                    return Err(format!("there is no key {key}; the keys are: {known}"));
                }
            }
        }
        if given.formula.is_some() && given.residuals.is_some() {
            return Err("it has both formula and residuals; leave out one".to_owned());
        }
        Ok(given)
    }
}

/// Puts newer entries in place of those of the same name.
fn overlay<T>(entries: &mut Vec<(String, T)>, newer: Vec<(String, T)>) {
    for (name, value) in newer {
        match entries.iter_mut().find(|(other, _)| *other == name) {
            Some(entry) => entry.1 = value,
            None => entries.push((name, value)),
        }
    }
}

fn wrong(value: &Value, wanted: &str) -> String {
    let kind = match value {
        Value::String(_) => "text",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    };
    format!("it is {kind}, where {wanted} is wanted")
}

fn text(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| wrong(value, "a formula as text"))
}

/// A list of texts, or one with semicolons.
fn texts(value: &Value) -> Result<Vec<String>, String> {
    const WANTED: &str = "a list of formulas such as [\"x - 1\", \"y\"]";
    let texts: Vec<String> = match value {
        Value::String(text) => text.split(';').map(|part| part.trim().to_owned()).collect(),
        Value::Array(list) => {
            let texts = list.iter().map(|item| {
                let text = item.as_str().map(str::to_owned);
                text.ok_or_else(|| wrong(item, "a formula as text"))
            });
            texts.collect::<Result<_, _>>()?
        }
        value => return Err(wrong(value, WANTED)),
    };
    if texts.is_empty() {
        return Err(format!("the list is empty; {WANTED} is wanted"));
    }
    Ok(texts)
}

/// The entries of a table from variables to something.
fn entries<T>(
    value: &Value,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<Vec<(String, T)>, String> {
    let Some(table) = value.as_table() else {
        return Err(wrong(value, "a table with an entry for each variable"));
    };
    let entries = table.iter().map(|(name, value)| {
        if !is_name(name) {
            return Err(format!("{} is not the name of a variable", Quoted(name)));
        }
        let value = read(value).map_err(|reason| format!("{name}: {reason}"))?;
        Ok((name.clone(), value))
    });
    entries.collect()
}

fn number(from: &Value) -> Result<f64, String> {
    match from {
        Value::Integer(number) => Ok(*number as f64),
        Value::Float(number) => Ok(*number),
        Value::String(text) => value(text.trim()),
        from => Err(wrong(from, "a number, or one as text such as \"pi/2\",")),
    }
}

/// `[-1, 1]`, or `"-1..1"`.
fn ends(value: &Value) -> Result<Interval, String> {
    const WANTED: &str = "a lower and an upper bound, [-1, 1] or \"-1..1\",";
    match value {
        Value::String(text) => bounds::interval(text),
        Value::Array(list) => match &list[..] {
            [lower, upper] => bounds::check((number(lower)?, number(upper)?)),
            list => Err(format!(
                "the list has {} entries, where {WANTED} is wanted",
                list.len()
            )),
        },
        value => Err(wrong(value, WANTED)),
    }
}

fn method(value: &Value) -> Result<Method, String> {
    let Some(name) = value.as_str() else {
        return Err(wrong(value, "the name of a method as text"));
    };
    Method::from_str(name, false).map_err(|_| {
        let names = super::arguments::names_of(|_| true);
        format!("there is no method {}; there are {names}", Quoted(name))
    })
}

/// A number that an option of the command line takes.
fn setting<T>(value: &Value, read: fn(&str) -> Result<T, String>) -> Result<T, String> {
    match value {
        Value::Integer(number) => read(&number.to_string()),
        Value::Float(number) => read(&number.to_string()),
        value => Err(wrong(value, "a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_text(text: &str) -> Result<Given, String> {
        Given::in_table(&text.parse().unwrap())
    }

    #[test]
    fn every_key_is_read() {
        let given = in_text(
            "formula = \"x\"\nmethod = \"newton-trust\"\nlr = 0.1\niters = 1e3\ntol = 0\nevaluations = 7\ntime = 2\n\
             [start]\ny = \"pi/2\"\nx = 1\n[bounds]\nx = [-1, inf]\ny = \"0..2\"",
        );
        let given = given.unwrap();
        assert_eq!(given.formula.as_deref(), Some("x"));
        let half = std::f64::consts::FRAC_PI_2;
        assert_eq!(given.start, [("y".into(), half), ("x".into(), 1.0)]);
        let bounds = [
            ("x".into(), (-1.0, f64::INFINITY)),
            ("y".into(), (0.0, 2.0)),
        ];
        assert_eq!(given.bounds, bounds);
        assert_eq!(given.method, Some(Method::NewtonTrust));
        assert_eq!((given.lr, given.iters), (Some(0.1), Some(1000)));
        assert_eq!((given.tol, given.evaluations), (Some(0.0), Some(7)));
        assert_eq!(given.time, Some(2.0));
        let given = in_text("residuals = [\"x\", \"y\"]").unwrap();
        assert_eq!(given.residuals.unwrap(), ["x", "y"]);
        let given = in_text("residuals = \"x; y\"").unwrap();
        assert_eq!(given.residuals.unwrap(), ["x", "y"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_key() {
        for (text, says) in [
            (
                "formla = 1",
                "there is no key `formla`; the keys are: formula, residuals, start",
            ),
            ("formula = 1", "formula: it is a number, where a formula"),
            ("residuals = []", "residuals: the list is empty"),
            ("residuals = [1]", "residuals: it is a number"),
            ("start = 1", "start: it is a number, where a table"),
            ("start = { \"2x\" = 1 }", "start: `2x` is not the name"),
            ("start = { x = true }", "start: x: it is true or false"),
            ("start = { x = \"y\" }", "start: x: `y` is not a number"),
            ("bounds = { x = [1] }", "bounds: x: the list has 1 entries"),
            ("bounds = { x = [2, 1] }", "bounds: x: nothing lies between"),
            (
                "method = \"magic\"",
                "method: there is no method `magic`; there are auto, gd",
            ),
            ("lr = -1", "lr: it must be a number above 0"),
            ("iters = 1.5", "iters: it must be a whole number"),
            ("tol = \"small\"", "tol: it is text, where a number"),
            (
                "formula = \"x\"\nresiduals = [\"x\"]",
                "both formula and residuals",
            ),
        ] {
            let reason = in_text(text).unwrap_err();
            assert!(reason.contains(says), "{text}: {reason}");
        }
    }
}
