//! Step 36: double backpropagation, a gradient inside the function to be differentiated.

use dezero::{Backward, Variable};

fn main() {
    let x = Variable::new(2.0);
    let y = x.powf(2.0);
    y.backward_with(Backward::new().create_graph());
    let gx = x.grad().unwrap();
    x.cleargrad();

    let z = gx.powf(3.0) + y;
    z.backward();
    println!("{}", x.grad().unwrap());
}
