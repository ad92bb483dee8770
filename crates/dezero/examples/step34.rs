//! Step 34: the sine and its derivatives, up to the third, as a picture.

use std::fs;

use dezero::plot::Functions;
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

    let xs = x.to_vec::<f64>();
    let mut picture = Functions::new(-7.0, 7.0).title("sin(x) and its derivatives");
    for (name, curve) in curves {
        let values = curve.to_vec::<f64>();
        println!("{name}: {} at -7, {} at 7", values[0], values[199]);
        picture = picture.points(name, xs.iter().copied().zip(values));
    }
    fs::create_dir_all("graphs")?;
    fs::write("graphs/sin_derivatives.svg", picture.picture().to_svg())?;
    println!("graphs/sin_derivatives.svg");
    Ok(())
}
