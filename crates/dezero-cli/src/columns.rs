//! Text in columns, also where characters are two columns wide.

use unicode_width::UnicodeWidthStr;

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
