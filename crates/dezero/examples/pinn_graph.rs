//! The computational graph of a physics-informed network's loss: the loss holds the Laplacian of the
//! network, which is written as the book does, by differentiating twice, so that the passes can be
//! seen. The drawing is written to `graphs/pinn_graph.svg`, or to the files named as arguments:
//! `.svg`, `.png`, `.pdf`, `.dot`, or `.html` to explore; dark, if the name says so.

use std::path::Path;

use dezero::{Array, Drawing, Theme, Variable, grad, graph};

/// Two coordinates in, three layers of 50, one value out.
const WIDTHS: [usize; 5] = [2, 50, 50, 50, 1];
const POINTS: usize = 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (x, y) = (column("x", 0.3), column("y", 0.7));
    let mut h = x.expand_dims(-1) * weights("Wx", &[1, WIDTHS[1]])
        + y.expand_dims(-1) * weights("Wy", &[1, WIDTHS[1]])
        + weights("b1", &[WIDTHS[1]]);
    for layer in 2..WIDTHS.len() {
        let (inputs, outputs) = (WIDTHS[layer - 1], WIDTHS[layer]);
        let w = weights(&format!("W{layer}"), &[inputs, outputs]);
        h = h.tanh().matmul(&w) + weights(&format!("b{layer}"), &[outputs]);
    }
    let u = h.sum(..).named("u");

    let first = grad(&u, &[&x, &y]);
    let u_xx = grad(&first[0], &[&x]).remove(0).named("u_xx");
    let u_yy = grad(&first[1], &[&y]).remove(0).named("u_yy");
    let loss = (&u_xx + &u_yy).square().mean(..).named("loss");

    let graph = graph(&loss);
    let count = graph.functions().len();
    let drawing = Drawing::new(&graph).title("The loss of a physics-informed network");
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        std::fs::create_dir_all("graphs")?;
        files.push("graphs/pinn_graph.svg".to_owned());
    }
    for file in files {
        let is_dark = Path::new(&file)
            .file_stem()
            .is_some_and(|name| name.to_string_lossy().ends_with("dark"));
        let theme = if is_dark { Theme::Dark } else { Theme::Light };
        drawing.clone().theme(theme).save(&file)?;
        println!("{file}: {count} functions");
    }
    Ok(())
}

fn column(name: &str, phase: f64) -> Variable {
    let at = |i: usize| (i as f64 * phase).fract();
    Variable::new((0..POINTS).map(at).collect::<Vec<f64>>()).named(name)
}

fn weights(name: &str, shape: &[usize]) -> Variable {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|i| (i as f64 * 0.37).sin() * 0.3).collect();
    Variable::new(Array::from_vec(values, shape).expect("as many as the shape holds")).named(name)
}
