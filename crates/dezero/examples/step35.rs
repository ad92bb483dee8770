//! Step 35: the higher derivatives of tanh, how large their graphs grow, and what they look like.

use dezero::{Backward, Drawing, Variable, get_dot_graph, graph, plot_dot_graph};

/// tanh as the book defines it, from exponentials.
fn tanh(x: &Variable) -> Variable {
    let y = (-2.0 * x).exp();
    (1.0 - &y) / (1.0 + &y)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
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
        // As the book draws them, and one to explore in a browser.
        if [1, 2, 3, 5].contains(&order) {
            let file = plot_dot_graph(&gx, false, format!("tanh_{order}.png"))?;
            println!("{}", file.display());
        }
        if order == 4 {
            Drawing::new(&graph(&gx)).save("graphs/tanh_4.html")?;
            println!("graphs/tanh_4.html");
        }
        x.cleargrad();
        gx.backward_with(Backward::new().create_graph());
    }
    Ok(())
}
