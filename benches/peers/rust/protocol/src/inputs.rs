//! The numbers that every peer starts from; `python/inputs.py` has the same.

pub const STEPS: usize = 1000;
pub const LR: f64 = 0.001;
pub const NEWTON_STEPS: usize = 8;
pub const ORDER: usize = 10;
pub const CHAIN: usize = 300_000;
pub const FACTOR: f64 = 0.999;
pub const SUMMAND: f64 = 0.001;
pub const DENSE: usize = 1000;
pub const LONG: usize = 1_000_000;
pub const OPS: usize = 1000;
pub const A: [f64; 8] = [0.5, 1.5, -2.0, 3.0, 0.25, -1.0, 4.0, 0.125];
pub const B: [f64; 8] = [2.0, -0.5, 1.0, 0.75, 8.0, 3.0, -1.5, 6.0];
pub const WIDTHS: [usize; 5] = [2, 50, 50, 50, 1];
pub const POINTS: usize = 1000;

/// Where the Hessians of the Rosenbrock function are taken.
pub fn start(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.5 + (i % 7) as f64 * 0.1).collect()
}

/// What row J9 is computed of.
pub fn line(n: usize) -> Vec<f64> {
    (0..n).map(|i| -1.0 + 4.0 * i as f64 / n as f64).collect()
}

/// Values, row by row.
pub struct Matrix {
    pub shape: [usize; 2],
    pub values: Vec<f64>,
}

/// Numbers between -1 and 1 that look random, times `scale`.
fn scattered(shape: [usize; 2], seed: f64, scale: f64) -> Matrix {
    let number = |at: usize| {
        let (i, j) = (at / shape[1], at % shape[1]);
        let x = ((i * 131 + j * 71) as f64 * 12.9898 + seed).sin() * 43_758.545_3;
        (2.0 * (x - x.floor()) - 1.0) * scale
    };
    let values = (0..shape[0] * shape[1]).map(number).collect();
    Matrix { shape, values }
}

/// Weights and biases of row J7, layer by layer.
pub fn network() -> Vec<[Matrix; 2]> {
    let layer = |(i, w): (usize, &[usize])| {
        let scale = (1.0 / w[0] as f64).sqrt();
        [
            scattered([w[0], w[1]], i as f64, scale),
            scattered([1, w[1]], 9.0 + i as f64, 0.1),
        ]
    };
    WIDTHS.windows(2).enumerate().map(layer).collect()
}

pub fn points() -> Matrix {
    scattered([POINTS, 2], 0.5, 1.0)
}

pub fn source(points: &Matrix) -> Matrix {
    let at = |x: &[f64]| (3.0 * x[0]).sin() * (3.0 * x[1]).sin();
    Matrix {
        shape: [POINTS, 1],
        values: points.values.chunks(2).map(at).collect(),
    }
}

/// What is compared of a Hessian of `DENSE` rows, row by row.
pub fn corners(h: &[f64]) -> Vec<f64> {
    let at = |i: usize, j: usize| h[i * DENSE + j];
    PLACES.map(|(i, j)| at(i, j)).to_vec()
}

/// Rows and columns of what is compared of a Hessian.
pub const PLACES: [(usize, usize); 5] = [
    (0, 0),
    (0, 1),
    (1, 0),
    (DENSE - 1, DENSE - 1),
    (DENSE / 2, DENSE / 2),
];

/// What is compared of a long vector.
pub fn ends(v: &[f64]) -> [f64; 3] {
    [v[0], v[v.len() / 2], v[v.len() - 1]]
}
