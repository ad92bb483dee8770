//! Panels in characters, for a terminal: braille patterns have two times four dots in each.
//!
//! Several lines are told apart by letters on them, which the legend explains, so that neither
//! colours nor a large screen are needed.

use std::fmt::Write;

use kuva::plot::scatter::MarkerShape;

use super::axis::Axis;
use super::line::Point;
use super::panel::{Entry, Panel, SIZE, Shape, Stroke, one_line};

/// The first of the braille patterns, the one without dots.
const BLANK: u32 = 0x2800;

/// The bit of each dot, by row and column (The Unicode Standard, "Braille Patterns").
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Columns from one letter of a line to the next.
const LETTERS_APART: usize = 22;

impl Panel {
    /// The panel in `width` columns and `height` rows, but never fewer than 24 and 8; title and legend
    /// may take more.
    pub(super) fn to_text(&self, width: usize, height: usize) -> String {
        let letters = self.letters();
        let legend = self.legend_text(&letters, width.max(24));
        let rows = height
            .max(8)
            .saturating_sub(4 + legend.lines().count())
            .max(4);
        let ticks = ticks(&self.y, rows);
        let name = one_line(&self.y.name, 60);
        let room = ticks.iter().map(|(_, label)| label.chars().count()).max();
        let room = room.unwrap_or(0);
        let columns = width.max(24).saturating_sub(room + 1).max(8);

        let mut text = String::new();
        if !self.title.is_empty() {
            let _ = writeln!(text, "{}", one_line(&self.title, 400));
        }
        let _ = writeln!(text, "{}", format!("{:>room$} {name}", "").trim_end());
        for (row, line) in self.canvas(columns, rows, &letters).lines().enumerate() {
            let label = ticks.iter().find(|(at, _)| *at == rows - 1 - row);
            let (label, edge) = label.map_or(("", '│'), |(_, label)| (label.as_str(), '┤'));
            text += format!("{label:>room$}{edge}{line}").trim_end();
            text.push('\n');
        }
        self.write_x(&mut text, room, columns);
        text += &legend;
        text
    }

    /// The x axis: its line, the numbers below, and its name between them.
    fn write_x(&self, text: &mut String, room: usize, columns: usize) {
        let mut line = vec!['─'; columns];
        let mut labels = vec![' '; columns];
        let mut free = 0;
        let name = one_line(&self.x.name, columns / 3);
        let length = name.chars().count();
        let at = columns.saturating_sub(length);
        for (column, label) in ticks(&self.x, columns) {
            let count = label.chars().count();
            let begin = column
                .saturating_sub(count / 2)
                .min(columns - count.min(columns));
            // Not into the label before, nor into the name at the end.
            if begin >= free && begin + count < at {
                line[column] = '┬';
                for (i, c) in label.chars().enumerate() {
                    labels[begin + i] = c;
                }
                free = begin + count + 1;
            }
        }
        for (i, c) in name.chars().enumerate().take(columns - at) {
            labels[at + i] = c;
        }
        let line: String = line.into_iter().collect();
        let labels: String = labels.into_iter().collect();
        let _ = writeln!(text, "{:>room$}└{line}", "");
        let _ = writeln!(text, "{}", format!("{:>room$} {labels}", "").trim_end());
    }

    /// Which entries of the legend have a letter: the lines, if there are several.
    fn letters(&self) -> Vec<Option<char>> {
        let lines = self
            .legend
            .iter()
            .filter(|entry| entry.mark.is_none())
            .count();
        let mut letters = 'a'..='z';
        let letter = |entry: &Entry| {
            let is_one = lines > 1 && entry.mark.is_none();
            if is_one { letters.next() } else { None }
        };
        self.legend.iter().map(letter).collect()
    }

    /// The legend, if there is something to tell apart, in lines of at most so many columns.
    fn legend_text(&self, letters: &[Option<char>], width: usize) -> String {
        let mut text = String::new();
        if self.legend.len() < 2 {
            return text;
        }
        let mut column = 0;
        for (entry, letter) in self.legend.iter().zip(letters) {
            let symbol = match (entry.mark, letter) {
                (Some(mark), _) => symbol(mark),
                (None, Some(letter)) => *letter,
                (None, None) => '⠒',
            };
            let part = format!("{symbol} {}", entry.label);
            let length = part.chars().count();
            if column > 0 && column + 3 + length > width {
                text.push('\n');
                column = 0;
            }
            let gap = if column > 0 { "   " } else { "" };
            text += gap;
            text += &part;
            column += gap.len() + length;
        }
        text.push('\n');
        text
    }

    fn canvas(&self, columns: usize, rows: usize, letters: &[Option<char>]) -> Canvas {
        let mut canvas = Canvas::new(columns, rows);
        // What is not in the legend is behind what is.
        let paper = self.colours.paper;
        let entry_of = |stroke: &Stroke| {
            let is_it = |entry: &Entry| {
                let same = entry.colour == stroke.colour && entry.dash == stroke.dash;
                entry.mark.is_none() && same
            };
            self.legend.iter().position(is_it)
        };
        let mut named: Vec<Canvas> = Vec::new();
        named.resize_with(letters.len(), || Canvas::new(columns, rows));
        for shape in &self.shapes {
            if let Shape::Line(points, stroke) = shape
                && stroke.colour != paper
                && stroke.colour != self.colours.zero
            {
                canvas.line(points);
                if let Some(entry) = entry_of(stroke) {
                    named[entry].line(points);
                }
            }
        }
        let count = letters.iter().flatten().count().max(1);
        let lettered = named.iter().zip(letters);
        let lettered = lettered.filter_map(|(line, letter)| letter.map(|letter| (line, letter)));
        for (number, (line, letter)) in lettered.enumerate() {
            let apart = LETTERS_APART.max(3 * count);
            let first = 2 + number * apart / count;
            for column in (first..columns).step_by(apart) {
                canvas.letter(line, column, letter);
            }
        }
        for shape in &self.shapes {
            if let Shape::Marks(points, mark, _) = shape {
                for &(x, y) in points {
                    canvas.mark(x / SIZE.0, y / SIZE.1, symbol(*mark));
                }
            }
        }
        canvas
    }
}

/// The character of a mark.
fn symbol(mark: MarkerShape) -> char {
    match mark {
        MarkerShape::Circle => 'o',
        MarkerShape::Square => '#',
        MarkerShape::Triangle => '^',
        MarkerShape::Diamond => '%',
        MarkerShape::TriangleDown => 'v',
        MarkerShape::Star => '*',
        _ => '+',
    }
}

/// The ticks of an axis that has so many cells: in which cell each is, and its label.
fn ticks(axis: &Axis, cells: usize) -> Vec<(usize, String)> {
    let (low, high) = axis.ends();
    let (first, last) = (low.ceil() as i64, high.floor() as i64);
    let ticks = (first..=last).take(64).map(|step| {
        let share = (step as f64 - low) / (high - low);
        let cell = (share * cells as f64) as usize;
        (cell.min(cells - 1), axis.tick(step as f64))
    });
    ticks.collect()
}

/// Characters in rows and columns. Places are fractions: (0, 0) is the lower left corner.
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    dots: Vec<u8>,
    marks: Vec<Option<char>>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let cells = columns * rows;
        Self {
            columns,
            rows,
            dots: vec![0; cells],
            marks: vec![None; cells],
        }
    }

    /// A line through pixels of the frame.
    fn line(&mut self, points: &[Point]) {
        let share = |p: Point| (p.0 / SIZE.0, p.1 / SIZE.1);
        for pair in points.windows(2) {
            let (a, b) = (share(pair[0]), share(pair[1]));
            let across = (b.0 - a.0).abs() * 2.0 * self.columns as f64;
            let up = (b.1 - a.1).abs() * 4.0 * self.rows as f64;
            let steps = (2.0 * across.max(up)).ceil().clamp(1.0, 1e4) as usize;
            for i in 0..=steps {
                let t = i as f64 / steps as f64;
                self.dot(a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
            }
        }
    }

    fn dot(&mut self, x: f64, y: f64) {
        if let Some((column, row)) = place(x, y, 2 * self.columns, 4 * self.rows) {
            self.dots[row / 4 * self.columns + column / 2] |= DOTS[row % 4][column % 2];
        }
    }

    fn mark(&mut self, x: f64, y: f64, mark: char) {
        if let Some((column, row)) = place(x, y, self.columns, self.rows) {
            self.marks[row * self.columns + column] = Some(mark);
        }
    }

    /// Puts a letter on a line, in this column or one of the next, where there is room for it.
    fn letter(&mut self, line: &Canvas, column: usize, letter: char) {
        let (columns, rows) = (self.columns, self.rows);
        let cells = (column..columns.min(column + 5))
            .flat_map(|column| (0..rows).map(move |row| row * columns + column));
        // Where no other line is, best of all.
        let mut cells: Vec<usize> = cells
            .filter(|&cell| line.dots[cell] != 0 && self.marks[cell].is_none())
            .collect();
        cells.sort_by_key(|&cell| self.dots[cell] != line.dots[cell]);
        if let Some(&cell) = cells.first() {
            self.marks[cell] = Some(letter);
        }
    }

    /// The rows, from the top.
    fn lines(&self) -> impl Iterator<Item = String> {
        let cell = |(&dots, &mark): (&u8, &Option<char>)| match (mark, dots) {
            (Some(mark), _) => mark,
            (None, 0) => ' ',
            (None, dots) => char::from_u32(BLANK + u32::from(dots)).unwrap_or(' '),
        };
        let rows = self
            .dots
            .chunks(self.columns)
            .zip(self.marks.chunks(self.columns));
        rows.map(move |(dots, marks)| dots.iter().zip(marks).map(cell).collect())
    }
}

/// The cell of a place, counted from the upper left corner; none for a place outside.
fn place(x: f64, y: f64, columns: usize, rows: usize) -> Option<(usize, usize)> {
    if !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y) {
        return None;
    }
    let column = (x * columns as f64) as usize;
    let row = ((1.0 - y) * rows as f64) as usize;
    Some((column.min(columns - 1), row.min(rows - 1)))
}

#[cfg(test)]
mod tests {
    use super::Canvas;

    #[test]
    fn dots_stand_where_they_belong() {
        let mut canvas = Canvas::new(3, 2);
        canvas.dot(0.0, 0.0);
        canvas.dot(1.0, 1.0);
        canvas.mark(0.5, 0.0, 'o');
        canvas.dot(f64::NAN, 0.5);
        canvas.mark(1.1, 0.5, 'o');
        assert_eq!(canvas.lines().collect::<Vec<_>>(), ["  ⠈", "⡀o "]);
    }
}
