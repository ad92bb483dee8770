//! Step 27: the sine as a function of one's own, and as its Taylor series.

use dezero::plot::Functions;
use dezero::{Array, Function, Result, Variable, transforms};

struct Sin;

impl Function for Sin {
    fn name(&self) -> &'static str {
        "Sin"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![xs[0].map_float(f64::sin, f32::sin)])
    }

    fn backward(
        &self,
        xs: &[Variable],
        _ys: &[Variable],
        gys: &[Variable],
    ) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] * xs[0].cos()])
    }
}

/// The terms of the Maclaurin series of the sine, until one is below `threshold`.
fn my_sin(x: &Variable, threshold: f64) -> (Variable, usize) {
    let mut y = Variable::constant(0.0);
    let mut coefficient = 1.0; // (-1)^i / (2i + 1)!
    for i in 0..100_000 {
        let term = coefficient * x.powf(f64::from(2 * i + 1));
        y += &term;
        if term.item().abs() < threshold {
            return (y, i as usize + 1);
        }
        coefficient /= -f64::from((2 * i + 2) * (2 * i + 3));
    }
    unreachable!("the series of the sine converges")
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let x = Variable::new(std::f64::consts::FRAC_PI_4);
    let y = Sin.call(&[&x]);
    y.backward();
    println!("{} {}", y.item(), x.grad().unwrap().item());

    for threshold in [1e-4, 1e-150] {
        x.cleargrad();
        let (y, terms) = my_sin(&x, threshold);
        y.backward();
        println!(
            "threshold {threshold:e}: {} {}, {terms} terms",
            y.item(),
            x.grad().unwrap().item()
        );
    }

    // The first terms of the series beside the sine.
    let mut picture = Functions::new(-7.0, 7.0)
        .title("sin(x) and its Taylor polynomials")
        .function("sin(x)", f64::sin);
    for order in [1, 3, 5, 7, 9] {
        let polynomial = transforms::taylor(|x| x.sin(), 0.0, order);
        picture = picture.approximation(&format!("to order {order}"), move |x| polynomial.at(x));
    }
    std::fs::create_dir_all("graphs")?;
    std::fs::write("graphs/sin_taylor.svg", picture.picture().to_svg())?;
    println!("graphs/sin_taylor.svg");
    Ok(())
}
