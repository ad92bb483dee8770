//! A physics-informed network: a network is trained to solve Poisson's equation, from the equation
//! alone.
//!
//! On the unit square, with `u = 0` on its edge,
//!
//! ```text
//! -(u_xx + u_yy) = 2 pi^2 sin(pi x) sin(pi y),   solved by   u = sin(pi x) sin(pi y)
//! ```
//!
//! The loss holds the Laplacian of the network, and is differentiated by the weights: a derivative of
//! derivatives (M. Raissi, P. Perdikaris and G. Karniadakis, "Physics-informed neural networks",
//! 2019). The factor `x (1 - x) y (1 - y)` keeps `u` at zero on the edge (I. Lagaris, A. Likas and D.
//! Fotiadis, 1998). Run it with `--release`: it takes some seconds, draws a bar meanwhile, and
//! leaves a picture of the solution and of its error in `graphs/pinn.svg`.
//!
//! The loss is recorded once, and its value and gradient are computed by the compiled program at each
//! step. `cargo run --release --example pinn -p dezero -- --no-compile` computes and differentiates it anew at
//! each, for comparison.

use std::f64::consts::PI;
use std::time::Instant;
use std::{env, fs};

use dezero::transforms::pointwise_laplacian;
use dezero::{Array, Program, Variable, compile, no_grad};
use indicatif::{ProgressBar, ProgressStyle};
use kuva::backend::svg::SvgBackend;
use kuva::plot::{ColorMap, Heatmap};
use kuva::render::figure::Figure;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

const STEPS: u32 = 4000;
const WIDTH: usize = 32;
/// Points inside the square along each side, at which the equation is to hold.
const GRID: usize = 14;
/// Points along each side of the picture.
const SIDE: usize = 41;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parameters = network(&[2, WIDTH, WIDTH, 1]);
    // Not differentiated by, but in: a transform varies its argument by itself.
    let points = Variable::constant(grid(GRID, 0.5));
    let source = 2.0 * PI * PI * exact(&points);

    // Pointwise, as each row of the network's result depends on the same row of points alone.
    let loss = |parameters: &[Variable]| {
        let laplacian = pointwise_laplacian(|x| solution(parameters, x), &points);
        (laplacian + &source).square().mean(..)
    };
    let program = if env::args().any(|argument| argument == "--no-compile") {
        None
    } else {
        let compiled = compile(loss, &parameters[..])?;
        Some(compiled.program().value_and_grad()?)
    };

    let bar = ProgressBar::new(STEPS.into()).with_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} {msg} {elapsed}",
    )?);
    let mut adam = Adam::default();
    let mut last = 0.0;
    let started = Instant::now();
    for step in 0..STEPS {
        let gradients;
        (last, gradients) = match &program {
            Some(program) => replayed(program, &parameters)?,
            None => recorded(loss, &parameters),
        };
        let lr = 1e-2 * 0.5 * (1.0 + (PI * f64::from(step) / f64::from(STEPS)).cos()) + 1e-5;
        adam.update(&parameters, &gradients, lr);
        bar.set_message(format!("loss {last:.1e}"));
        bar.inc(1);
    }
    bar.finish();
    let milliseconds = 1e3 * started.elapsed().as_secs_f64() / f64::from(STEPS);
    println!("a step took {milliseconds:.2} ms");
    println!("last loss:     {last:?}");

    // On a finer grid than the training's, edges included.
    let fine = Variable::constant(grid(SIDE, 0.0));
    let (u, error) = no_grad(|| {
        let u = solution(&parameters, &fine);
        let error = (&u - exact(&fine)).abs();
        (u, error)
    });
    println!("largest error: {:.1e}", error.max(..).item());
    println!("mean error:    {:.1e}", error.mean(..).item());
    draw(&u.to_vec(), &error.to_vec(), SIDE)?;
    println!("see graphs/pinn.svg");
    Ok(())
}

/// The solution that the network should find.
fn exact(x: &Variable) -> Variable {
    (x * PI).sin().prod(-1).expand_dims(-1)
}

/// The points of a square grid as rows `(x, y)`: in the middle of its cells with `inset` 0.5, from
/// edge to edge with 0.
fn grid(side: usize, inset: f64) -> Array {
    let cells = side as f64 - 1.0 + 2.0 * inset;
    let at = |i: usize| (i as f64 + inset) / cells;
    let points = (0..side * side).flat_map(|i| [at(i % side), at(i / side)]);
    Array::from_vec(points.collect(), &[side * side, 2]).expect("two coordinates a point")
}

/// The weights and the bias of each layer.
fn network(widths: &[usize]) -> Vec<Variable> {
    let mut random = Pcg64::seed_from_u64(7);
    let layer = |ends: &[usize]| {
        let [inputs, outputs] = *ends else {
            unreachable!("pairs of widths")
        };
        // X. Glorot and Y. Bengio (2010).
        let limit = (6.0 / (inputs + outputs) as f64).sqrt();
        let weights = (0..inputs * outputs).map(|_| random.random_range(-limit..limit));
        let weights = Array::from_vec(weights.collect(), &[inputs, outputs]);
        [
            Variable::new(weights.expect("inputs times outputs")),
            Variable::new(vec![0.0; outputs]),
        ]
    };
    widths.windows(2).flat_map(layer).collect()
}

fn solution(parameters: &[Variable], x: &Variable) -> Variable {
    let mut h = x.clone();
    for (i, layer) in parameters.chunks(2).enumerate() {
        if i > 0 {
            h = h.tanh();
        }
        h = h.matmul(&layer[0]) + &layer[1];
    }
    let inside = x * (1.0 - x); // zero on the edge, along each axis
    h * inside.prod(-1).expand_dims(-1) * 16.0 // 1 in the middle of the square
}

/// The loss and its gradient, from the program of both.
fn replayed(
    program: &Program,
    parameters: &[Variable],
) -> dezero::compile::Result<(f64, Vec<Array>)> {
    let parameters: Vec<Array> = parameters.iter().map(Variable::data).collect();
    let mut results = program.run(&parameters)?;
    let gradients = results.split_off(1);
    Ok((results[0].as_f64().expect("one number"), gradients))
}

/// The loss and its gradient, computed as the code runs.
fn recorded(loss: impl Fn(&[Variable]) -> Variable, parameters: &[Variable]) -> (f64, Vec<Array>) {
    let loss = loss(parameters);
    parameters.iter().for_each(Variable::cleargrad);
    loss.backward();
    let gradients = parameters.iter().map(|p| p.grad().map(|g| g.data()));
    let gradients = gradients.map(|g| g.expect("the loss depends on each parameter"));
    (loss.item(), gradients.collect())
}

/// D. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015).
#[derive(Default)]
struct Adam {
    moments: Vec<[Variable; 2]>,
    steps: i32,
}

impl Adam {
    fn update(&mut self, parameters: &[Variable], gradients: &[Array], lr: f64) {
        let (beta1, beta2) = (0.9, 0.999);
        self.steps += 1;
        let scale =
            (1.0 - f64::powi(beta2, self.steps)).sqrt() / (1.0 - f64::powi(beta1, self.steps));
        for (i, (p, g)) in parameters.iter().zip(gradients).enumerate() {
            let g = Variable::constant(g.clone());
            if self.moments.len() <= i {
                self.moments.push([&g * 0.0, &g * 0.0]);
            }
            let [m, v] = &mut self.moments[i];
            *m = &*m * beta1 + &g * (1.0 - beta1);
            *v = &*v * beta2 + g.square() * (1.0 - beta2);
            p.set_data((p.detach() - lr * scale * &*m / (v.sqrt() + 1e-8)).data());
        }
    }
}

fn draw(u: &[f64], error: &[f64], side: usize) -> std::io::Result<()> {
    let panel = |values: &[f64], legend: &str| {
        let rows: Vec<Vec<f64>> = values.chunks(side).map(<[f64]>::to_vec).collect();
        let map = Heatmap::new()
            .with_data(rows)
            .with_color_map(ColorMap::Viridis)
            .with_x_range(0.0, 1.0)
            .with_y_range(0.0, 1.0)
            .with_cell_size(1.0)
            .with_legend(legend);
        vec![Plot::Heatmap(map)]
    };
    let plots = vec![panel(u, "u"), panel(error, "|u - sin(pi x) sin(pi y)|")];
    let titles = ["The solution", "Its error"];
    let layouts = plots.iter().zip(titles).map(|(plot, title)| {
        Layout::auto_from_plots(plot)
            .with_title(title)
            .with_x_label("x")
            .with_y_label("y")
    });
    let figure = Figure::new(1, 2)
        .with_layouts(layouts.collect())
        .with_plots(plots);
    fs::create_dir_all("graphs")?;
    fs::write("graphs/pinn.svg", SvgBackend.render_scene(&figure.render()))
}
