//! What Graphviz makes of the same text, in the terms of our own count.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dezero_viz::layout::{Edge, Layout, Node, Outline, Problem, Route};

/// How many seconds it may take for one graph.
const PATIENCE: &str = "60";

/// Points in an inch.
const POINTS: f64 = 72.0;

/// The time that Graphviz takes to answer, with its layout; `None` if it is not installed or does not end.
pub(crate) fn lay_out(dot: &str) -> Option<(Duration, Problem, Layout)> {
    let start = Instant::now();
    let mut child = Command::new("timeout")
        .args([PATIENCE, "dot", "-Tplain"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let text = dot.to_owned();
    let writer = thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let took = start.elapsed();
    let written = writer.join().ok()?;
    if written.is_err() || !output.status.success() {
        return None;
    }
    let (problem, layout) = read(&String::from_utf8(output.stdout).ok()?)?;
    Some((took, problem, layout))
}

/// Reads Graphviz's format "plain": inches, y upwards, splines by their control points.
fn read(plain: &str) -> Option<(Problem, Layout)> {
    let (mut problem, mut layout) = (Problem::default(), Layout::default());
    let mut places = HashMap::new();
    for line in plain.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words.get(at)?.parse::<f64>().ok().map(|x| x * POINTS);
        match *words.first()? {
            "graph" => (layout.width, layout.height) = (number(2)?, number(3)?),
            "node" => {
                places.insert(words.get(1)?.to_string(), problem.nodes.len());
                problem.nodes.push(Node {
                    width: number(4)?,
                    height: number(5)?,
                    outline: if words.contains(&"box") {
                        Outline::Box
                    } else {
                        Outline::Ellipse
                    },
                    cluster: None,
                });
                layout.nodes.push((number(2)?, layout.height - number(3)?));
            }
            "edge" => {
                let count: usize = words.get(3)?.parse().ok()?;
                let point =
                    |at: usize| Some((number(4 + 2 * at)?, layout.height - number(5 + 2 * at)?));
                let points: Option<Vec<(f64, f64)>> = (0..count).map(point).collect();
                problem.edges.push(Edge {
                    from: *places.get(*words.get(1)?)?,
                    to: *places.get(*words.get(2)?)?,
                    label: (0.0, 0.0),
                    is_free: false,
                    weight: 1.0,
                });
                layout.edges.push(Route {
                    points: points?,
                    label: None,
                });
            }
            _ => {}
        }
    }
    Some((problem, layout))
}
