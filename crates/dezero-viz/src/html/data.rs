//! What the page knows of a diagram, as JSON that may stand in HTML.

use std::fmt::{self, Write};

use crate::diagram::{Diagram, Line};
use crate::layout::Direction;
use crate::measure::size;
use crate::svg::Placed;
use crate::text::line_height;

/// Between the text and the outline of a collapsed cluster, in points: beside and above.
const AROUND: (f64, f64) = (16.0, 10.0);

/// The size of the text under the title of a collapsed cluster, in sizes of the title.
const SMALLER: f64 = 0.9;

/// Writes the data. Nodes, edges and clusters refer to each other by position; what is empty is left out.
pub(super) fn write(json: &mut String, diagram: &Diagram, placed: &Placed<'_>) {
    let (problem, layout) = (&placed.problem, &placed.layout);
    let gap = match diagram.direction {
        Direction::Down | Direction::Up => (diagram.node_distance, diagram.rank_distance),
        Direction::Left | Direction::Right => (diagram.rank_distance, diagram.node_distance),
    };
    let mut out = Object::open(json);
    out.numbers("extent", &[layout.width, layout.height]);
    out.numbers("gap", &[gap.0, gap.1]);

    out.list("nodes", diagram.nodes.len(), |json, at| {
        let (node, measured, place) = (&diagram.nodes[at], &problem.nodes[at], layout.nodes[at]);
        let mut out = Object::open(json);
        out.text("id", &node.id);
        out.text("label", &joined(&node.label));
        out.text("tooltip", &node.tooltip);
        out.position("cluster", node.cluster);
        out.flag("hidden", node.hidden);
        out.numbers("box", &[place.0, place.1, measured.width, measured.height]);
        out.details(&node.details);
        out.close();
    });

    out.list("edges", diagram.edges.len(), |json, at| {
        let (edge, measured) = (&diagram.edges[at], &problem.edges[at]);
        let mut out = Object::open(json);
        out.position("from", Some(edge.from));
        out.position("to", Some(edge.to));
        out.text("label", &joined(&edge.label));
        out.text("tooltip", &edge.tooltip);
        out.flag("hidden", edge.hidden);
        if let Some((x, y)) = layout.edges[at].label {
            out.numbers("box", &[x, y, measured.label.0, measured.label.1]);
        }
        out.details(&edge.details);
        out.close();
    });

    out.list("clusters", diagram.clusters.len(), |json, at| {
        let (cluster, measured) = (&diagram.clusters[at], &problem.clusters[at]);
        let frame = layout.clusters[at];
        let mut out = Object::open(json);
        out.text("id", &cluster.id);
        out.text("title", &joined(&cluster.title));
        out.text("tooltip", &cluster.tooltip);
        out.position("parent", cluster.parent);
        out.numbers("frame", &[frame.x, frame.y, frame.width, frame.height]);
        out.numbers("heading", &[measured.title.0, measured.title.1]);
        out.numbers("padding", &[measured.padding]);
        if !cluster.collapsed.is_empty() {
            let font_size = cluster.font_size * SMALLER;
            let text: Vec<Line> = cluster.collapsed.lines().map(line).collect();
            let text = size(&text, font_size);
            let width = measured.title.0.max(text.0) + 2.0 * AROUND.0;
            let height = measured.title.1 + text.1 + 2.0 * AROUND.1;
            out.text("collapsed", &cluster.collapsed);
            out.flag("startsCollapsed", cluster.starts_collapsed);
            out.numbers("size", &[width, height]);
            out.numbers("font", &[font_size, line_height(cluster.font_size)]);
        }
        out.close();
    });
    out.close();
}

fn line(text: &str) -> Line {
    Line {
        text: text.to_owned(),
        ..Line::default()
    }
}

/// The text of lines in one.
fn joined(lines: &[Line]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
    lines.join(" ").trim().to_owned()
}

/// An object of JSON that is being written.
struct Object<'a> {
    json: &'a mut String,
    is_empty: bool,
}

impl<'a> Object<'a> {
    fn open(json: &'a mut String) -> Self {
        json.push('{');
        Self {
            json,
            is_empty: true,
        }
    }

    fn close(self) {
        self.json.push('}');
    }

    fn key(&mut self, key: &str) {
        if !self.is_empty {
            self.json.push(',');
        }
        self.is_empty = false;
        self.put(format_args!("\"{key}\":"));
    }

    fn put(&mut self, arguments: fmt::Arguments<'_>) {
        let written = self.json.write_fmt(arguments);
        debug_assert!(written.is_ok(), "a String takes everything");
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.key(key);
            self.put(format_args!("{}", Quoted(text)));
        }
    }

    fn flag(&mut self, key: &str, is_so: bool) {
        if is_so {
            self.key(key);
            self.json.push_str("true");
        }
    }

    fn position(&mut self, key: &str, at: Option<usize>) {
        if let Some(at) = at {
            self.key(key);
            self.put(format_args!("{at}"));
        }
    }

    /// Numbers with as many digits as can be seen; one alone is not a list.
    fn numbers(&mut self, key: &str, numbers: &[f64]) {
        self.key(key);
        let rounded = |number: f64| match (number * 10.0).round() / 10.0 {
            rounded if rounded.is_finite() && rounded != 0.0 => rounded,
            _ => 0.0,
        };
        if let [number] = numbers {
            self.put(format_args!("{}", rounded(*number)));
            return;
        }
        for (at, &number) in numbers.iter().enumerate() {
            self.json.push(if at == 0 { '[' } else { ',' });
            self.put(format_args!("{}", rounded(number)));
        }
        self.json.push(']');
    }

    fn details(&mut self, details: &[(String, String)]) {
        if details.is_empty() {
            return;
        }
        self.list("details", details.len(), |json, at| {
            let (name, value) = &details[at];
            let written = write!(json, "[{},{}]", Quoted(name), Quoted(value));
            debug_assert!(written.is_ok(), "a String takes everything");
        });
    }

    fn list(&mut self, key: &str, count: usize, item: impl Fn(&mut String, usize)) {
        self.key(key);
        self.json.push('[');
        for at in 0..count {
            if at > 0 {
                self.json.push(',');
            }
            item(self.json, at);
        }
        self.json.push(']');
    }
}

/// A string of JSON (RFC 8259, section 7) that HTML takes for text in a script: without `<`, so that no tag
/// and no comment begins or ends in it (HTML, section 4.12.1.3).
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => write!(f, "\\u{:04x}", c as u32)?,
                c if c.is_control() => write!(f, "\\u{:04x}", c as u32)?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
