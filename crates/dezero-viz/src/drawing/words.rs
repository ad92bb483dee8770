//! What a drawing says in words: the titles of passes, and the graph for those who hear it.

use std::collections::BTreeSet;

use dezero_core::{Graph, Role};

use super::sketch::Sketch;

/// The passes of a graph with their titles, if there are several.
pub(super) fn passes(sketch: &Sketch, graph: &Graph) -> Vec<(usize, String)> {
    let numbers: BTreeSet<usize> = sketch.nodes.iter().map(|node| node.pass).collect();
    if numbers.len() < 2 {
        return Vec::new();
    }
    numbers
        .into_iter()
        .map(|pass| (pass, pass_title(pass, graph)))
        .collect()
}

/// `backward 2 (gives gx2)`.
pub(super) fn pass_title(pass: usize, graph: &Graph) -> String {
    if pass == 0 {
        return "forward".to_owned();
    }
    let mut given: Vec<&str> = graph
        .variables()
        .iter()
        .filter(|variable| {
            let pass_of = |creator: usize| graph.functions()[creator].pass;
            variable.creator.map(pass_of) == Some(pass)
        })
        .filter_map(|variable| variable.name.as_deref())
        .collect();
    given.sort_unstable();
    given.dedup();
    if given.is_empty() || given.len() > 3 {
        return format!("backward {pass}");
    }
    format!("backward {pass} (gives {})", given.join(", "))
}

/// `A computational graph: gx2 from x, by 8 functions.`
pub(super) fn description(graph: &Graph) -> String {
    let variables = graph.variables();
    let names = |places: Vec<usize>| {
        let mut names: Vec<&str> = places
            .into_iter()
            .filter_map(|at| variables[at].name.as_deref())
            .collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(8);
        names.join(", ")
    };
    let outputs = names(graph.outputs().to_vec());
    let is_leaf = |&at: &usize| variables[at].role == Role::Leaf;
    let leaves = names((0..variables.len()).filter(is_leaf).collect());
    let mut text = "A computational graph".to_owned();
    if !outputs.is_empty() {
        text = format!("{text}: {outputs}");
        if !leaves.is_empty() && leaves != outputs {
            text = format!("{text} from {leaves}");
        }
    }
    let count = graph.functions().len();
    let plural = if count == 1 { "" } else { "s" };
    format!("{text}, by {count} function{plural}.")
}
