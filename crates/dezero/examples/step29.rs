//! Step 29: Newton's method, with the second derivative worked out by hand.

use dezero::Variable;
use dezero::plot::{Curve, Parabola};

fn f(x: &Variable) -> Variable {
    x.powf(4.0) - 2.0 * x.powf(2.0)
}

/// The second derivative of `f`.
fn gx2(x: f64) -> f64 {
    12.0 * x.powi(2) - 4.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let x = Variable::new(2.0);
    let mut steps = Vec::new();
    for i in 0..10 {
        println!("{i} {x}");
        let y = f(&x);
        x.cleargrad();
        y.backward();
        let (at, slope) = (x.item(), x.grad().unwrap().item());
        steps.push(Parabola {
            at,
            value: y.item(),
            slope,
            curvature: gx2(at),
        });
        x.set_data(at - slope / gx2(at));
    }

    let picture = Curve::new(|x| f(&Variable::constant(x)).item())
        .title("x^4 - 2*x^2")
        .path("Newton's method", steps.iter().map(|step| step.at))
        .parabolas(steps[..2].iter().copied())
        .picture();
    std::fs::create_dir_all("graphs")?;
    std::fs::write("graphs/newton.svg", picture.to_svg())?;
    println!("graphs/newton.svg");
    Ok(())
}
