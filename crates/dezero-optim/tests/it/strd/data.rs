//! A dataset, read from the file in the form in which NIST publishes it.

use std::fs;
use std::path::Path;

/// How hard NIST finds the problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Lower,
    Average,
    Higher,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub(crate) struct Dataset {
    pub(crate) name: String,
    pub(crate) level: Level,
    /// The start far from the solution, then the one near it.
    pub(crate) starts: [Vec<f64>; 2],
    /// The certified estimates of the parameters.
    pub(crate) certified: Vec<f64>,
    /// The certified standard deviations of these estimates.
    pub(crate) deviations: Vec<f64>,
    pub(crate) residual_sum_of_squares: f64,
    /// The root of the sum of squares over the degrees of freedom, n - p.
    pub(crate) residual_deviation: f64,
    /// One column for each predictor.
    pub(crate) predictors: Vec<Vec<f64>>,
    pub(crate) response: Vec<f64>,
    /// The number of observations that the file declares.
    pub(crate) observations: usize,
}

impl Dataset {
    /// Reads `name` from `tests/data/nist-strd`.
    ///
    /// # Panics
    /// Where the file is missing or is not of NIST's form.
    pub(crate) fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/nist-strd")
            .join(name)
            .with_extension("dat");
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::parse(&text).unwrap_or_else(|what| panic!("{name} has no {what}"))
    }

    /// The dataset, or what is missing.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let after = |label: &'static str| {
            text.lines()
                .find_map(|line| line.trim_start().strip_prefix(label))
                .map(str::trim)
                .ok_or(label)
        };
        let level = ["Lower", "Average", "Higher"]
            .into_iter()
            .zip([Level::Lower, Level::Average, Level::Higher])
            .find(|(word, _)| text.contains(&format!("{word} Level of Difficulty")))
            .map(|(_, level)| level)
            .ok_or("level of difficulty")?;
        let [first, second, certified, deviations] = columns(&parameters(text)?);
        // The first line that starts with this word describes the data, the second heads them.
        let rows = text
            .lines()
            .skip_while(|line| !line.starts_with("Data:"))
            .skip(1)
            .skip_while(|line| !line.starts_with("Data:"))
            .skip(1)
            .filter(|line| !line.trim().is_empty());
        let mut response = Vec::new();
        let mut predictors: Vec<Vec<f64>> = Vec::new();
        for row in rows {
            let row = numbers(row).ok_or("row of numbers")?;
            let [y, xs @ ..] = row.as_slice() else {
                return Err("response");
            };
            if response.is_empty() {
                predictors.resize(xs.len(), Vec::new());
            } else if predictors.len() != xs.len() {
                return Err("equal number of columns in each row");
            }
            response.push(*y);
            for (column, x) in predictors.iter_mut().zip(xs) {
                column.push(*x);
            }
        }
        Ok(Self {
            name: after("Dataset Name:")?
                .split_whitespace()
                .next()
                .ok_or("name")?
                .to_owned(),
            level,
            starts: [first, second],
            certified,
            deviations,
            residual_sum_of_squares: parsed(after("Residual Sum of Squares:")?)?,
            residual_deviation: parsed(after("Residual Standard Deviation:")?)?,
            predictors,
            response,
            observations: parsed(after("Number of Observations:")?)?,
        })
    }
}

/// The lines `b1 = start start certified deviation`.
fn parameters(text: &str) -> Result<Vec<[f64; 4]>, &'static str> {
    let rows: Option<Vec<[f64; 4]>> = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('b')?.split_once(" ="))
        .filter(|(index, _)| index.parse::<usize>().is_ok())
        .map(|(_, row)| numbers(row)?.try_into().ok())
        .collect();
    match rows {
        Some(rows) if !rows.is_empty() => Ok(rows),
        _ => Err("table of parameters"),
    }
}

fn columns(rows: &[[f64; 4]]) -> [Vec<f64>; 4] {
    [0, 1, 2, 3].map(|column| rows.iter().map(|row| row[column]).collect())
}

fn numbers(row: &str) -> Option<Vec<f64>> {
    row.split_whitespace()
        .map(|word| word.parse().ok())
        .collect()
}

fn parsed<T: std::str::FromStr>(word: &str) -> Result<T, &'static str> {
    word.parse().map_err(|_| "number in its place")
}

#[test]
fn the_files_hold_what_they_declare() {
    for problem in super::PROBLEMS {
        let data = problem.dataset();
        let name = &data.name;
        assert_eq!(name, problem.name);
        assert_eq!(data.response.len(), data.observations, "{name}");
        let columns = if name == "Nelson" { 2 } else { 1 };
        assert_eq!(data.predictors.len(), columns, "{name}");
        for predictor in &data.predictors {
            assert_eq!(predictor.len(), data.observations, "{name}");
        }
        let parameters = data.certified.len();
        assert_eq!(data.deviations.len(), parameters, "{name}");
        assert!(data.starts.iter().all(|start| start.len() == parameters));
        // The last two certified values are one: a digit misread in either shows. The degrees of
        // freedom that the file of Rat43 gives are not those of its deviation.
        let freedom = (data.observations - parameters) as f64;
        let deviation = (data.residual_sum_of_squares / freedom).sqrt();
        assert!(
            (deviation / data.residual_deviation - 1.0).abs() < 2e-10,
            "{name}: {deviation:e} is not {:e}",
            data.residual_deviation
        );
    }
}

#[test]
fn the_levels_are_those_of_the_list() {
    let of = |level| {
        let datasets = super::PROBLEMS.iter().map(super::Problem::dataset);
        datasets.filter(|data| data.level == level).count()
    };
    assert_eq!(
        [Level::Lower, Level::Average, Level::Higher].map(of),
        [8, 11, 8]
    );
}

#[test]
fn a_file_is_read_as_it_stands() {
    let nelson = Dataset::read("Nelson");
    assert_eq!(nelson.starts[0], [2.0, 0.0001, -0.01]);
    assert_eq!(nelson.starts[1], [2.5, 0.000_000_005, -0.05]);
    assert_eq!(
        nelson.certified,
        [2.590_683_602_1, 5.617_771_702_6e-9, -5.770_101_317_4e-2]
    );
    assert_eq!(
        nelson.deviations,
        [1.914_999_641_3e-2, 6.112_409_654_0e-9, 3.957_236_654_3e-3]
    );
    assert_eq!(nelson.residual_sum_of_squares, 3.797_683_317_6);
    assert_eq!(nelson.response[..2], [15.0, 17.0]);
    assert_eq!(nelson.predictors[0][127], 64.0);
    assert_eq!(nelson.predictors[1][127], 275.0);
}

#[test]
fn what_a_file_lacks_is_named() {
    let text = "Dataset Name:  None  (None.dat)\n Lower Level of Difficulty\n";
    assert_eq!(Dataset::parse("").unwrap_err(), "level of difficulty");
    assert_eq!(Dataset::parse(text).unwrap_err(), "table of parameters");
    let table = format!("{text}  b1 = 1 2 3 4\nData: two\nData: y x\n 1 2\n 1 oops\n");
    assert_eq!(Dataset::parse(&table).unwrap_err(), "row of numbers");
    let ragged = table.replace("oops", "");
    assert_eq!(
        Dataset::parse(&ragged).unwrap_err(),
        "equal number of columns in each row"
    );
}
