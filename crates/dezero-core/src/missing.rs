#![allow(warnings)]
use dezero_array::*;
type R<T> = std::result::Result<T, dezero_array::Error>;
pub(crate) trait Missing {
    fn max(&self, a: Option<&[isize]>, k: bool) -> R<Array> { unimplemented!() }
    fn min(&self, a: Option<&[isize]>, k: bool) -> R<Array> { unimplemented!() }
    fn prod(&self, a: Option<&[isize]>, k: bool) -> R<Array> { unimplemented!() }
    fn argmax(&self, a: Option<isize>, k: bool) -> R<Array> { unimplemented!() }
    fn argmin(&self, a: Option<isize>, k: bool) -> R<Array> { unimplemented!() }
    fn cumsum(&self, a: isize) -> R<Array> { unimplemented!() }
    fn slice(&self, a: &[Slice]) -> R<Array> { unimplemented!() }
    fn take(&self, i: &Array, a: isize) -> R<Array> { unimplemented!() }
    fn take_along_axis(&self, i: &Array, a: isize) -> R<Array> { unimplemented!() }
    fn put_add(&self, i: &Array, a: isize, s: &Array) -> R<Array> { unimplemented!() }
    fn scatter_add(&self, i: &Array, a: isize, s: &Array) -> R<Array> { unimplemented!() }
    fn add_to_slice(i: &[usize], a: &[Slice], s: &Array) -> R<Array> { unimplemented!() }
    fn concatenate(i: &[&Array], a: isize) -> R<Array> { unimplemented!() }
    fn pad(&self, i: &[(usize,usize)], s: Scalar) -> R<Array> { unimplemented!() }
    fn matmul(&self, i: &Array) -> R<Array> { unimplemented!() }
    fn solve(&self, i: &Array) -> R<Array> { unimplemented!() }
    fn inv(&self) -> R<Array> { unimplemented!() }
    fn det(&self) -> R<Array> { unimplemented!() }
    fn slogdet(&self) -> R<(Array, Array)> { unimplemented!() }
    fn cholesky(&self) -> R<Array> { unimplemented!() }
    fn tril(&self, k: isize) -> R<Array> { unimplemented!() }
    fn triu(&self, k: isize) -> R<Array> { unimplemented!() }
    fn diag(&self, k: isize) -> R<Array> { unimplemented!() }
}
impl Missing for Array {}
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Slice { Index(isize), Range { start: Option<isize>, stop: Option<isize>, step: isize }, NewAxis, Ellipsis }
impl From<std::ops::RangeFull> for Slice { fn from(_: std::ops::RangeFull) -> Self { unimplemented!() } }
impl From<std::ops::Range<usize>> for Slice { fn from(_: std::ops::Range<usize>) -> Self { unimplemented!() } }
impl From<std::ops::RangeFrom<usize>> for Slice { fn from(_: std::ops::RangeFrom<usize>) -> Self { unimplemented!() } }
pub mod special {
    pub fn sigmoid(x: f64) -> f64 { x } pub fn softplus(x: f64) -> f64 { x } pub fn erf(x: f64) -> f64 { x } pub fn lgamma(x: f64) -> f64 { x } pub fn digamma(x: f64) -> f64 { x } pub fn polygamma(n: u32, x: f64) -> f64 { x }
}
