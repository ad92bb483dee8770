//! Arrays as bytes, to the bit, and as they lie in memory.

use dezero_array::{Array, DType, Element, Layout, Slice};

use super::file::{self, Bytes};
use super::load::Budget;
use super::unread;
use crate::error::Result;

/// An element as bytes.
trait Saved: Element {
    const SIZE: usize = size_of::<Self>();

    fn write(self, bytes: &mut Vec<u8>);

    /// From so many bytes; `None` if they are none.
    fn read(bytes: &[u8]) -> Option<Self>;
}

macro_rules! saved {
    ($($T:ty),+) => {$(
        impl Saved for $T {
            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            fn read(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self::from_le_bytes)
            }
        }
    )+};
}
saved!(f64, f32, i64);

impl Saved for bool {
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.push(self.into());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

/// Writes an array down.
pub(super) fn saved(array: &Array) -> file::Array<'static> {
    let strides = strides(array);
    let elements = match &strides {
        Some(strides) => once(array, strides),
        None => array.clone(),
    };
    let elements = match array.dtype() {
        DType::Bool => bytes::<bool>(&elements),
        DType::I64 => bytes::<i64>(&elements),
        DType::F32 => bytes::<f32>(&elements),
        DType::F64 => bytes::<f64>(&elements),
    };
    file::Array {
        dtype: array.dtype(),
        shape: array.shape().to_vec(),
        strides,
        elements: Bytes(elements.into()),
    }
}

/// The strides, where they matter and can be written down.
fn strides(array: &Array) -> Option<Vec<isize>> {
    let layout = array.placement();
    if layout.is_contiguous() {
        return None;
    }
    let again = Layout::from_strides(array.shape(), layout.strides()).ok()?;
    Some(again.strides().to_vec())
}

/// The array without repetitions along axes of stride 0.
fn once(array: &Array, strides: &[isize]) -> Array {
    let slice = |&stride: &isize| {
        if stride == 0 {
            Slice::from(..1)
        } else {
            (..).into()
        }
    };
    let slices: Vec<Slice> = strides.iter().map(slice).collect();
    array.slice(&slices).unwrap_or_else(|_| array.clone())
}

fn bytes<T: Saved>(array: &Array) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(array.size() * T::SIZE);
    for element in array.to_vec::<T>() {
        element.write(&mut bytes);
    }
    bytes
}

/// Reads what [`saved`] wrote.
pub(super) fn loaded(array: &file::Array<'_>, budget: &mut Budget) -> Result<Array> {
    budget.spend(&array.shape, array.dtype)?;
    match array.dtype {
        DType::Bool => read::<bool>(array, budget),
        DType::I64 => read::<i64>(array, budget),
        DType::F32 => read::<f32>(array, budget),
        DType::F64 => read::<f64>(array, budget),
    }
}

fn read<T: Saved>(array: &file::Array<'_>, budget: &mut Budget) -> Result<Array> {
    let shape = &array.shape;
    let failed = |error: dezero_array::Error| unread(error.to_string());
    let layout = match &array.strides {
        Some(strides) => Some(Layout::from_strides(shape, strides).map_err(failed)?),
        None => None,
    };
    let lengths: Vec<usize> = match &layout {
        Some(layout) => {
            let axes = shape.iter().zip(layout.strides());
            axes.map(|(&len, &stride)| if stride == 0 { len.min(1) } else { len })
                .collect()
        }
        None => shape.clone(),
    };
    // The budget allowed for the shape, so that this does not overflow.
    let count: usize = lengths.iter().product();
    if array.elements.0.len() != count * T::SIZE {
        return Err(unread(format!(
            "{} bytes are not the {count} elements of a constant or an input",
            array.elements.0.len()
        )));
    }
    let elements = array.elements.0.chunks_exact(T::SIZE).map(T::read);
    let elements: Option<Vec<T>> = elements.collect();
    let elements = elements.ok_or_else(|| unread("a truth value is neither 0 nor 1"))?;
    let Some(layout) = layout else {
        return Array::from_vec(elements, shape).map_err(failed);
    };
    let span = layout.span();
    budget.spend(&[span], array.dtype)?;
    let mut buffer = vec![T::default(); span];
    place(&mut buffer, &layout, &lengths, elements);
    Array::from_elements(buffer, &layout).map_err(failed)
}

/// Puts elements, in row-major order, where the layout has them.
fn place<T>(buffer: &mut [T], layout: &Layout, lengths: &[usize], elements: Vec<T>) {
    let mut index = vec![0_usize; lengths.len()];
    let mut at = layout.offset() as isize;
    for element in elements {
        buffer[at as usize] = element;
        for axis in (0..lengths.len()).rev() {
            let stride = layout.strides()[axis];
            index[axis] += 1;
            if index[axis] < lengths[axis] {
                at += stride;
                break;
            }
            at -= stride * (lengths[axis] as isize - 1);
            index[axis] = 0;
        }
    }
}
