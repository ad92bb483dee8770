//! The slow twin of an array, row-major numbers in a vector, and random pairs of the two.

use dezero_array::{Array, Slice};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// A shape and its elements in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Model {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

impl Model {
    /// The elements that `f` gives at each index of a shape.
    pub(crate) fn build(shape: &[usize], f: impl FnMut(&[usize]) -> f64) -> Self {
        let values = indices(shape).iter().map(Vec::as_slice).map(f).collect();
        Self {
            shape: shape.to_vec(),
            values,
        }
    }

    /// The element at an index.
    pub(crate) fn at(&self, index: &[usize]) -> f64 {
        let flat = index
            .iter()
            .zip(&self.shape)
            .fold(0, |flat, (i, len)| flat * len + i);
        self.values[flat]
    }

    /// The element that broadcasting shows at an index of a larger shape.
    pub(crate) fn at_broadcast(&self, index: &[usize]) -> f64 {
        let own = &index[index.len() - self.shape.len()..];
        let own: Vec<usize> = own
            .iter()
            .zip(&self.shape)
            .map(|(&i, &len)| if len == 1 { 0 } else { i })
            .collect();
        self.at(&own)
    }
}

/// What an array holds.
impl From<&Array> for Model {
    fn from(array: &Array) -> Self {
        Self {
            shape: array.shape().to_vec(),
            values: array.to_vec(),
        }
    }
}

/// All indices of a shape in row-major order.
pub(crate) fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for &len in shape {
        all = all
            .iter()
            .flat_map(|head| (0..len).map(move |i| [&head[..], &[i]].concat()))
            .collect();
    }
    all
}

/// Contiguous arrays of small whole numbers, with up to `ndim` axes of up to 4, some of them 0.
pub(crate) fn contiguous(ndim: usize) -> impl Strategy<Value = Array> {
    vec(prop_oneof![1 => Just(0_usize), 8 => 1..5_usize], 0..=ndim).prop_flat_map(|shape| {
        let size = shape.iter().product::<usize>();
        vec((-9..10).prop_map(f64::from), size)
            .prop_map(move |values| Array::from_vec(values, &shape).unwrap())
    })
}

/// One way to look at an array differently.
#[derive(Clone, Debug)]
pub(crate) enum View {
    Transpose(Vec<Index>),
    Slice(Index, Option<isize>, Option<isize>, isize),
    Index(Index, Index),
    Broadcast(usize, Index, usize),
    Flip(Index),
    Expand(Index),
}

pub(crate) fn view() -> impl Strategy<Value = View> {
    let index = any::<Index>;
    let bound = || proptest::option::of(-6..7_isize);
    let step = prop_oneof![-3..0_isize, 1..4_isize];
    prop_oneof![
        vec(index(), 6).prop_map(View::Transpose),
        (index(), bound(), bound(), step).prop_map(|(a, b, c, d)| View::Slice(a, b, c, d)),
        (index(), index()).prop_map(|(a, b)| View::Index(a, b)),
        (0..2_usize, index(), 1..4_usize).prop_map(|(a, b, c)| View::Broadcast(a, b, c)),
        index().prop_map(View::Flip),
        index().prop_map(View::Expand),
    ]
}

/// The view of an array and the same of its model, computed with plain index arithmetic.
pub(crate) fn look(array: &Array, model: &Model, view: &View) -> (Array, Model) {
    let ndim = array.ndim();
    let shape = &model.shape;
    match view {
        View::Transpose(keys) => {
            let mut rest: Vec<usize> = (0..ndim).collect();
            let order: Vec<usize> = (0..ndim)
                .map(|i| rest.remove(keys[i % 6].index(ndim - i)))
                .collect();
            let permuted: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
            let twin = Model::build(&permuted, |index| {
                let mut original = vec![0; ndim];
                order
                    .iter()
                    .zip(index)
                    .for_each(|(&axis, &i)| original[axis] = i);
                model.at(&original)
            });
            (array.transpose(&order).unwrap(), twin)
        }
        View::Slice(axis, start, stop, step) if ndim > 0 => {
            let axis = axis.index(ndim);
            let kept = python_range(shape[axis], *start, *stop, *step);
            let mut slices = vec![Slice::from(..); axis];
            slices.push(Slice::Range {
                start: *start,
                stop: *stop,
                step: *step,
            });
            (array.slice(&slices).unwrap(), select(model, axis, &kept))
        }
        View::Index(axis, at) if ndim > 0 && shape[axis.index(ndim)] > 0 => {
            let axis = axis.index(ndim);
            let at = at.index(shape[axis]);
            let mut twin = select(model, axis, &[at]);
            twin.shape.remove(axis);
            let from_end = at as isize - shape[axis] as isize;
            let slices = [Slice::Ellipsis, Slice::Index(from_end)].into_iter();
            let slices: Vec<Slice> = slices
                .chain(vec![Slice::from(..); ndim - 1 - axis])
                .collect();
            (array.slice(&slices).unwrap(), twin)
        }
        View::Broadcast(added, axis, len) if ndim + added < 6 => {
            let mut target = [vec![*len; *added], shape.clone()].concat();
            if ndim > 0 && shape[axis.index(ndim)] == 1 {
                target[added + axis.index(ndim)] = *len;
            }
            let twin = Model::build(&target, |index| model.at_broadcast(index));
            (array.broadcast_to(&target).unwrap(), twin)
        }
        View::Flip(axis) if ndim > 0 => {
            let axis = axis.index(ndim);
            let reversed: Vec<usize> = (0..shape[axis]).rev().collect();
            (
                array.flip(Some(&[axis as isize])).unwrap(),
                select(model, axis, &reversed),
            )
        }
        View::Expand(axis) if ndim < 5 => {
            let mut twin = model.clone();
            twin.shape.insert(axis.index(ndim + 1), 1);
            (
                array.expand_dims(axis.index(ndim + 1) as isize).unwrap(),
                twin,
            )
        }
        _ => (array.clone(), model.clone()),
    }
}

/// The given positions of an axis.
pub(crate) fn select(model: &Model, axis: usize, positions: &[usize]) -> Model {
    let mut shape = model.shape.clone();
    shape[axis] = positions.len();
    Model::build(&shape, |index| {
        let mut original = index.to_vec();
        original[axis] = positions[index[axis]];
        model.at(&original)
    })
}

/// The positions that Python's `range(len)[start:stop:step]` visits, one step at a time.
fn python_range(len: usize, start: Option<isize>, stop: Option<isize>, step: isize) -> Vec<usize> {
    let len = len as isize;
    let from_start = |bound: isize| if bound < 0 { bound + len } else { bound };
    let mut at = match start.map(from_start) {
        None if step > 0 => 0,
        None => len - 1,
        Some(start) if step > 0 => start.max(0),
        Some(start) => start.min(len - 1),
    };
    let ahead = |at: isize| match stop.map(from_start) {
        None => true,
        Some(stop) if step > 0 => at < stop,
        Some(stop) => at > stop,
    };
    let mut positions = vec![];
    while (0..len).contains(&at) && ahead(at) {
        positions.push(at as usize);
        at += step;
    }
    positions
}

/// Arrays seen through up to four views: strided, backwards, broadcast, 0-d and empty ones among them.
pub(crate) fn array(ndim: usize) -> impl Strategy<Value = Array> {
    (contiguous(ndim), vec(view(), 0..4)).prop_map(|(array, views)| {
        let model = Model::from(&array);
        let seen = views.iter().fold((array, model), |(array, model), view| {
            look(&array, &model, view)
        });
        seen.0
    })
}

/// Two arrays whose shapes broadcast: axes of the second are missing or 1 here and there, and some of
/// the first are 1.
pub(crate) fn broadcastable() -> impl Strategy<Value = (Array, Array)> {
    (
        array(3),
        vec(any::<[bool; 2]>(), 6),
        0..4_usize,
        vec(view_of_layout(), 2),
    )
        .prop_map(|(full, stretch, missing, orders)| {
            let thin = |which: usize| {
                let axes = stretch.iter().map(|thin| thin[which] && thin[0] != thin[1]);
                let slices = full
                    .shape()
                    .iter()
                    .zip(axes)
                    .map(|(&len, thin)| Slice::from(0..if thin { len.min(1) } else { len }));
                let thin = full.slice(&slices.collect::<Vec<_>>()).unwrap();
                if orders[which] {
                    thin.t().map_float(|x| x + which as f64, |x| x).t()
                } else {
                    thin.map_float(|x| x + which as f64, |x| x)
                }
            };
            let second = thin(1);
            let dropped: Vec<Slice> = (0..missing.min(full.ndim()))
                .map(|_| Slice::Index(0))
                .collect();
            (thin(0), second.slice(&dropped).unwrap_or(second))
        })
}

fn view_of_layout() -> impl Strategy<Value = bool> {
    any::<bool>()
}
