//! Breaking cycles: the edges to turn round so that the rest has a direction.
//!
//! Depth-first search turns the edges that lead back to a node on its own path (Gansner,
//! Koutsofios, North and Vo, "A technique for drawing directed graphs", 1993, section 2.1).

/// For each arc (tail, head) whether to turn it; arcs from a node to itself are left alone.
pub(super) fn turned(nodes: usize, arcs: &[(usize, usize)]) -> Vec<bool> {
    let mut out = vec![Vec::new(); nodes];
    let mut is_entered = vec![false; nodes];
    for (at, &(tail, head)) in arcs.iter().enumerate() {
        if tail != head {
            out[tail].push(at);
            is_entered[head] = true;
        }
    }
    let mut turned = vec![false; arcs.len()];
    let mut state = vec![State::New; nodes];
    let sources = (0..nodes).filter(|&node| !is_entered[node]);
    for start in sources.chain(0..nodes) {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::OnPath;
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let Some(&arc) = out[*node].get(*next) else {
                state[*node] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let head = arcs[arc].1;
            match state[head] {
                State::OnPath => turned[arc] = true,
                State::Done => {}
                State::New => {
                    state[head] = State::OnPath;
                    path.push((head, 0));
                }
            }
        }
    }
    turned
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    OnPath,
    Done,
}

#[cfg(test)]
mod tests {
    use super::turned;

    #[test]
    fn one_edge_of_a_cycle_is_turned() {
        assert_eq!(
            turned(3, &[(0, 1), (1, 2), (2, 0), (1, 1)]),
            [false, false, true, false]
        );
    }

    #[test]
    fn a_graph_without_cycles_is_left_alone() {
        let arcs = [(3, 2), (2, 1), (1, 0), (3, 0), (3, 1)];
        assert_eq!(turned(4, &arcs), [false; 5]);
    }

    #[test]
    fn a_long_cycle_does_not_recurse() {
        let n = 200_000;
        let arcs: Vec<_> = (0..n).map(|node| (node, (node + 1) % n)).collect();
        assert_eq!(turned(n, &arcs).iter().filter(|&&turn| turn).count(), 1);
    }
}
