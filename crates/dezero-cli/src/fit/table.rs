//! A CSV file: the names of its columns, and numbers from some of them.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use dezero::expr::Formula;

use crate::assignments::listed;
use crate::report::{Failure, Quoted};

/// The text of a file, and what its first line says.
#[derive(Debug)]
pub(super) struct Table {
    /// What messages call the file.
    pub(super) name: String,
    /// The names of the columns, in their order; empty for those without.
    pub(super) names: Vec<String>,
    text: String,
    delimiter: u8,
}

/// Numbers of some columns.
#[derive(Debug)]
pub(super) struct Numbers {
    /// One for each column that was asked for, all of one length.
    pub(super) columns: Vec<Vec<f64>>,
    /// Where each row stands in the file.
    pub(super) lines: Vec<usize>,
    /// The lines of rows that were left out.
    pub(super) skipped: Vec<usize>,
}

impl Table {
    /// Reads a file, or standard input where the path is `-`.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let (name, bytes) = if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut bytes);
            ("standard input".to_owned(), read.map(|_| bytes))
        } else {
            let name = path.display().to_string();
            if path.is_dir() {
                return Err(Failure::failed(format!(
                    "{name} is a directory, not a file"
                )));
            }
            (name, fs::read(path))
        };
        match bytes {
            Ok(bytes) => Self::parse(name, bytes),
            Err(error) => Err(Failure::failed(format!("{name}: {error}"))),
        }
    }

    fn parse(name: String, bytes: Vec<u8>) -> Result<Self, Failure> {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(Failure::failed(format!(
                "{name} is UTF-16; save it as UTF-8"
            )));
        }
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let end = error.utf8_error().valid_up_to();
            let line = 1 + lines_in(&String::from_utf8_lossy(&error.as_bytes()[..end]));
            Failure::failed(format!("{name}, line {line}: this is not UTF-8"))
        })?;
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        if text.contains('\r') {
            text = text.replace("\r\n", "\n").replace('\r', "\n");
        }
        let header = text
            .lines()
            .find(|line| !is_passed_over(line) && !line.trim().is_empty());
        let Some(header) = header else {
            let what = if text.trim().is_empty() {
                "is empty"
            } else {
                "has only comments"
            };
            return Err(Failure::failed(format!("{name} {what}")));
        };
        let mut table = Self {
            name,
            names: Vec::new(),
            delimiter: delimiter(header),
            text: String::new(),
        };
        let (mut header, mut reader) = (StringRecord::new(), table.reader(&text));
        while is_blank(&header) {
            if !reader
                .read_record(&mut header)
                .map_err(|error| table.unread(&error))?
            {
                break;
            }
        }
        // Messages show them.
        let shown = |name: &str| name.replace(char::is_control, "\u{fffd}");
        table.names = header.iter().map(shown).collect();
        table.text = text;
        table.check_header()?;
        Ok(table)
    }

    fn check_header(&self) -> Result<(), Failure> {
        let refuse = |message: String| Err(Failure::failed(format!("{}: {message}", self.name)));
        if self.names.iter().all(|name| name.parse::<f64>().is_ok()) {
            return refuse(
                "the first line has numbers; the names of the columns must stand there".into(),
            );
        }
        if let [name] = &self.names[..]
            && name.contains(char::is_whitespace)
        {
            return refuse(
                "only spaces are between the names in the first line; separate the columns by commas, \
                 semicolons or tabs"
                    .into(),
            );
        }
        let mut seen = HashMap::new();
        for (position, name) in self
            .names
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.is_empty())
        {
            if let Some(first) = seen.insert(name, position) {
                return refuse(format!(
                    "columns {} and {} are both called {}",
                    first + 1,
                    position + 1,
                    Quoted(name)
                ));
            }
        }
        Ok(())
    }

    /// The position of a column.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names
            .iter()
            .position(|other| other == name)
            .filter(|_| !name.is_empty())
    }

    /// The names, for messages.
    pub(super) fn listed(&self) -> String {
        let names = self.names.iter().map(String::as_str);
        listed(&names.filter(|name| !name.is_empty()).collect::<Vec<_>>())
    }

    /// A column whose name means a number in a formula, where the formula has that name: it would not be
    /// the column.
    pub(super) fn hidden_in(&self, formula: &str) -> Option<&str> {
        let mut words = formula.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.find_map(|word| {
            let position = self.position(word)?;
            let is_constant = !word.starts_with(|c: char| c.is_ascii_digit())
                && Formula::parse(word).is_ok_and(|formula| formula.variables().is_empty());
            is_constant.then(|| self.names[position].as_str())
        })
    }

    /// Whether the first row that has something in a column has a number there.
    pub(super) fn is_of_numbers(&self, column: usize) -> bool {
        let mut reader = self.reader(&self.text);
        let mut fields = reader
            .records()
            .map_while(Result::ok)
            .skip_while(is_blank)
            .skip(1)
            .filter_map(|record| record.get(column).map(str::to_owned));
        fields
            .find(|field| !is_missing(field))
            .is_some_and(|field| field.parse::<f64>().is_ok())
    }

    /// The numbers of some columns, by their positions.
    pub(super) fn numbers(&self, wanted: &[usize], skip_missing: bool) -> Result<Numbers, Failure> {
        let mut numbers = Numbers {
            columns: vec![Vec::new(); wanted.len()],
            lines: Vec::new(),
            skipped: Vec::new(),
        };
        let mut reader = self.reader(&self.text);
        let mut place = Place { byte: 0, line: 1 };
        let mut record = StringRecord::new();
        let mut is_header = true;
        loop {
            let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            if !reader
                .read_record(&mut record)
                .map_err(|error| self.unread(&error))?
            {
                break;
            }
            if is_header {
                is_header = is_blank(&record);
                continue;
            }
            let line = place.of_record(&self.text, start);
            if is_blank(&record) && self.names.len() > 1 {
                continue;
            }
            if record.len() != self.names.len() {
                return Err(Failure::failed(format!(
                    "{}, line {line}: {} where the first line names {}",
                    self.name,
                    counted(record.len(), "field"),
                    counted(self.names.len(), "column"),
                )));
            }
            let is_missing = |&column: &usize| is_missing(&record[column]);
            if skip_missing && wanted.iter().any(is_missing) {
                numbers.skipped.push(line);
                continue;
            }
            let row: Result<Vec<f64>, Failure> = wanted
                .iter()
                .map(|&column| self.number(line, column, &record[column]))
                .collect();
            match row {
                Ok(row) => {
                    numbers.lines.push(line);
                    for (column, number) in numbers.columns.iter_mut().zip(row) {
                        column.push(number);
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
        if numbers.lines.is_empty() {
            let what = if numbers.skipped.is_empty() {
                "has no rows below the names of the columns"
            } else {
                "has no row with a number in all columns that are needed"
            };
            return Err(Failure::failed(format!("{} {what}", self.name)));
        }
        Ok(numbers)
    }

    fn number(&self, line: usize, column: usize, field: &str) -> Result<f64, Failure> {
        let place = format!("{}, line {line}, column {}", self.name, self.names[column]);
        match field.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ if field.is_empty() => Err(Failure::failed(format!(
                "{place}: the number is missing\n  help: --skip-missing leaves out such rows"
            ))),
            Ok(number) if number.is_infinite() => Err(Failure::failed(format!(
                "{place}: {} is not finite",
                Quoted(field)
            ))),
            _ => {
                let with_point = field.replacen(',', ".", 1);
                let help = if with_point != field && with_point.parse::<f64>().is_ok() {
                    format!("write it with a point, {with_point}")
                } else if field.contains('\n') {
                    "a quotation mark is not closed".to_owned()
                } else if is_missing(field) {
                    "--skip-missing leaves out such rows".to_owned()
                } else {
                    "correct it, or leave the field empty and --skip-missing".to_owned()
                };
                Err(Failure::failed(format!(
                    "{place}: {} is not a number\n  help: {help}",
                    Quoted(field)
                )))
            }
        }
    }

    fn reader<'a>(&self, text: &'a str) -> csv::Reader<&'a [u8]> {
        ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .comment(Some(b'#'))
            .trim(Trim::All)
            .from_reader(text.as_bytes())
    }

    fn unread(&self, error: &csv::Error) -> Failure {
        Failure::failed(format!("{}: {error}", self.name))
    }
}

/// A place in a text that only moves forward.
struct Place {
    byte: usize,
    line: usize,
}

impl Place {
    /// The line of the record that a reader found from `start` on, where it may have passed over other lines.
    fn of_record(&mut self, text: &str, start: usize) -> usize {
        self.move_to(text, start);
        while let Some(line) = text[self.byte..].split_inclusive('\n').next() {
            if !is_passed_over(line) || !line.ends_with('\n') {
                break;
            }
            self.move_to(text, self.byte + line.len());
        }
        self.line
    }

    fn move_to(&mut self, text: &str, byte: usize) {
        self.line += lines_in(&text[self.byte..byte]);
        self.byte = byte;
    }
}

/// Whether a record is a line of spaces, or none.
fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(str::is_empty) && record.len() <= 1
}

/// Whether a line is empty or a comment.
fn is_passed_over(line: &str) -> bool {
    line.starts_with('#') || line.trim_end_matches('\n').is_empty()
}

fn lines_in(text: &str) -> usize {
    text.matches('\n').count()
}

/// What stands between the names: of comma, semicolon and tab the one that is there most often outside of
/// quotation marks.
fn delimiter(header: &str) -> u8 {
    let unquoted: String = header.split('"').step_by(2).collect();
    let count = |delimiter: u8| unquoted.bytes().filter(|&byte| byte == delimiter).count();
    // Of equals, the last is the maximum.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|&delimiter| count(delimiter))
        .unwrap_or(b',')
}

/// `1 row`, `2 rows`
/// Whether a field is one of the ways to write that there is no number.
fn is_missing(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    matches!(
        field.as_str(),
        "" | "na" | "n/a" | "nan" | "null" | "none" | "missing" | "-" | "--" | "?" | "."
    )
}

pub(super) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;

    fn table(text: &str) -> Result<Table, String> {
        Table::parse("t.csv".into(), text.as_bytes().to_vec())
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_delimiter_is_seen_in_the_names() {
        for (text, names) in [
            ("x,y\n", vec!["x", "y"]),
            ("x;y\n", vec!["x", "y"]),
            ("x\ty\n", vec!["x", "y"]),
            ("\"x, of all\";y\n", vec!["x, of all", "y"]),
            (
                "\u{feff}# a comment; with; semicolons\n\n x , y \n",
                vec!["x", "y"],
            ),
            ("  \n\nx\ty\n", vec!["x", "y"]),
            ("x\r\n1\r\n", vec!["x"]),
        ] {
            assert_eq!(table(text).unwrap().names, names, "{text}");
        }
    }

    #[test]
    fn rows_know_their_lines() {
        let text = "# from the laboratory\nx,y\n\n1,2\n# a pause\n\n3,\"4\"\n   \n\"5\n\",6\n7,8";
        for text in [
            text.to_owned(),
            text.replace('\n', "\r\n"),
            text.replace('\n', "\r"),
        ] {
            let numbers = table(&text).unwrap().numbers(&[1, 0], false).unwrap();
            assert_eq!(
                numbers.columns,
                [[2.0, 4.0, 6.0, 8.0], [1.0, 3.0, 5.0, 7.0]]
            );
            assert_eq!(numbers.lines, [4, 7, 9, 11]);
        }
    }

    #[test]
    fn rows_without_numbers_are_left_out_only_if_asked() {
        let table = table("x,y,note\n1,2,\n3,,a\n5,n/a,\n7,8,b\n").unwrap();
        let numbers = table.numbers(&[0, 1], true).unwrap();
        assert_eq!(numbers.columns, [[1.0, 7.0], [2.0, 8.0]]);
        assert_eq!((numbers.lines, numbers.skipped), (vec![2, 5], vec![3, 4]));
        let failure = table.numbers(&[0, 1], false).unwrap_err().to_string();
        assert!(
            failure.starts_with("error: t.csv, line 3, column y: the number is missing"),
            "{failure}"
        );
        // A column that is not needed may hold anything.
        assert_eq!(table.numbers(&[0], false).unwrap().lines.len(), 4);
    }

    #[test]
    fn columns_that_are_constants_of_formulas_are_seen() {
        let table = table("e,x,pi,1\n").unwrap();
        assert_eq!(table.hidden_in("a*x + e"), Some("e"));
        assert_eq!(table.hidden_in("2e1*x*exp(x)+1"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever a file holds, it is read or refused in a line.
        #[test]
        fn every_text_is_read_or_explained(text in "[xy1,;\t\"# \r\n\u{feff}é.-]{0,40}", skip in any::<bool>()) {
            let lines = text.lines().count() + text.matches('\r').count();
            let read = table(&text).and_then(|table| {
                let wanted = [0, table.names.len() - 1];
                table.numbers(&wanted, skip).map_err(|failure| failure.to_string())
            });
            match read {
                Ok(numbers) => {
                    prop_assert!(numbers.lines.iter().all(|&line| line <= lines));
                    prop_assert!(numbers.lines.is_sorted_by(|a, b| a < b));
                    prop_assert!(numbers.columns.iter().all(|column| column.len() == numbers.lines.len()));
                }
                Err(message) => {
                    prop_assert!(message.starts_with("error: t.csv"), "{message}");
                    prop_assert!(!message.replace("\n  help: ", "").contains(['\n', '\r']), "{message}");
                }
            }
        }

        /// What is written is what is read, in the lines where it stands.
        #[test]
        fn numbers_are_read_as_written(
            rows in prop::collection::vec((any::<f64>(), 0..4_usize), 1..20),
            delimiter in prop::sample::select(vec![',', ';', '\t']),
            end in prop::sample::select(vec!["\n", "\r\n"]),
        ) {
            let rows: Vec<(f64, usize)> = rows.into_iter().filter(|(x, _)| x.is_finite()).collect();
            prop_assume!(!rows.is_empty());
            let (mut text, mut line, mut lines) = (format!("x{delimiter}y{end}"), 1, Vec::new());
            for (x, before) in &rows {
                text += &["", "# no row", "", "#"][..*before].join(end);
                text += if *before > 0 { end } else { "" };
                write!(text, " {x:?} {delimiter}\"{x:e}\"{end}").unwrap();
                line += before + 1;
                lines.push(line);
            }
            let numbers = table(&text).unwrap().numbers(&[0, 1], false).unwrap();
            prop_assert_eq!(numbers.lines, lines);
            let written: Vec<f64> = rows.iter().map(|row| row.0).collect();
            prop_assert_eq!(numbers.columns, [written.clone(), written]);
        }
    }
}
