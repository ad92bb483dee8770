#![allow(warnings)]
pub mod special {
    pub fn sigmoid(x: f64) -> f64 { x } pub fn softplus(x: f64) -> f64 { x } pub fn erf(x: f64) -> f64 { x } pub fn lgamma(x: f64) -> f64 { x } pub fn digamma(x: f64) -> f64 { x } pub fn polygamma(n: u32, x: f64) -> f64 { x }
}
