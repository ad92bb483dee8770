//! The comparison's rows by burn on its CPU backend, flex.

use std::any::Any;
use std::hint::black_box;

use burn::tensor::{Device, FloatDType, Tensor};
use peer_protocol::{Row, Work, inputs, serve};

fn main() {
    let mut device = Device::flex().autodiff();
    device
        .configure(FloatDType::F64)
        .expect("a device that computes in f64");
    serve(move |name| row(name, &device), Some(record));
}

fn row(name: &str, device: &Device) -> Row {
    let device = device.clone();
    Ok(match name {
        "J1" => gradient_descent(device),
        "J5" => chain(device),
        "J9" => elementwise(device),
        "J10-product" => small(device, |a, b| a * b),
        "J10-sine" => small(device, |a, _| a.sin()),
        "J3-taylor" => return Err("no Taylor mode"),
        "J2" | "J3-nested" | "J7" | "J8-dense" | "J8-product" => {
            return Err("no derivatives of derivatives");
        }
        "J8-sparse" => return Err("no sparse Hessians"),
        _ => return Err("not part of the library"),
    })
}

fn leaf(x: &[f64], device: &Device) -> Tensor<1> {
    Tensor::from_data(x, device).require_grad()
}

fn item(x: Tensor<1>) -> f64 {
    x.into_scalar()
}

fn gradient_descent(device: Device) -> Work {
    Work::new(inputs::STEPS, move || {
        let mut x = [0.0, 2.0].map(|x| leaf(&[black_box(x)], &device));
        for _ in 0..inputs::STEPS {
            let [x0, x1] = x.clone();
            let y = (x1 - x0.clone().powi_scalar(2)).powi_scalar(2) * 100.0
                + (-x0 + 1.0).powi_scalar(2);
            let gradients = y.backward();
            x = x.map(|x| {
                let g = x.grad(&gradients).expect("a gradient");
                let next = x.inner() - g * inputs::LR;
                next.autodiff().require_grad()
            });
        }
        x.map(item).to_vec()
    })
}

fn links(operations: usize, device: &Device) -> (Tensor<1>, Tensor<1>) {
    let x = leaf(&[black_box(2.0)], device);
    let mut y = x.clone() * inputs::FACTOR;
    for i in 1..operations {
        y = if i % 2 == 0 {
            y * inputs::FACTOR
        } else {
            y + inputs::SUMMAND
        };
    }
    (x, y)
}

fn record(operations: usize) -> Box<dyn Any> {
    Box::new(links(operations, &Device::flex().autodiff()))
}

fn chain(device: Device) -> Work {
    Work::new(inputs::CHAIN, move || {
        let (x, y) = links(inputs::CHAIN, &device);
        let gradients = y.backward();
        vec![item(y), item(x.grad(&gradients).expect("a gradient"))]
    })
}

fn elementwise(device: Device) -> Work {
    let x = leaf(&inputs::line(inputs::LONG), &device);
    Work::new(1, move || {
        let square = x.clone() * x.clone();
        let y = (x.clone().sin() * (-square).exp() + x.clone()).tanh().sum();
        let gradients = y.backward();
        let gx = x.grad(&gradients).expect("a gradient").into_data();
        let mut result = vec![item(y)];
        result.extend(inputs::ends(gx.as_slice::<f64>().expect("numbers")));
        result
    })
}

fn small(device: Device, operation: impl Fn(Tensor<1>, Tensor<1>) -> Tensor<1> + 'static) -> Work {
    let (a, b) = (leaf(&inputs::A, &device), leaf(&inputs::B, &device));
    Work::new(inputs::OPS, move || {
        for _ in 1..inputs::OPS {
            black_box(operation(black_box(a.clone()), black_box(b.clone())));
        }
        let y = operation(a.clone(), b.clone()).into_data();
        y.as_slice::<f64>().expect("numbers").to_vec()
    })
}
