//! The colours of the learner's style, by what a thing is.

use dezero_core::{Graph, Role};

use crate::diagram::{Dash, Paint, Sheet};
use crate::html::Palette;
use crate::theme::Theme;

/// What is drawn, each with colours of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Leaf,
    Named,
    Output,
    Function,
    Constant,
    /// Many functions, as one box.
    Group,
    /// An edge within a pass, from a constant, or from one pass to another.
    Edge,
    ConstantEdge,
    Across,
    Gradient,
    /// A pass, by its number.
    Pass(usize),
    /// A chain of which one link is drawn.
    Fold,
    Sheet,
}

/// Fill, outline and text.
type Colours = (&'static str, &'static str, &'static str);

/// Passes take turns with these after the first.
const BACKWARD: usize = 4;

/// The colour of what a picture is drawn on.
pub(crate) fn paper(theme: Theme) -> &'static str {
    Kind::Sheet.colours(theme).0
}

impl Kind {
    /// What a variable of a graph is drawn as.
    pub(super) fn of_variable(graph: &Graph, at: usize) -> Self {
        if graph.outputs().contains(&at) {
            return Self::Output;
        }
        match graph.variables()[at].role {
            Role::Leaf => Self::Leaf,
            Role::Constant => Self::Constant,
            Role::Result => Self::Named,
        }
    }

    /// The class in SVG and pages.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Named => "named",
            Self::Output => "output",
            Self::Function => "function",
            Self::Constant => "constant",
            Self::Group => "group",
            Self::Edge => "within",
            Self::ConstantEdge => "from-constant",
            Self::Across => "across",
            Self::Gradient => "gradient",
            Self::Pass(0) => "pass forward",
            Self::Pass(pass) => match (pass - 1) % BACKWARD {
                0 => "pass backward-1",
                1 => "pass backward-2",
                2 => "pass backward-3",
                _ => "pass backward-4",
            },
            Self::Fold => "fold",
            Self::Sheet => "sheet",
        }
    }

    pub(super) fn paint(self, theme: Theme) -> Paint {
        let (fill, stroke, text) = self.colours(theme);
        let colour = |colour: &str| (colour != "none").then(|| colour.to_owned());
        Paint {
            fill: colour(fill),
            stroke: colour(stroke),
            text: text.to_owned(),
            width: match self {
                Self::Output => 2.4,
                Self::Pass(_) => 0.8,
                Self::Edge | Self::Across | Self::ConstantEdge => 1.1,
                _ => 1.3,
            },
            dash: match self {
                Self::ConstantEdge => Dash::Dotted,
                Self::Across | Self::Fold => Dash::Dashed,
                _ => Dash::Solid,
            },
            rounded: true,
        }
    }

    pub(super) fn sheet(theme: Theme) -> Sheet {
        let (paper, _, text) = Self::Sheet.colours(theme);
        Sheet {
            paper: Some(paper.to_owned()),
            text: text.to_owned(),
        }
    }

    fn colours(self, theme: Theme) -> Colours {
        match theme {
            Theme::Light => match self {
                Self::Leaf => ("#bbf7d0", "#15803d", "#14301f"),
                Self::Named => ("#fff7ed", "#ea7a1f", "#3d2410"),
                Self::Output => ("#fde68a", "#b45309", "#3b2304"),
                Self::Function => ("#dbeafe", "#2563eb", "#172554"),
                Self::Constant => ("none", "none", "#52606d"),
                Self::Group => ("#e0e7ff", "#4f46e5", "#1e1b4b"),
                Self::Edge | Self::ConstantEdge => ("none", "#52606d", "#434f5b"),
                Self::Across => ("none", "#64748b", "#434f5b"),
                Self::Gradient => ("none", "none", "#be123c"),
                Self::Pass(0) => ("#eff6ff", "#8a9bb0", "#1f2933"),
                Self::Pass(pass) => match (pass - 1) % BACKWARD {
                    0 => ("#fef2f2", "#b79a9a", "#1f2933"),
                    1 => ("#f5f3ff", "#a39dbb", "#1f2933"),
                    2 => ("#ecfdf5", "#8fae9f", "#1f2933"),
                    _ => ("#fefce8", "#b5ad85", "#1f2933"),
                },
                Self::Fold => ("none", "#7c3aed", "#6d28d9"),
                Self::Sheet => ("#ffffff", "none", "#1f2933"),
            },
            Theme::Dark => match self {
                Self::Leaf => ("#14532d", "#4ade80", "#ecfdf5"),
                Self::Named => ("#431407", "#fb923c", "#fff7ed"),
                Self::Output => ("#713f12", "#facc15", "#fefce8"),
                Self::Function => ("#1e3a8a", "#60a5fa", "#eff6ff"),
                Self::Constant => ("none", "none", "#a9b8c9"),
                Self::Group => ("#312e81", "#818cf8", "#eef2ff"),
                Self::Edge | Self::ConstantEdge => ("none", "#94a3b8", "#b6c3d3"),
                Self::Across => ("none", "#7d8da3", "#b6c3d3"),
                Self::Gradient => ("none", "none", "#fb7185"),
                Self::Pass(0) => ("#152238", "#475a75", "#e2e8f0"),
                Self::Pass(pass) => match (pass - 1) % BACKWARD {
                    0 => ("#2a1a24", "#6b4a58", "#e2e8f0"),
                    1 => ("#221b36", "#584b78", "#e2e8f0"),
                    2 => ("#10291f", "#3c6452", "#e2e8f0"),
                    _ => ("#29240f", "#665c34", "#e2e8f0"),
                },
                Self::Fold => ("none", "#a78bfa", "#c4b5fd"),
                Self::Sheet => ("#0f172a", "none", "#e2e8f0"),
            },
        }
    }
}

/// Everything that has colours of its own.
const KINDS: [Kind; 16] = [
    Kind::Leaf,
    Kind::Named,
    Kind::Output,
    Kind::Function,
    Kind::Constant,
    Kind::Group,
    Kind::Edge,
    Kind::ConstantEdge,
    Kind::Across,
    Kind::Gradient,
    Kind::Pass(0),
    Kind::Pass(1),
    Kind::Pass(2),
    Kind::Pass(3),
    Kind::Pass(4),
    Kind::Fold,
];

/// The colours of both themes as rules of a style sheet: they are the attributes of a drawing, for a page
/// that can change its theme.
pub(super) fn rules() -> Palette {
    let mut palette = Palette::default();
    let mut rule = |selector: String, declaration: &dyn Fn(Theme) -> String| {
        let [light, dark] = [Theme::Light, Theme::Dark].map(declaration);
        palette.rules.push((selector, light, dark));
    };
    for kind in KINDS {
        let classes = kind.class().replace(' ', ".");
        let element = match kind {
            Kind::Edge | Kind::ConstantEdge | Kind::Across => "edge",
            Kind::Pass(_) | Kind::Fold => "cluster",
            _ => "node",
        };
        rule(format!(".{element}.{classes}"), &|theme| {
            let (fill, stroke, _) = kind.colours(theme);
            format!("fill: {fill}; stroke: {stroke}")
        });
        let text = format!(".{element}.{classes} > text, g.{classes} > text, text.{classes}");
        rule(text, &|theme| {
            let (.., text) = kind.colours(theme);
            format!("fill: {text}")
        });
        if element == "edge" {
            rule(format!(".edge.{classes} > .arrow"), &|theme| {
                let (_, stroke, _) = kind.colours(theme);
                format!("fill: {stroke}")
            });
        }
    }
    rule(".paper".to_owned(), &|theme| {
        let (paper, ..) = Kind::Sheet.colours(theme);
        format!("fill: {paper}")
    });
    rule(".title, .note, .legend > text".to_owned(), &|theme| {
        let (.., text) = Kind::Sheet.colours(theme);
        format!("fill: {text}")
    });
    // Last, as gradients stand in nodes and beside edges that have a colour of their own.
    rule("text.gradient".to_owned(), &|theme| {
        let (.., text) = Kind::Gradient.colours(theme);
        format!("fill: {text}")
    });
    palette
}
