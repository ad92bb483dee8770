//! Step 26: the computational graph as DOT.

use dezero::{Variable, get_dot_graph};

fn main() {
    let x0 = Variable::new(1.0).named("x0");
    let x1 = Variable::new(1.0).named("x1");
    let y = (&x0 + &x1).named("y");
    println!("{}", get_dot_graph(&y, false));
}
