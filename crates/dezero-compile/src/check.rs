//! Whether a program gives what its function gives, also elsewhere than where it was recorded.

use std::fmt;
use std::panic::Location;

use dezero_core::{Array, DType, Element, Tuple};

use crate::error::Error;

/// How a program is compared with its function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checks {
    /// At how many points.
    pub(crate) points: usize,
    /// How far the farthest are away.
    pub(crate) size: f64,
    /// How far, relatively, numbers may differ.
    pub(crate) tolerance: f64,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            points: 3,
            size: 2.0,
            tolerance: 0.0,
        }
    }
}

impl Checks {
    /// The inputs moved. Floats the first time a little, up or down; then far, all down, all up, and
    /// from then on each as it comes. Integers and truth values change places. A number alone cannot, and so
    /// truth values are the other ones once, and integers nearer to zero, so that indices stay in range.
    pub(crate) fn moved(&self, inputs: &[Array], check: usize) -> Vec<Array> {
        let mut random = Random(check as u64);
        let size = if check == 0 {
            self.size / 16.0
        } else {
            self.size
        };
        let float = |x: f64, random: &mut Random| {
            let step = match (check, random.next()) {
                (1, step) => -0.75 - step / 4.0,
                (2, step) => 0.75 + step / 4.0,
                (_, step) => step,
            };
            x + size * x.abs().max(1.0) * step
        };
        let moved = |x: &Array| match x.dtype() {
            DType::F64 => elements::<f64>(x, |x| float(x, &mut random)),
            DType::F32 => elements::<f32>(x, |x| float(f64::from(x), &mut random) as f32),
            DType::I64 if check == 2 => elements::<i64>(x, |x| x - x.signum()),
            DType::I64 => shuffled::<i64>(x, &mut random),
            DType::Bool if check == 1 => elements::<bool>(x, |x| !x),
            DType::Bool => shuffled::<bool>(x, &mut random),
        };
        inputs.iter().map(moved).collect()
    }

    /// Whether two numbers count as the same.
    fn same(&self, a: f64, b: f64) -> bool {
        let equal = a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
        equal || (a - b).abs() <= self.tolerance * a.abs().max(b.abs()) && self.tolerance > 0.0
    }

    /// The first difference between the outputs of a program and of its function.
    pub(crate) fn compare(&self, replayed: &[Array], called: &[Array]) -> Option<Place> {
        for (output, (a, b)) in replayed.iter().zip(called).enumerate() {
            if a.shape() != b.shape() || a.dtype() != b.dtype() {
                return Some(Place {
                    output,
                    index: None,
                    replayed: form(a),
                    called: form(b),
                });
            }
            let differs = if a.dtype() == DType::I64 {
                let (a, b) = (a.to_vec::<i64>(), b.to_vec::<i64>());
                a.iter().zip(&b).position(|(a, b)| a != b)
            } else {
                // Every f32 is an f64.
                let (a, b) = (a.to_vec::<f64>(), b.to_vec::<f64>());
                a.iter().zip(&b).position(|(&a, &b)| !self.same(a, b))
            };
            if let Some(at) = differs {
                return Some(Place {
                    output,
                    index: Some(unravel(at, a.shape())),
                    replayed: element(a, at),
                    called: element(b, at),
                });
            }
        }
        (replayed.len() != called.len()).then(|| Place {
            output: replayed.len().min(called.len()),
            index: None,
            replayed: format!("{} outputs", replayed.len()),
            called: format!("{} outputs", called.len()),
        })
    }
}

/// Where two results differ.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    output: usize,
    index: Option<Vec<usize>>,
    replayed: String,
    called: String,
}

impl Place {
    /// That the program gives an error where the function gives values.
    pub(crate) fn failed(error: &Error, called: &[Array]) -> Self {
        Self {
            output: 0,
            index: None,
            replayed: format!("an error ({error})"),
            called: called.first().map_or_else(String::new, form),
        }
    }
}

/// Where a program replays as something else than its function, and what may be the reason.
///
/// Its text says all of it.
#[derive(Clone, Debug)]
pub struct Difference {
    pub(crate) place: Place,
    pub(crate) inputs: Vec<Array>,
    pub(crate) names: Vec<Option<String>>,
    pub(crate) reads: Vec<&'static Location<'static>>,
}

impl Difference {
    /// The inputs at which they differ.
    pub fn inputs(&self) -> &[Array] {
        &self.inputs
    }

    /// The number of the output that differs.
    pub fn output(&self) -> usize {
        self.place.output
    }

    /// The element that differs; `None` if the shape or the dtype does, or the program gives an error.
    pub fn index(&self) -> Option<&[usize]> {
        self.place.index.as_deref()
    }

    /// The source lines at which the function takes values out of the record.
    pub fn reads(&self) -> &[&'static Location<'static>] {
        &self.reads
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            output,
            index,
            replayed,
            called,
        } = &self.place;
        write!(
            f,
            "compile: the program is not the function: output {output}"
        )?;
        if let Some(index) = index.as_ref().filter(|index| !index.is_empty()) {
            write!(f, " at {}", Tuple(index))?;
        }
        write!(f, " is {replayed} replayed and {called} called, with")?;
        for (i, (x, name)) in self.inputs.iter().zip(&self.names).enumerate() {
            let name = name.clone().unwrap_or_else(|| format!("input {i}"));
            write!(f, "\n  {name} = {}", summary(x))?;
        }
        f.write_str("\nA recording holds the one way that the function went. ")?;
        if self.reads.is_empty() {
            return f.write_str(
                "What is not recorded is a constant to it: random numbers, a state that the function changes, \
                 gradients that a plain `backward` left.",
            );
        }
        f.write_str("The function took values out of it, which are constants to the program, at")?;
        for line in &self.reads {
            write!(f, "\n  {}:{}:{}", line.file(), line.line(), line.column())?;
        }
        f.write_str(
            "\nIn place of an `if` on such a value, `where_`, `maximum` and `clip` choose by values of each call.",
        )
    }
}

/// A number of an array as text.
fn element(x: &Array, at: usize) -> String {
    match x.dtype() {
        DType::Bool => x.to_vec::<bool>()[at].to_string(),
        DType::I64 => x.to_vec::<i64>()[at].to_string(),
        DType::F32 => format!("{:?}", x.to_vec::<f32>()[at]),
        DType::F64 => format!("{:?}", x.to_vec::<f64>()[at]),
    }
}

/// An array as text on one line: all of its numbers, if they are few.
pub(crate) fn summary(x: &Array) -> String {
    const MOST: usize = 6;
    if x.ndim() == 0 {
        return element(x, 0);
    }
    let shown = x.size().min(MOST);
    let numbers: Vec<String> = (0..shown).map(|at| element(x, at)).collect();
    let rest = if x.size() > MOST { ", ..." } else { "" };
    format!("{} [{}{rest}]", form(x), numbers.join(", "))
}

/// The dtype and shape of an array as text.
fn form(x: &Array) -> String {
    format!("{}{:?}", short(x.dtype()), x.shape())
}

/// The dtype as Rust calls it.
pub(crate) fn short(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "bool",
        DType::I64 => "i64",
        DType::F32 => "f32",
        DType::F64 => "f64",
    }
}

fn unravel(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (index, &length) in index.iter_mut().zip(shape).rev() {
        *index = at % length;
        at /= length;
    }
    index
}

fn elements<T: Element>(x: &Array, f: impl FnMut(T) -> T) -> Array {
    let values = x.to_vec::<T>().into_iter().map(f).collect();
    shaped(values, x)
}

fn shuffled<T: Element>(x: &Array, random: &mut Random) -> Array {
    let mut values = x.to_vec::<T>();
    for i in (1..values.len()).rev() {
        let j = (random.bits() % (i as u64 + 1)) as usize;
        values.swap(i, j);
    }
    shaped(values, x)
}

fn shaped<T: Element>(values: Vec<T>, like: &Array) -> Array {
    Array::from_vec(values, like.shape()).expect("as many elements as before")
}

/// Numbers that look random: `SplitMix64`, of G. Steele, D. Lea and C. Flood, "Fast splittable
/// pseudorandom number generators" (2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Between -1 and 1.
    fn next(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}
