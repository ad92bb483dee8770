//! Step 26: the computational graph as DOT, and as a picture.

use dezero::{Variable, get_dot_graph, plot_dot_graph};

/// The function of Goldstein and Price.
fn goldstein(x: &Variable, y: &Variable) -> Variable {
    let a = 1.0
        + (x + y + 1.0).powf(2.0)
            * (19.0 - 14.0 * x + 3.0 * x.powf(2.0) - 14.0 * y + 6.0 * x * y + 3.0 * y.powf(2.0));
    let b = 30.0
        + (2.0 * x - 3.0 * y).powf(2.0)
            * (18.0 - 32.0 * x + 12.0 * x.powf(2.0) + 48.0 * y - 36.0 * x * y + 27.0 * y.powf(2.0));
    a * b
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let x0 = Variable::new(1.0).named("x0");
    let x1 = Variable::new(1.0).named("x1");
    let y = (&x0 + &x1).named("y");
    println!("{}", get_dot_graph(&y, false));

    let x = Variable::new(1.0).named("x");
    let y = Variable::new(1.0).named("y");
    let z = goldstein(&x, &y).named("z");
    z.backward();
    let file = plot_dot_graph(&z, false, "goldstein.png")?;
    println!("{}", file.display());
    Ok(())
}
