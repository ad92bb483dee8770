//! The models of the datasets, as formulas of variables.

use dezero_core::Variable;

use super::Dataset;

/// What a model predicts for the parameters `b`, of shape (p,), and the predictors, (n,) each:
/// an array of shape (n,).
pub(crate) type Model = fn(b: &Variable, x: &[Variable]) -> Variable;

/// A dataset and its model.
pub(crate) struct Problem {
    pub(crate) name: &'static str,
    pub(crate) model: Model,
}

impl Problem {
    pub(crate) fn dataset(&self) -> Dataset {
        Dataset::read(self.name)
    }

    /// The residuals of `data`, y - model, shape (n,), as a function of the parameters, shape (p,).
    pub(crate) fn residuals(&self, data: &Dataset) -> impl Fn(&Variable) -> Variable + use<> {
        let model = self.model;
        let x: Vec<_> = data
            .predictors
            .iter()
            .map(|x| Variable::constant(x.as_slice()))
            .collect();
        let y = Variable::constant(data.response.as_slice());
        // Nelson's model is one of the logarithm.
        let y = if self.name == "Nelson" { y.log() } else { y };
        move |b| &y - model(b, &x)
    }
}

/// The problems in the order of NIST's list, from the easiest level to the hardest.
pub(crate) const PROBLEMS: [Problem; 27] = [
    problem("Misra1a", saturation),
    problem("Chwirut2", decay_over_line),
    problem("Chwirut1", decay_over_line),
    problem("Lanczos3", three_exponentials),
    problem("Gauss1", two_gaussians),
    problem("Gauss2", two_gaussians),
    problem("DanWood", |b, x| {
        let [b1, b2] = parts(b);
        b1 * x[0].pow(b2)
    }),
    problem("Misra1b", |b, x| {
        let [b1, b2] = parts(b);
        b1 * (1.0 - (1.0 + b2 * &x[0] / 2.0).powf(-2.0))
    }),
    problem("Kirby2", |b, x| {
        let [b1, b2, b3, b4, b5] = parts(b);
        polynomial(&[b1, b2, b3], &x[0]) / polynomial(&[one(), b4, b5], &x[0])
    }),
    problem("Hahn1", cubic_over_cubic),
    problem("Nelson", |b, x| {
        let [b1, b2, b3] = parts(b);
        b1 - b2 * &x[0] * (-b3 * &x[1]).exp()
    }),
    problem("MGH17", |b, x| {
        let [b1, b2, b3, b4, b5] = parts(b);
        b1 + b2 * (-b4 * &x[0]).exp() + b3 * (-b5 * &x[0]).exp()
    }),
    problem("Lanczos1", three_exponentials),
    problem("Lanczos2", three_exponentials),
    problem("Gauss3", two_gaussians),
    problem("Misra1c", |b, x| {
        let [b1, b2] = parts(b);
        b1 * (1.0 - (1.0 + 2.0 * b2 * &x[0]).powf(-0.5))
    }),
    problem("Misra1d", |b, x| {
        let [b1, b2] = parts(b);
        let b2_x = b2 * &x[0];
        b1 * &b2_x / (1.0 + b2_x)
    }),
    problem("Roszman1", |b, x| {
        let [b1, b2, b3, b4] = parts(b);
        b1 - b2 * &x[0] - (b3 / (&x[0] - b4)).atan() / std::f64::consts::PI
    }),
    problem("ENSO", cycles),
    problem("MGH09", |b, x| {
        let [b1, b2, b3, b4] = parts(b);
        let squared = x[0].square();
        b1 * (&squared + &x[0] * b2) / (squared + &x[0] * b3 + b4)
    }),
    problem("Thurber", cubic_over_cubic),
    problem("BoxBOD", saturation),
    problem("Rat42", |b, x| {
        let [b1, b2, b3] = parts(b);
        b1 / (1.0 + (b2 - b3 * &x[0]).exp())
    }),
    problem("MGH10", |b, x| {
        let [b1, b2, b3] = parts(b);
        b1 * (b2 / (&x[0] + b3)).exp()
    }),
    problem("Eckerle4", |b, x| {
        let [b1, b2, b3] = parts(b);
        b1 / &b2 * (-0.5 * ((&x[0] - b3) / b2).square()).exp()
    }),
    problem("Rat43", |b, x| {
        let [b1, b2, b3, b4] = parts(b);
        b1 / (1.0 + (b2 - b3 * &x[0]).exp()).pow(1.0 / b4)
    }),
    problem("Bennett5", |b, x| {
        let [b1, b2, b3] = parts(b);
        b1 * (b2 + &x[0]).pow(-1.0 / b3)
    }),
];

const fn problem(name: &'static str, model: Model) -> Problem {
    Problem { name, model }
}

fn saturation(b: &Variable, x: &[Variable]) -> Variable {
    let [b1, b2] = parts(b);
    b1 * (1.0 - (-b2 * &x[0]).exp())
}

fn decay_over_line(b: &Variable, x: &[Variable]) -> Variable {
    let [b1, b2, b3] = parts(b);
    (-b1 * &x[0]).exp() / (b2 + b3 * &x[0])
}

fn three_exponentials(b: &Variable, x: &[Variable]) -> Variable {
    let [b1, b2, b3, b4, b5, b6] = parts(b);
    b1 * (-b2 * &x[0]).exp() + b3 * (-b4 * &x[0]).exp() + b5 * (-b6 * &x[0]).exp()
}

fn two_gaussians(b: &Variable, x: &[Variable]) -> Variable {
    let [b1, b2, b3, b4, b5, b6, b7, b8] = parts(b);
    let bell = |centre, width| (-((&x[0] - centre) / width).square()).exp();
    b1 * (-b2 * &x[0]).exp() + b3 * bell(b4, b5) + b6 * bell(b7, b8)
}

fn cubic_over_cubic(b: &Variable, x: &[Variable]) -> Variable {
    let [b1, b2, b3, b4, b5, b6, b7] = parts(b);
    polynomial(&[b1, b2, b3, b4], &x[0]) / polynomial(&[one(), b5, b6, b7], &x[0])
}

/// The yearly cycle and two of periods that are to be found.
fn cycles(b: &Variable, x: &[Variable]) -> Variable {
    let [b1, b2, b3, b4, b5, b6, b7, b8, b9] = parts(b);
    let turns = std::f64::consts::TAU * &x[0];
    let cycle = |period: Variable, cosine: Variable, sine: Variable| {
        let angle = &turns / period;
        cosine * angle.cos() + sine * angle.sin()
    };
    b1 + cycle(Variable::constant(12.0), b2, b3) + cycle(b4, b5, b6) + cycle(b7, b8, b9)
}

/// The elements of `b`, each of shape ().
fn parts<const P: usize>(b: &Variable) -> [Variable; P] {
    assert_eq!(b.shape(), [P]);
    std::array::from_fn(|i| b.get_item(i as isize))
}

fn one() -> Variable {
    Variable::constant(1.0)
}

/// The polynomial of x with these coefficients, that of x^0 first.
fn polynomial(coefficients: &[Variable], x: &Variable) -> Variable {
    coefficients
        .iter()
        .rev()
        .fold(Variable::constant(0.0), |sum, c| sum * x + c)
}
