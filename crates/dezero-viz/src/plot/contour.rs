//! Contours of a function of two variables: the values at which they are drawn, and their lines.

use super::axis::round_step;
use super::line::Point;

/// Values of a function on a grid of cells that fills the frame.
pub(super) struct Grid {
    columns: usize,
    rows: usize,
    /// By rows, from the lower edge of the frame.
    values: Vec<f64>,
}

/// At which values contours are drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Levels {
    /// Increasing.
    pub(super) values: Vec<f64>,
    /// The value from which heights are counted.
    pub(super) lowest: f64,
    /// Whether they are 1, 2 and 5 times powers of ten (or fewer of these) above the smallest.
    pub(super) logarithmic: bool,
}

impl Levels {
    /// No levels, of a function that has no differences to show.
    pub(super) fn none(lowest: f64) -> Self {
        Self {
            values: Vec::new(),
            lowest,
            logarithmic: false,
        }
    }
}

impl Levels {
    /// The numbers of the levels, those first that a reader looks for: whole powers of ten above the
    /// smallest value; otherwise every fifth, counted from zero; each from the top down.
    pub(super) fn by_importance(&self) -> Vec<usize> {
        let step = match self.values[..] {
            [first, second, ..] => second - first,
            _ => 1.0,
        };
        let is_round = |value: f64| {
            if self.logarithmic {
                let power = (value - self.lowest).log10();
                (power - power.round()).abs() < 1e-6
            } else {
                let count = (value / step).round();
                count % 5.0 == 0.0
            }
        };
        let mut order: Vec<usize> = (0..self.values.len()).rev().collect();
        order.sort_by_key(|&level| !is_round(self.values[level]));
        order
    }
}

/// More contours than this would be hard to tell apart.
const MOST_LEVELS: f64 = 16.0;

impl Grid {
    /// Values of `f` at the corners of `columns` times `rows` cells between (0, 0) and (1, 1).
    pub(super) fn new(columns: usize, rows: usize, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut values = Vec::with_capacity((columns + 1) * (rows + 1));
        for row in 0..=rows {
            for column in 0..=columns {
                values.push(f(column as f64 / columns as f64, row as f64 / rows as f64));
            }
        }
        Self {
            columns,
            rows,
            values,
        }
    }

    /// The smallest finite value.
    pub(super) fn smallest(&self) -> Option<f64> {
        self.finite().min_by(f64::total_cmp)
    }

    fn finite(&self) -> impl Iterator<Item = f64> {
        self.values.iter().copied().filter(|v| v.is_finite())
    }

    /// Levels that show most of the function above `lowest`: logarithmic if nine tenths of its
    /// values differ by more than a factor of 40 in height, which evenly spaced levels would leave
    /// white at the bottom.
    pub(super) fn levels(&self, lowest: f64) -> Levels {
        let mut heights: Vec<f64> = self.finite().map(|v| (v - lowest).max(0.0)).collect();
        heights.retain(|h| h.is_finite());
        heights.sort_by(f64::total_cmp);
        let Some(&top) = heights.last().filter(|&&h| h > 0.0) else {
            return Levels::none(lowest);
        };
        let at = |share: f64| heights[(share * (heights.len() - 1) as f64).round() as usize];
        // A pole would take all levels to itself.
        let most = at(0.98);
        let logarithmic = at(0.95) > 40.0 * at(0.05) && at(0.95) > 0.0;
        let mut values = if logarithmic {
            // Below this, a contour would be thinner than the cells.
            let bottom = at(0.002).max(most * 1e-12);
            logarithmic_levels(bottom, most)
                .iter()
                .map(|h| lowest + h)
                .collect()
        } else {
            linear_levels(lowest, lowest + if most > 0.0 { most } else { top })
        };
        values.dedup_by(|b, a| *b <= *a);
        Levels {
            values,
            lowest,
            logarithmic,
        }
    }

    /// The lines on which the function has the value `level`, through all cells whose corners are
    /// finite, with coordinates between 0 and 1: marching squares, the pieces joined.
    pub(super) fn contour(&self, level: f64) -> Vec<Vec<Point>> {
        let mut links = vec![[NONE; 2]; 2 * self.values.len()];
        let mut link = |a: usize, b: usize| {
            for (from, to) in [(a, b), (b, a)] {
                let slot = usize::from(links[from][0] != NONE);
                links[from][slot] = to;
            }
        };
        for row in 0..self.rows {
            for column in 0..self.columns {
                self.cell(column, row, level, &mut link);
            }
        }
        let mut lines = Vec::new();
        // Lines that end at the frame, or where the function does, first; then closed ones.
        for closed in [false, true] {
            for start in 0..links.len() {
                let ends = links[start].iter().filter(|&&to| to != NONE).count();
                if ends == 0 || (ends == 2) != closed {
                    continue;
                }
                lines.push(self.follow(start, level, &mut links));
            }
        }
        lines
    }

    /// Links the edges that the contour crosses in one cell.
    fn cell(&self, column: usize, row: usize, level: f64, link: &mut impl FnMut(usize, usize)) {
        let below = row * (self.columns + 1) + column;
        let above = below + self.columns + 1;
        let corners = [below, below + 1, above + 1, above].map(|i| self.values[i]);
        if !corners.iter().all(|v| v.is_finite()) {
            return;
        }
        // An edge is numbered by its lower or left corner: even if horizontal, odd if vertical.
        let [bottom, right, top, left] = [2 * below, 2 * (below + 1) + 1, 2 * above, 2 * below + 1];
        let high = corners.map(|v| v >= level);
        match high {
            [a, b, c, d] if a == b && b == c && c == d => {}
            [a, b, c, d] if a == b && c == d => link(left, right),
            [a, b, c, d] if a == d && b == c => link(bottom, top),
            [a, b, c, _] if a == c && a != b && high[3] == b => {
                // A saddle: the middle tells which corners are joined.
                let middle = corners.iter().map(|v| v / 4.0).sum::<f64>() >= level;
                if middle == a {
                    link(bottom, right);
                    link(left, top);
                } else {
                    link(left, bottom);
                    link(right, top);
                }
            }
            [a, b, c, _] if b == c && a != b && high[3] == b => link(left, bottom),
            [a, b, c, d] if a == c && c == d && b != a => link(bottom, right),
            [a, b, c, d] if a == b && b == d && c != a => link(right, top),
            _ => link(top, left),
        }
    }

    /// The line from an edge onwards, its links taken away.
    fn follow(&self, start: usize, level: f64, links: &mut [[usize; 2]]) -> Vec<Point> {
        let mut line = vec![self.crossing(start, level)];
        let mut edge = start;
        while let Some(slot) = links[edge].iter().position(|&to| to != NONE) {
            let next = links[edge][slot];
            links[edge][slot] = NONE;
            if let Some(back) = links[next].iter().position(|&to| to == edge) {
                links[next][back] = NONE;
            }
            line.push(self.crossing(next, level));
            edge = next;
        }
        line
    }

    /// Where a contour crosses an edge.
    fn crossing(&self, edge: usize, level: f64) -> Point {
        let corner = edge / 2;
        let horizontal = edge.is_multiple_of(2);
        let other = corner + if horizontal { 1 } else { self.columns + 1 };
        let (a, b) = (self.values[corner], self.values[other]);
        let share = ((level - a) / (b - a)).clamp(0.0, 1.0);
        let (column, row) = (corner % (self.columns + 1), corner / (self.columns + 1));
        let (x, y) = (column as f64, row as f64);
        let (x, y) = if horizontal {
            (x + share, y)
        } else {
            (x, y + share)
        };
        (x / self.columns as f64, y / self.rows as f64)
    }
}

const NONE: usize = usize::MAX;

/// 1, 2, 5, 10 ... between both ends; 1, 3, 10 ... or every power of ten if that is too many.
fn logarithmic_levels(bottom: f64, top: f64) -> Vec<f64> {
    let decades = (top / bottom).log10();
    let digits: &[f64] = match decades {
        d if 3.0 * d <= MOST_LEVELS => &[1.0, 2.0, 5.0],
        d if 2.0 * d <= MOST_LEVELS => &[1.0, 3.0],
        _ => &[1.0],
    };
    let (first, last) = (bottom.log10().floor() as i32, top.log10().ceil() as i32);
    (first..=last)
        .flat_map(|exponent| digits.iter().map(move |d| d * 10_f64.powi(exponent)))
        .filter(|level| (bottom..=top).contains(level))
        .collect()
}

/// Whole multiples of a round step above `lowest`.
fn linear_levels(lowest: f64, top: f64) -> Vec<f64> {
    let (mantissa, exponent) = round_step((top - lowest) / 12.0);
    let step = mantissa * 10_f64.powi(exponent);
    let first = (lowest / step).floor() + 1.0;
    (0..32)
        .map(|k| (first + f64::from(k)) * step)
        .take_while(|&level| level <= top)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contour_of_a_cone_is_one_closed_circle() {
        let grid = Grid::new(60, 60, |x, y| (x - 0.5).hypot(y - 0.5));
        let lines = grid.contour(0.3);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        assert!(
            lines[0]
                .iter()
                .all(|&(x, y)| ((x - 0.5).hypot(y - 0.5) - 0.3).abs() < 1e-3)
        );
    }

    #[test]
    fn what_is_not_finite_leaves_a_hole() {
        let grid = Grid::new(40, 40, |x, y| if x < 0.51 { f64::NAN } else { y });
        let lines = grid.contour(0.51);
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0]
                .iter()
                .all(|&(x, y)| x > 0.5 && (y - 0.51).abs() < 1e-12)
        );
        let empty = Grid::new(4, 4, |_, _| f64::NAN);
        assert_eq!(empty.smallest(), None);
        assert!(empty.levels(0.0).values.is_empty());
    }

    #[test]
    fn a_saddle_is_crossed_by_two_lines() {
        for sign in [1.0, -1.0] {
            let grid = Grid::new(11, 11, |x, y| sign * (x - 0.5) * (y - 0.5));
            for level in [1e-4, -1e-4] {
                assert_eq!(grid.contour(level).len(), 2);
            }
        }
    }

    #[test]
    fn levels_are_logarithmic_where_values_span_decades() {
        let bowl = Grid::new(50, 50, |x, y| (x - 0.5).powi(2) + (y - 0.5).powi(2));
        let bowl = bowl.levels(0.0);
        assert!(!bowl.logarithmic);
        let valley = Grid::new(50, 50, |x, y| {
            let (x, y) = (4.0 * x - 2.0, 4.0 * y - 1.0);
            100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
        });
        let valley = valley.levels(0.0);
        assert!(valley.logarithmic);
        for levels in [bowl, valley] {
            assert!((6..=18).contains(&levels.values.len()), "{levels:?}");
            assert!(levels.values.is_sorted_by(|a, b| a < b));
        }
    }

    #[test]
    fn levels_exist_only_where_values_differ() {
        assert!(Grid::new(3, 3, |_, _| 2.0).levels(2.0).values.is_empty());
        // One value is far above all others.
        let pole = Grid::new(50, 50, |x, y| 1.0 / (x - 0.5).hypot(y - 0.5).max(1e-9));
        let levels = pole.levels(pole.smallest().unwrap_or(0.0));
        assert!(
            levels.values.len() > 5 && levels.values[0] < 10.0,
            "{levels:?}"
        );
        // Numbers so large that steps between them are rounded away.
        assert!(
            Grid::new(9, 9, |x, _| 1e20 + x)
                .levels(1e20)
                .values
                .is_empty()
        );
    }
}
