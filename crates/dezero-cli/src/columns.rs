//! Text in columns, also where characters are two columns wide.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::report::Number;

/// The columns that the widest of `texts` takes.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts
        .into_iter()
        .map(UnicodeWidthStr::width)
        .max()
        .unwrap_or(0)
}

/// `text` at the left of `width` columns.
pub(crate) fn left(text: &str, width: usize) -> String {
    format!("{text}{:1$}", "", width.saturating_sub(text.width()))
}

/// `text` at the right of `width` columns.
pub(crate) fn right(text: &str, width: usize) -> String {
    format!("{:1$}{text}", "", width.saturating_sub(text.width()))
}

/// A line for each value, `  label = value`.
pub(crate) fn write_values<'a>(
    text: &mut String,
    rows: impl IntoIterator<Item = (&'a str, f64)> + Clone,
) {
    let width = widest(rows.clone().into_iter().map(|(label, _)| label));
    for (label, value) in rows {
        let _ = writeln!(text, "  {} = {}", left(label, width), Number(value));
    }
}

/// A line for each row, with a name in front, under the names of the columns.
pub(crate) fn write_matrix(
    text: &mut String,
    names: &[String],
    columns: &[String],
    rows: &[Vec<f64>],
) {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|&x| Number(x).to_string()).collect())
        .collect();
    let label = widest(names.iter().map(String::as_str));
    let width = widest(cells.iter().flatten().chain(columns).map(String::as_str));
    let line = |cells: &[String]| {
        cells
            .iter()
            .map(|cell| right(cell, width))
            .collect::<Vec<_>>()
            .join("  ")
    };
    let _ = writeln!(text, "  {}   {}", left("", label), line(columns));
    for (name, row) in names.iter().zip(&cells) {
        let _ = writeln!(text, "  {} | {}", left(name, label), line(row));
    }
}

/// A line for each row under the titles: numbers to the right, the first and the last column to the left.
pub(crate) fn write_table(text: &mut String, titles: &[&str], rows: &[Vec<String>]) {
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(i, title)| widest(rows.iter().map(|row| row[i].as_str()).chain([*title])))
        .collect();
    let last = titles.len() - 1;
    let mut line = |cells: &[&str]| {
        for (i, (cell, &width)) in cells.iter().zip(&widths).enumerate() {
            let placed = match i {
                0 => left(cell, width),
                i if i == last => (*cell).to_owned(),
                _ => right(cell, width),
            };
            let _ = write!(text, "  {placed}");
        }
        text.push('\n');
    };
    line(titles);
    for row in rows {
        line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        let width = widest(["x", "이름", "abc"]);
        assert_eq!(width, 4);
        assert_eq!(left("x", width), "x   ");
        assert_eq!(left("이름", width), "이름");
        assert_eq!(right("이", width), "  이");
        assert_eq!(right("wider than that", width), "wider than that");
    }
}
