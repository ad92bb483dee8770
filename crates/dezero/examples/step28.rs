//! Step 28: the minimum of the Rosenbrock function by gradient descent.

use dezero::Variable;

fn rosenbrock(x0: &Variable, x1: &Variable) -> Variable {
    100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0)
}

fn main() {
    let x0 = Variable::new(0.0);
    let x1 = Variable::new(2.0);
    let lr = 0.001;

    for _ in 0..1000 {
        println!("{x0} {x1}");
        let y = rosenbrock(&x0, &x1);
        x0.cleargrad();
        x1.cleargrad();
        y.backward();
        x0.set_data(x0.item() - lr * x0.grad().unwrap().item());
        x1.set_data(x1.item() - lr * x1.grad().unwrap().item());
    }
}
