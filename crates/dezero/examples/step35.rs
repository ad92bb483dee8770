//! Step 35: the higher derivatives of tanh, and how large their graphs grow.

use dezero::{Backward, Variable, get_dot_graph, graph};

/// tanh as the book defines it, from exponentials.
fn tanh(x: &Variable) -> Variable {
    let y = (-2.0 * x).exp();
    (1.0 - &y) / (1.0 + &y)
}

fn main() {
    let x = Variable::new(1.0);
    for (name, y) in [("tanh", x.tanh()), ("by exponentials", tanh(&x))] {
        x.cleargrad();
        y.backward();
        println!("{name}: {y} {} {}", x.grad().unwrap(), 1.0 - y.powf(2.0));
    }

    let x = Variable::new(1.0).named("x");
    let y = x.tanh().named("y");
    y.backward_with(Backward::new().create_graph());
    for order in 1..=8 {
        let gx = x.grad().unwrap().named(&format!("gx{order}"));
        println!(
            "gx{order}: {gx}, {} functions",
            graph(&gx).functions().len()
        );
        if order == 1 {
            println!("{}", get_dot_graph(&gx, false));
        }
        x.cleargrad();
        gx.backward_with(Backward::new().create_graph());
    }
}
