//! Step 24: the derivatives of functions with many operations, by one call.

use dezero::Variable;

fn sphere(x: &Variable, y: &Variable) -> Variable {
    x.powf(2.0) + y.powf(2.0)
}

fn matyas(x: &Variable, y: &Variable) -> Variable {
    0.26 * (x.powf(2.0) + y.powf(2.0)) - 0.48 * x * y
}

fn goldstein(x: &Variable, y: &Variable) -> Variable {
    (1.0 + (x + y + 1.0).powf(2.0)
        * (19.0 - 14.0 * x + 3.0 * x.powf(2.0) - 14.0 * y + 6.0 * x * y + 3.0 * y.powf(2.0)))
        * (30.0
            + (2.0 * x - 3.0 * y).powf(2.0)
                * (18.0 - 32.0 * x + 12.0 * x.powf(2.0) + 48.0 * y - 36.0 * x * y
                    + 27.0 * y.powf(2.0)))
}

fn main() {
    for (name, function) in [
        ("sphere", sphere as fn(&Variable, &Variable) -> Variable),
        ("matyas", matyas),
        ("Goldstein-Price", goldstein),
    ] {
        let (x, y) = (Variable::new(1.0), Variable::new(1.0));
        let z = function(&x, &y);
        z.backward();
        println!("{name}: {z}");
        println!("{} {}", x.grad().unwrap(), y.grad().unwrap());
    }
}
