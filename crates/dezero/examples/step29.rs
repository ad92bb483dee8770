//! Step 29: Newton's method, with the second derivative worked out by hand.

use dezero::Variable;

fn f(x: &Variable) -> Variable {
    x.powf(4.0) - 2.0 * x.powf(2.0)
}

/// The second derivative of `f`.
fn gx2(x: f64) -> f64 {
    12.0 * x.powi(2) - 4.0
}

fn main() {
    let x = Variable::new(2.0);
    for i in 0..10 {
        println!("{i} {x}");
        let y = f(&x);
        x.cleargrad();
        y.backward();
        x.set_data(x.item() - x.grad().unwrap().item() / gx2(x.item()));
    }
}
