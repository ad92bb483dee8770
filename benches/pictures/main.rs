//! The layout of graphs: time, crossings and faults, beside Graphviz's where it is installed.
//!
//! ```sh
//! cargo bench -p dezero-benches --bench pictures
//! ```
//!
//! The graphs are those of `crates/dezero-viz/tests/data/graphs`, drawn whole, and some of 10,000
//! nodes that are made here. Both layouts are measured by the same count, on the curves that are drawn.

mod graphviz;
mod made;

use std::fs;
use std::path::Path;
use std::time::Instant;

use dezero_viz::DotGraph;
use dezero_viz::layout::faults::{Faults, faults};
use dezero_viz::layout::{Layout, Problem, lay_out};

/// How often a graph is laid out.
const ROUNDS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--bench") // what cargo adds
        .collect();
    match arguments[..] {
        [] => table(&graphs(), ROUNDS),
        ["--smoke" | "--test"] => table(&graphs()[..2], 1),
        // A row of another suite.
        _ => {}
    }
}

fn graphs() -> Vec<(String, String)> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/dezero-viz/tests/data/graphs");
    let files = [
        "tanh2",
        "goldstein",
        "tanh5",
        "taylor-sin-47-terms",
        "residual-1k",
        "rnn-1k",
        "tanh7",
    ];
    let read = |name: &&str| {
        let path = folder.join(format!("{name}.dot"));
        let text = fs::read_to_string(path).expect("the graph is part of the project");
        ((*name).to_owned(), text)
    };
    let mut graphs: Vec<(String, String)> = files.iter().map(read).collect();
    graphs.push(("chain with skips, 10k".to_owned(), made::chain(10_000)));
    graphs.push(("layered at random, 10k".to_owned(), made::layered(10_000)));
    graphs.push(("rnn, 10k".to_owned(), made::recurrent(10_000)));
    graphs
}

fn table(graphs: &[(String, String)], rounds: usize) {
    println!(
        "{:<24} {:>6} {:>6}  {:>9} {:>19}  {:>9} {:>7} {:>7}   Graphviz: {:>9} {:>9} {:>7}",
        "graph",
        "nodes",
        "edges",
        "ms",
        "(least to most)",
        "crossings",
        "through",
        "overlap",
        "ms",
        "crossings",
        "through"
    );
    for (name, text) in graphs {
        let graph = DotGraph::read(text).expect("the graph is DOT");
        let problem = graph.problem();
        let mut times = Vec::new();
        let mut layout = Layout::default();
        for _ in 0..rounds {
            let start = Instant::now();
            layout = lay_out(&problem);
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let found = faults(&problem, &layout);
        let range = format!("({:.1} to {:.1})", times[0], times[times.len() - 1]);
        print!(
            "{name:<24} {:>6} {:>6}  {:>9.1} {range:>19}  {:>9} {:>7} {:>7}   ",
            problem.nodes.len(),
            problem.edges.len(),
            times[times.len() / 2],
            found.crossings,
            found.edges_through_nodes,
            overlaps(&problem, &found),
        );
        match graphviz::lay_out(text) {
            Some((took, problem, layout)) => {
                let found = faults(&problem, &layout);
                println!(
                    "{:>19.1} {:>9} {:>7}",
                    took.as_secs_f64() * 1e3,
                    found.crossings,
                    found.edges_through_nodes
                );
            }
            None => println!("{:>19}", "-"),
        }
    }
}

fn overlaps(problem: &Problem, found: &Faults) -> usize {
    debug_assert!(!problem.nodes.is_empty(), "there is something to count");
    found.node_overlaps + found.label_overlaps + found.cluster_overlaps
}
