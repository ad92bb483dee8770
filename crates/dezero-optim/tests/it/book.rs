//! The book's searches: gradient descent and Newton's method as chapters 28, 29 and 33 write them.

use dezero_core::{Variable, grad};
use dezero_optim::{Adam, GradientDescent, Method, Minimizer, Momentum, Stop};

use crate::rosenbrock;

fn start() -> [Variable; 2] {
    [Variable::new(0.0), Variable::new(2.0)]
}

#[test]
fn the_iterates_of_gradient_descent_are_the_books_to_the_last_digit() {
    let start = start();
    let found = Minimizer::new(GradientDescent::new(0.001))
        .iterations(1000)
        .trace(true)
        .minimize(rosenbrock, &start)
        .unwrap();
    let point = |i: usize| (found.trace[i].x[0], found.trace[i].x[1]);
    assert_eq!(point(1), (0.002, 1.6));
    assert_eq!(point(2), (0.005_275_996_8, 1.280_000_8));
    assert_eq!(
        point(999),
        (0.683_491_784_042_028_9, 0.465_650_599_965_141_35)
    );
    assert_eq!(found.trace.len(), 1001);
    assert_eq!(
        (found.iterations, found.stop),
        (1000, Stop::Iterations(1000))
    );
    assert!(!found.is_converged());
    assert_eq!(found.x[0].item(), point(1000).0);
    // The start stays as it is.
    assert_eq!((start[0].item(), start[1].item()), (0.0, 2.0));
    assert!(start[0].grad().is_none());
}

/// The loop of step 28, beside ours, to 10,000 iterations.
#[test]
fn the_loop_of_the_book_gives_the_same() {
    let [x0, x1] = start();
    for _ in 0..10_000 {
        let y = rosenbrock(&[x0.clone(), x1.clone()]);
        x0.cleargrad();
        x1.cleargrad();
        y.backward();
        x0.set_data(x0.item() - 0.001 * x0.grad().unwrap().item());
        x1.set_data(x1.item() - 0.001 * x1.grad().unwrap().item());
    }
    let found = Minimizer::new(GradientDescent::new(0.001))
        .iterations(10_000)
        .minimize(rosenbrock, &start())
        .unwrap();
    assert_eq!(
        (found.x[0].item(), found.x[1].item()),
        (x0.item(), x1.item())
    );
}

/// The iterates that step 29 prints.
#[test]
fn newtons_method_in_one_dimension_is_the_books() {
    let found = Minimizer::new(Method::Newton)
        .iterations(9)
        .gradient_tolerance(0.0)
        .trace(true)
        .minimize(|x| x.powf(4.0) - 2.0 * x.powf(2.0), &Variable::new(2.0))
        .unwrap();
    let points: Vec<f64> = found.trace.iter().map(|step| step.x[0]).collect();
    assert_eq!(
        points[..7],
        [
            2.0,
            1.454_545_454_545_454_6,
            1.151_046_789_377_546_7,
            1.025_325_928_976_697_8,
            1.000_908_451_943_051_3,
            1.000_001_235_308_945_4,
            1.000_000_000_002_289,
        ]
    );
    assert_eq!(found.x.item(), 1.0);
}

#[test]
fn newtons_method_takes_seven_iterations_at_most() {
    let found = Minimizer::new(Method::Newton)
        .minimize(rosenbrock, &start())
        .unwrap();
    assert!(found.is_converged());
    assert!(found.iterations <= 7, "{found}");
    let x = found.x.map(|x| x.item());
    assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-12), "{x:?}");
}

/// `MomentumSGD` and `Adam` of DeZero, written out.
#[test]
fn momentum_and_adam_are_dezeros() {
    let f = |x: &Variable| x.powf(4.0) - 2.0 * x.powf(2.0);
    let slope = |x: f64| {
        let x = Variable::new(x);
        grad(&f(&x), &[&x])[0].item()
    };
    let by = |method: Method| {
        let search = Minimizer::new(method).iterations(20).trace(true);
        let found = search.minimize(f, &Variable::new(2.0)).unwrap();
        found.trace[20].x[0]
    };

    let (mut x, mut v) = (2.0, 0.0);
    for _ in 0..20 {
        v = v * 0.9 - 0.01 * slope(x);
        x += v;
    }
    assert_eq!(by(Momentum::new(0.01).into()), x);

    let (mut x, mut m, mut v) = (2.0_f64, 0.0, 0.0_f64);
    for t in 1..=20 {
        let g = slope(x);
        m += (1.0 - 0.9) * (g - m);
        v += (1.0 - 0.999) * (g * g - v);
        let rate = 0.1 * (1.0 - 0.999_f64.powi(t)).sqrt() / (1.0 - 0.9_f64.powi(t));
        x -= rate * m / (v.sqrt() + 1e-8);
    }
    let found = by(Adam::new(0.1).into());
    assert!((found - x).abs() < 1e-6, "{found} and {x}");
}
