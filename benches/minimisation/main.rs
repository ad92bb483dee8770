//! Minimisation on the problems of Moré, Garbow and Hillstrom: evaluations of ours.
use dezero_core::Variable;
use dezero_optim::test_functions::more_garbow_hillstrom;
use dezero_optim::{Lbfgs, Method, Minimizer, NewtonTrust};

fn main() {
    let which = std::env::args().nth(1).unwrap_or_default();
    let methods: Vec<Method> = vec![
        Method::Auto,
        NewtonTrust::exact().into(),
        NewtonTrust::conjugate_gradients().into(),
        Method::Bfgs,
        Lbfgs::new().into(),
        Method::NelderMead,
    ];
    for method in methods {
        if !which.is_empty() && method.name() != which {
            continue;
        }
        println!("== {}", method);
        for (i, problem) in more_garbow_hillstrom().iter().enumerate() {
            let found = Minimizer::new(method.clone())
                .gradient_tolerance(1e-6)
                .check_curvature(false)
                .minimize(
                    |x: &Variable| problem.value(x),
                    &Variable::new(problem.start()),
                );
            match found {
                Ok(found) => println!(
                    "{:2} {:35} n={:2} {} total={:5} it={:4} f={:.10e} g={:.1e} {:?} {}",
                    i + 1,
                    problem.name(),
                    problem.dimension(),
                    if problem.is_minimum(found.value) {
                        "ok  "
                    } else {
                        "MISS"
                    },
                    found.evaluations.total(),
                    found.iterations,
                    found.value,
                    found.gradient_norm,
                    found.stop,
                    if problem.is_minimum(found.value) {
                        String::new()
                    } else {
                        format!(
                            "{:?}",
                            problem.minima().iter().map(|m| m.value).collect::<Vec<_>>()
                        )
                    }
                ),
                Err(error) => println!("{:2} {:35} ERROR {error}", i + 1, problem.name()),
            }
        }
    }
}
