//! The comparison's rows by candle. It detaches each gradient, so that derivatives of derivatives
//! come out wrong, unless the environment variable `CANDLE_GRAD_DO_NOT_DETACH` is 1.

use std::any::Any;
use std::hint::black_box;

use candle_core::{Device, Result, Tensor, Var};
use peer_protocol::inputs::{self, Matrix};
use peer_protocol::{Row, Work, serve};

fn main() {
    serve(row, Some(record));
}

fn row(name: &str) -> Row {
    Ok(match name {
        "J1" => work(inputs::STEPS, gradient_descent),
        "J2" => work(inputs::NEWTON_STEPS, newton),
        "J3-nested" => work(1, nested),
        "J5" => work(inputs::CHAIN, chain).note("on a stack of 4 GiB; overflows one of 8 MiB"),
        "J7" => network(),
        "J8-dense" => work(1, dense_hessian),
        "J8-product" => hessian_vector_product(),
        "J9" => elementwise(),
        "J10-product" => small(|a, b| a * b),
        "J10-sine" => small(|a, _| a.sin()),
        "J3-taylor" => return Err("no Taylor mode"),
        "J8-sparse" => return Err("no sparse Hessians"),
        _ => return Err("not part of the library"),
    })
}

fn work(units: usize, mut run: impl FnMut() -> Result<Vec<f64>> + 'static) -> Work {
    Work::new(units, move || run().expect("no error"))
}

fn scalar(x: f64) -> Result<Var> {
    Var::new(black_box(x), &Device::Cpu)
}

fn item(x: &Tensor) -> Result<f64> {
    x.to_scalar()
}

/// Of `y` by `x`, zero where there is no way from one to the other.
fn gradient(y: &Tensor, x: &Tensor) -> Result<Tensor> {
    match y.backward()?.remove(x) {
        Some(g) => Ok(g),
        None => x.zeros_like(),
    }
}

fn gradient_descent() -> Result<Vec<f64>> {
    let (x0, x1) = (scalar(0.0)?, scalar(2.0)?);
    for _ in 0..inputs::STEPS {
        let y = (((x1.as_tensor() - x0.sqr()?)?.sqr()? * 100.0)? + x0.affine(-1.0, 1.0)?.sqr()?)?;
        let gradients = y.backward()?;
        for x in [&x0, &x1] {
            let g = gradients.get(x).expect("a gradient");
            x.set(&(x.as_tensor().detach() - (g * inputs::LR)?)?)?;
        }
    }
    Ok(vec![item(&x0)?, item(&x1)?])
}

fn newton() -> Result<Vec<f64>> {
    let x = scalar(2.0)?;
    for _ in 0..inputs::NEWTON_STEPS {
        let y = (x.powf(4.0)? - (x.sqr()? * 2.0)?)?;
        let gx = gradient(&y, &x)?;
        let gx2 = gradient(&gx, &x)?;
        x.set(&(x.as_tensor().detach() - (gx / gx2)?.detach())?)?;
    }
    Ok(vec![item(&x)?])
}

fn nested() -> Result<Vec<f64>> {
    let x = scalar(1.0)?;
    let mut y = x.tanh()?;
    let mut derivatives = Vec::new();
    for _ in 0..inputs::ORDER {
        y = gradient(&y, &x)?;
        derivatives.push(item(&y)?);
    }
    Ok(derivatives)
}

fn links(operations: usize) -> Result<(Var, Tensor)> {
    let x = scalar(2.0)?;
    let mut y = (x.as_tensor() * inputs::FACTOR)?;
    for i in 1..operations {
        y = if i % 2 == 0 {
            (y * inputs::FACTOR)?
        } else {
            (y + inputs::SUMMAND)?
        };
    }
    Ok((x, y))
}

fn record(operations: usize) -> Box<dyn Any> {
    Box::new(links(operations).expect("no error"))
}

/// Its walk over the graph recurses, and so does the drop of it.
fn chain() -> Result<Vec<f64>> {
    let run = || {
        let (x, y) = links(inputs::CHAIN)?;
        let gx = gradient(&y, &x)?;
        Ok(vec![item(&y)?, item(&gx)?])
    };
    let thread = std::thread::Builder::new().stack_size(4 << 30).spawn(run)?;
    thread.join().expect("no panic")
}

fn tensor(matrix: &Matrix) -> Tensor {
    Tensor::from_slice(&matrix.values, &matrix.shape, &Device::Cpu).expect("its shape")
}

fn var(matrix: &Matrix) -> Var {
    Var::from_tensor(&tensor(matrix)).expect("a variable")
}

fn network() -> Work {
    let at = inputs::points();
    let (x, source) = (var(&at), tensor(&inputs::source(&at)));
    let weights: Vec<[Var; 2]> = (inputs::network().iter())
        .map(|[w, b]| [var(w), var(b)])
        .collect();
    work(1, move || {
        let (last, hidden) = weights.split_last().expect("layers");
        let mut h = x.as_tensor().clone();
        for [w, b] in hidden {
            h = h.matmul(w)?.broadcast_add(b)?.tanh()?;
        }
        let u = h.matmul(&last[0])?.broadcast_add(&last[1])?;
        let gx = gradient(&u.sum_all()?, &x)?;
        let mut laplacian = source.clone();
        for d in 0..2 {
            let second = gradient(&gx.narrow(1, d, 1)?.sum_all()?, &x)?;
            laplacian = (laplacian + second.narrow(1, d, 1)?)?;
        }
        let loss = laplacian.sqr()?.mean_all()?;
        let gradients = loss.backward()?;
        let mut result = vec![item(&loss)?];
        for [w, _] in &weights {
            let squares = gradients.get(w).map(|g| item(&g.sqr()?.sum_all()?));
            result.push(squares.transpose()?.unwrap_or(0.0));
        }
        Ok(result)
    })
}

fn rosenbrock(x: &Tensor) -> Result<Tensor> {
    let n = x.elem_count();
    let (a, b) = (x.narrow(0, 0, n - 1)?, x.narrow(0, 1, n - 1)?);
    (((b - a.sqr()?)?.sqr()? * 100.0)? + a.affine(-1.0, 1.0)?.sqr()?)?.sum_all()
}

fn start(n: usize) -> Var {
    Var::from_slice(&inputs::start(n), n, &Device::Cpu).expect("its shape")
}

fn dense_hessian() -> Result<Vec<f64>> {
    let x = start(inputs::DENSE);
    let gx = gradient(&rosenbrock(&x)?, &x)?;
    let mut h = Vec::new();
    for i in 0..inputs::DENSE {
        h.extend(gradient(&gx.get(i)?, &x)?.to_vec1::<f64>()?);
    }
    Ok(inputs::corners(&h))
}

fn hessian_vector_product() -> Work {
    let x = start(inputs::LONG);
    let v = x.as_tensor().copy().expect("a copy").detach();
    work(1, move || {
        let gx = gradient(&rosenbrock(&x)?, &x)?;
        let h = gradient(&(gx * &v)?.sum_all()?, &x)?;
        Ok(inputs::ends(&h.to_vec1::<f64>()?).to_vec())
    })
}

fn elementwise() -> Work {
    let x = Var::from_slice(&inputs::line(inputs::LONG), inputs::LONG, &Device::Cpu);
    let x = x.expect("its shape");
    work(1, move || {
        let y = ((x.sin()? * x.sqr()?.neg()?.exp()?)? + x.as_tensor())?;
        let y = y.tanh()?.sum_all()?;
        let gx = gradient(&y, &x)?;
        let mut result = vec![item(&y)?];
        result.extend(inputs::ends(&gx.to_vec1::<f64>()?));
        Ok(result)
    })
}

fn small(operation: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + 'static) -> Work {
    let var = |x: [f64; 8]| Var::new(&x, &Device::Cpu).expect("a vector");
    let (a, b) = (var(inputs::A), var(inputs::B));
    work(inputs::OPS, move || {
        for _ in 1..inputs::OPS {
            black_box(operation(black_box(&a), black_box(&b))?);
        }
        operation(&a, &b)?.to_vec1()
    })
}
