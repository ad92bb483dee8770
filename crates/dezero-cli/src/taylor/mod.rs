//! `dezero taylor`: the Taylor series of a formula around a point.

mod picture;

use std::fmt::Write;

use dezero::expr::Formula;
use dezero::{Polynomial, Variable, no_grad};
use serde_json::{Value, json};

use crate::assignments::Point;
use crate::cli::TaylorArguments;
use crate::columns::{left, right, widest};
use crate::pictures;
use crate::plot::range::{self, Range};
use crate::report::{Failure, Number, Quoted, Report, json, on_one_line, to_digits};
use crate::series::{self, Jump};

pub(crate) fn run(arguments: &TaylorArguments) -> Result<Report, Failure> {
    if let Some(path) = &arguments.output {
        pictures::check(path)?;
    }
    let text = &arguments.text.formula;
    let formula = Formula::parse(text)?;
    let point = Point::read([&formula], "--around", &arguments.around)?;
    let by = point.wrt(arguments.wrt.as_deref(), "expand in")?;
    let (name, around) = (&point.names[by], point.values[by]);
    if !around.is_finite() {
        return Err(Failure::failed(format!(
            "--around: {name} is {}; a Taylor series is around a finite point",
            Number(around)
        )));
    }
    let f = |x: &Variable| point.along(&formula, by, x);
    let polynomial = series::taylor(f, around, arguments.order)?.named(name);
    let coefficients = polynomial.coefficients();
    if let Some(order) = coefficients.iter().position(|c| !c.is_finite()) {
        return Err(not_finite(text, &point, order, coefficients[order]));
    }
    if let Some(jump) = series::jump(f, around, arguments.order)? {
        return Err(not_smooth(text, &point, jump));
    }
    draw(arguments, &formula, &point, by, &polynomial)?;
    let object = json!({
        "formula": text,
        "around": point.json(),
        "order": arguments.order,
        "coefficients": coefficients.iter().copied().map(json).collect::<Value>(),
        "polynomial": polynomial.to_string(),
    });
    let mut shown = on_one_line(text, &point.names);
    let _ = writeln!(shown, "around {}\n  {polynomial}", point.shown());
    let title = match &point.names[..] {
        [_] => format!("f^(k)({})/k!", Number(around)),
        _ => format!("d^k f/d{name}^k / k!"),
    };
    write_coefficients(&mut shown, &title, coefficients);
    Ok(Report::new(shown, object))
}

/// Draws the picture, if it is asked for.
fn draw(
    arguments: &TaylorArguments,
    formula: &Formula,
    point: &Point,
    by: usize,
    polynomial: &Polynomial,
) -> Result<(), Failure> {
    let Some(path) = &arguments.output else {
        return Ok(());
    };
    let name = &point.names[by];
    let range = match &arguments.range {
        Some(text) => one_range(text, name)?,
        None => picture::range(name, polynomial),
    };
    let f = |x: f64| {
        let x = Variable::constant(x);
        no_grad(|| point.along(formula, by, &x)).map_or(f64::NAN, |y| y.item())
    };
    let mut text = on_one_line(formula.text(), &point.names)
        .trim_end()
        .to_owned();
    let values = point.names.iter().zip(&point.values).enumerate();
    for (_, (name, value)) in values.filter(|(i, _)| *i != by) {
        let _ = write!(text, ", {name} = {value}");
    }
    let labels = [text.as_str(), name.as_str()];
    let theme = arguments.look.theme();
    arguments
        .look
        .write(path, &picture::draw(f, labels, polynomial, &range, theme))
}

/// The range of the variable that is expanded in.
fn one_range(text: &str, name: &str) -> Result<Range, Failure> {
    match &range::read(text)?[..] {
        [range] if range.name == *name => Ok(range.clone()),
        _ => Err(Failure::usage(format!(
            "--range: it is drawn along {name}, as in --range {name}=-7..7"
        ))),
    }
}

fn write_coefficients(text: &mut String, title: &str, coefficients: &[f64]) {
    let width = widest([(coefficients.len() - 1).to_string().as_str()]);
    let _ = writeln!(text, "  {}  {title}", left("k", width));
    for (k, &c) in coefficients.iter().enumerate() {
        let _ = writeln!(text, "  {}  {}", right(&k.to_string(), width), Number(c));
    }
}

fn not_finite(formula: &str, point: &Point, order: usize, coefficient: f64) -> Failure {
    let (formula, coefficient) = (Quoted(formula), Number(coefficient));
    Failure::failed(match order {
        0 => format!(
            "{formula} is {coefficient} at {}, so it has no Taylor series there; expand it elsewhere",
            point.shown()
        ),
        _ => format!(
            "the Taylor series of {formula} around {} is not finite from order {order}, where the \
             coefficient is {coefficient}: a pole, a kink or the end of its domain is there, or the \
             numbers are too large. Expand it elsewhere, or to --order {}",
            point.shown(),
            order - 1
        ),
    })
}

fn not_smooth(formula: &str, point: &Point, jump: Jump) -> Failure {
    let what = match jump.order {
        0 => "it jumps there: it is".to_owned(),
        1 => "it has a kink there: its slope is".to_owned(),
        order => format!("its derivative of order {order} jumps there: it is"),
    };
    let [left, here, right] = jump.values.map(|x| to_digits(x, 6));
    let shorter = match jump.order {
        0 => String::new(),
        order => format!(", or to --order {}", order - 1),
    };
    let (formula, at) = (Quoted(formula), point.shown());
    let values = [left, here, right].map(Number);
    Failure::failed(if left == right {
        // Smooth, but made of something that is not.
        format!(
            "{formula} cannot be expanded around {at}: {what} {} on both sides, but {} at the point, \
             where the value is a convention for a kink within. Expand it elsewhere{shorter}",
            values[0], values[1]
        )
    } else {
        format!(
            "{formula} has no Taylor series around {at}: {what} {} on the left, {} at the point and {} \
             on the right. Expand it elsewhere{shorter}",
            values[0], values[1], values[2]
        )
    })
}
