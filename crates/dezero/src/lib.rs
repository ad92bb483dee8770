//! Derivatives of any order, computed as your code runs, and their graphs drawn.
//!
//! dezero is the system of chapters 5 and 6 of the book "Deep Learning from Scratch 3", built to be
//! relied on: you write formulas in plain Rust, and ask for their derivatives.
//!
//! # A derivative
//!
//! A [`Variable`] holds a value. Arithmetic on it happens at once, and is remembered:
//!
//! ```
//! use dezero::Variable;
//!
//! let x = Variable::new(2.0);
//! let y = x.powf(2.0) + 3.0 * &x;
//! assert_eq!(y.item(), 10.0);
//!
//! y.backward(); // back through what was remembered
//! assert_eq!(x.grad().unwrap().item(), 7.0); // 2 x + 3
//! ```
//!
//! Operators take variables by reference (`&x`), so that they can be used again, or by value, where
//! an intermediate result is needed once. Numbers go on either side; an f32 or a `usize` on the right.
//!
//! # The second derivative
//!
//! The rule of every derivative is itself written in variables. With
//! [`create_graph`](Backward::create_graph), that computation is remembered too, and can be
//! differentiated again:
//!
//! ```
//! use dezero::{Backward, Variable};
//!
//! let x = Variable::new(1.0);
//! let y = x.tanh();
//! y.backward_with(Backward::new().create_graph());
//! let gx = x.grad().unwrap();
//!
//! x.cleargrad(); // gradients add up until they are cleared
//! gx.backward();
//! assert_eq!(x.grad().unwrap().item(), -0.6397000084492246);
//! ```
//!
//! [`grad`] says the same more directly, leaving no gradients behind:
//!
//! ```
//! use dezero::{Variable, grad};
//!
//! let x = Variable::new(1.0);
//! let mut y = x.sin();
//! for _ in 0..4 {
//!     y = grad(&y, &[&x]).remove(0);
//! }
//! assert_eq!(y.item(), 1.0_f64.sin()); // the fourth derivative of the sine is the sine
//! ```
//!
//! # Which derivative do I want?
//!
//! The transforms of [`transforms`] take a function and a point. They nest in each other, and work
//! on arrays; the chapter there says what each costs.
//!
//! | you have | you want | ask for |
//! | --- | --- | --- |
//! | a loss of many weights | its gradient | [`backward`](Variable::backward), [`transforms::grad`] |
//! | a function and a direction | the derivative in it | [`transforms::jvp`] |
//! | a vector field | its Jacobian, its divergence | [`transforms::jacobian`], [`transforms::divergence`] |
//! | a function to minimise | its minimum | [`optim::minimize`] |
//! | the same | its curvature | [`transforms::hessian`], [`transforms::hvp`] |
//! | the same at many points | the same, at native speed | [`compile()`], and of its program [`Program::hessian`] |
//! | the same in thousands of dimensions | the few entries that are not zero | [`sparse_hessian`] |
//! | a differential equation | the Laplacian at many points | [`transforms::pointwise_laplacian`] |
//! | a function of one number | its first ten derivatives | [`transforms::derivatives`] |
//! | the same | a polynomial to stand for it | [`transforms::taylor`] |
//!
//! ```
//! use dezero::{Variable, transforms};
//!
//! let sine = transforms::taylor(|x| x.sin(), 0.0, 5);
//! assert_eq!(sine.to_string(), "x - x^3/6 + x^5/120");
//!
//! // A loss with a derivative in it: the squared slope of a network, by its weights.
//! let w = Variable::new([0.3, -0.2, 0.5]);
//! let x = Variable::constant(1.0);
//! let slope = transforms::grad(|x| (x * &w).tanh().sum(..), &x);
//! slope.square().backward();
//! assert_eq!(w.grad().unwrap().shape(), [3]);
//! ```
//!
//! # Its graph
//!
//! What was computed can be drawn, with nothing to install; names make it readable:
//!
//! ```
//! use dezero::{Drawing, Variable, graph, grad};
//!
//! let x = Variable::new(1.0).named("x");
//! let y = x.tanh().named("y");
//! let gx = grad(&y, &[&x]).remove(0).named("gx");
//! let gx2 = grad(&gx, &[&x]).remove(0).named("gx2");
//!
//! let graph = graph(&gx2);
//! let drawing = Drawing::new(&graph);
//! # let file = std::env::temp_dir().join(format!("dezero-doc-{}.html", std::process::id()));
//! # let page = &file;
//! drawing.save(page)?; // "tanh.html", to explore in a browser; or .svg, .png, .pdf, .dot
//! # std::fs::remove_file(page).unwrap();
//! # Ok::<(), dezero::viz::Error>(())
//! ```
//!
//! [`plot_dot_graph`] and [`get_dot_graph`] are the book's functions: a picture in the book's style, and the text in
//! the DOT language. [`graph`] gives the graph as data: variables, functions, edges, values, gradients, source lines,
//! and the backward pass in which each was made. [`viz`] has the rest: themes, styles, DOT files.
//!
//! # Arrays
//!
//! A variable may hold an array of any shape, of dtype f64 or f32 (i64 and bool for indices and
//! masks). Broadcasting, promotion and printing are NumPy's:
//!
//! ```
//! use dezero::Variable;
//!
//! let x = Variable::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
//! let w = Variable::new([0.5, -0.5, 1.0]);
//! let y = x.matmul(&w).sigmoid();
//! assert_eq!(y.shape(), [2]);
//!
//! y.sum(..).backward();
//! assert_eq!(w.grad().unwrap().shape(), [3]);
//! assert_eq!(x.to_string(), "variable([[1. 2. 3.]\n          [4. 5. 6.]])");
//! ```
//!
//! # A minimum
//!
//! Gradient descent as the book writes it, rounding as NumPy does:
//!
//! ```
//! use dezero::Variable;
//!
//! let (x0, x1, lr) = (Variable::new(0.0), Variable::new(2.0), 0.001);
//! for _ in 0..100 {
//!     let y = 100.0 * (&x1 - x0.powf(2.0)).powf(2.0) + (1.0 - &x0).powf(2.0);
//!     x0.cleargrad();
//!     x1.cleargrad();
//!     y.backward();
//!     x0.set_data(x0.item() - lr * x0.grad().unwrap().item());
//!     x1.set_data(x1.item() - lr * x1.grad().unwrap().item());
//! }
//! ```
//!
//! [`optim::minimize`] does it in one call, by a method that it chooses, and says how it went:
//!
//! ```
//! use dezero::Variable;
//! use dezero::optim::minimize;
//!
//! let (x0, x1) = (Variable::new(0.0), Variable::new(2.0));
//! let found = minimize(
//!     |[x0, x1]| 100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0),
//!     [&x0, &x1],
//! )?;
//! assert!((found.x[0].item() - 1.0).abs() < 1e-9);
//! println!("{found}"); // the value, why it stopped, what it took
//! # Ok::<(), dezero::optim::Error>(())
//! ```
//!
//! [`optim::Minimizer`] has the choice of the method (the loop above is
//! [`GradientDescent`](optim::GradientDescent), to the last digit), bounds, tolerances, limits and a trace.
//! [`optim::least_squares`] fits a model to data, with standard errors, and [`optim::root`] solves equations.
//! Functions, the paths of searches, curves and fits are drawn by [`plot`].
//!
//! # A function of one's own
//!
//! [`Function`] has a `forward` on arrays and a `backward` on variables. What `backward` does is
//! recorded like everything else, so one derivative gives all orders.
//!
//! Whether it is right, [`gradcheck`](mod@gradcheck) says: it compares with finite differences, to any
//! order, and names the likely mistake.
//!
//! ```
//! use dezero::gradcheck::gradgradcheck;
//! use dezero::{Array, Function, Result, Variable};
//!
//! struct Sin;
//!
//! impl Function for Sin {
//!     fn name(&self) -> &str {
//!         "Sin"
//!     }
//!     fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
//!         Ok(vec![xs[0].map_float(f64::sin, f32::sin)])
//!     }
//!     fn backward(&self, xs: &[Variable], _ys: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
//!         Ok(vec![&gys[0] * xs[0].cos()]) // variables, not `xs[0].data()`: that ends at order 1
//!     }
//! }
//!
//! let x = Variable::new([0.5, 2.0]);
//! gradgradcheck(|xs| Sin.call(&[&xs[0]]), &[&x])?;
//! # Ok::<(), dezero::gradcheck::Failure>(())
//! ```
//!
//! # When something is wrong
//!
//! - A NaN in a result or a gradient: [`detect_anomaly`] stops at the operation that makes the first one.
//! - A gradient of zeros: [`grad_with`] and [`Unused::Error`] say what a result does not depend on.
//! - A look at a cotangent on its way: [`Variable::register_hook`].
//! - Too much memory: [`no_grad`] where no derivative is needed, [`checkpoint`] where it is.
//!
//! # A formula as text
//!
//! [`expr::Formula`] turns text into a function of variables:
//!
//! ```
//! use dezero::{Variable, expr::Formula, grad};
//!
//! let formula = Formula::parse("x^2 * sin(y)")?;
//! let (x, y) = (Variable::new(3.0), Variable::new(0.5));
//! let z = formula.eval(&[&x, &y])?;
//! println!("{}", grad(&z, &[&y])[0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things live
//!
//! | crate | what it is |
//! | --- | --- |
//! | `dezero-array` | [`Array`]: n-dimensional arrays with NumPy's semantics |
//! | `dezero-core` | [`Variable`], the primitives, recording and differentiation |
//! | `dezero-expr` | [`expr`]: formulas |
//! | `dezero-optim` | [`optim`]: minima, fits, roots |
//! | `dezero-viz` | [`viz`]: drawings of graphs, pages, DOT; [`plot`]: functions and searches |
//! | `dezero-cli` | the command `dezero` |
//!
//! The features `expr`, `optim` and `viz`, all on by default, bring the crates of those names; `plot`, `png` and
//! `pdf`, on by default too, the plots and formats of `viz`; `korean`, letters of Hangul in them. `serde`, on by default,
//! saves and loads programs, and lets a [`Program`] stand in what one serializes. `jit` makes native
//! code of programs that are called often.

pub use dezero_compile as compile;
pub use dezero_compile::{Compile, Compiled, Program, compile};
pub use dezero_core::*;
#[cfg(feature = "viz")]
pub use dezero_viz as viz;
#[cfg(feature = "plot")]
pub use dezero_viz::plot;
#[cfg(feature = "viz")]
pub use dezero_viz::{
    Dot, Drawing, Picture, Style, Theme, dot_func, dot_var, get_dot_graph, plot_dot_graph,
};

#[cfg(feature = "expr")]
pub use dezero_expr as expr;
#[cfg(feature = "optim")]
pub use dezero_optim as optim;
