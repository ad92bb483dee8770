//! Dots and marks in characters: braille patterns have two times four dots in each.

/// The first of the braille patterns, the one without dots.
const BLANK: u32 = 0x2800;

/// The bit of each dot, by row and column (The Unicode Standard, "Braille Patterns").
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Characters in rows and columns. Places are fractions: (0, 0) is the lower left corner.
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    dots: Vec<u8>,
    marks: Vec<bool>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let cells = columns * rows;
        Self {
            columns,
            rows,
            dots: vec![0; cells],
            marks: vec![false; cells],
        }
    }

    pub(super) fn dot(&mut self, x: f64, y: f64) {
        if let Some((column, row)) = place(x, y, 2 * self.columns, 4 * self.rows) {
            self.dots[row / 4 * self.columns + column / 2] |= DOTS[row % 4][column % 2];
        }
    }

    pub(super) fn mark(&mut self, x: f64, y: f64) {
        if let Some((column, row)) = place(x, y, self.columns, self.rows) {
            self.marks[row * self.columns + column] = true;
        }
    }

    /// The rows, from the top.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let cell = |(&dots, &mark): (&u8, &bool)| match (mark, dots) {
            (true, _) => 'o',
            (false, 0) => ' ',
            (false, dots) => char::from_u32(BLANK + u32::from(dots)).unwrap_or(' '),
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
        canvas.mark(0.5, 0.0);
        canvas.dot(f64::NAN, 0.5);
        canvas.mark(1.1, 0.5);
        assert_eq!(canvas.lines().collect::<Vec<_>>(), ["  ⠈", "⡀o "]);
    }
}
