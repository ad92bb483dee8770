//! Plots: that what was given is in them, inside of the frame, whatever it is.

use std::cell::Cell;

use dezero_viz::Theme;
use dezero_viz::plot::{Convergence, Curve, Fit, Functions, Parabola, Paths};

/// The orange and the blue of the first two methods.
pub(crate) const FIRST: &str = "stroke=\"#d55e00\"";
pub(crate) const SECOND: &str = "stroke=\"#0072b2\"";

fn rosenbrock(x0: f64, x1: f64) -> f64 {
    100.0 * (x1 - x0 * x0).powi(2) + (1.0 - x0).powi(2)
}

fn descent(steps: usize) -> Vec<(f64, f64)> {
    let (mut x0, mut x1) = (0.0, 2.0);
    let mut path = vec![(x0, x1)];
    for _ in 0..steps {
        let inner = x1 - x0 * x0;
        let slope = (-400.0 * x0 * inner - 2.0 * (1.0 - x0), 200.0 * inner);
        (x0, x1) = (x0 - 0.001 * slope.0, x1 - 0.001 * slope.1);
        path.push((x0, x1));
    }
    path
}

fn newton() -> [(f64, f64); 4] {
    [(0.0, 2.0), (-0.0025, 0.0), (0.9987, -0.005), (1.0, 1.0)]
}

/// The numbers of all lines with this attribute.
pub(crate) fn lines(svg: &str, attribute: &str) -> Vec<Vec<(f64, f64)>> {
    let paths = svg.split("<path d=\"").skip(1);
    let paths = paths.filter(|path| {
        path.split('>')
            .next()
            .is_some_and(|p| p.contains(attribute))
    });
    paths
        .map(|path| {
            let path = path.split('"').next().unwrap_or("");
            let numbers: Vec<f64> = path
                .split(['M', 'L', 'Z', ' ', ','])
                .filter_map(|number| number.parse().ok())
                .collect();
            numbers.chunks(2).map(|pair| (pair[0], pair[1])).collect()
        })
        .collect()
}

/// The frame: left, top, right, bottom, from the rectangle that lines are cut at.
pub(crate) fn frame(svg: &str) -> [f64; 4] {
    let (_, clip) = svg
        .split_once("<clipPath")
        .expect("lines are cut at the frame");
    let number = |name: &str| -> f64 {
        let (_, rest) = clip.split_once(&format!(" {name}=\"")).expect(name);
        rest.split('"')
            .next()
            .and_then(|text| text.parse().ok())
            .expect(name)
    };
    let (x, y) = (number("x"), number("y"));
    [x, y, x + number("width"), y + number("height")]
}

pub(crate) fn assert_sound(svg: &str) {
    let (tag, _) = svg.split_once('>').expect("a tag");
    assert!(
        tag.starts_with("<svg ") && tag.contains("viewBox=\"0 0 "),
        "{tag}"
    );
    assert!(svg.trim_end().ends_with("</svg>"));
    assert!(!svg.contains("NaN") && !svg.contains("inf\"") && !svg.contains("inf "));
    let [left, top, right, bottom] = frame(svg);
    for line in lines(svg, "fill=\"none\"").concat() {
        let (x, y) = line;
        assert!(
            x > left - 12.0 && x < right + 12.0,
            "{x} is outside of {left} to {right}"
        );
        assert!(
            y > top - 12.0 && y < bottom + 12.0,
            "{y} is outside of {top} to {bottom}"
        );
    }
}

#[test]
fn every_path_has_its_line_and_its_entry_in_the_legend() {
    let svg = Paths::new(rosenbrock)
        .title("100*(x1 - x0^2)^2 + (1 - x0)^2")
        .axes("x0", "x1")
        .path("gradient descent", descent(10_000))
        .path("Newton", newton())
        .minimum(1.0, 1.0)
        .picture()
        .to_svg()
        .to_owned();
    // Without the legend, whose samples are outside of the frame.
    assert_eq!(lines(&svg, FIRST).len(), 1);
    assert_eq!(lines(&svg, SECOND)[0].len(), 4);
    for text in [
        "<title>100*(x1 - x0^2)^2 + (1 - x0)^2</title>",
        ">gradient descent (10,000 iterations)<",
        ">Newton (3 iterations)<",
        ">start (0, 2)<",
        ">minimum (1, 1)<",
        ">x0<",
        ">x1<",
        "logarithmic steps",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    assert_sound(&svg);
    assert!(svg.len() < 60_000, "{}", svg.len());
}

#[test]
fn the_path_is_where_the_points_are() {
    let svg = Paths::new(|x, y| x * x + y * y)
        .path("a", [(0.0, 1.0), (1.0, 0.0), (4.0, 3.0)])
        .range((0.0, 4.0), (0.0, 3.0))
        .picture()
        .to_svg()
        .to_owned();
    let [left, top, right, bottom] = frame(&svg);
    let unit = ((right - left) / 4.0, (bottom - top) / 3.0);
    let line = &lines(&svg, FIRST)[0];
    for (drawn, (x, y)) in line.iter().zip([(0.0, 1.0), (1.0, 0.0), (4.0, 3.0)]) {
        assert!((drawn.0 - left - x * unit.0).abs() < 0.02, "{drawn:?}");
        assert!((drawn.1 - bottom + y * unit.1).abs() < 0.02, "{drawn:?}");
    }
}

#[test]
fn side_by_side_each_method_has_a_panel() {
    let svg = Paths::new(rosenbrock)
        .path("gradient descent", descent(100))
        .path("Newton", newton())
        .side_by_side()
        .picture()
        .to_svg()
        .to_owned();
    assert_eq!(svg.matches("<clipPath").count(), 2);
    assert_eq!(lines(&svg, FIRST).len(), 1);
    assert_eq!(lines(&svg, SECOND).len(), 1);
    assert!(svg.contains(">gradient descent (100 iterations)<"));
    assert!(svg.contains(">Newton (3 iterations)<"));
}

#[test]
fn a_wild_step_leaves_the_frame_and_comes_back() {
    let path = [
        (1.0, 1.0),
        (1e9, -1e12),
        (0.5, 0.4),
        (0.01, 0.01),
        (0.0, 0.0),
    ];
    let svg = Paths::new(|x, y| x * x + y * y)
        .path("wild", path)
        .picture()
        .to_svg()
        .to_owned();
    assert_sound(&svg);
    let [left, top, right, bottom] = frame(&svg);
    let pieces = lines(&svg, FIRST);
    assert_eq!(pieces.len(), 2);
    let leaves = pieces[0].last().copied().expect("a point");
    let on_the_frame = [
        leaves.0 - left,
        leaves.0 - right,
        leaves.1 - top,
        leaves.1 - bottom,
    ];
    assert!(
        on_the_frame.iter().any(|distance| distance.abs() < 0.02),
        "{leaves:?}"
    );
    // The rest is not a dot in a corner.
    let (from, to) = (pieces[1][0], pieces[1][pieces[1].len() - 1]);
    assert!((from.0 - to.0).hypot(from.1 - to.1) > 100.0, "{pieces:?}");
}

#[test]
fn what_has_no_numbers_still_gives_a_picture() {
    let nan = f64::NAN;
    let pictures = [
        Paths::new(|_, _| f64::NAN).picture().to_svg().to_owned(),
        Paths::new(|_, _| 1.0)
            .path("one", [(3.0, 3.0)])
            .picture()
            .to_svg()
            .to_owned(),
        Paths::new(|x, _| x.ln())
            .path("same", [(2.0, 5.0); 9])
            .minimum(nan, 1.0)
            .picture()
            .to_svg()
            .to_owned(),
        Paths::new(|x, y| 1.0 / (x * y))
            .path("none", [])
            .path("nan", [(nan, 1.0)])
            .picture()
            .to_svg()
            .to_owned(),
        Paths::new(|x, y| 1e300 * x * y)
            .path("huge", [(1e200, 1e-200), (-1e308, 1e308)])
            .picture()
            .to_svg()
            .to_owned(),
        Paths::new(|x, y| x + y)
            .range((nan, 1.0), (5.0, 5.0))
            .picture()
            .to_svg()
            .to_owned(),
        Curve::new(f64::ln)
            .range(-2.0, -1.0)
            .picture()
            .to_svg()
            .to_owned(),
        Curve::new(|x| 1.0 / x)
            .path("p", [f64::INFINITY, 0.0, -1.0])
            .minimum(nan)
            .picture()
            .to_svg()
            .to_owned(),
        Convergence::new().picture().to_svg().to_owned(),
        Convergence::new()
            .line("none", [])
            .line("zero", [0.0, 0.0, nan])
            .picture()
            .to_svg()
            .to_owned(),
        Convergence::new()
            .line("a", [f64::INFINITY, 1e300, 1e-300, -1.0])
            .best(-2.0)
            .picture()
            .to_svg()
            .to_owned(),
        Fit::new([]).picture().to_svg().to_owned(),
        Fit::new([(1.0, 1.0)])
            .curve("pole", |x| 1.0 / (x - 1.0))
            .picture()
            .to_svg()
            .to_owned(),
        Fit::new([(nan, 1.0), (1e-250, 3.0), (2e-250, f64::INFINITY)])
            .picture()
            .to_svg()
            .to_owned(),
    ];
    for svg in pictures {
        assert_sound(&svg);
    }
}

#[test]
fn contours_end_where_the_function_does() {
    let svg = Paths::new(|x, y| if x > 0.0 { y } else { f64::NAN })
        .range((-1.0, 1.0), (0.0, 1.0))
        .picture()
        .to_svg()
        .to_owned();
    let [left, _, right, _] = frame(&svg);
    let contours = lines(&svg, "stroke-width=\"1.1\"");
    assert!(contours.len() >= 6);
    assert!(
        contours
            .concat()
            .iter()
            .all(|p| p.0 >= f64::midpoint(left, right))
    );
    assert!(svg.contains("one every 0.1"), "linear levels");
}

#[test]
fn labels_cannot_break_the_picture() {
    let svg = Paths::new(|x, y| x * x + y * y)
        .title("<script>&\"'한글 \u{1b}[31m \u{0} $x^2$ \u{ffff}")
        .axes("<x", "y&")
        .path("a </text> b", [(1.0, 1.0), (0.0, 0.0)])
        .picture()
        .to_svg()
        .to_owned();
    assert!(svg.contains("<title>&lt;script&gt;&amp;"));
    assert!(svg.contains("한글") && svg.contains("$x^2$"));
    assert!(svg.contains(">&lt;x<") && svg.contains(">y&amp;<"));
    assert!(svg.contains("a &lt;/text&gt; b (1 iteration)"));
    assert!(!svg.contains("<script>") && !svg.contains('\u{ffff}'));
    assert!(!svg.trim_end().contains(char::is_control));
}

#[test]
fn a_hundred_thousand_points_stay_a_small_file() {
    let mut state = 1_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as f64 / f64::from(1 << 31)
    };
    let scribble: Vec<(f64, f64)> = (0..100_000).map(|_| (random(), random())).collect();
    let spiral = (0..100_000)
        .map(|i| f64::from(i) / 1000.0)
        .map(|t| (t * t.cos(), t * t.sin()));
    let bowl = |x: f64, y: f64| x * x + y * y;
    assert!(
        Paths::new(bowl)
            .path("a", scribble.clone())
            .picture()
            .to_svg()
            .len()
            < 900_000
    );
    assert!(Paths::new(bowl).path("a", spiral).picture().to_svg().len() < 300_000);
    assert!(Fit::new(scribble.clone()).picture().to_svg().len() < 1_000_000);
    let values = scribble.iter().map(|p| p.0 + 1e-3);
    assert!(
        Convergence::new()
            .line("a", values)
            .picture()
            .to_svg()
            .len()
            < 500_000
    );
}

#[test]
fn the_same_calls_make_the_same_text() {
    let draw = || {
        let paths = Paths::new(rosenbrock)
            .path("a", descent(500))
            .path("b", newton());
        paths.minimum(1.0, 1.0).picture().to_svg().to_owned()
    };
    assert!(draw() == draw());
}

#[test]
fn the_function_is_evaluated_within_the_range_alone() {
    let (low, high) = (Cell::new(f64::INFINITY), Cell::new(f64::NEG_INFINITY));
    let seen = |x: f64| {
        low.set(low.get().min(x));
        high.set(high.get().max(x));
        x * x
    };
    let svg = Curve::new(seen)
        .range(0.5, 3.0)
        .picture()
        .to_svg()
        .to_owned();
    assert_eq!((low.get(), high.get()), (0.5, 3.0));
    assert_sound(&svg);
}

#[test]
fn a_curve_has_points_parabolas_and_steps() {
    let f = |x: f64| x.powi(4) - 2.0 * x * x;
    let parabola = Parabola {
        at: 2.0,
        value: 8.0,
        slope: 24.0,
        curvature: 44.0,
    };
    let svg = Curve::new(f)
        .axes("x", "y")
        .path("Newton", [2.0, 2.0 - 24.0 / 44.0, 1.15, 1.0])
        .parabolas([parabola])
        .picture()
        .to_svg()
        .to_owned();
    assert_sound(&svg);
    assert!(svg.contains(">Newton (3 iterations)<") && svg.contains(">parabola at a point<"));
    let step = &lines(&svg, "stroke-dasharray=\"1.5 3\"")[0];
    assert_eq!(step.len(), 2);
    assert_eq!(step[0].0, step[1].0);
    // The parabola ends above the curve: 16/11 against 0.245.
    assert!(step[1].1 > step[0].1);
    // Four points with a white edge each, and one in the legend.
    assert_eq!(svg.matches("fill=\"#d55e00\"").count(), 5);
}

#[test]
fn convergence_falls_on_a_logarithmic_axis() {
    let linear = (0..=8).map(|i| 10_f64.powi(-i));
    let svg = Convergence::new()
        .line("a", linear)
        .line("b", [1.0, 0.1])
        .picture()
        .to_svg()
        .to_owned();
    assert_sound(&svg);
    assert!(svg.contains(">value<") && svg.contains(">10⁻⁸<"));
    let line = &lines(&svg, FIRST)[0];
    assert_eq!(line.len(), 2, "a straight line is thinned to its ends");
    // Values that come down to -3 are drawn above it; 300 iterations beside 2 logarithmically.
    let above = (0..300).map(|i| 0.9_f64.powi(i) - 3.0);
    let svg = Convergence::new()
        .line("a", above)
        .line("b", [0.0, -2.0, -3.0])
        .picture()
        .to_svg()
        .to_owned();
    assert!(svg.contains(">value + 3<") && svg.contains("iteration (logarithmic"));
}

#[test]
fn a_fit_in_text_has_the_size_asked_for() {
    let data = (0..=8).map(|i| (f64::from(i), f64::from(i)));
    let fit = Fit::new(data)
        .title("y = x")
        .axes("t\u{1b}", "y")
        .curve("y", |x| x);
    let text = fit.to_text(40, 12);
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 12);
    assert!(rows.iter().all(|row| row.chars().count() <= 40), "{text}");
    assert_eq!(rows[0], "y = x");
    assert!(!text.contains('\u{1b}'));
    assert_eq!(text.matches('o').count(), 9 + 1, "nine data and the legend");
    // The curve rises from the lower left to the upper right.
    let column = |row: &str| {
        row.chars()
            .position(|c| ('\u{2801}'..='\u{28ff}').contains(&c))
    };
    assert!(column(rows[2]) > column(rows[8]), "{text}");
    assert_eq!(Fit::new([]).to_text(0, 0).lines().count(), 7);
}

#[test]
fn a_sampled_curve_goes_through_its_points() {
    let svg = Fit::new([(0.0, 0.0), (4.0, 2.0)])
        .sampled(
            "sampled",
            [(3.0, 2.0), (1.0, 0.0), (2.0, 2.0), (f64::NAN, 1.0)],
        )
        .range(0.0, 4.0)
        .picture()
        .to_svg()
        .to_owned();
    let [left, _, right, _] = frame(&svg);
    let line = &lines(&svg, FIRST)[0];
    let at = |x: f64| left + (right - left) * x / 4.0;
    for (drawn, x) in [(line[0], 1.0), (line[1], 2.0), (line[line.len() - 1], 3.0)] {
        assert!((drawn.0 - at(x)).abs() < 1.0, "{line:?}");
    }
    assert!(line.len() <= 4, "{line:?}");
}

#[test]
fn dark_pictures_have_other_colours_and_the_same_lines() {
    let draw = |theme| {
        [
            Paths::new(rosenbrock)
                .path("a", newton())
                .minimum(1.0, 1.0)
                .theme(theme)
                .picture(),
            Curve::new(|x| x * x)
                .path("a", [1.0, 0.0])
                .minimum(0.0)
                .theme(theme)
                .picture(),
            Convergence::new()
                .line("a", [1.0, 0.1])
                .theme(theme)
                .picture(),
            Fit::new([(0.0, 1.0)])
                .curve("c", |x| x)
                .theme(theme)
                .picture(),
            Functions::new(0.0, 1.0)
                .function("f", |x| x)
                .theme(theme)
                .picture(),
        ]
    };
    for (light, dark) in draw(Theme::Light).iter().zip(&draw(Theme::Dark)) {
        let (light, dark) = (light.to_svg().to_owned(), dark.to_svg().to_owned());
        assert_sound(&dark);
        assert!(
            dark.contains("#0f172a") && !dark.contains("#ffffff"),
            "{dark}"
        );
        assert!(light.contains("#ffffff") && !light.contains("#0f172a"));
        assert_eq!(lines(&light, ""), lines(&dark, ""));
        assert_eq!(light.len(), dark.len());
    }
}

#[test]
fn contours_carry_their_values() {
    let svg = Paths::new(rosenbrock)
        .range((-2.0, 2.0), (-1.0, 3.0))
        .stationary("saddle", 0.5, 0.5)
        .bounds((-1.0, f64::INFINITY), (f64::NEG_INFINITY, 2.0))
        .picture()
        .to_svg()
        .to_owned();
    assert_sound(&svg);
    for text in [">10<", ">100<", ">1000<", ">saddle (0.5, 0.5)<", ">bounds<"] {
        assert!(svg.contains(text), "{text}");
    }
    // The bounds that are in the frame: on the left, and above.
    let [left, top, right, bottom] = frame(&svg);
    let bounds = &lines(&svg, "stroke-dasharray=\"7 4\"").concat();
    let at_x = left + 0.25 * (right - left);
    let at_y = top + 0.25 * (bottom - top);
    assert!(
        bounds
            .iter()
            .any(|p| (p.0 - at_x).abs() < 0.1 && (p.1 - bottom).abs() < 0.1)
    );
    assert!(
        bounds
            .iter()
            .any(|p| (p.0 - right).abs() < 0.1 && (p.1 - at_y).abs() < 0.1)
    );
    // The valley is no blot: no two contours are at one place.
    let contours = lines(&svg, "stroke-width=\"1.1\"");
    let floor = contours
        .iter()
        .flatten()
        .filter(|p| p.0 > right - 150.0 && p.1 < top + 30.0);
    let floor = floor.count();
    assert!(floor < 75, "{floor}");
}

#[test]
fn a_method_that_diverges_does_not_set_the_axis() {
    let svg = Convergence::new()
        .line("a", [1.0, 1e10, 1e200])
        .line("b", [1.0, 1e-3, 1e-6])
        .picture()
        .to_svg()
        .to_owned();
    assert_sound(&svg);
    assert!(svg.contains(">10⁻⁶<") && !svg.contains(">10²⁰⁰<"), "{svg}");
}
