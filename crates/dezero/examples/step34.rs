//! Step 34: the derivatives of the sine over an interval, up to the third.

use dezero::{Array, Backward, Variable};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let x = Variable::new(Array::linspace(-7.0, 7.0, 200)?);
    let y = x.sin();
    y.backward_with(Backward::new().create_graph());

    let mut curves = vec![("y", y)];
    for name in ["y'", "y''", "y'''"] {
        let gx = x.grad().ok_or("the sine has every derivative")?;
        x.cleargrad();
        gx.backward_with(Backward::new().create_graph());
        curves.push((name, gx));
    }
    for (name, curve) in curves {
        let values = curve.to_vec::<f64>();
        println!("{name}: {} at -7, {} at 7", values[0], values[199]);
    }
    Ok(())
}
