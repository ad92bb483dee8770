//! The physics-informed network of row J7, and the step written out by hand: values, first and summed
//! second derivatives go up through the layers together, and the gradient comes back by the chain rule.

use ndarray::{Array2, Axis};

const WIDTHS: [usize; 5] = [2, 50, 50, 50, 1];
const POINTS: usize = 1000;

pub(crate) struct Network {
    /// Weights and biases.
    pub(crate) layers: Vec<(Array2<f64>, Array2<f64>)>,
}

/// Numbers between -1 and 1 that look random.
fn scattered(rows: usize, columns: usize, seed: f64) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        let x = ((i * 131 + j * 71) as f64 * 12.9898 + seed).sin() * 43_758.545_3;
        2.0 * (x - x.floor()) - 1.0
    })
}

pub(crate) fn points() -> Array2<f64> {
    scattered(POINTS, 2, 0.5)
}

pub(crate) fn source(points: &Array2<f64>) -> Array2<f64> {
    points
        .map_axis(Axis(1), |x| (3.0 * x[0]).sin() * (3.0 * x[1]).sin())
        .insert_axis(Axis(1))
}

pub(crate) fn array(x: &Array2<f64>) -> dezero_core::Array {
    let values: Vec<f64> = x.iter().copied().collect();
    dezero_core::Array::from_vec(values, x.shape()).expect("as many values as the shape says")
}

/// What a layer makes of its input, for the way back.
struct Passed {
    /// The input of the layer: value, first derivatives, Laplacian.
    input: (Array2<f64>, [Array2<f64>; 2], Array2<f64>),
    h: Array2<f64>,
    z1: [Array2<f64>; 2],
    zl: Array2<f64>,
}

impl Network {
    pub(crate) fn new() -> Self {
        let layers = WIDTHS
            .windows(2)
            .enumerate()
            .map(|(i, w)| {
                let scale = (1.0 / w[0] as f64).sqrt();
                (
                    scattered(w[0], w[1], i as f64) * scale,
                    scattered(1, w[1], 9.0 + i as f64) * 0.1,
                )
            })
            .collect();
        Self { layers }
    }

    /// The loss, and its gradients by the weights.
    pub(crate) fn step(
        &self,
        points: &Array2<f64>,
        source: &Array2<f64>,
    ) -> (f64, Vec<Array2<f64>>) {
        let zeros = Array2::zeros(points.raw_dim());
        let unit = |d: usize| {
            let mut e = zeros.clone();
            e.column_mut(d).fill(1.0);
            e
        };
        let mut state = (points.clone(), [unit(0), unit(1)], zeros.clone());
        let (last, hidden) = self.layers.split_last().expect("layers");
        let mut passed = Vec::new();
        for (w, b) in hidden {
            let mut z = state.0.dot(w);
            z += b;
            let z1 = [state.1[0].dot(w), state.1[1].dot(w)];
            let zl = state.2.dot(w);
            let h = z.mapv(f64::tanh);
            let (mut h1, mut hl) = ([z1[0].clone(), z1[1].clone()], zl.clone());
            ndarray::Zip::from(&mut hl)
                .and(&h)
                .and(&z1[0])
                .and(&z1[1])
                .for_each(|l, &h, &a, &b| {
                    let s = 1.0 - h * h;
                    *l = s * *l - 2.0 * h * s * (a * a + b * b);
                });
            for h1 in &mut h1 {
                ndarray::Zip::from(h1)
                    .and(&h)
                    .for_each(|a, &h| *a *= 1.0 - h * h);
            }
            let next = (h.clone(), h1, hl);
            passed.push(Passed {
                input: std::mem::replace(&mut state, next),
                h,
                z1,
                zl,
            });
        }
        let rest = state.2.dot(&last.0) + source;
        let n = rest.len() as f64;
        let loss = rest.iter().map(|r| r * r).sum::<f64>() / n;
        let g = rest.mapv(|r| 2.0 * r / n);
        let mut gradients = vec![state.2.t().dot(&g)];
        let mut gl = g.dot(&last.0.t());
        let mut g0 = Array2::<f64>::zeros(gl.raw_dim());
        let mut g1 = [g0.clone(), g0.clone()];
        for (i, ((w, _), passed)) in hidden.iter().zip(&passed).enumerate().rev() {
            let Passed { input, h, z1, zl } = passed;
            for at in 0..h.len() {
                let (row, column) = (at / h.ncols(), at % h.ncols());
                let at = (row, column);
                let (h, a, b, l) = (h[at], z1[0][at], z1[1][at], zl[at]);
                let (s, q) = (1.0 - h * h, a * a + b * b);
                let (ga, gb, gll) = (g1[0][at], g1[1][at], gl[at]);
                let gs = l * gll - 2.0 * h * q * gll + ga * a + gb * b;
                let gh = g0[at] - 2.0 * s * q * gll - 2.0 * h * gs;
                g0[at] = s * gh;
                g1[0][at] = s * ga - 4.0 * h * s * a * gll;
                g1[1][at] = s * gb - 4.0 * h * s * b * gll;
                gl[at] = s * gll;
            }
            let mut gw =
                input.0.t().dot(&g0) + input.1[0].t().dot(&g1[0]) + input.1[1].t().dot(&g1[1]);
            gw += &input.2.t().dot(&gl);
            gradients.push(gw);
            if i > 0 {
                let back = w.t();
                g0 = g0.dot(&back);
                g1 = [g1[0].dot(&back), g1[1].dot(&back)];
                gl = gl.dot(&back);
            }
        }
        gradients.reverse();
        (loss, gradients)
    }
}
