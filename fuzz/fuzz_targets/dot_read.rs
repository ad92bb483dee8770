//! Any bytes are read as DOT or refused with a place in them; what is read can be laid out and written.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;

// The reader is no public interface. It needs the standard library alone, and so stands here as it is.
#[allow(dead_code)]
#[path = "../../crates/dezero-viz/src/diagram.rs"]
mod diagram;
#[allow(dead_code)]
#[path = "../../crates/dezero-viz/src/layout/mod.rs"]
mod layout;
#[allow(dead_code)]
#[path = "../../crates/dezero-viz/src/dot/read/mod.rs"]
mod read;

fuzz_target!(|bytes: &[u8]| {
    match read::read_bytes(bytes) {
        Ok(diagram) => check(&diagram),
        Err(error) => {
            let text = String::from_utf8_lossy(bytes);
            let lines = 1 + text.matches(['\n', '\r']).count();
            assert!((1..=lines).contains(&error.line()), "{error}");
            assert!(
                (1..=text.chars().count() + 1).contains(&error.column()),
                "{error}"
            );
            let shown = error.to_string();
            assert!(
                !shown.replacen('\n', "", 1).contains(char::is_control),
                "{shown:?}"
            );
        }
    }
});

fn check(diagram: &diagram::Diagram) {
    let (nodes, clusters) = (diagram.nodes.len(), diagram.clusters.len());
    let is_length = |length: f64| length.is_finite() && length >= 0.0;
    assert!(is_length(diagram.rank_distance) && is_length(diagram.node_distance));
    let mut ids = HashSet::new();
    for node in &diagram.nodes {
        assert!(ids.insert(&node.id) && is_id(&node.id), "{:?}", node.id);
        assert!(node.cluster.is_none_or(|cluster| cluster < clusters));
        let lengths = [
            node.font_size,
            node.least.0,
            node.least.1,
            node.margin.0,
            node.margin.1,
        ];
        assert!(lengths.into_iter().chain([node.paint.width]).all(is_length));
    }
    for edge in &diagram.edges {
        assert!(edge.from < nodes && edge.to < nodes);
        assert!(
            [
                edge.weight,
                edge.arrow_size,
                edge.font_size,
                edge.paint.width
            ]
            .into_iter()
            .all(is_length)
        );
    }
    let mut ids = HashSet::new();
    for (at, cluster) in diagram.clusters.iter().enumerate() {
        assert!(
            ids.insert(&cluster.id) && is_id(&cluster.id),
            "{:?}",
            cluster.id
        );
        assert!(cluster.parent.is_none_or(|parent| parent < at));
    }
    for (_, members) in &diagram.ranks {
        assert!(!members.is_empty() && members.iter().all(|&node| node < nodes));
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
