//! Arrays as text, identical to NumPy's `str` and `repr` at its default options (NumPy 2.4): brackets,
//! columns, line breaks and summaries. How a single number is written is in `number`.

mod number;

use std::fmt;
use std::iter::repeat_n;
use std::ops::Range;

pub use number::{python_float, python_float32};

use crate::array::Array;
use crate::dtype::{DType, Element, each_dtype};
use crate::shape::{Layout, Tuple};
use number::Printed;

/// Lines are broken before this column.
const LINE_WIDTH: usize = 75;
/// Arrays of more elements are summarised...
const THRESHOLD: usize = 1000;
/// ...to this many at both ends of each axis.
const EDGE_ITEMS: usize = 3;

/// NumPy's `str`: a 0-d array as a Python number in full precision, others in brackets with 8 digits.
///
/// ```
/// use dezero_array::Array;
///
/// let x = Array::from([[1.0, 2.5], [-0.125, 1.0 / 3.0]]);
/// assert_eq!(x.to_string(), "[[ 1.          2.5       ]\n [-0.125       0.33333333]]");
/// assert_eq!(Array::from(1.0 / 3.0).to_string(), "0.3333333333333333");
/// assert_eq!(Array::from([1.0, 1e-6]).to_string(), "[1.e+00 1.e-06]");
/// ```
impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ndim() == 0 {
            return each_dtype!(self.dtype(), T => self.parts::<T>().0[0].write_scalar(f));
        }
        f.write_str(&write_elements(String::new(), self, " ", LINE_WIDTH))
    }
}

/// NumPy's `repr`, as [`Array::repr`].
impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repr())
    }
}

impl Array {
    /// NumPy's `repr`: the elements, and the shape and dtype where they do not tell them.
    ///
    /// ```
    /// use dezero_array::{Array, DType};
    ///
    /// assert_eq!(Array::from([1.0, 2.5]).repr(), "array([1. , 2.5])");
    /// assert_eq!(Array::from([true, false]).repr(), "array([ True, False])");
    /// assert_eq!(Array::zeros(&[0, 3], DType::F32)?.repr(), "array([], shape=(0, 3), dtype=float32)");
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn repr(&self) -> String {
        const PREFIX: &str = "array(";
        const SUFFIX: &str = ")";

        let width = LINE_WIDTH - SUFFIX.len();
        let mut text = write_elements(PREFIX.to_owned(), self, ", ", width);
        let (size, shape, dtype) = (self.size(), self.shape(), self.dtype());
        let mut extras = Vec::new();
        if size > THRESHOLD || (size == 0 && shape != [0]) {
            extras.push(format!("shape={}", Tuple(shape)));
        }
        if size == 0 || dtype == DType::F32 {
            extras.push(format!("dtype={dtype}"));
        }
        if !extras.is_empty() {
            text.push(',');
            let extras = extras.join(", ");
            let width = column(&text) + 1 + extras.len() + SUFFIX.len();
            if width > LINE_WIDTH {
                new_line(&mut text, PREFIX.len());
            } else {
                text.push(' ');
            }
            text.push_str(&extras);
        }
        text + SUFFIX
    }
}

/// Appends the elements in brackets; of a 0-d array the one element.
fn write_elements(mut text: String, array: &Array, separator: &str, width: usize) -> String {
    if array.is_empty() {
        return text + "[]";
    }
    each_dtype!(array.dtype(), T => {
        let (values, layout) = array.parts::<T>();
        let summarised = array.size() > THRESHOLD;
        let mut shown = Vec::new();
        collect_shown(values, layout, summarised, 0, layout.offset, &mut shown);
        let format = T::format(&shown);
        let mut elements = shown.into_iter();
        let mut write_next = |word: &mut String| {
            let element = elements.next().expect("the axes show as many as were collected");
            element.write(&format, word);
        };
        if array.ndim() == 0 {
            let mut word = String::new();
            write_next(&mut word);
            return text + word.trim_start();
        }
        let indent = column(&text) + 1;
        let brackets = Brackets { shape: &layout.shape, summarised, separator };
        brackets.write_axis(0, indent, width, &mut write_next, &mut text);
        text
    })
}

/// The elements that are shown, in that order.
fn collect_shown<T: Element>(
    values: &[T],
    layout: &Layout,
    summarised: bool,
    axis: usize,
    position: usize,
    shown: &mut Vec<T>,
) {
    if axis == layout.ndim() {
        shown.push(values[position]);
        return;
    }
    let (leading, trailing) = shown_of_axis(layout.shape[axis], summarised);
    for index in leading.chain(trailing) {
        let position = position.wrapping_add_signed(index as isize * layout.strides[axis]);
        collect_shown(values, layout, summarised, axis + 1, position, shown);
    }
}

/// The indices of an axis that are shown before the dots and after them; all are after where there are
/// no dots.
fn shown_of_axis(len: usize, summarised: bool) -> (Range<usize>, Range<usize>) {
    if summarised && len > 2 * EDGE_ITEMS {
        (0..EDGE_ITEMS, len - EDGE_ITEMS..len)
    } else {
        (0..0, 0..len)
    }
}

/// What the brackets around the elements depend on.
struct Brackets<'a> {
    shape: &'a [usize],
    summarised: bool,
    separator: &'a str,
}

impl Brackets<'_> {
    /// Writes what lies within an axis. Lines after the first begin with `indent` spaces, and all end
    /// before the column `width`. Words are those of the elements, one after the other.
    fn write_axis(
        &self,
        axis: usize,
        indent: usize,
        width: usize,
        write_next: &mut dyn FnMut(&mut String),
        text: &mut String,
    ) {
        let axes_within = self.shape.len() - axis - 1;
        let (leading, trailing) = shown_of_axis(self.shape[axis], self.summarised);
        let dots = leading.len();
        let items = leading.len() + usize::from(dots > 0) + trailing.len();
        let mut word = String::new();
        text.push('[');
        for item in 0..items {
            let is_dots = dots > 0 && item == dots;
            if axes_within == 0 {
                word.clear();
                if is_dots {
                    word.push_str(DOTS);
                } else {
                    write_next(&mut word);
                }
                if item > 0 {
                    text.push_str(self.separator);
                }
                // The last column is for a separator or a bracket.
                if column(text) > indent && column(text) + word.len() + 1 > width {
                    new_line(text, indent);
                }
                text.push_str(&word);
            } else {
                if item > 0 {
                    text.push_str(self.separator.trim_end());
                    for _ in 1..axes_within {
                        text.push('\n');
                    }
                    new_line(text, indent);
                }
                if is_dots {
                    text.push_str(DOTS);
                } else {
                    let width = width.saturating_sub(1);
                    self.write_axis(axis + 1, indent + 1, width, write_next, text);
                }
            }
        }
        text.push(']');
    }
}

const DOTS: &str = "...";

/// How many characters there are on the last line.
fn column(text: &str) -> usize {
    text.len() - text.rfind('\n').map_or(0, |end| end + 1)
}

/// Ends a line, without spaces at its end, and indents the next.
fn new_line(text: &mut String, indent: usize) {
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
    text.extend(repeat_n(' ', indent));
}
