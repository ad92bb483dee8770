//! Step 33: Newton's method, with the second derivative by differentiating the first.

use dezero::{Backward, Variable};

fn f(x: &Variable) -> Variable {
    x.powf(4.0) - 2.0 * x.powf(2.0)
}

fn main() {
    let x = Variable::new(2.0);
    for i in 0..10 {
        println!("{i} {x}");
        let y = f(&x);
        x.cleargrad();
        y.backward_with(Backward::new().create_graph());

        let gx = x.grad().unwrap();
        x.cleargrad();
        gx.backward();
        let gx2 = x.grad().unwrap();

        x.set_data(x.item() - gx.item() / gx2.item());
    }
}
