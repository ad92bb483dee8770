//! Plots of functions: what is in them, and what does not set their range.

use dezero_viz::plot::Functions;

use crate::plot::{FIRST, SECOND, assert_sound, frame, lines};

#[test]
fn a_function_and_its_derivatives_are_told_apart() {
    let picture = Functions::new(-7.0, 7.0)
        .title("sin(x)")
        .functions(["y", "y'", "y''"], |x: f64| {
            vec![x.sin(), x.cos(), -x.sin()]
        });
    let svg = picture.picture().to_svg().to_owned();
    assert_sound(&svg);
    for text in [">y<", ">y&apos;<", ">y&apos;&apos;<", ">sin(x)<"] {
        assert!(svg.contains(text), "{text}");
    }
    assert_eq!(lines(&svg, FIRST).len(), 1);
    assert_eq!(lines(&svg, SECOND).len(), 1);
    // A quarter of a period is drawn where it is.
    let [left, top, right, bottom] = frame(&svg);
    let at = |x: f64| left + (right - left) * (x + 7.0) / 14.0;
    let top_of_sine = lines(&svg, FIRST)[0]
        .iter()
        .filter(|p| p.0 > at(0.0) && p.0 < at(3.0))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .copied()
        .unwrap();
    assert!((top_of_sine.0 - at(std::f64::consts::FRAC_PI_2)).abs() < 3.0);
    let share = (top_of_sine.1 - top) / (bottom - top);
    assert!((share - 0.06 / 1.12 / 2.0 * 2.0).abs() < 0.01, "{share}");
    let text = picture.to_text(60, 16);
    assert_eq!(text.lines().count(), 16);
    assert!(text.ends_with("a y   b y'   c y''\n"), "{text}");
    assert!(text.matches('b').count() >= 3, "{text}");
}

#[test]
fn approximations_do_not_set_the_range() {
    let draw = |wild: bool| {
        let picture = Functions::new(-7.0, 7.0).function("sin(x)", f64::sin);
        let scale = if wild { 1e6 } else { 1.0 };
        let picture = picture.approximation("order 3", move |x| scale * (x - x.powi(3) / 6.0));
        picture.picture().to_svg().to_owned()
    };
    let labels = |svg: &str| -> Vec<String> {
        let texts = svg
            .split("</text>")
            .filter_map(|text| text.rsplit('>').next());
        texts.map(str::to_owned).collect()
    };
    assert_sound(&draw(true));
    assert_eq!(labels(&draw(true)), labels(&draw(false)));
}

#[test]
fn functions_without_values_still_give_a_picture() {
    let pictures = [
        Functions::new(-1.0, 1.0),
        Functions::new(f64::NAN, f64::INFINITY).function("x", |x| x),
        Functions::new(5.0, -5.0).function("none", |_| f64::NAN),
        Functions::new(0.0, 1e-300).function("tiny", |x| x),
        Functions::new(-1e300, 1e300).function("huge", |x| 1e10 * x),
        Functions::new(1e20, 1e20 + 1e5).function("coarse", |x| x),
        Functions::new(-1.0, 1.0).functions(["a", "b"], |_| Vec::new()),
        Functions::new(-1.0, 1.0).functions(Vec::<String>::new(), |_| vec![1.0]),
        Functions::new(-1.0, 1.0).points("p", [(f64::NAN, 1.0), (0.0, f64::INFINITY)]),
        Functions::new(-1.0, 1.0).mark("m", f64::NAN, f64::INFINITY),
        Functions::new(-1.0, 1.0).function("noise", |x| (1e9 * x).sin().powi(3)),
        Functions::new(-1.0, 1.0).function("poles", |x| 1.0 / (1e4 * x).sin()),
    ];
    for picture in pictures {
        let svg = picture.picture().to_svg().to_owned();
        assert_sound(&svg);
        assert!(svg.len() < 400_000, "{}", svg.len());
        assert!(picture.to_text(0, 0).lines().count() >= 6);
    }
}
