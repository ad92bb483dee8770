//! A `backward` that reads raw values: told once when it is recorded, and silent where no derivative
//! can go wrong.

use std::sync::{Arc, Mutex};

use dezero_core::{
    Array, Function, Result, Variable, grad, no_grad, set_warning_handler, transforms,
};

type Backward = fn(&Variable, &Variable) -> Variable;

struct Sin(&'static str, Backward);

impl Function for Sin {
    fn name(&self) -> &str {
        self.0
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        // Values read here are nobody's derivative.
        let x = Variable::new(xs[0].clone());
        let sin = x.data().map_float(f64::sin, f32::sin);
        assert_eq!(x.to_vec::<f64>().len(), 1);
        Ok(vec![sin])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![(self.1)(&xs[0], &gys[0])])
    }
}

fn cos(x: &Array) -> Array {
    x.map_float(f64::cos, f32::cos)
}

#[test]
fn raw_reads_in_a_recorded_backward_are_told_once() {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let handler = told.clone();
    // Other tests may warn meanwhile: of functions with other names.
    set_warning_handler(move |text| {
        if text.contains("RawRead") {
            handler.lock().unwrap().push(text.to_owned());
        }
    });
    let taken = || std::mem::take(&mut *told.lock().unwrap());

    let reading: [(&'static str, Backward); 4] = [
        ("RawReadData", |x, gy| gy * cos(&x.data())),
        ("RawReadItem", |x, gy| gy * x.item().cos()),
        ("RawReadVec", |x, gy| gy * x.to_vec::<f64>()[0].cos()),
        ("RawReadResult", |x, gy| gy * x.cos().data()),
    ];
    for (name, backward) in reading {
        let x = Variable::new(1.0);
        let y = Sin(name, backward).call(&[&x]);
        y.backward(); // the derivative is right
        assert_eq!(taken(), [""; 0]);
        for told_now in [1, 0] {
            grad(&y, &[&x]);
            let told = taken();
            assert_eq!(told.len(), told_now, "{told:?}");
            for text in told {
                assert!(text.contains(&format!("function `{name}`")), "{text}");
                assert!(
                    text.contains("detach()") && text.contains("warnings.rs"),
                    "{text}"
                );
                assert_eq!(text.lines().count(), 1);
            }
        }
        // Once for the name.
        grad(&Sin(name, backward).call(&[&x]), &[&x]);
        assert_eq!(taken(), [""; 0]);
        // Afterwards, reading is as harmless as ever.
        assert_eq!(x.item(), 1.0);
    }

    let silent: [(&'static str, Backward); 4] = [
        ("RawReadDetached", |x, gy| gy * cos(&x.detach().data())),
        ("RawReadNothing", |x, gy| {
            let zeros = no_grad(|| Variable::constant(vec![0.0; x.size()]));
            assert_eq!((x.ndim(), zeros.data().shape()), (0, &[1][..]));
            gy * x.cos() + zeros.item()
        }),
        ("RawReadCotangent", |x, gy| {
            assert_eq!(gy.item(), 1.0); // a constant
            gy * x.cos()
        }),
        ("RawReadForward", |x, gy| {
            gy * Sin("RawReadInner", |_, gy| gy.clone()).call(&[&(x + 1.0)])
        }),
    ];
    for (name, backward) in silent {
        let x = Variable::new(1.0);
        grad(&Sin(name, backward).call(&[&x]), &[&x]);
        assert_eq!(taken(), [""; 0]);
    }

    // Two reverse passes for one forward one are recorded as well, and as wrong.
    let f = |x: &Variable| Sin("RawReadForwards", |x, gy| gy * x.item().cos()).call(&[x]);
    let x = Variable::new(1.0);
    transforms::hvp(f, &x, &x);
    assert_eq!(taken().len(), 1);
}
