//! The colours of plots, light and dark, and how the lines of several methods or functions differ.

use kuva::plot::scatter::MarkerShape;
use kuva::render::theme::Theme as KuvaTheme;

use crate::theme::Theme;

/// The colours of a theme.
#[derive(Debug)]
pub(super) struct Colours {
    /// What is drawn on.
    pub(super) paper: &'static str,
    /// Text, and what belongs to no method.
    pub(super) ink: &'static str,
    /// The frame and its ticks.
    frame: &'static str,
    /// Lines at the ticks, and what has to stay behind everything else.
    grid: &'static str,
    /// The line where a value is 0.
    pub(super) zero: &'static str,
    /// Points of data.
    pub(super) data: &'static str,
    /// What Newton's method takes a function for.
    pub(super) parabola: &'static str,
    /// The inside of the mark of a minimum.
    pub(super) gold: &'static str,
    /// Bounds of a search.
    pub(super) bound: &'static str,
    series: [&'static str; 6],
    /// From the lowest contour to the highest.
    contours: [(u8, u8, u8); 2],
    /// From the first of several approximations to the last.
    grades: [(u8, u8, u8); 3],
}

/// The series are the colours of Okabe and Ito ("Color universal design", 2008), which people with
/// any colour vision tell apart, without yellow and black.
const LIGHT: Colours = Colours {
    paper: "#ffffff",
    ink: "#1e293b",
    frame: "#64748b",
    grid: "#e8ecf1",
    zero: "#b6c0cd",
    data: "#5b6770",
    parabola: "#8a4f9e",
    gold: "#f0e442",
    bound: "#94a3b8",
    series: [
        "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
    ],
    contours: [(70, 104, 130), (190, 207, 220)],
    grades: [(236, 164, 40), (208, 64, 96), (72, 40, 140)],
};

/// The same colours made lighter, where they were dark, and told apart on a dark ground.
const DARK: Colours = Colours {
    paper: "#0f172a",
    ink: "#e2e8f0",
    frame: "#7c8ba1",
    grid: "#1f2b40",
    zero: "#4a5a73",
    data: "#b4c0cf",
    parabola: "#c9a0dc",
    gold: "#b8860b",
    bound: "#64748b",
    series: [
        "#ff8c42", "#56b4e9", "#2fc79a", "#e79cc6", "#f5c84a", "#b7c9f2",
    ],
    contours: [(140, 172, 200), (44, 62, 88)],
    grades: [(255, 226, 122), (247, 118, 110), (150, 130, 246)],
};

impl Colours {
    pub(super) fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// The colours of what kuva draws by itself.
    pub(super) fn frame(&self) -> KuvaTheme {
        KuvaTheme {
            background: self.paper.to_owned(),
            axis_color: self.frame.to_owned(),
            grid_color: self.grid.to_owned(),
            tick_color: self.frame.to_owned(),
            text_color: self.ink.to_owned(),
            legend_bg: self.paper.to_owned(),
            legend_border: self.paper.to_owned(),
            ..KuvaTheme::light()
        }
    }

    /// The colour of a contour: strong at the bottom, faint at the top, and behind the paths.
    pub(super) fn contour(&self, height: f64) -> String {
        mixed(self.contours[0], self.contours[1], height)
    }

    /// The colour of the approximation with this number among `count`.
    pub(super) fn grade(&self, number: usize, count: usize) -> String {
        let share = if count > 1 {
            2.0 * number as f64 / (count - 1) as f64
        } else {
            1.0
        };
        let [first, middle, last] = self.grades;
        if share < 1.0 {
            mixed(first, middle, share)
        } else {
            mixed(middle, last, share - 1.0)
        }
    }
}

fn mixed(low: (u8, u8, u8), high: (u8, u8, u8), share: f64) -> String {
    let mix = |low: u8, high: u8| {
        let (low, high) = (f64::from(low), f64::from(high));
        (low + share.clamp(0.0, 1.0) * (high - low)).round() as u8
    };
    format!(
        "#{:02x}{:02x}{:02x}",
        mix(low.0, high.0),
        mix(low.1, high.1),
        mix(low.2, high.2)
    )
}

pub(super) type Dash = Option<&'static str>;

const DASHES: [Dash; 4] = [None, Some("6 3.5"), Some("2 3"), Some("8 3 2 3")];
const SHAPES: [MarkerShape; 5] = [
    MarkerShape::Circle,
    MarkerShape::Square,
    MarkerShape::Triangle,
    MarkerShape::Diamond,
    MarkerShape::TriangleDown,
];

/// How the lines of one method look.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) colour: &'static str,
    pub(super) dash: Dash,
    pub(super) shape: MarkerShape,
}

impl Look {
    /// The look of the method of this number: colour, dash and mark all tell it.
    pub(super) fn of(method: usize, colours: &Colours) -> Self {
        Self {
            colour: colours.series[method % colours.series.len()],
            dash: DASHES[method % DASHES.len()],
            shape: SHAPES[method % SHAPES.len()],
        }
    }

    /// The look of a curve: full lines while there are colours, then dashed ones.
    pub(super) fn of_curve(curve: usize, colours: &Colours) -> Self {
        let round = curve / colours.series.len();
        Self {
            dash: DASHES[round % DASHES.len()],
            ..Self::of(curve, colours)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_go_from_the_first_colour_to_the_last() {
        for theme in [Theme::Light, Theme::Dark] {
            let colours = Colours::of(theme);
            let grades: Vec<String> = (0..6).map(|k| colours.grade(k, 6)).collect();
            let mut different = grades.clone();
            different.dedup();
            assert_eq!(different, grades);
            assert_eq!(
                colours.grade(5, 6),
                mixed((0, 0, 0), colours.grades[2], 1.0)
            );
            assert_eq!(colours.grade(0, 1), colours.grade(1, 3));
        }
    }

    #[test]
    fn curves_are_dashed_when_colours_run_out() {
        let look = |k| Look::of_curve(k, Colours::of(Theme::Light));
        assert_eq!(look(5).dash, None);
        assert_eq!((look(6).colour, look(6).dash), (look(0).colour, DASHES[1]));
    }
}
