//! What minimisation takes: evaluations on the problems of Moré, Garbow and Hillstrom, beside SciPy's, and
//! time and memory in many dimensions.
//!
//! ```sh
//! cargo bench -p dezero-benches --bench minimisation           # evaluations
//! cargo bench -p dezero-benches --bench minimisation -- large  # time and memory
//! ```
//!
//! SciPy's figures are in `benches/scipy/scipy.csv`, with the program that makes them.

mod large;
mod problems;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--bench") // what cargo adds
        .collect();
    match arguments[..] {
        ["large"] => large::table(),
        ["large", which] => large::one(which),
        ["--smoke" | "--test"] => {
            problems::table();
            large::smoke();
        }
        [] => problems::table(),
        // A row of the other suite.
        _ => {}
    }
}
