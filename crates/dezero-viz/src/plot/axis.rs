//! Axes: which part of the numbers a plot shows, where its ticks stand, and how numbers are
//! written.

/// Beyond this, sums and multiples of coordinates overflow; such numbers count as infinite.
const HUGE: f64 = 1e304;

/// One axis of a plot.
///
/// An axis measures in steps from one tick to the next: ticks are at whole numbers there, so that
/// the drawing has numbers of ordinary size whatever the data's are.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) name: String,
    logarithmic: bool,
    /// The ends: of the data, or of its decimal logarithms.
    low: f64,
    high: f64,
    /// A tick every `mantissa * 10^exponent`.
    mantissa: f64,
    exponent: i32,
    /// The tick, counted from zero, from which steps are measured.
    first: f64,
}

impl Axis {
    /// An axis from `low` to `high`, widened where they are too close to tell apart.
    pub(super) fn linear(name: &str, (low, high): (f64, f64)) -> Self {
        let (low, high) = widened(low, high);
        let (mantissa, exponent) = round_step((high - low) / 7.0);
        Self::new(name, false, (low, high), mantissa, exponent)
    }

    /// A logarithmic axis with whole powers of ten at its ends. `low` and `high` are positive.
    pub(super) fn logarithmic(name: &str, (low, high): (f64, f64)) -> Self {
        let low = (low.log10() + 1e-9).floor();
        let high = (high.log10() - 1e-9).ceil().max(low + 1.0);
        Self::new(name, true, (low, high), ((high - low) / 8.0).ceil(), 0)
    }

    /// A logarithmic axis from somewhat below a half up to a count: 0 may stand where a half would.
    pub(super) fn counts(name: &str, high: f64) -> Self {
        Self::new(name, true, (0.4_f64.log10(), high.log10() + 0.05), 1.0, 0)
    }

    fn new(name: &str, logarithmic: bool, ends: (f64, f64), mantissa: f64, exponent: i32) -> Self {
        let mut axis = Self {
            name: name.to_owned(),
            logarithmic,
            low: ends.0,
            high: ends.1,
            mantissa,
            exponent,
            first: 0.0,
        };
        axis.first = (axis.low / axis.step()).ceil();
        axis
    }

    fn step(&self) -> f64 {
        self.mantissa * power_of_ten(self.exponent)
    }

    /// The ends, in the axis' steps.
    pub(super) fn ends(&self) -> (f64, f64) {
        let steps = |at: f64| at / self.step() - self.first;
        (steps(self.low), steps(self.high))
    }

    /// The ends, in the data's numbers.
    pub(super) fn data_ends(&self) -> (f64, f64) {
        if self.logarithmic {
            (10_f64.powf(self.low), 10_f64.powf(self.high))
        } else {
            (self.low, self.high)
        }
    }

    /// Where a number stands: 0 at the lower end, 1 at the upper; NaN if it has no place.
    pub(super) fn fraction(&self, value: f64) -> f64 {
        let at = if self.logarithmic {
            if value.is_nan() || value < 0.0 {
                return f64::NAN;
            }
            value.max(10_f64.powf(self.low)).log10()
        } else {
            value
        };
        (at.clamp(-HUGE, HUGE) - self.low) / (self.high - self.low)
    }

    /// What is written at a tick.
    pub(super) fn tick(&self, step: f64) -> String {
        let whole = (self.first + step.round()) * self.mantissa;
        if self.logarithmic {
            return power_text(whole as i32);
        }
        let largest = self.low.abs().max(self.high.abs());
        if largest < 1e6 && self.exponent >= -4 {
            let decimals = usize::try_from(-self.exponent).unwrap_or(0);
            let value = whole * power_of_ten(self.exponent);
            // No minus sign at zero.
            return format!("{:.decimals$}", if whole == 0.0 { 0.0 } else { value });
        }
        scientific(whole, self.exponent)
    }
}

/// `10^exponent`, correctly rounded.
fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(1.0)
}

/// The step of 1, 2 or 5 times a power of ten that is next to `size`.
pub(super) fn round_step(size: f64) -> (f64, i32) {
    let exponent = size.log10().floor() as i32;
    match size / power_of_ten(exponent) {
        m if m < 1.5 => (1.0, exponent),
        m if m < 3.5 => (2.0, exponent),
        m if m < 7.5 => (5.0, exponent),
        _ => (1.0, exponent + 1),
    }
}

/// Both ends apart by what a tick can still show, and finite.
fn widened(low: f64, high: f64) -> (f64, f64) {
    if low.is_nan() || high.is_nan() {
        return (-1.0, 1.0);
    }
    let (low, high) = (low.clamp(-HUGE, HUGE), high.clamp(-HUGE, HUGE));
    let (low, high) = if low <= high {
        (low, high)
    } else {
        (high, low)
    };
    let size = low.abs().max(high.abs());
    // A hundredth of a step must still be seen in a number of this size.
    if high - low > size * 1e-12 && high - low > 1e-290 {
        (low, high)
    } else {
        let half = if size > 1e-290 { size * 0.1 } else { 1.0 };
        (low - half, high + half)
    }
}

/// A number of at most four digits, as a reader would write it.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if (1e-4..1e6).contains(&size) {
        let decimals = (3 - size.log10().floor() as i32).max(0) as usize;
        let text = format!("{value:.decimals$}");
        let text = match text.split_once('.') {
            Some((whole, part)) => {
                format!("{whole}.{}", part.trim_end_matches('0'))
            }
            None => text,
        };
        let text = text.trim_end_matches('.');
        if text == "-0" { "0" } else { text }.to_owned()
    } else {
        let text = format!("{value:.3e}");
        match text.split_once('e') {
            Some((digits, exponent)) if digits.contains('.') => {
                let digits = digits.trim_end_matches('0').trim_end_matches('.');
                format!("{digits}e{exponent}")
            }
            _ => text,
        }
    }
}

/// A count with commas: `10,000`.
pub(super) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `whole * 10^exponent`, with all digits of `whole`.
fn scientific(whole: f64, exponent: i32) -> String {
    if whole == 0.0 {
        return "0".to_owned();
    }
    let digits = format!("{:.0}", whole.abs());
    let exponent = exponent + digits.len() as i32 - 1;
    let (head, tail) = digits.split_at(1);
    let tail = tail.trim_end_matches('0');
    let sign = if whole < 0.0 { "-" } else { "" };
    let point = if tail.is_empty() { "" } else { "." };
    format!("{sign}{head}{point}{tail}e{exponent}")
}

/// A power of ten as it is printed: 10⁻³.
fn power_text(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => {
            let raised = exponent.to_string();
            let raised = raised.chars().map(|c| match c.to_digit(10) {
                Some(digit) => RAISED[digit as usize],
                None => '⁻',
            });
            "10".chars().chain(raised).collect()
        }
    }
}

/// The range to show: all of `core`, and of `rest` what is within `reach` times the core's size of
/// it. One wild number in `rest` does not make all else too small to see.
pub(super) fn range(
    core: impl IntoIterator<Item = f64>,
    rest: impl IntoIterator<Item = f64>,
    reach: f64,
) -> Option<(f64, f64)> {
    let usable = |v: &f64| v.abs() < HUGE;
    let rest: Vec<f64> = rest.into_iter().filter(usable).collect();
    let hull = |values: &mut dyn Iterator<Item = f64>| {
        values.fold(None, |hull: Option<(f64, f64)>, v| {
            Some(hull.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
        })
    };
    let mut core = core.into_iter().filter(usable);
    let (low, high) = if let Some(hull) = hull(&mut core) {
        hull
    } else {
        let mut sorted = rest.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
        if sorted.is_empty() {
            return None;
        }
        (at(0.1), at(0.9))
    };
    let size = if high > low {
        high - low
    } else {
        // All at one place: the distance of the middle one of the others.
        let mut away: Vec<f64> = rest
            .iter()
            .map(|v| (v - low).abs())
            .filter(|&d| d > 0.0)
            .collect();
        away.sort_by(f64::total_cmp);
        away.get(away.len() / 2).copied().unwrap_or(0.0)
    };
    let near = |v: &f64| *v >= low - reach * size && *v <= high + reach * size;
    hull(&mut [low, high].into_iter().chain(rest.into_iter().filter(near)))
}

/// A range with a margin of `share` of its size on both sides.
pub(super) fn with_margin((low, high): (f64, f64), share: f64) -> (f64, f64) {
    let margin = (high - low) * share;
    (low - margin, high + margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(low: f64, high: f64) -> Vec<String> {
        let axis = Axis::linear("x", (low, high));
        let (first, last) = axis.ends();
        let (first, last) = (first.ceil() as i32, last.floor() as i32);
        (first..=last).map(|k| axis.tick(f64::from(k))).collect()
    }

    #[test]
    fn ticks_of_any_magnitude_are_short_and_differ() {
        assert_eq!(
            ticks(-2.0, 6.0),
            ["-2", "-1", "0", "1", "2", "3", "4", "5", "6"]
        );
        assert_eq!(
            ticks(-0.9, 0.7),
            ["-0.8", "-0.6", "-0.4", "-0.2", "0.0", "0.2", "0.4", "0.6"]
        );
        assert_eq!(ticks(0.0, 5e-7)[3], "1.5e-7");
        assert_eq!(ticks(0.0, 1.1e9)[1], "2e8");
        assert_eq!(ticks(-4e300, 3e300).len(), ticks(-4e20, 3e20).len());
        for (low, high) in [(1e6, 1e6 + 1e-3), (0.0, 1e-250), (-1e-9, 3e40), (7.0, 7.0)] {
            let ticks = ticks(low, high);
            assert!((3..=11).contains(&ticks.len()), "{ticks:?}");
            let mut different = ticks.clone();
            different.dedup();
            assert_eq!(different, ticks);
            assert!(ticks.iter().all(|tick| tick.len() <= 16), "{ticks:?}");
        }
    }

    #[test]
    fn a_logarithmic_axis_ends_at_powers_of_ten() {
        let axis = Axis::logarithmic("y", (3e-31, 40.0));
        assert_eq!(axis.data_ends().1, 100.0);
        assert_eq!(axis.fraction(0.0), 0.0);
        assert!(axis.fraction(-1.0).is_nan());
        assert_eq!(Axis::logarithmic("y", (1.0, 1.0)).ends(), (0.0, 1.0));
        assert_eq!(Axis::logarithmic("y", (1e-3, 1.0)).tick(0.0), "10⁻³");
    }

    #[test]
    fn numbers_are_written_briefly() {
        let written: Vec<String> = [1.0, -0.5, 1234.56, 0.000_123_456, 1.5e-9, 2e20, 0.0]
            .map(number)
            .into();
        assert_eq!(
            written,
            ["1", "-0.5", "1235", "0.0001235", "1.5e-9", "2e20", "0"]
        );
        assert_eq!([7, 1000, 1_234_567].map(count), ["7", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_wild_number_does_not_set_the_range() {
        assert_eq!(
            range([0.0, 1.0], [2.0, 1e9, f64::NAN], 3.0),
            Some((0.0, 2.0))
        );
        assert_eq!(range([2.0], [5.0, 1e9], 3.0), Some((2.0, 1e9)));
        assert_eq!(range([], [f64::INFINITY], 3.0), None);
    }
}
