//! The DOT text (notation, order, names, size); and in modules, drawings, plots and formats.

mod drawing;
mod formats;
#[cfg(feature = "plot")]
mod functions;
#[cfg(feature = "plot")]
mod plot;

use std::collections::HashSet;

use dezero_core::{Array, Function, Result, Variable, grad};
use dezero_viz::{dot_func, dot_var, get_dot_graph};

#[test]
fn the_text_is_the_books_to_the_character() {
    let x0 = Variable::new(1.0).named("x0");
    let x1 = Variable::new(1.0).named("x1");
    let y = (&x0 + &x1).named("y");
    let expected = r#"digraph g {
1 [label="y", color=orange, style=filled]
2 [label="Add", color=lightblue, style=filled, shape=box]
3 -> 2
4 -> 2
2 -> 1
3 [label="x0", color=orange, style=filled]
4 [label="x1", color=orange, style=filled]
}"#;
    assert_eq!(get_dot_graph(&y, false), expected);
}

#[test]
fn verbose_text_shows_shape_and_dtype() {
    let x = Variable::new(Array::ones(&[2, 3], dezero_core::DType::F32).unwrap());
    assert_eq!(
        dot_var(&x, false),
        "1 [label=\"\", color=orange, style=filled]\n"
    );
    assert_eq!(
        dot_var(&x, true),
        "1 [label=\"(2, 3) float32\", color=orange, style=filled]\n"
    );
    let scalar = Variable::new(1.0).named("s");
    assert_eq!(
        dot_var(&scalar, true),
        "1 [label=\"s: () float64\", color=orange, style=filled]\n"
    );
    let vector = Variable::new([true, false]);
    assert_eq!(
        dot_var(&vector, true),
        "1 [label=\"(2,) bool\", color=orange, style=filled]\n"
    );
}

#[test]
fn names_cannot_leave_their_quotes() {
    let x = Variable::new(1.0).named("a\"]\\ b\nc<\u{0}>é한");
    assert_eq!(
        dot_var(&x, false),
        "1 [label=\"a\\\"]\\\\ b\\nc<\u{fffd}>é한\", color=orange, style=filled]\n"
    );
}

#[test]
fn every_input_is_followed_and_every_node_written_once() {
    // The book's listing follows only the last input of a function.
    let (a, b) = (Variable::new(1.0).named("a"), Variable::new(2.0).named("b"));
    let y = a.sin() * b.cos() + a.sin();
    let text = get_dot_graph(&y, false);
    assert_eq!(text.matches("label=\"Sin\"").count(), 2);
    assert_eq!(text.matches("label=\"Cos\"").count(), 1);
    assert_eq!(text.matches("label=\"a\"").count(), 1);
    assert_eq!(text.matches("label=\"b\"").count(), 1);
    let defined: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("[label"))
        .collect();
    let ids: HashSet<&str> = defined
        .iter()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(ids.len(), defined.len());
}

#[test]
fn several_results_share_their_graph() {
    let x = Variable::new(1.0).named("x");
    let h = x.exp().named("h");
    let (y0, y1) = (h.sin().named("y0"), h.cos().named("y1"));
    let text = get_dot_graph(&[&y0, &y1], false);
    assert_eq!(text.matches("label=\"Exp\"").count(), 1);
    assert_eq!(
        text.matches("label=\"y0\"").count() + text.matches("label=\"y1\"").count(),
        2
    );
}

struct SinCos;

impl Function for SinCos {
    fn name(&self) -> &'static str {
        "SinCos"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![
            xs[0].map_float(f64::sin, f32::sin),
            xs[0].map_float(f64::cos, f32::cos),
        ])
    }

    fn backward(&self, _: &[Variable], ys: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] * &ys[1] - &gys[1] * &ys[0]])
    }
}

#[test]
fn a_function_with_several_results_is_one_box() {
    let x = Variable::new(1.0).named("x");
    let ys = SinCos.call_many(&[&x]);
    let text = get_dot_graph(&(&ys[0] + &ys[1]), false);
    assert_eq!(text.matches("label=\"SinCos\"").count(), 1);
    assert!(!text.contains("Output"), "{text}");
    let creator = ys[1].creator().unwrap();
    assert!(dot_func(&creator).contains("SinCos"));
}

#[test]
fn the_same_program_gives_the_same_text() {
    let program = || {
        let x = Variable::new(0.5).named("x");
        let y = x.tanh() * x.powf(3.0);
        let gx = grad(&y, &[&x]).remove(0);
        get_dot_graph(&grad(&gx, &[&x])[0], true)
    };
    let first = program();
    assert!(first.lines().count() > 50);
    assert_eq!(first, program());
    assert_eq!(first, std::thread::spawn(program).join().unwrap());
}

#[test]
fn a_million_nodes_are_written_without_recursion() {
    let text = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(|| {
            let mut y = Variable::new(1.0);
            for _ in 0..500_000 {
                y = y.sin();
            }
            get_dot_graph(&y, false)
        })
        .unwrap()
        .join()
        .unwrap();
    // Each operation has a line for itself, one for its result, and two edges.
    assert_eq!(text.lines().count(), 2 + 4 * 500_000 + 1);
}
